/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A report as one HTML file that refers to nothing outside it and runs nothing: it can be mailed, archived and opened anywhere. It is well-formed XML
 * as well, so that it can be checked. */

#include "engine/report/markup.h"
#include "engine/report/report-document.h"

#include <glib/gi18n-lib.h>

#define FONT "Inter, Cantarell, system-ui, -apple-system, \"Segoe UI\", \"Noto Sans\", sans-serif"

static const char style[] =
    "*{box-sizing:border-box}"
    "html{background:var(--page);color:var(--text);font:15px/1.5 " FONT ";-webkit-text-size-adjust:100%;font-variant-numeric:tabular-nums}"
    "body{max-width:68rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}"
    "h1{font-size:1.9rem;line-height:1.2;margin:0;letter-spacing:-.015em;overflow-wrap:anywhere}"
    "h2{font-size:1.2rem;margin:2.75rem 0 .5rem;letter-spacing:-.005em}"
    "p{margin:.35rem 0}"
    ".subtitle,.note{color:var(--faint)}"
    ".verdict{margin:1.6rem 0 1rem;padding:1.1rem 1.3rem;border-radius:12px;border-left:5px solid currentColor}"
    ".verdict p{margin:0}"
    ".verdict .word{font-weight:700;font-size:.85rem;letter-spacing:.06em;text-transform:uppercase}"
    ".verdict .sentence{font-size:1.3rem;line-height:1.35;color:var(--text);font-weight:600;margin:.15rem 0 .3rem;overflow-wrap:anywhere}"
    ".verdict .detail{color:var(--faint)}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:1rem 0;padding:0}"
    ".tiles div{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:.7rem .9rem}"
    ".tiles dt{color:var(--faint);font-size:.82rem}"
    ".tiles dd{margin:.1rem 0 0;font-size:1.25rem;font-weight:600}"
    ".scroll{overflow-x:auto;margin:.75rem 0;border:1px solid var(--rule);border-radius:10px}"
    ".scroll:focus-visible{outline:2px solid var(--line)}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}"
    "th,td{padding:.45rem .65rem;text-align:left;vertical-align:top}"
    "th{color:var(--faint);font-weight:500;font-size:.82rem;white-space:nowrap;border-bottom:1px solid var(--rule);background:var(--card)}"
    "tbody tr+tr td{border-top:1px solid var(--rule)}"
    "td{max-width:26rem;overflow-wrap:anywhere}"
    "th.number,td.number{text-align:right;white-space:nowrap}"
    "td.short{white-space:nowrap}"
    ".pill{display:inline-block;padding:0 .55rem;border-radius:99px;font-weight:600;font-size:.85em;white-space:nowrap}"
    "figure{margin:.9rem 0;padding:.8rem 1rem .5rem;border:1px solid var(--rule);border-radius:10px;break-inside:avoid}"
    "figcaption{display:flex;flex-wrap:wrap;gap:.1rem .7rem;align-items:baseline;margin-bottom:.3rem}"
    "figcaption .name{font-weight:600;overflow-wrap:anywhere}"
    "figcaption .detail{color:var(--faint);font-size:.88rem;margin-left:auto}"
    ".chart{overflow-x:auto}"
    "svg{display:block;width:100%;min-width:30rem;height:auto}"
    "svg text{font:9px " FONT "}"
    "svg .stroke{fill:none;stroke-linejoin:round;stroke-linecap:round}"
    "svg .stroke.limit{stroke-dasharray:5 4;stroke-linecap:butt}"
    "@media (max-width:40rem){body{padding-top:1.25rem}figcaption .detail{margin-left:0}}"
    "@media print{html{font-size:10.5px}body{max-width:none;padding:0}h2{break-after:avoid}tr,.verdict,.tiles{break-inside:avoid}.scroll,.chart{overflow:visible}"
    "svg{min-width:0}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}@page{size:A4;margin:16mm}}";

