/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/budget/contract-editor.h"

#include <math.h>
#include <string.h>

#define HEADER "[contract]\nname=Test\nversion=1\n"
#define MEMORY "[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=200\n"
#define FRAMES "[frames]\nmetric=ui_frame_time_ms\nstatistic=recent\nlimit=16\n"

static HrContractEditor *
edit (const char *text)
{
  g_autoptr (GError) error = NULL;
  HrContractEditor *self = hr_contract_editor_new (text, strlen (text), "test.ini", &error);

  g_assert_no_error (error);

  return self;
}

static void
assert_set (const char *text,
            const char *budget,
            const char *key,
            const char *value,
            const char *expected)
{
  g_autoptr (HrContractEditor) editor = edit (text);
  g_autoptr (GError) error = NULL;

  g_assert_true (hr_contract_editor_set (editor, budget, key, value, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (hr_contract_editor_get_text (editor), ==, expected);

  hr_contract_editor_undo (editor);
  g_assert_cmpstr (hr_contract_editor_get_text (editor), ==, text);
  g_assert_false (hr_contract_editor_can_undo (editor));
}

static void
test_a_value_is_put_where_the_old_one_stood (void)
{
  assert_set (HEADER MEMORY, "memory", "limit", "300", HEADER "[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=300\n");
  assert_set ("# ours\n" HEADER "[ memory ]\n metric\t=\tmemory_usage_mb\nstatistic=last\n# in MB\n limit =  200 \t\n", "memory", "limit", "1e2",
              "# ours\n" HEADER "[ memory ]\n metric\t=\tmemory_usage_mb\nstatistic=last\n# in MB\n limit =  1e2 \t\n");
  assert_set (HEADER MEMORY, "contract", "name", "Größe = [1] # 2", "[contract]\nname=Größe = [1] # 2\nversion=1\n" MEMORY);
}

static void
test_a_new_key_comes_after_the_last (void)
{
  assert_set (HEADER MEMORY "\n# of frames\n" FRAMES, "memory", "warn", "0.8", HEADER MEMORY "warn=0.8\n\n# of frames\n" FRAMES);
  assert_set (HEADER MEMORY "\n# of frames\n" FRAMES, "frames", "warn", "0.8", HEADER MEMORY "\n# of frames\n" FRAMES "warn=0.8\n");
}

static void
test_a_key_is_taken_out (void)
{
  assert_set (HEADER MEMORY "# soon\nwarn=0.8\n# end\n", "memory", "warn", NULL, HEADER MEMORY "# soon\n# end\n");
  assert_set (HEADER MEMORY, "memory", "warn", NULL, HEADER MEMORY);
}

static void
test_line_ends_stay (void)
{
  assert_set ("[contract]\r\nname=T\r\nversion=1\r\n[m]\r\nmetric=memory_usage_mb\r\nstatistic=last\r\nlimit=200 \r\n\r\n", "m", "limit", "1",
              "[contract]\r\nname=T\r\nversion=1\r\n[m]\r\nmetric=memory_usage_mb\r\nstatistic=last\r\nlimit=1 \r\n\r\n");
  assert_set ("[contract]\r\nname=T\r\nversion=1\r\n[m]\r\nmetric=memory_usage_mb\r\nstatistic=last\r\nlimit=200", "m", "hold", "1s",
              "[contract]\r\nname=T\r\nversion=1\r\n[m]\r\nmetric=memory_usage_mb\r\nstatistic=last\r\nlimit=200\r\nhold=1s");
  assert_set (HEADER "[m]\nmetric=memory_usage_mb\nstatistic=last\nlimit=200\nwarn=0.8", "m", "warn", NULL,
              HEADER "[m]\nmetric=memory_usage_mb\nstatistic=last\nlimit=200");
  assert_set ("\xef\xbb\xbf" HEADER MEMORY, "memory", "limit", "1", "\xef\xbb\xbf" HEADER "[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=1\n");
}

/* Whatever is refused leaves the text, its contract and what can be undone as they are. */
static void
assert_refused (HrContractEditor *editor,
                gboolean          done,
                GError           *error,
                const char       *text,
                HrContractError   code)
{
  g_assert_false (done);
  g_assert_error (error, HR_CONTRACT_ERROR, (int) code);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_true (g_str_has_prefix (error->message, "test.ini:"));
  g_assert_cmpstr (hr_contract_editor_get_text (editor), ==, text);
  g_assert_false (hr_contract_editor_can_undo (editor));
  g_assert_cmpuint (hr_contract_get_n_budgets (hr_contract_editor_get_contract (editor)), ==, 1);
}

static void
test_what_is_no_contract_changes_nothing (void)
{
  static const struct
  {
    const char     *budget;
    const char     *key;
    const char     *value;
    HrContractError code;
  } cases[] = {
    { "memory", "limit", "many", HR_CONTRACT_ERROR_VALUE },
    { "memory", "limit", NULL, HR_CONTRACT_ERROR_KEY },
    { "memory", "limit", "", HR_CONTRACT_ERROR_VALUE },
    { "memory", "minimum", "3", HR_CONTRACT_ERROR_KEY },
    { "memory", "metric", "memory", HR_CONTRACT_ERROR_METRIC },
    { "memory", "limits", "3", HR_CONTRACT_ERROR_KEY },
    { "memory", "# limit", "3", HR_CONTRACT_ERROR_KEY },
    { "memory", "", "3", HR_CONTRACT_ERROR_KEY },
    { "memory", "limit", "3\nwarn=0.8", HR_CONTRACT_ERROR_VALUE },
    { "memory", "source", "a\r", HR_CONTRACT_ERROR_VALUE },
    { "memory", "source", "\xff", HR_CONTRACT_ERROR_SYNTAX },
    { "nobody", "limit", "3", HR_CONTRACT_ERROR_KEY },
    { "contract", "version", "2", HR_CONTRACT_ERROR_VALUE },
    { "contract", "name", NULL, HR_CONTRACT_ERROR_KEY },
  };
  static const char *const keys[] = { "metric", "memory_usage_mb", "statistic", "last", "limit", "1", NULL };
  static const char *const few[] = { "metric", "memory_usage_mb", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HrContractEditor) editor = edit (HEADER MEMORY);
      g_autoptr (GError) error = NULL;
      gboolean done = hr_contract_editor_set (editor, cases[i].budget, cases[i].key, cases[i].value, &error);

      assert_refused (editor, done, error, HEADER MEMORY, cases[i].code);
    }

  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (HrContractEditor) editor = edit (HEADER MEMORY);
      g_autoptr (GError) error = NULL;
      gboolean        done;
      HrContractError code = HR_CONTRACT_ERROR_SYNTAX;

      switch (i)
        {
        case 0:
          done = hr_contract_editor_add (editor, "memory", keys, &error);
          code = HR_CONTRACT_ERROR_DUPLICATE;
          break;
        case 1:
          done = hr_contract_editor_add (editor, "a]b", keys, &error);
          break;
        case 2:
          done = hr_contract_editor_add (editor, "  ", keys, &error);
          break;
        case 3:
          done = hr_contract_editor_add (editor, "a]\n[b", keys, &error);
          code = HR_CONTRACT_ERROR_VALUE;
          break;
        case 4:
          done = hr_contract_editor_add (editor, "short", few, &error);
          code = HR_CONTRACT_ERROR_KEY;
          break;
        case 5:
          done = hr_contract_editor_replace (editor, "memory", NULL, few, &error);
          code = HR_CONTRACT_ERROR_KEY;
          break;
        case 6:
          done = hr_contract_editor_replace (editor, "memory", "contract", keys, &error);
          code = HR_CONTRACT_ERROR_DUPLICATE;
          break;
        default:
          done = hr_contract_editor_remove (editor, "memory", &error);
          code = HR_CONTRACT_ERROR_KEY;
          break;
        }
      assert_refused (editor, done, error, HEADER MEMORY, code);
    }
}

