/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/bench/bench.h"

#include "engine/base/clock.h"

#include <json-glib/json-glib.h>
#include <math.h>

/* A run is long beside the clock and short beside a scheduler's slice, and there are so many that some of them
 * are undisturbed, by what shares the processor's core too: the least of them is the operation's own time. */
#define RUN_NS 4000000
#define N_RUNS 100
#define DEFAULT_PATH "_build/bench.json"

typedef struct
{
  char  *name;
  double value;
} Peer;

typedef struct
{
  char   *name;
  double  value;
  char   *unit;
  double  floor; /* NaN: none */
  GArray *peers; /* of Peer */
} Result;

struct _HrBench
{
  char      *group;
  GPtrArray *results;
};

static void
peer_clear (gpointer data)
{
  Peer *peer = data;

  g_free (peer->name);
}

static void
result_free (gpointer data)
{
  Result *result = data;

  g_free (result->name);
  g_free (result->unit);
  g_array_unref (result->peers);
  g_free (result);
}

/* Returns an empty group named @group, the part before the dot in "group.name". */
HrBench *
hr_bench_new (const char *group)
{
  HrBench *self = g_new0 (HrBench, 1);

  self->group = g_strdup (group);
  self->results = g_ptr_array_new_with_free_func (result_free);

  return self;
}

/* Frees @self, which may be NULL. */
void
hr_bench_free (HrBench *self)
{
  if (self == NULL)
    return;

  g_free (self->group);
  g_ptr_array_unref (self->results);
  g_free (self);
}

static Result *
find_result (HrBench    *self,
             const char *name)
{
  for (guint i = 0; i < self->results->len; i++)
    {
      Result *result = g_ptr_array_index (self->results, i);

      if (g_str_equal (result->name, name))
        return result;
    }

  return NULL;
}

/* Takes down that @name came to @value in @unit, beside @floor in the same unit (NaN: there is none). A
 * name is given once. */
void
hr_bench_add (HrBench    *self,
              const char *name,
              double      value,
              const char *unit,
              double      floor)
{
  Result *result = g_new0 (Result, 1);

  g_assert (isfinite (value));
  g_assert (find_result (self, name) == NULL);

  result->name = g_strdup (name);
  result->value = value;
  result->unit = g_strdup (unit);
  result->floor = floor;
  result->peers = g_array_new (FALSE, FALSE, sizeof (Peer));
  g_array_set_clear_func (result->peers, peer_clear);
  g_ptr_array_add (self->results, result);
}

/* Returns the value of the result @name, which exists. */
double
hr_bench_get (HrBench    *self,
              const char *name)
{
  Result *result = find_result (self, name);

  g_assert (result != NULL);

  return result->value;
}

/* Takes down that @peer came to @value, in the unit of the result @name, which exists. */
void
hr_bench_add_peer (HrBench    *self,
                   const char *name,
                   const char *peer,
                   double      value)
{
  Result *result = find_result (self, name);
  Peer    entry = { g_strdup (peer), value };

  g_assert (result != NULL);
  g_assert (isfinite (value));

  g_array_append_val (result->peers, entry);
}

static guint64
time_run (HrBenchFunc func,
          guint64     n,
          gpointer    user_data)
{
  guint64 begin = hr_clock_monotonic ();

  func (n, user_data);

  return hr_clock_monotonic () - begin;
}

/* How many operations make a run of about RUN_NS; the runs it takes to find out warm the caches. */
static guint64
calibrate (HrBenchFunc func,
           gpointer    user_data)
{
  guint64 n = 1;

  while (time_run (func, n, user_data) < RUN_NS)
    n *= 2;

  return n;
}

/* Measures @func and @floor (may be NULL), which both get @user_data, and takes down the least
 * nanoseconds an operation took in any run. Their runs take turns, so that a slow moment of the machine
 * meets both. */
void
hr_bench_run (HrBench    *self,
              const char *name,
              HrBenchFunc func,
              HrBenchFunc floor,
              gpointer    user_data)
{
  guint64 n = calibrate (func, user_data);
  guint64 floor_n = floor != NULL ? calibrate (floor, user_data) : 0;
  double  least = INFINITY, floor_least = INFINITY;

  for (guint i = 0; i < N_RUNS; i++)
    {
      least = MIN (least, (double) time_run (func, n, user_data) / (double) n);
      if (floor != NULL)
        floor_least = MIN (floor_least, (double) time_run (floor, floor_n, user_data) / (double) floor_n);
    }

  hr_bench_add (self, name, least, "ns", floor != NULL ? floor_least : (double) NAN);
}

/* Measures @func as the peer named @peer of the result @name, which hr_bench_run () gave. */
void
hr_bench_run_peer (HrBench    *self,
                   const char *name,
                   const char *peer,
                   HrBenchFunc func,
                   gpointer    user_data)
{
  guint64 n = calibrate (func, user_data);
  double  least = INFINITY;

  for (guint i = 0; i < N_RUNS; i++)
    least = MIN (least, (double) time_run (func, n, user_data) / (double) n);

  hr_bench_add_peer (self, name, peer, least);
}

/* Writes @value with about three digits; a dash for NaN and infinities, as the ratio to a floor of 0. */
static const char *
format_number (double value,
               char   out[static 32])
{
  double size = fabs (value);

  if (!isfinite (value))
    return "-";

  g_snprintf (out, 32, "%.*f", size < 9.995 ? 2 : size < 99.95 ? 1
                                                               : 0,
              value);

  return out;
}

