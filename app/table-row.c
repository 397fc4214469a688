/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/table-row.h"

#include "app/live-label.h"
#include "app/split.h"
#include "app/tiles.h"
#include "widgets/palette.h"

#include <math.h>

/* A name keeps this many characters before the columns move beneath it; no column is narrower than its widest number. */
#define NAME_CHARS 14
#define CELL_CHARS 8

#define BAR_ALPHA 0.16f
#define BAR_RADIUS 5
#define DIM_ALPHA (guint16) (0.6 * G_MAXUINT16)

struct _HrTableRow
{
  GtkListBoxRow parent_instance;

  /* Children, somewhere below */
  GtkLabel    *name;
  HrLiveLabel *cells[HR_TABLE_COLUMNS];

  /* Owned */
  char *spoken;

  double share;
};

G_DEFINE_FINAL_TYPE (HrTableRow, hr_table_row, GTK_TYPE_LIST_BOX_ROW)

static int
bar_width (HrTableRow *self,
           double      share)
{
  return isnan (share) ? 0 : (int) lround (CLAMP (share, 0, 1) * gtk_widget_get_width (GTK_WIDGET (self)));
}

static void
hr_table_row_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  HrTableRow     *self = HR_TABLE_ROW (widget);
  int             filled = bar_width (self, self->share);
  int             left = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL ? gtk_widget_get_width (widget) - filled : 0;
  graphene_rect_t bar = GRAPHENE_RECT_INIT ((float) left, 1, (float) filled, (float) gtk_widget_get_height (widget) - 2);
  GskRoundedRect  outline;
  HrPalette       palette;

  if (filled > 0)
    {
      hr_palette_read (&palette, widget);
      palette.data.alpha *= BAR_ALPHA;
      gsk_rounded_rect_init_from_rect (&outline, &bar, MIN (BAR_RADIUS, (float) filled / 2));
      gtk_snapshot_push_rounded_clip (snapshot, &outline);
      gtk_snapshot_append_color (snapshot, &palette.data, &bar);
      gtk_snapshot_pop (snapshot);
    }

  GTK_WIDGET_CLASS (hr_table_row_parent_class)->snapshot (widget, snapshot);
}

/* Only beside a dim beginning the rest stands out. */
static PangoAttrList *
attributes_for (gsize n_dim)
{
  PangoAttrList  *attributes = pango_attr_list_new ();
  PangoAttribute *dim = pango_attr_foreground_alpha_new (DIM_ALPHA);
  PangoAttribute *bold = pango_attr_weight_new (n_dim > 0 ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);

  dim->end_index = (guint) n_dim;
  bold->start_index = (guint) n_dim;
  pango_attr_list_insert (attributes, dim);
  pango_attr_list_insert (attributes, bold);

  return attributes;
}

static void
set_name (HrTableRow *self,
          const char *name,
          gsize       n_dim)
{
  g_autoptr (PangoAttrList) attributes = NULL;

  if (g_strcmp0 (gtk_label_get_label (self->name), name) == 0)
    return;

  attributes = attributes_for (n_dim);
  gtk_label_set_attributes (self->name, attributes);
  gtk_label_set_label (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
set_spoken (HrTableRow *self,
            const char *spoken)
{
  if (g_strcmp0 (self->spoken, spoken) == 0)
    return;

  g_free (self->spoken);
  self->spoken = g_strdup (spoken);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, spoken, -1);
}

void
hr_table_row_set (HrTableRow        *self,
                  const HrTableLine *line)
{
  g_return_if_fail (HR_IS_TABLE_ROW (self));

  set_name (self, line->name, line->n_dim);
  for (guint i = 0; i < HR_TABLE_COLUMNS; i++)
    {
      gtk_widget_set_visible (GTK_WIDGET (self->cells[i]), line->cells[i] != NULL);
      if (line->cells[i] != NULL)
        hr_live_label_set (self->cells[i], line->cells[i], NULL);
    }
  if (line->spoken != NULL)
    set_spoken (self, line->spoken);

  if (bar_width (self, line->share) != bar_width (self, self->share))
    gtk_widget_queue_draw (GTK_WIDGET (self));
  self->share = line->share;
}

static void
hr_table_row_finalize (GObject *object)
{
  g_free (HR_TABLE_ROW (object)->spoken);

  G_OBJECT_CLASS (hr_table_row_parent_class)->finalize (object);
}

static void
hr_table_row_class_init (HrTableRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hr_table_row_finalize;
  GTK_WIDGET_CLASS (klass)->snapshot = hr_table_row_snapshot;
}

/* Numbers are read from left to right everywhere, and stand at the end of their column. */
static HrLiveLabel *
new_cell (gboolean rtl)
{
  GtkWidget *cell = g_object_new (HR_TYPE_LIVE_LABEL, "xalign", rtl ? 0.0 : 1.0, "width-chars", CELL_CHARS, NULL);

  gtk_widget_set_direction (cell, GTK_TEXT_DIR_LTR);

  return HR_LIVE_LABEL (cell);
}

static void
hr_table_row_init (HrTableRow *self)
{
  gboolean   rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  GtkWidget *cells = g_object_new (HR_TYPE_TILES, "tile-width", 1, "max-columns", HR_TABLE_COLUMNS, NULL);

  self->share = NAN;
  self->name = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, "width-chars", NAME_CHARS, NULL);
  for (guint i = 0; i < HR_TABLE_COLUMNS; i++)
    {
      self->cells[i] = new_cell (rtl);
      gtk_widget_set_parent (GTK_WIDGET (self->cells[i]), cells);
    }
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_list_box_row_set_selectable (GTK_LIST_BOX_ROW (self), FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), hr_split_new (GTK_WIDGET (self->name), cells));
}

GtkWidget *
hr_table_row_new (void)
{
  return g_object_new (HR_TYPE_TABLE_ROW, NULL);
}
