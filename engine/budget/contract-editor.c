/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A change is made to the rows of the file, each with its own line end, and counts only if the scanner and the parser then read a contract
 * from the whole. What a change does not name stays byte for byte:
 *
 *     a value      is put where the old one stood, blanks around it stay;
 *     a new key    comes after the last of its group, or after the group's header;
 *     a new budget comes at the end, behind an empty line;
 *     a budget that goes takes the comments with it that stand right above its header, and those right below its last key that an empty line
 *     or the end follows; and the empty lines behind it;
 *     the last row has a line end if it had one before.
 *
 * New rows end as the first row does. */

#include "engine/budget/contract-editor.h"

#include "engine/budget/contract-scanner.h"

#include <string.h>

#define MAX_UNDO 100

#define LINE_END_BYTES "\r\n"
#define BLANKS " \t"

struct _HrContractEditor
{
  HrContract *contract; /* owned; what the text says now */
  GPtrArray  *undo;     /* owned HrContract, oldest first */
};

typedef enum
{
  ROW_EMPTY,
  ROW_COMMENT,
  ROW_GROUP,
  ROW_KEY
} RowKind;

typedef struct
{
  RowKind kind;
  char   *name; /* of the group or key, else NULL */
  char   *text; /* with its line end, if it has one */
} Row;

/* The file while it is changed. */
typedef struct
{
  GPtrArray  *rows;     /* owned Row */
  const char *line_end; /* of new rows */
} Draft;

static void
row_free (gpointer data)
{
  Row *self = data;

  g_free (self->name);
  g_free (self->text);
  g_free (self);
}

/* @text: (transfer full) */
static Row *
row_new (RowKind     kind,
         const char *name,
         char       *text)
{
  Row *self = g_new0 (Row, 1);

  self->kind = kind;
  self->name = g_strdup (name);
  self->text = text;

  return self;
}

static gboolean
row_has_end (const Row *self)
{
  return g_str_has_suffix (self->text, "\n");
}

/* Puts @value in place of what stands from @start of the row's text on, up to the blanks before @stop. */
static void
row_put (Row        *self,
         const char *start,
         const char *stop,
         const char *value)
{
  g_autofree char *before = NULL;
  char            *text;

  start += strspn (start, BLANKS);
  while (stop > start && strchr (BLANKS LINE_END_BYTES, stop[-1]) != NULL)
    stop--;

  before = g_strndup (self->text, (gsize) (start - self->text));
  text = g_strconcat (before, value, stop, NULL);
  g_free (self->text);
  self->text = text;
}

