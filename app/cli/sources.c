/* SPDX-License-Identifier: GPL-3.0-or-later */

/* headroom-cli sources: what can be watched, after a short while in which agents and devices may answer. */

#include "app/cli/document.h"
#include "app/cli/run.h"
#include "app/cli/target.h"
#include "engine/report/text-table.h"

#define N_CELLS 5

/* One source as a row of texts: address, name, kind, state, and what else there is to say. */
typedef struct
{
  char *cells[N_CELLS];
} Line;

static void
line_clear (Line *line)
{
  for (guint i = 0; i < N_CELLS; i++)
    g_free (line->cells[i]);
}

static Line
make_line (HrSource *source)
{
  const char *message = hr_source_get_message (source);
  const char *detail = hr_source_get_detail (source);

  return (Line){ {
      hr_source_find_address (source),
      g_strdup (hr_source_get_title (source)),
      g_strdup (hr_role_name (hr_source_get_role (source))),
      g_strdup (hr_state_name (hr_source_get_state (source))),
      g_strdup (message != NULL ? message : detail != NULL ? detail
                                                           : ""),
  } };
}

/* Returns (transfer full) what there is, but for programs that have ended: their last values are still around for a while. */
static GPtrArray *
list_sources (HrMonitor *monitor)
{
  GListModel *model = hr_monitor_get_sources (monitor);
  GPtrArray  *sources = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (model, i);

      if (hr_source_get_role (source) != HR_SOURCE_PROCESS || hr_source_get_state (source) != HR_SOURCE_LOST)
        g_ptr_array_add (sources, g_steal_pointer (&source));
    }

  return sources;
}

static char *
print_text (const GPtrArray *sources)
{
  g_autoptr (HrTextTable) table = hr_text_table_new (NULL, N_CELLS);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < sources->len; i++)
    {
      Line line = make_line (sources->pdata[i]);

      hr_text_table_add_row (table, (const char *const *) line.cells);
      line_clear (&line);
    }
  hr_text_table_append (table, out);

  return g_string_free (out, FALSE);
}

static char *
print_csv (const GPtrArray *sources)
{
  GString *out = g_string_new ("address,name,kind,state,detail" HR_CSV_END_OF_ROW);

  for (guint i = 0; i < sources->len; i++)
    {
      Line line = make_line (sources->pdata[i]);

      for (guint k = 0; k < N_CELLS; k++)
        hr_csv_append_text (out, line.cells[k]);
      hr_csv_end_row (out);
      line_clear (&line);
    }

  return g_string_free (out, FALSE);
}

static void
add_source (HrJsonText *json,
            HrSource   *source)
{
  g_autofree char *address = hr_source_find_address (source);

  hr_document_add_source (json, source, address);
}

static char *
print_json (const GPtrArray *sources)
{
  GString   *out = g_string_new (NULL);
  HrJsonText json = { out, .in_lines = TRUE };

  hr_json_open_document (&json, "headroom.sources", 1);
  hr_json_open (&json, "sources", '[');
  for (guint i = 0; i < sources->len; i++)
    {
      hr_json_open (&json, NULL, '{');
      add_source (&json, sources->pdata[i]);
      hr_json_close (&json, '}');
    }
  hr_json_close (&json, ']');
  hr_json_close_document (&json);

  return g_string_free (out, FALSE);
}

static char *
print_ndjson (const GPtrArray *sources)
{
  GString   *out = g_string_new (NULL);
  HrJsonText json = { out };

  for (guint i = 0; i < sources->len; i++)
    {
      hr_json_open_document (&json, "headroom.source", 1);
      add_source (&json, sources->pdata[i]);
      hr_json_close_document (&json);
    }

  return g_string_free (out, FALSE);
}

static gboolean
wait_over_cb (gpointer user_data)
{
  HrRun *run = user_data;

  g_main_loop_quit (run->loop);

  return G_SOURCE_REMOVE;
}

static gboolean
is_any_live (const GPtrArray *sources)
{
  for (guint i = 0; i < sources->len; i++)
    if (hr_source_is_live (sources->pdata[i]))
      return TRUE;

  return FALSE;
}

/* Tells why there is nothing to be watched, and that devices cannot be seen although they were not asked for. */
static HrExit
judge (HrRun           *run,
       HrSource        *origin,
       const GPtrArray *sources)
{
  const char      *trouble = hr_monitor_get_device_trouble (run->monitor);
  g_autofree char *why = NULL;
  g_autofree char *text = NULL;

  if (trouble != NULL && hr_source_get_role (origin) != HR_SOURCE_DEVICE)
    hr_output_say (&run->output, "devices: %s", trouble);
  if (hr_source_is_live (origin) || (run->options->source == NULL && is_any_live (sources)))
    return HR_EXIT_OK;

  why = hr_wanted_explain (&run->wanted, run->monitor, origin);
  text = hr_text_about (run->wanted.text, why);
  hr_output_complain ("%s", text);

  return HR_EXIT_UNAVAILABLE;
}

static HrExit
list (HrRun *run)
{
  static char *(*const printers[HR_N_FORMATS]) (const GPtrArray *) = {
    [HR_FORMAT_TEXT] = print_text,
    [HR_FORMAT_JSON] = print_json,
    [HR_FORMAT_NDJSON] = print_ndjson,
    [HR_FORMAT_CSV] = print_csv,
  };
  g_autoptr (GPtrArray) sources = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  HrSource        *origin = hr_wanted_add (&run->wanted, run->monitor, &error);

  if (origin == NULL)
    {
      hr_output_complain ("%s: %s", run->wanted.text, error->message);
      return HR_EXIT_UNAVAILABLE;
    }

  if (run->options->source == NULL)
    hr_monitor_follow_devices (run->monitor, NULL);
  g_timeout_add ((guint) (run->options->wait_ns / HR_NS_PER_MS), wait_over_cb, run);
  g_main_loop_run (run->loop);

  sources = list_sources (run->monitor);
  text = printers[run->options->format](sources);
  hr_output_write (&run->output, text, -1);

  return run->output.failed ? HR_EXIT_INTERNAL : judge (run, origin, sources);
}

/* Lists the sources of this computer and its devices, or of the agent at --source. */
HrExit
hr_sources_run (const HrOptions *options)
{
  HrRun  run;
  HrExit status;

  if (!hr_run_begin (&run, options, options->source, NULL))
    status = run.status;
  else if (run.wanted.address == NULL || run.wanted.address->type == HR_ADDRESS_PROCESS)
    {
      hr_output_complain ("--source: sources takes the address of an agent or a device");
      status = HR_EXIT_USAGE;
    }
  else
    status = list (&run);
  hr_run_clear (&run);

  return status;
}
