/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A report on A4 pages by Cairo and Pango: text is text, headings are in the outline. Pages are laid out twice, first to count them. */

#include "engine/report/report-document.h"

#include <cairo-pdf.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <pango/pangocairo.h>

/* A4 and its margins, in points. */
#define PAGE_WIDTH 595.276
#define PAGE_HEIGHT 841.890
#define MARGIN 48.0
#define FOOT 30.0
#define WIDTH (PAGE_WIDTH - 2 * MARGIN)
#define BOTTOM (PAGE_HEIGHT - MARGIN - 12)

#define TEXT_SIZE 9.0
#define SMALL_SIZE 7.6
#define CELL_SPACE 4.0
#define MAX_COLUMNS 16
/* A text is wrapped before it takes more than this from the others. */
#define WIDEST 230.0
/* What a heading needs below it on its page. */
#define KEPT_TOGETHER 110.0

typedef struct
{
  cairo_surface_t        *surface;
  cairo_t                *cr;
  const HrReportDocument *document;
  double                  y;
  guint                   page;    /* from 1 */
  guint                   n_pages; /* 0 while they are counted */
} Paper;

/* How a piece of text is set. */
typedef struct
{
  double       size;
  gboolean     bold;
  HrColorPlace color;
  double       width; /* to wrap at; 0: none */
  gboolean     at_end;
} Type;