/* Opens and closes an element around @text, which is escaped. @text: (nullable): no element at all */
static void
append_element (GString    *out,
                const char *name,
                const char *klass,
                const char *text)
{
  if (text == NULL)
    return;

  g_string_append_printf (out, "<%s class=\"%s\">", name, klass);
  hr_markup_append (out, text);
  g_string_append_printf (out, "</%s>\n", name);
}

static void
append_color (GString *out,
              guint32  color)
{
  g_string_append_printf (out, (color & 0xff) == 0xff ? "#%06x" : "#%08x", (color & 0xff) == 0xff ? color >> 8 : color);
}

static void
append_colors (GString *out,
               gboolean dark)
{
  g_string_append (out, ":root{");
  for (guint i = 0; i < HR_N_COLORS; i++)
    {
      g_string_append_printf (out, "--%s:", hr_palette[i].name);
      append_color (out, dark ? hr_palette[i].dark : hr_palette[i].light);
      g_string_append_c (out, ';');
    }
  g_string_append (out, "}");
}

static void
append_style (GString *out)
{
  g_string_append (out, "<style>\n:root{color-scheme:light dark}");
  append_colors (out, FALSE);
  g_string_append (out, "\n@media screen and (prefers-color-scheme:dark){");
  append_colors (out, TRUE);
  g_string_append (out, "}\n");
  for (guint i = 0; i < HR_N_TONES; i++)
    g_string_append_printf (out, ".%s{color:var(--%s)}.pill.%s,.verdict.%s{background:var(--%s)}", hr_tone_name ((HrTone) i),
                            hr_palette[hr_tone_color ((HrTone) i)].name, hr_tone_name ((HrTone) i), hr_tone_name ((HrTone) i),
                            hr_palette[hr_tone_tint ((HrTone) i)].name);
  for (guint i = 0; i < HR_N_INKS; i++)
    {
      const char *name = hr_ink_name ((HrInk) i), *color = hr_palette[hr_ink_color ((HrInk) i)].name;
      char        width[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (width, sizeof width, "%.1f", hr_ink_width ((HrInk) i));
      g_string_append_printf (out, "svg text.%s,svg .fill.%s{fill:var(--%s)}svg .stroke.%s{stroke:var(--%s);stroke-width:%s}", name, name, color, name, color, width);
    }
  g_string_append_printf (out, "\n%s\n</style>\n", style);
}

static void
append_verdict (GString             *out,
                const HrReportBlock *block)
{
  g_string_append_printf (out, "<section class=\"verdict %s\">\n", hr_tone_name (block->tone));
  append_element (out, "p", "word", block->title);
  append_element (out, "p", "sentence", block->text);
  append_element (out, "p", "detail", block->detail);
  g_string_append (out, "</section>\n");
}

static void
append_tiles (GString             *out,
              const HrReportBlock *block)
{
  g_string_append (out, "<dl class=\"tiles\">\n");
  for (guint i = 0; i < block->cells->len; i++)
    {
      const HrCell *cell = &g_array_index (block->cells, HrCell, i);

      g_string_append (out, "<div>");
      append_element (out, "dt", "title", g_array_index (block->columns, HrColumn, i).title);
      append_element (out, "dd", hr_tone_name (cell->tone), cell->text);
      g_string_append (out, "</div>\n");
    }
  g_string_append (out, "</dl>\n");
}

static void
append_cell (GString        *out,
             const HrColumn *column,
             const HrCell   *cell)
{
  gboolean pill = cell->tone != HR_TONE_PLAIN && !column->number;
  gboolean brief = g_utf8_strlen (cell->text, -1) < 24;

  g_string_append_printf (out, "<td class=\"%s %s\">", column->number ? "number" : brief ? "short"
                                                                                         : "long",
                          pill ? "" : hr_tone_name (cell->tone));
  if (pill && *column->title != '\0')
    g_string_append_printf (out, "<span class=\"pill %s\">", hr_tone_name (cell->tone));
  hr_markup_append (out, cell->text);
  g_string_append (out, pill && *column->title != '\0' ? "</span></td>" : "</td>");
}

/* A table that only pairs names with values has no heads. */
static void
append_heads (GString             *out,
              const HrReportBlock *block)
{
  if (*g_array_index (block->columns, HrColumn, 0).title == '\0')
    return;

  g_string_append (out, "<thead><tr>");
  for (guint i = 0; i < block->columns->len; i++)
    {
      const HrColumn *column = &g_array_index (block->columns, HrColumn, i);

      g_string_append_printf (out, "<th scope=\"col\" class=\"%s\">", column->number ? "number" : "text");
      hr_markup_append (out, column->title);
      g_string_append (out, "</th>");
    }
  g_string_append (out, "</tr></thead>\n");
}

/* @title: (nullable): what the table is called where it is scrolled */
static void
append_table (GString             *out,
              const HrReportBlock *block,
              const char          *title)
{
  guint n = block->columns->len;

  g_string_append (out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
  hr_markup_append (out, title != NULL ? title : "");
  g_string_append (out, "\"><table>\n");
  append_heads (out, block);
  g_string_append (out, "<tbody>\n");
  for (guint i = 0; i < block->cells->len; i++)
    {
      if (i % n == 0)
        g_string_append (out, "<tr>");
      append_cell (out, &g_array_index (block->columns, HrColumn, i % n), &g_array_index (block->cells, HrCell, i));
      if (i % n == n - 1)
        g_string_append (out, "</tr>\n");
    }
  g_string_append (out, "</tbody></table></div>\n");
}

static void
append_picture (GString             *out,
                const HrReportBlock *block,
                guint                number)
{
  g_string_append (out, "<figure><figcaption>");
  append_element (out, "span", "name", block->title);
  append_element (out, "span", "faint", block->text);
  append_element (out, "span", "detail", block->detail);
  g_string_append (out, "</figcaption><div class=\"chart\">\n");
  hr_picture_write_svg (block->picture, out, number);
  g_string_append (out, "</div></figure>\n");
}

static void
append_block (GString             *out,
              const HrReportBlock *block,
              const char          *heading,
              guint                number)
{
  switch (block->kind)
    {
    case HR_BLOCK_VERDICT:
      append_verdict (out, block);
      break;
    case HR_BLOCK_TILES:
      append_tiles (out, block);
      break;
    case HR_BLOCK_HEADING:
      append_element (out, "h2", "heading", block->title);
      break;
    case HR_BLOCK_NOTE:
      append_element (out, "p", "note", block->text);
      break;
    case HR_BLOCK_TABLE:
      append_table (out, block, heading);
      break;
    case HR_BLOCK_PICTURE:
      append_picture (out, block, number);
      break;
    case HR_N_BLOCKS:
    default:
      break;
    }
}

static void
append_head (GString                *out,
             const HrReportDocument *document)
{
  /* Translators: the language of these texts by its code, "de": screen readers pronounce by it. */
  g_string_append_printf (out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\"/>\n", C_ ("language code", "en"));
  g_string_append (out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                        "<meta name=\"generator\" content=\"Headroom\"/>\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n<title>");
  hr_markup_append (out, document->title);
  g_string_append (out, "</title>\n");
  append_style (out);
  g_string_append (out, "</head>\n<body>\n<header>\n");
  append_element (out, "h1", "title", document->title);
  append_element (out, "p", "subtitle", document->subtitle);
  g_string_append (out, "</header>\n<main>\n");
}

/* Returns: (transfer full): the page, in UTF-8 */
GBytes *
hr_report_write_html (HrReport *self,
                      GError  **error)
{
  g_autoptr (HrReportDocument) document = hr_report_document_new (self);
  GString    *out = g_string_new (NULL);
  const char *heading = NULL;

  append_head (out, document);
  for (guint i = 0; i < document->blocks->len; i++)
    {
      const HrReportBlock *block = g_ptr_array_index (document->blocks, i);

      if (block->kind == HR_BLOCK_HEADING)
        heading = block->title;
      append_block (out, block, heading, i);
    }
  g_string_append (out, "</main>\n</body>\n</html>\n");

  return g_string_free_to_bytes (out);
}