static void
format_result (HrBench      *self,
               const Result *result,
               int           name_width,
               GString      *out)
{
  g_autofree char *name = g_strdup_printf ("%s.%s", self->group, result->name);
  char             value[32], floor[32], ratio[32];

  g_string_append_printf (out, "%-*s  %10s %-4s  %10s  %7s", name_width, name,
                          format_number (result->value, value), result->unit,
                          format_number (result->floor, floor),
                          format_number (result->value / result->floor, ratio));

  for (guint i = 0; i < result->peers->len; i++)
    {
      const Peer *peer = &g_array_index (result->peers, Peer, i);

      g_string_append_printf (out, "  %s %s (x %s)", peer->name, format_number (peer->value, value),
                              format_number (peer->value / result->value, ratio));
    }
  g_string_append_c (out, '\n');
}

/* Returns the path of a new folder for regions, for the caller to free, or NULL with @error. It is in memory where that
 * can be had, as the runtime folder is; on a disk the pages of a region would be written back meanwhile. */
char *
hr_bench_make_folder (GError **error)
{
  g_autofree char *shared = g_strdup ("/dev/shm/headroom-bench-XXXXXX");

  return g_mkdtemp (shared) != NULL ? g_steal_pointer (&shared) : g_dir_make_tmp ("headroom-bench-XXXXXX", error);
}

/* Returns the results as an aligned table, for the caller to free: name, value, unit, floor, ratio of
 * the value to the floor, and each peer with its ratio to the value. */
char *
hr_bench_format (HrBench *self)
{
  GString *out = g_string_new (NULL);
  gsize    width = 0;

  for (guint i = 0; i < self->results->len; i++)
    {
      const Result *result = g_ptr_array_index (self->results, i);

      width = MAX (width, strlen (self->group) + 1 + strlen (result->name));
    }

  g_string_append_printf (out, "%-*s  %10s %-4s  %10s  %7s  %s\n", (int) width, "", "value", "", "floor", "ratio", "peers");
  for (guint i = 0; i < self->results->len; i++)
    format_result (self, g_ptr_array_index (self->results, i), (int) width, out);

  return g_string_free (out, FALSE);
}

/* Reads the object in the file at @path: an empty one when there is no file. */
static JsonNode *
load_results (const char *path,
              GError    **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) failure = NULL;
  JsonNode *root;

  if (!json_parser_load_from_file (parser, path, &failure))
    {
      if (!g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }

      root = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (root, json_object_new ());
      return root;
    }

  root = json_parser_steal_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_clear_pointer (&root, json_node_unref);
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s holds no object of results", path);
    }

  return root;
}

static JsonObject *
result_to_json (const Result *result)
{
  JsonObject *object = json_object_new ();
  JsonObject *peers = json_object_new ();

  json_object_set_double_member (object, "value", result->value);
  json_object_set_string_member (object, "unit", result->unit);
  if (isfinite (result->floor))
    json_object_set_double_member (object, "floor", result->floor);
  if (isfinite (result->value / result->floor))
    json_object_set_double_member (object, "ratio", result->value / result->floor);

  for (guint i = 0; i < result->peers->len; i++)
    {
      const Peer *peer = &g_array_index (result->peers, Peer, i);

      json_object_set_double_member (peers, peer->name, peer->value);
    }
  json_object_set_object_member (object, "peer", peers);

  return object;
}

/* Removes the members of this group: a benchmark that is gone must not stay in the file. */
static void
remove_group (HrBench    *self,
              JsonObject *all)
{
  g_autofree char *prefix = g_strconcat (self->group, ".", NULL);
  GList           *members = json_object_get_members (all);

  for (GList *l = members; l != NULL; l = l->next)
    {
      g_autofree char *member = g_strdup (l->data);

      if (g_str_has_prefix (member, prefix))
        json_object_remove_member (all, member);
    }
  g_list_free (members);
}

/* Puts the results into the JSON file at @path, in the place of what this group left there before, and
 * leaves other groups' as they are. The file is created when missing, and untouched on failure: when it
 * cannot be read or written, or holds something else. */
gboolean
hr_bench_save (HrBench    *self,
               const char *path,
               GError    **error)
{
  g_autoptr (JsonNode) root = load_results (path, error);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  JsonObject *all;

  if (root == NULL)
    return FALSE;

  all = json_node_get_object (root);
  remove_group (self, all);
  for (guint i = 0; i < self->results->len; i++)
    {
      const Result    *result = g_ptr_array_index (self->results, i);
      g_autofree char *name = g_strdup_printf ("%s.%s", self->group, result->name);

      json_object_set_object_member (all, name, result_to_json (result));
    }

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);

  return json_generator_to_file (generator, path, error);
}

/* Prints the table, saves the results to $HR_BENCH_JSON (else _build/bench.json) and frees @self.
 * Returns what main () returns: 0, or 1 with a message when they could not be saved. */
int
hr_bench_finish (HrBench *self)
{
  g_autofree char *table = hr_bench_format (self);
  g_autoptr (GError) error = NULL;
  const char *path = g_getenv ("HR_BENCH_JSON");
  gboolean    saved;

  g_print ("%s", table);

  saved = hr_bench_save (self, path != NULL && *path != '\0' ? path : DEFAULT_PATH, &error);
  if (!saved)
    g_printerr ("bench-%s: %s\n", self->group, error->message);
  hr_bench_free (self);

  return saved ? 0 : 1;
}