static void
test_replacing_keeps_comments (void)
{
  static const char *const keys[] = { "metric", "memory_usage_mb", "statistic", "max", "limit", "300", "hold", "2s", NULL };
  g_autoptr (HrContractEditor) editor = edit (HEADER "# ours\n [ memory ] \nmetric=memory_usage_mb\n# why\nwarn=0.8\nstatistic=last\n\nlimit=200\n# end\n" FRAMES);
  g_autoptr (GError) error = NULL;

  g_assert_true (hr_contract_editor_replace (editor, "memory", " memory #2 ", keys, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (hr_contract_editor_get_text (editor), ==,
                   HEADER "# ours\n [ memory #2 ] \nmetric=memory_usage_mb\n# why\nstatistic=max\n\nlimit=300\nhold=2s\n# end\n" FRAMES);
  g_assert_cmpstr (hr_contract_get_budget (hr_contract_editor_get_contract (editor), 0)->name, ==, "memory #2");

  hr_contract_editor_undo (editor);
  g_assert_cmpstr (hr_contract_get_budget (hr_contract_editor_get_contract (editor), 0)->name, ==, "memory");
  g_assert_false (hr_contract_editor_can_undo (editor));
}

static void
test_a_budget_is_added_at_the_end (void)
{
  static const char *const keys[] = { "metric", "memory_usage_mb", "statistic", "last", "limit", "1", NULL };
  static const struct
  {
    const char *before;
    const char *added;
  } cases[] = {
    { HEADER FRAMES, "\n[a = \"b\" #1]\nmetric=memory_usage_mb\nstatistic=last\nlimit=1\n" },
    { HEADER FRAMES "\n", "[a = \"b\" #1]\nmetric=memory_usage_mb\nstatistic=last\nlimit=1\n" },
    { HEADER FRAMES "# end", "\n\n[a = \"b\" #1]\nmetric=memory_usage_mb\nstatistic=last\nlimit=1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HrContractEditor) editor = edit (cases[i].before);
      g_autoptr (GError) error = NULL;
      g_autofree char *expected = g_strconcat (cases[i].before, cases[i].added, NULL);

      g_assert_true (hr_contract_editor_add (editor, "a = \"b\" #1", keys, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (hr_contract_editor_get_text (editor), ==, expected);
    }
}

static void
test_a_budget_goes_with_its_comments (void)
{
  static const struct
  {
    const char *before;
    const char *after;
  } cases[] = {
    { HEADER "\n" MEMORY "\n" FRAMES, HEADER "\n" FRAMES },
    { HEADER "\n# of memory\n# in MB\n" MEMORY "# of memory too\n\n# of frames\n" FRAMES, HEADER "\n# of frames\n" FRAMES },
    { HEADER "\n# of memory\n" MEMORY "# of frames\n" FRAMES, HEADER "\n# of frames\n" FRAMES },
    { HEADER FRAMES "\n# of memory\n" MEMORY, HEADER FRAMES },
    { HEADER FRAMES "# free\n\n# of memory\n[memory]\nmetric=memory_usage_mb\nstatistic=last\nlimit=2", HEADER FRAMES "# free" },
    { "# ours\n" MEMORY HEADER FRAMES, "# ours\n" HEADER FRAMES },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HrContractEditor) editor = edit (cases[i].before);
      g_autoptr (GError) error = NULL;

      g_assert_true (hr_contract_editor_remove (editor, "memory", &error));
      g_assert_no_error (error);
      g_assert_cmpstr (hr_contract_editor_get_text (editor), ==, cases[i].after);
    }
}

static void
test_the_last_hundred_changes_can_be_undone (void)
{
  g_autoptr (HrContractEditor) editor = edit (HEADER MEMORY);
  char limit[16];

  for (guint i = 0; i < 150; i++)
    {
      g_snprintf (limit, sizeof limit, "%u", i);
      g_assert_true (hr_contract_editor_set (editor, "memory", "limit", limit, NULL));
      g_assert_true (hr_contract_editor_set (editor, "memory", "limit", limit, NULL));
    }
  for (guint i = 0; i < 100; i++)
    {
      g_assert_true (hr_contract_editor_can_undo (editor));
      hr_contract_editor_undo (editor);
    }
  g_assert_false (hr_contract_editor_can_undo (editor));
  g_assert_cmpfloat (hr_contract_get_budget (hr_contract_editor_get_contract (editor), 0)->limit, ==, 49);
  hr_contract_editor_undo (editor);
}

static void
test_no_contract_is_edited (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hr_contract_editor_new ("[a]", 3, "test.ini", &error));
  g_assert_error (error, HR_CONTRACT_ERROR, HR_CONTRACT_ERROR_KEY);
  hr_contract_editor_free (NULL);
}

static const char *
pick (GRand             *rand,
      const char *const *of,
      gsize              n)
{
  return of[g_rand_int_range (rand, 0, (gint32) n)];
}

#define PICK(rand, of) pick (rand, of, G_N_ELEMENTS (of))

/* A contract with @n budgets as someone might have written it. Comments are numbered, so that each can be found again. */
static char *
write_file (GRand *rand,
            guint  n,
            guint *n_comments)
{
  static const char *const odd_names[] = { "memory", "a = b", "#1", "größe \"x\"", "tail;99 %", "…" };
  const char              *end = g_rand_boolean (rand) ? "\r\n" : "\n";
  GString                 *text = g_string_new (g_rand_boolean (rand) ? "\xef\xbb\xbf" : "");

  g_string_append_printf (text, "[contract]%sname=Test%sversion=1%s", end, end, end);
  for (guint i = 0; i < n; i++)
    {
      const char *const rows[] = { "metric=memory_usage_mb", "statistic=last", " limit = 200 ", "warn=0.5" };

      g_string_append_printf (text, "%s[%s %u]%s", g_rand_boolean (rand) ? end : "", PICK (rand, odd_names), i, end);
      for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
        {
          if (g_rand_int_range (rand, 0, 3) == 0)
            g_string_append_printf (text, "  # note %u.%s", (*n_comments)++, end);
          g_string_append_printf (text, "%s%s", rows[r], end);
        }
    }
  if (g_rand_boolean (rand))
    g_string_truncate (text, text->len - strlen (end));

  return g_string_free (text, FALSE);
}

static guint
count_lines (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == '\n' ? 1 : 0;

  return n;
}

static gboolean
change (GRand            *rand,
        HrContractEditor *editor)
{
  static const char *const names[] = { "limit", "warn", "critical", "hold", "window", "source", "metric", "limits" };
  static const char *const values[] = { "1", "0.5", "300", "2s", "x*", "ui_frame_time_ms", "", "-1", "0.2" };
  static const char *const keys[] = { "metric", "ui_frame_time_ms", "limit", "16", "statistic", "mean", NULL };
  HrContract              *contract = hr_contract_editor_get_contract (editor);
  guint                    n = hr_contract_get_n_budgets (contract);
  g_autofree char         *budget = g_strdup (hr_contract_get_budget (contract, (guint) g_rand_int_range (rand, 0, (gint32) n))->name);
  g_autofree char         *new_name = g_strdup_printf ("new = %u", g_rand_int (rand));
  g_autoptr (GError) error = NULL;
  gboolean done;

  switch (g_rand_int_range (rand, 0, 5))
    {
    case 0:
      done = hr_contract_editor_add (editor, new_name, keys, &error);
      break;
    case 1:
      done = hr_contract_editor_replace (editor, budget, g_rand_boolean (rand) ? new_name : NULL, keys, &error);
      break;
    case 2:
      done = hr_contract_editor_set (editor, budget, PICK (rand, names), NULL, &error);
      break;
    default:
      done = hr_contract_editor_set (editor, budget, PICK (rand, names), PICK (rand, values), &error);
      break;
    }
  g_assert_true (done == (error == NULL));

  return done;
}

/* What the editor says of itself after any change: the text is the contract, line ends are those of the file, every comment is there, in order. */
static void
assert_sound (HrContractEditor *editor,
              gboolean          windows,
              gboolean          ended,
              guint             n_comments)
{
  const char *text = hr_contract_editor_get_text (editor);
  const char *at = text;
  g_autoptr (HrContract) again = hr_contract_parse (text, strlen (text), "test.ini", NULL);

  g_assert_nonnull (again);
  g_assert_cmpuint (hr_contract_get_n_budgets (again), ==, hr_contract_get_n_budgets (hr_contract_editor_get_contract (editor)));
  g_assert_true (g_str_has_suffix (text, "\n") == ended);
  for (guint i = 0; text[i] != '\0'; i++)
    if (text[i] == '\n')
      g_assert_true ((i > 0 && text[i - 1] == '\r') == windows);
  for (guint i = 0; i < n_comments; i++)
    {
      g_autofree char *comment = g_strdup_printf ("  # note %u.", i);

      at = strstr (at, comment);
      g_assert_nonnull (at);
    }
}

static void
test_any_change_of_any_file (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260501);
  guint n_done = 0;

  for (guint round = 0; round < 300; round++)
    {
      guint            n_comments = 0;
      g_autofree char *text = write_file (rand, (guint) g_rand_int_range (rand, 1, 5), &n_comments);
      g_autoptr (HrContractEditor) editor = edit (text);
      gboolean windows = strstr (text, "\r\n") != NULL, ended = g_str_has_suffix (text, "\n");
      g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

      for (guint i = 0; i < 20; i++)
        {
          g_autofree char *before = g_strdup (hr_contract_editor_get_text (editor));
          guint            lines = count_lines (before);
          gboolean         done = change (rand, editor);

          if (!done)
            g_assert_cmpstr (hr_contract_editor_get_text (editor), ==, before);
          else if (!g_str_equal (hr_contract_editor_get_text (editor), before))
            g_ptr_array_add (texts, g_steal_pointer (&before));
          g_assert_cmpint (ABS ((int) count_lines (hr_contract_editor_get_text (editor)) - (int) lines), <=, 5);
          assert_sound (editor, windows, ended, n_comments);
          n_done += done ? 1 : 0;
        }
      while (texts->len > 0)
        {
          g_autofree char *before = g_ptr_array_steal_index (texts, texts->len - 1);

          hr_contract_editor_undo (editor);
          g_assert_cmpstr (hr_contract_editor_get_text (editor), ==, before);
        }
      g_assert_false (hr_contract_editor_can_undo (editor));
      g_assert_cmpstr (hr_contract_editor_get_text (editor), ==, text);
    }
  g_assert_cmpuint (n_done, >, 2000);
}

/* Of an added budget nothing is left once it is removed. */
static void
test_adding_and_removing_is_nothing (void)
{
  static const char *const keys[] = { "metric", "ui_frame_time_ms", "limit", "16", "statistic", "mean", NULL };
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260502);

  for (guint round = 0; round < 200; round++)
    {
      guint            n_comments = 0;
      g_autofree char *text = write_file (rand, (guint) g_rand_int_range (rand, 1, 5), &n_comments);
      g_autoptr (HrContractEditor) editor = edit (text);

      g_assert_true (hr_contract_editor_add (editor, "added", keys, NULL));
      g_assert_true (hr_contract_editor_remove (editor, "added", NULL));
      g_assert_cmpstr (hr_contract_editor_get_text (editor), ==, text);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/budget/contract-editor/value", test_a_value_is_put_where_the_old_one_stood);
  g_test_add_func ("/budget/contract-editor/new-key", test_a_new_key_comes_after_the_last);
  g_test_add_func ("/budget/contract-editor/no-key", test_a_key_is_taken_out);
  g_test_add_func ("/budget/contract-editor/line-ends", test_line_ends_stay);
  g_test_add_func ("/budget/contract-editor/refused", test_what_is_no_contract_changes_nothing);
  g_test_add_func ("/budget/contract-editor/replace", test_replacing_keeps_comments);
  g_test_add_func ("/budget/contract-editor/add", test_a_budget_is_added_at_the_end);
  g_test_add_func ("/budget/contract-editor/remove", test_a_budget_goes_with_its_comments);
  g_test_add_func ("/budget/contract-editor/undo", test_the_last_hundred_changes_can_be_undone);
  g_test_add_func ("/budget/contract-editor/none", test_no_contract_is_edited);
  g_test_add_func ("/budget/contract-editor/any", test_any_change_of_any_file);
  g_test_add_func ("/budget/contract-editor/nothing", test_adding_and_removing_is_nothing);

  return g_test_run ();
}