static void
draft_clear (Draft *self)
{
  g_clear_pointer (&self->rows, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_clear)

/* Cuts @text into rows of which it is not known yet what they say. */
static void
draft_cut (Draft      *self,
           const char *text)
{
  while (*text != '\0')
    {
      gsize length = strcspn (text, "\n");
      Row  *row;

      length += text[length] == '\n' ? 1 : 0;
      row = row_new (ROW_EMPTY, NULL, g_strndup (text, length));
      if (row->text[strspn (row->text, BLANKS LINE_END_BYTES)] != '\0')
        row->kind = ROW_COMMENT;
      g_ptr_array_add (self->rows, row);
      text += length;
    }
}

/* Begins with the text of @contract. The scanner read it once, and says the same again. */
static void
draft_init (Draft      *self,
            HrContract *contract)
{
  const char *text = hr_contract_get_text (contract);
  g_auto (HrContractScanner) scanner = { 0 };
  HrContractLine line = { HR_CONTRACT_LINE_END };

  self->rows = g_ptr_array_new_with_free_func (row_free);
  draft_cut (self, text);
  self->line_end = self->rows->len > 0 && g_str_has_suffix (((Row *) g_ptr_array_index (self->rows, 0))->text, "\r\n") ? "\r\n" : "\n";

  if (!hr_contract_scanner_init (&scanner, text, strlen (text), hr_contract_get_file (contract), NULL))
    return;
  while (hr_contract_scanner_next (&scanner, &line, NULL) && line.kind != HR_CONTRACT_LINE_END)
    {
      Row *row = g_ptr_array_index (self->rows, line.place.line - 1);

      row->kind = line.kind == HR_CONTRACT_LINE_GROUP ? ROW_GROUP : ROW_KEY;
      row->name = g_strdup (line.name);
    }
}

static Row *
draft_row (Draft *self,
           guint  index)
{
  return g_ptr_array_index (self->rows, index);
}

static RowKind
draft_kind (Draft *self,
            guint  index)
{
  return draft_row (self, index)->kind;
}

/* The group called @name, from its header up to the next one. */
static gboolean
draft_find_group (Draft      *self,
                  const char *name,
                  guint      *out_header,
                  guint      *out_end)
{
  guint end;

  for (guint i = 0; i < self->rows->len; i++)
    {
      if (draft_kind (self, i) != ROW_GROUP || !g_str_equal (draft_row (self, i)->name, name))
        continue;

      for (end = i + 1; end < self->rows->len && draft_kind (self, end) != ROW_GROUP;)
        end++;
      *out_header = i;
      *out_end = end;
      return TRUE;
    }

  return FALSE;
}

/* Behind the last key of a group, or behind its header. */
static guint
draft_behind_keys (Draft *self,
                   guint  header,
                   guint  end)
{
  while (end > header + 1 && draft_kind (self, end - 1) != ROW_KEY)
    end--;

  return end;
}

/* @text: (transfer full): without a line end */
static void
draft_insert (Draft      *self,
              guint       index,
              RowKind     kind,
              const char *name,
              char       *text)
{
  Row  *above = index > 0 ? draft_row (self, index - 1) : NULL;
  Row  *row = row_new (kind, name, text);
  Row  *unended = above != NULL && !row_has_end (above) ? above : row;
  char *ended = g_strconcat (unended->text, self->line_end, NULL);

  g_free (unended->text);
  unended->text = ended;
  g_ptr_array_insert (self->rows, (gint) index, row);
}

static void
draft_remove (Draft *self,
              guint  begin,
              guint  end)
{
  gboolean unended = end == self->rows->len && end > begin && !row_has_end (draft_row (self, end - 1));
  Row     *last;
  gsize    length;

  if (end > begin)
    g_ptr_array_remove_range (self->rows, begin, end - begin);
  if (!unended || self->rows->len == 0)
    return;

  last = draft_row (self, self->rows->len - 1);
  length = strlen (last->text);
  while (length > 0 && strchr (LINE_END_BYTES, last->text[length - 1]) != NULL)
    last->text[--length] = '\0';
}

/* Names and values stand in one row each, and a key is a word: whatever comes in, it cannot say more than it should. */
static gboolean
check_text (HrContract *contract,
            const char *text,
            GError    **error)
{
  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at) && *at != '\t')
      {
        g_set_error (error, HR_CONTRACT_ERROR, HR_CONTRACT_ERROR_VALUE, "%s: a control character (0x%02x)", hr_contract_get_file (contract), (guint) *at);
        return FALSE;
      }

  return TRUE;
}

static gboolean
check_key (HrContract *contract,
           const char *key,
           const char *value,
           GError    **error)
{
  gsize n_letters = strspn (key, "abcdefghijklmnopqrstuvwxyz");

  if (n_letters == 0 || key[n_letters] != '\0')
    {
      g_set_error (error, HR_CONTRACT_ERROR, HR_CONTRACT_ERROR_KEY, "%s: no budget has a key of this name", hr_contract_get_file (contract));
      return FALSE;
    }

  return value == NULL || check_text (contract, value, error);
}

/* Sets @key in the group from @header to @end, or with @value NULL takes it out. */
static void
draft_set (Draft      *self,
           guint       header,
           guint       end,
           const char *key,
           const char *value)
{
  guint index = header + 1;
  Row  *row;

  while (index < end && (draft_kind (self, index) != ROW_KEY || !g_str_equal (draft_row (self, index)->name, key)))
    index++;

  if (index < end && value != NULL)
    {
      row = draft_row (self, index);
      row_put (row, strchr (row->text, '=') + 1, row->text + strlen (row->text), value);
    }
  else if (index < end)
    draft_remove (self, index, index + 1);
  else if (value != NULL)
    draft_insert (self, draft_behind_keys (self, header, end), ROW_KEY, key, g_strconcat (key, "=", value, NULL));
}

