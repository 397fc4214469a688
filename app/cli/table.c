/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/table.h"

#include "app/cli/output.h"
#include "engine/report/utc.h"

#include <math.h>

/* What a value takes: "100.5 MB/s" with two spaces before it. */
#define VALUE_WIDTH 11
#define NAME_LEAST 24
#define NAME_MOST 44
/* So many metrics stand in a line. */
#define LINE_METRICS 8
/* Title, sentence and the empty line behind each, the head of the table, and the line that counts what is left out. */
#define ROWS_AROUND 6

#define BOLD "\033[1m"
#define FAINT "\033[2m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

typedef enum
{
  COLUMN_NOW,
  COLUMN_MEAN,
  COLUMN_P99,
  COLUMN_MAX,
  COLUMN_BUDGET,
  N_COLUMNS
} Column;

typedef struct
{
  guint    name_width;
  gboolean shown[N_COLUMNS];
} Layout;

static const char *
standing_colour (HrStanding standing)
{
  switch (standing)
    {
    case HR_STANDING_OVER:
    case HR_STANDING_CRITICAL:
      return RED;
    case HR_STANDING_WARNING:
      return YELLOW;
    case HR_STANDING_WITHIN:
      return GREEN;
    case HR_STANDING_NO_DATA:
    case HR_N_STANDINGS:
    default:
      return "";
    }
}

/* Where a terminal is narrow, the columns go that say least. */
static Layout
lay_out (const HrReadout *readout,
         guint            width)
{
  static const Column order[] = { COLUMN_NOW, COLUMN_BUDGET, COLUMN_P99, COLUMN_MEAN, COLUMN_MAX };
  Layout              layout = { .name_width = NAME_LEAST };
  guint               rest = width > NAME_LEAST ? width - NAME_LEAST : 0;

  for (gsize i = 0; i < G_N_ELEMENTS (order) && rest >= VALUE_WIDTH; i++, rest -= VALUE_WIDTH)
    layout.shown[order[i]] = TRUE;

  for (guint i = 0; i < readout->rows->len; i++)
    {
      g_autofree char *name = hr_text_clean (g_array_index (readout->rows, HrRow, i).info->name);

      layout.name_width = MAX (layout.name_width, hr_text_width (name));
    }
  layout.name_width = MIN (MIN (layout.name_width, NAME_LEAST + rest), NAME_MOST);
  layout.name_width = MIN (layout.name_width, width);

  return layout;
}

static char *
word_cell (const HrRow *row,
           Column       column)
{
  const double values[N_COLUMNS] = { row->now, row->mean, row->p99, row->max, row->used };
  char         text[64];

  if (isnan (values[column]))
    return g_strdup ("–");

  hr_value_format (values[column], column == COLUMN_BUDGET ? HR_UNIT_RATIO : row->unit, text, sizeof text);

  return g_strdup (text);
}

static void
append_head (GString      *out,
             const Layout *layout,
             gboolean      colour)
{
  static const char *const heads[N_COLUMNS] = { "now", "mean", "p99", "max", "budget" };

  g_autofree char *name = hr_text_fit ("metric", layout->name_width);

  g_string_append (out, colour ? BOLD : "");
  hr_text_append_padded (out, name, layout->name_width, FALSE);
  for (guint i = 0; i < N_COLUMNS; i++)
    if (layout->shown[i])
      hr_text_append_padded (out, heads[i], VALUE_WIDTH, TRUE);
  g_string_append_printf (out, "%s\n", colour ? PLAIN : "");
}

static void
append_row (GString      *out,
            const Layout *layout,
            const HrRow  *row,
            gboolean      colour)
{
  g_autofree char *clean = hr_text_clean (row->info->name);
  g_autofree char *name = hr_text_squeeze (clean, layout->name_width);
  const char      *share = colour ? standing_colour (row->standing) : "";

  hr_text_append_padded (out, name, layout->name_width, FALSE);
  for (guint i = 0; i < N_COLUMNS; i++)
    {
      g_autofree char *cell = layout->shown[i] ? word_cell (row, (Column) i) : NULL;

      if (cell == NULL)
        continue;
      if (i == COLUMN_BUDGET)
        g_string_append (out, share);
      hr_text_append_padded (out, cell, VALUE_WIDTH, TRUE);
      if (i == COLUMN_BUDGET && *share != '\0')
        g_string_append (out, PLAIN);
    }
  g_string_append_c (out, '\n');
}

static void
append_fitted (GString    *out,
               const char *text,
               guint       width,
               const char *style)
{
  g_autofree char *clean = hr_text_clean (text);
  g_autofree char *fitted = hr_text_fit (clean, width);

  g_string_append_printf (out, "%s%s%s\n", style, fitted, *style != '\0' ? PLAIN : "");
}

/* Returns (transfer full) the page: what is watched, how it stands, and a row a metric; the rows that do not fit are counted. */
char *
hr_table_format (const HrReadout *readout,
                 guint            width,
                 guint            height,
                 gboolean         colour)
{
  GString         *out = g_string_new (NULL);
  Layout           layout = lay_out (readout, width);
  const char      *detail = hr_source_get_detail (readout->source);
  g_autofree char *title = g_strdup_printf ("%s%s%s", hr_source_get_title (readout->source), detail != NULL && *detail != '\0' ? " · " : "", detail != NULL ? detail : "");
  HrStanding       worst = readout->verdict != NULL ? readout->verdict->worst : HR_STANDING_NO_DATA;
  guint            room = height > ROWS_AROUND ? height - ROWS_AROUND : 1;
  guint            n_shown = MIN (readout->rows->len, room);

  append_fitted (out, title, width, colour ? BOLD : "");
  append_fitted (out, readout->sentence, width, colour ? standing_colour (worst) : "");
  g_string_append_c (out, '\n');
  append_head (out, &layout, colour);
  for (guint i = 0; i < n_shown; i++)
    append_row (out, &layout, &g_array_index (readout->rows, HrRow, i), colour);
  if (n_shown < readout->rows->len)
    {
      g_autofree char *more = g_strdup_printf ("%u more", readout->rows->len - n_shown);

      append_fitted (out, more, width, colour ? FAINT : "");
    }

  return g_string_free (out, FALSE);
}

/* Returns (transfer full) one line: when, what, how it stands, and the metrics that matter most. */
char *
hr_line_format (const HrReadout *readout)
{
  GString         *out = g_string_new (NULL);
  g_autofree char *title = hr_text_clean (hr_source_get_title (readout->source));
  g_autofree char *sentence = hr_text_clean (readout->sentence);

  hr_utc_append (out, readout->time_us);
  g_string_append_printf (out, "  %s: %s", title, sentence);
  for (guint i = 0; i < readout->rows->len && i < LINE_METRICS; i++)
    {
      const HrRow     *row = &g_array_index (readout->rows, HrRow, i);
      g_autofree char *name = hr_text_clean (row->info->name);
      g_autofree char *now = word_cell (row, COLUMN_NOW);
      g_autofree char *used = isnan (row->used) ? NULL : word_cell (row, COLUMN_BUDGET);

      g_string_append_printf (out, "%s%s %s", i == 0 ? "  | " : ", ", name, now);
      if (used != NULL)
        g_string_append_printf (out, " (%s of budget)", used);
    }
  g_string_append_c (out, '\n');

  return g_string_free (out, FALSE);
}