/* Returns: (transfer full): @text as it is to be set */
static PangoLayout *
set_text (const Paper *self,
          const char  *text,
          Type         type)
{
  PangoLayout          *layout = pango_cairo_create_layout (self->cr);
  PangoFontDescription *font = pango_font_description_from_string (HR_REPORT_FONT);

  pango_font_description_set_absolute_size (font, type.size * PANGO_SCALE);
  pango_font_description_set_weight (font, type.bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  if (type.width > 0)
    {
      pango_layout_set_width (layout, (int) (type.width * PANGO_SCALE));
      pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
    }
  pango_layout_set_alignment (layout, type.at_end ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  pango_layout_set_text (layout, text, -1);

  return layout;
}

static double
height_of (PangoLayout *layout)
{
  int height;

  pango_layout_get_size (layout, NULL, &height);

  return (double) height / PANGO_SCALE;
}

static double
width_of (PangoLayout *layout)
{
  int width;

  pango_layout_get_size (layout, &width, NULL);

  return (double) width / PANGO_SCALE;
}

/* Draws @text with its top left at a point. Returns its height. */
static double
show (const Paper *self,
      double       x,
      double       y,
      const char  *text,
      Type         type)
{
  PangoLayout *layout = set_text (self, text, type);
  double       height = height_of (layout);

  hr_palette_set (self->cr, type.color);
  cairo_move_to (self->cr, x, y);
  pango_cairo_show_layout (self->cr, layout);
  g_object_unref (layout);

  return height;
}

static void
draw_rule (const Paper *self,
           double       y)
{
  hr_palette_set (self->cr, HR_COLOR_RULE);
  cairo_set_line_width (self->cr, 0.6);
  cairo_move_to (self->cr, MARGIN, y);
  cairo_line_to (self->cr, PAGE_WIDTH - MARGIN, y);
  cairo_stroke (self->cr);
}

static void
fill_box (const Paper *self,
          double       x,
          double       y,
          double       width,
          double       height,
          double       radius,
          HrColorPlace color)
{
  cairo_new_sub_path (self->cr);
  cairo_arc (self->cr, x + width - radius, y + radius, radius, -G_PI_2, 0);
  cairo_arc (self->cr, x + width - radius, y + height - radius, radius, 0, G_PI_2);
  cairo_arc (self->cr, x + radius, y + height - radius, radius, G_PI_2, G_PI);
  cairo_arc (self->cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (self->cr);
  hr_palette_set (self->cr, color);
  cairo_fill (self->cr);
}

static void
finish_page (Paper *self)
{
  g_autofree char *number = g_strdup_printf (_ ("Page %u of %u"), self->page, self->n_pages);

  draw_rule (self, PAGE_HEIGHT - FOOT - 8);
  show (self, MARGIN, PAGE_HEIGHT - FOOT, self->document->title, (Type){ SMALL_SIZE, FALSE, HR_COLOR_FAINT, 0, FALSE });
  show (self, PAGE_WIDTH - MARGIN - WIDTH / 3, PAGE_HEIGHT - FOOT, number, (Type){ SMALL_SIZE, FALSE, HR_COLOR_FAINT, WIDTH / 3, TRUE });
  cairo_show_page (self->cr);
}

/* Goes on to the next page when @height does not fit on this one. Returns whether it did. */
static gboolean
make_room (Paper *self,
           double height)
{
  if (self->y + height <= BOTTOM || self->y <= MARGIN)
    return FALSE;

  finish_page (self);
  self->page++;
  self->y = MARGIN;

  return TRUE;
}

static void
draw_title (Paper *self)
{
  self->y = MARGIN;
  self->y += show (self, MARGIN, self->y, self->document->title, (Type){ 22, TRUE, HR_COLOR_TEXT, WIDTH, FALSE }) + 2;
  self->y += show (self, MARGIN, self->y, self->document->subtitle, (Type){ 10, FALSE, HR_COLOR_FAINT, WIDTH, FALSE }) + 14;
}

static void
draw_verdict (Paper               *self,
              const HrReportBlock *block)
{
  double       inner = WIDTH - 32, y = self->y + 11;
  Type         types[] = { { 8, TRUE, hr_tone_color (block->tone), inner }, { 13, TRUE, HR_COLOR_TEXT, inner }, { TEXT_SIZE, FALSE, HR_COLOR_FAINT, inner } };
  const char  *texts[] = { block->title, block->text, block->detail };
  PangoLayout *layouts[G_N_ELEMENTS (types)];
  double       height = 22;

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      layouts[i] = set_text (self, texts[i], types[i]);
      height += height_of (layouts[i]) + 2;
    }
  fill_box (self, MARGIN, self->y, WIDTH, height, 7, hr_tone_tint (block->tone));
  fill_box (self, MARGIN, self->y, 4, height, 2, hr_tone_color (block->tone));
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      hr_palette_set (self->cr, types[i].color);
      cairo_move_to (self->cr, MARGIN + 18, y);
      pango_cairo_show_layout (self->cr, layouts[i]);
      y += height_of (layouts[i]) + 2;
      g_object_unref (layouts[i]);
    }
  self->y += height + 10;
}

static void
draw_tiles (Paper               *self,
            const HrReportBlock *block)
{
  guint  n = block->cells->len;
  double space = 8, width = (WIDTH - space * (n - 1)) / n, height = 44;

  for (guint i = 0; i < n; i++)
    {
      const HrCell *cell = &g_array_index (block->cells, HrCell, i);
      double        x = MARGIN + i * (width + space);

      fill_box (self, x, self->y, width, height, 5, HR_COLOR_CARD);
      show (self, x + 8, self->y + 7, g_array_index (block->columns, HrColumn, i).title, (Type){ SMALL_SIZE, FALSE, HR_COLOR_FAINT, 0, FALSE });
      show (self, x + 8, self->y + 20, cell->text, (Type){ 12, TRUE, hr_tone_color (cell->tone), 0, FALSE });
    }
  self->y += height + 8;
}

static void
draw_heading (Paper               *self,
              const HrReportBlock *block)
{
  g_autofree char *place = NULL;

  make_room (self, KEPT_TOGETHER);
  self->y += self->y > MARGIN ? 12 : 0;
  place = g_strdup_printf ("page=%u pos=[%d %d]", self->page, (int) MARGIN, (int) self->y);
  cairo_pdf_surface_add_outline (self->surface, CAIRO_PDF_OUTLINE_ROOT, block->title, place, (cairo_pdf_outline_flags_t) 0);
  self->y += show (self, MARGIN, self->y, block->title, (Type){ 13, TRUE, HR_COLOR_TEXT, WIDTH, FALSE }) + 4;
}

static void
draw_note (Paper               *self,
           const HrReportBlock *block)
{
  Type         type = { TEXT_SIZE, FALSE, HR_COLOR_FAINT, WIDTH, FALSE };
  PangoLayout *layout = set_text (self, block->text, type);

  make_room (self, height_of (layout));
  g_object_unref (layout);
  self->y += show (self, MARGIN, self->y, block->text, type) + 5;
}

static void
draw_picture (Paper               *self,
              const HrReportBlock *block)
{
  double           scale = WIDTH / hr_picture_get_width (block->picture);
  double           height = hr_picture_get_height (block->picture) * scale, head;
  g_autofree char *name = g_strdup_printf ("%s   ", block->title);
  PangoLayout     *layout;

  make_room (self, height + 26);
  layout = set_text (self, name, (Type){ TEXT_SIZE, TRUE, HR_COLOR_TEXT, 0, FALSE });
  head = show (self, MARGIN, self->y, name, (Type){ TEXT_SIZE, TRUE, HR_COLOR_TEXT, 0, FALSE });
  show (self, MARGIN + width_of (layout), self->y, block->text, (Type){ TEXT_SIZE, FALSE, HR_COLOR_FAINT, 0, FALSE });
  show (self, MARGIN + WIDTH / 2, self->y, block->detail, (Type){ SMALL_SIZE, FALSE, HR_COLOR_FAINT, WIDTH / 2, TRUE });
  g_object_unref (layout);
  self->y += head + 3;

  cairo_save (self->cr);
  cairo_translate (self->cr, MARGIN, self->y);
  cairo_scale (self->cr, scale, scale);
  hr_picture_play (block->picture, self->cr);
  cairo_restore (self->cr);
  self->y += height + 10;
}

/* How wide the columns of a table are, cell space and all. */
typedef struct
{
  double widths[MAX_COLUMNS];
  double begins[MAX_COLUMNS];
} Columns;

/* Returns what @column takes when nothing in it wraps. */
static double
natural_width (const Paper         *self,
               const HrReportBlock *block,
               guint                column)
{
  guint  n = block->columns->len;
  double width = 0;

  for (guint row = 0; row <= block->cells->len / n; row++)
    {
      const char  *text = row == 0 ? g_array_index (block->columns, HrColumn, column).title
                                   : g_array_index (block->cells, HrCell, (row - 1) * n + column).text;
      Type         type = { .size = SMALL_SIZE, .bold = TRUE };
      PangoLayout *layout = set_text (self, text, type);

      width = MAX (width, width_of (layout) + 1);
      g_object_unref (layout);
    }

  return width + 2 * CELL_SPACE;
}

/* Numbers have what they need; what is left, or missing, is shared among texts. */
static void
measure_columns (const Paper         *self,
                 const HrReportBlock *block,
                 Columns             *out)
{
  double numbers = 0, texts = 0, at = 0;

  for (guint i = 0; i < block->columns->len; i++)
    {
      gboolean number = g_array_index (block->columns, HrColumn, i).number;

      out->widths[i] = number ? natural_width (self, block, i) : MIN (natural_width (self, block, i), WIDEST);
      *(number ? &numbers : &texts) += out->widths[i];
    }
  for (guint i = 0; i < block->columns->len; i++)
    {
      if (!g_array_index (block->columns, HrColumn, i).number)
        out->widths[i] *= (WIDTH - numbers) / texts;
      out->begins[i] = at;
      at += out->widths[i];
    }
}

/* How cell @column of a row is set; its width is what the column has. */
static Type
type_of (const HrReportBlock *block,
         const Columns       *columns,
         guint                column,
         HrTone               tone,
         gboolean             head)
{
  double width = columns->widths[column] - 2 * CELL_SPACE;

  return (Type){ SMALL_SIZE, tone == HR_TONE_BAD || tone == HR_TONE_GOOD, head ? HR_COLOR_FAINT : hr_tone_color (tone), width, g_array_index (block->columns, HrColumn, column).number };
}

/* Lays out or draws a row. @first: of its cells; @heads: the row of names instead. Returns its height. */
static double
set_row (const Paper         *self,
         const HrReportBlock *block,
         const Columns       *columns,
         guint                first,
         gboolean             heads,
         gboolean             draw)
{
  double height = 0;

  for (guint i = 0; i < block->columns->len; i++)
    {
      const HrCell *cell = heads ? NULL : &g_array_index (block->cells, HrCell, first + i);
      const char   *text = heads ? g_array_index (block->columns, HrColumn, i).title : cell->text;
      PangoLayout  *layout = set_text (self, text, type_of (block, columns, i, heads ? HR_TONE_PLAIN : cell->tone, heads));

      height = MAX (height, height_of (layout));
      if (draw)
        {
          hr_palette_set (self->cr, type_of (block, columns, i, heads ? HR_TONE_PLAIN : cell->tone, heads).color);
          cairo_move_to (self->cr, MARGIN + columns->begins[i] + CELL_SPACE, self->y + CELL_SPACE);
          pango_cairo_show_layout (self->cr, layout);
        }
      g_object_unref (layout);
    }

  return height + 2 * CELL_SPACE;
}

static gboolean
has_heads (const HrReportBlock *block)
{
  return *g_array_index (block->columns, HrColumn, 0).title != '\0';
}

static void
draw_heads (Paper               *self,
            const HrReportBlock *block,
            const Columns       *columns)
{
  double height = set_row (self, block, columns, 0, TRUE, FALSE);

  fill_box (self, MARGIN, self->y, WIDTH, height, 3, HR_COLOR_CARD);
  self->y += set_row (self, block, columns, 0, TRUE, TRUE);
}

static void
draw_table (Paper               *self,
            const HrReportBlock *block)
{
  Columns columns;

  measure_columns (self, block, &columns);
  make_room (self, 60);
  if (has_heads (block))
    draw_heads (self, block, &columns);
  for (guint first = 0; first < block->cells->len; first += block->columns->len)
    {
      if (make_room (self, set_row (self, block, &columns, first, FALSE, FALSE)) && has_heads (block))
        draw_heads (self, block, &columns);
      self->y += set_row (self, block, &columns, first, FALSE, TRUE);
      draw_rule (self, self->y);
    }
  self->y += 8;
}

static void
draw_block (Paper               *self,
            const HrReportBlock *block)
{
  switch (block->kind)
    {
    case HR_BLOCK_VERDICT:
      draw_verdict (self, block);
      break;
    case HR_BLOCK_TILES:
      draw_tiles (self, block);
      break;
    case HR_BLOCK_HEADING:
      draw_heading (self, block);
      break;
    case HR_BLOCK_NOTE:
      draw_note (self, block);
      break;
    case HR_BLOCK_TABLE:
      draw_table (self, block);
      break;
    case HR_BLOCK_PICTURE:
      draw_picture (self, block);
      break;
    case HR_N_BLOCKS:
    default:
      break;
    }
}

static cairo_status_t
bytes_written_cb (void                *closure,
                  const unsigned char *data,
                  unsigned int         size)
{
  if (closure != NULL)
    g_byte_array_append (closure, data, size);

  return CAIRO_STATUS_SUCCESS;
}

/* Lays all of it out. @out: (nullable): the pages are counted only; @in_out_pages: gets how many there are */
static cairo_status_t
print (const HrReportDocument *document,
       GByteArray             *out,
       guint                  *in_out_pages)
{
  Paper          self = { .document = document, .page = 1, .n_pages = *in_out_pages };
  cairo_status_t status;

  self.surface = cairo_pdf_surface_create_for_stream (bytes_written_cb, out, PAGE_WIDTH, PAGE_HEIGHT);
  cairo_pdf_surface_set_metadata (self.surface, CAIRO_PDF_METADATA_TITLE, document->title);
  cairo_pdf_surface_set_metadata (self.surface, CAIRO_PDF_METADATA_SUBJECT, document->subtitle);
  cairo_pdf_surface_set_metadata (self.surface, CAIRO_PDF_METADATA_CREATOR, "Headroom");
  self.cr = cairo_create (self.surface);
  draw_title (&self);
  for (guint i = 0; i < document->blocks->len; i++)
    draw_block (&self, g_ptr_array_index (document->blocks, i));
  finish_page (&self);
  *in_out_pages = self.page;

  cairo_destroy (self.cr);
  cairo_surface_finish (self.surface);
  status = cairo_surface_status (self.surface);
  cairo_surface_destroy (self.surface);

  return status;
}

/* Returns: (transfer full) (nullable): the file; NULL with G_IO_ERROR_FAILED when Cairo could not */
GBytes *
hr_report_write_pdf (HrReport *self,
                     GError  **error)
{
  g_autoptr (HrReportDocument) document = hr_report_document_new (self);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint          n_pages = 0;
  cairo_status_t status = print (document, NULL, &n_pages);

  if (status == CAIRO_STATUS_SUCCESS)
    status = print (document, out, &n_pages);
  if (status != CAIRO_STATUS_SUCCESS)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", cairo_status_to_string (status));
      return NULL;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