static gboolean
need_group (HrContractEditor *self,
            Draft            *draft,
            const char       *name,
            guint            *out_header,
            guint            *out_end,
            GError          **error)
{
  if (draft_find_group (draft, name, out_header, out_end))
    return TRUE;

  g_set_error (error, HR_CONTRACT_ERROR, HR_CONTRACT_ERROR_KEY, "%s: no budget is called “%s”", hr_contract_get_file (self->contract), name);

  return FALSE;
}

/* Makes what stands in @draft the text, if it is a contract. */
static gboolean
take (HrContractEditor *self,
      Draft            *draft,
      GError          **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  HrContract *contract;

  for (guint i = 0; i < draft->rows->len; i++)
    g_string_append (text, draft_row (draft, i)->text);
  if (g_str_equal (text->str, hr_contract_get_text (self->contract)))
    return TRUE;

  contract = hr_contract_parse (text->str, text->len, hr_contract_get_file (self->contract), error);
  if (contract == NULL)
    return FALSE;

  if (self->undo->len == MAX_UNDO)
    g_ptr_array_remove_index (self->undo, 0);
  g_ptr_array_add (self->undo, self->contract);
  self->contract = contract;

  return TRUE;
}

static void
contract_unref (gpointer data)
{
  hr_contract_unref (data);
}

/* Returns: (transfer full): an editor of @text, which is a contract already; NULL with an HR_CONTRACT_ERROR where it is none.
 * @file: only names the file in messages */
HrContractEditor *
hr_contract_editor_new (const char *text,
                        gsize       size,
                        const char *file,
                        GError    **error)
{
  HrContract       *contract = hr_contract_parse (text, size, file, error);
  HrContractEditor *self;

  if (contract == NULL)
    return NULL;

  self = g_new0 (HrContractEditor, 1);
  self->contract = contract;
  self->undo = g_ptr_array_new_with_free_func (contract_unref);

  return self;
}

/* Frees @self. NULL is accepted. */
void
hr_contract_editor_free (HrContractEditor *self)
{
  if (self == NULL)
    return;

  hr_contract_unref (self->contract);
  g_ptr_array_unref (self->undo);
  g_free (self);
}

/* Sets @key of the budget, or the group "contract", called @budget to @value, in the format of the file; NULL takes it out. Fails with an
 * HR_CONTRACT_ERROR, and changes nothing, where the text would be no contract any more. */
gboolean
hr_contract_editor_set (HrContractEditor *self,
                        const char       *budget,
                        const char       *key,
                        const char       *value,
                        GError          **error)
{
  g_auto (Draft) draft = { 0 };
  guint header, end;

  if (!check_key (self->contract, key, value, error))
    return FALSE;

  draft_init (&draft, self->contract);
  if (!need_group (self, &draft, budget, &header, &end, error))
    return FALSE;
  draft_set (&draft, header, end, key, value);

  return take (self, &draft, error);
}

static gboolean
check_keys (HrContract        *contract,
            const char *const *keys,
            GError           **error)
{
  for (guint i = 0; keys[i] != NULL; i += 2)
    if (!check_key (contract, keys[i], keys[i + 1], error))
      return FALSE;

  return TRUE;
}

/* Returns: (transfer full): @name as it can stand between brackets, without blanks at its ends; the scanner checks the rest. */
static char *
group_name (const char *name)
{
  return g_strstrip (g_strdup (name));
}

static gboolean
is_wanted (const char *const *keys,
           const char        *key)
{
  for (guint i = 0; keys[i] != NULL; i += 2)
    if (g_str_equal (keys[i], key))
      return TRUE;

  return FALSE;
}

/* Gives the budget called @budget these keys and no others, and the name @new_name unless that is NULL. Fails as hr_contract_editor_set () does.
 * @keys: pairs of name and value, NULL at the end */
gboolean
hr_contract_editor_replace (HrContractEditor  *self,
                            const char        *budget,
                            const char        *new_name,
                            const char *const *keys,
                            GError           **error)
{
  g_autofree char *name = group_name (new_name != NULL ? new_name : budget);
  g_auto (Draft) draft = { 0 };
  guint header, end;
  Row  *row;

  if (!check_text (self->contract, name, error) || !check_keys (self->contract, keys, error))
    return FALSE;

  draft_init (&draft, self->contract);
  if (!need_group (self, &draft, budget, &header, &end, error))
    return FALSE;

  for (guint i = 0; keys[i] != NULL; i += 2)
    {
      draft_set (&draft, header, end, keys[i], keys[i + 1]);
      draft_find_group (&draft, budget, &header, &end);
    }
  for (guint i = end; i > header + 1; i--)
    if (draft_kind (&draft, i - 1) == ROW_KEY && !is_wanted (keys, draft_row (&draft, i - 1)->name))
      draft_remove (&draft, i - 1, i);

  row = draft_row (&draft, header);
  row_put (row, strchr (row->text, '[') + 1, strrchr (row->text, ']'), name);

  return take (self, &draft, error);
}

/* Adds a budget at the end. Fails as hr_contract_editor_set () does.
 * @keys: pairs of name and value, NULL at the end */
gboolean
hr_contract_editor_add (HrContractEditor  *self,
                        const char        *budget,
                        const char *const *keys,
                        GError           **error)
{
  g_autofree char *name = group_name (budget);
  g_auto (Draft) draft = { 0 };

  if (!check_text (self->contract, name, error) || !check_keys (self->contract, keys, error))
    return FALSE;

  draft_init (&draft, self->contract);
  if (draft_kind (&draft, draft.rows->len - 1) != ROW_EMPTY)
    draft_insert (&draft, draft.rows->len, ROW_EMPTY, NULL, g_strdup (""));
  draft_insert (&draft, draft.rows->len, ROW_GROUP, name, g_strconcat ("[", name, "]", NULL));
  for (guint i = 0; keys[i] != NULL; i += 2)
    draft_insert (&draft, draft.rows->len, ROW_KEY, keys[i], g_strconcat (keys[i], "=", keys[i + 1], NULL));

  return take (self, &draft, error);
}

/* Where the comments right above the header of a group begin. Those that begin the file are the file's. */
static guint
begin_of (Draft *draft,
          guint  header)
{
  guint begin = header;

  while (begin > 0 && draft_kind (draft, begin - 1) == ROW_COMMENT)
    begin--;

  return begin > 0 ? begin : header;
}

/* Behind what belongs to a group and the empty rows after it. */
static guint
end_of (Draft *draft,
        guint  header,
        guint  end)
{
  guint behind, n = draft->rows->len;

  end = draft_behind_keys (draft, header, end);
  for (behind = end; behind < n && draft_kind (draft, behind) == ROW_COMMENT;)
    behind++;
  if (behind == n || draft_kind (draft, behind) == ROW_EMPTY)
    end = behind;
  while (end < n && draft_kind (draft, end) == ROW_EMPTY)
    end++;

  return end;
}

/* Takes out the budget called @budget with its comments. Fails as hr_contract_editor_set () does; the last budget stays. */
gboolean
hr_contract_editor_remove (HrContractEditor *self,
                           const char       *budget,
                           GError          **error)
{
  g_auto (Draft) draft = { 0 };
  guint header, end, begin;

  draft_init (&draft, self->contract);
  if (!need_group (self, &draft, budget, &header, &end, error))
    return FALSE;

  begin = begin_of (&draft, header);
  end = end_of (&draft, header, end);
  while (end == draft.rows->len && begin > 0 && draft_kind (&draft, begin - 1) == ROW_EMPTY)
    begin--;
  draft_remove (&draft, begin, end);

  return take (self, &draft, error);
}

/* Returns whether there is a change to take back. The last hundred are kept. */
gboolean
hr_contract_editor_can_undo (HrContractEditor *self)
{
  return self->undo->len > 0;
}

/* Takes the last change back, if there is one. */
void
hr_contract_editor_undo (HrContractEditor *self)
{
  if (self->undo->len == 0)
    return;

  hr_contract_unref (self->contract);
  self->contract = g_ptr_array_steal_index (self->undo, self->undo->len - 1);
}

/* Returns: (transfer none): the text as it stands; valid until the next change. */
const char *
hr_contract_editor_get_text (HrContractEditor *self)
{
  return hr_contract_get_text (self->contract);
}

/* Returns: (transfer none): what the text says; valid until the next change. */
HrContract *
hr_contract_editor_get_contract (HrContractEditor *self)
{
  return self->contract;
}
