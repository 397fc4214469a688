/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/frames-card.h"

#include "app/figure.h"
#include "app/figures.h"
#include "app/frame-log.h"
#include "app/labels.h"
#include "app/tiles.h"
#include "app/wording.h"
#include "widgets/meter.h"

#include <glib/gi18n.h>
#include <math.h>

/* Where the display does not say how often it refreshes: 60 Hz. */
#define USUAL_REFRESH_MS (1000.0 / 60)

struct _HrFramesCard
{
  GtkBox parent_instance;

  /* Template children */
  GtkLabel *title;
  GtkLabel *subtitle;
  HrFigure *recent;
  HrFigure *worst;
  HrFigure *dropped;
  HrMeter  *meter;

  /* Borrowed, while realized */
  GdkFrameClock *clock;

  HrFrameLog log;
  gint64     frame_begun; /* monotonic us */
};

G_DEFINE_FINAL_TYPE (HrFramesCard, hr_frames_card, GTK_TYPE_BOX)

/* The frames of this window against the limit that the contract sets for frames, if it sets one. */
static void
read_own_frames (HrFramesCard    *self,
                 const HrReading *reading,
                 HrFramesFigures *out)
{
  gint64 now_us = g_get_monotonic_time ();

  out->recent = hr_frame_log_recent (&self->log);
  out->worst = hr_frame_log_worst (&self->log, now_us);
  out->over = hr_frame_log_dropped (&self->log, now_us);
  out->limit = hr_frames_limit (reading);
  out->used = out->recent / out->limit;
}

static void
show_subtitle (HrFramesCard          *self,
               const HrFramesFigures *figures,
               const char            *as_of)
{
  g_autofree char *limit = hr_word_value (figures->limit, HR_UNIT_MILLISECONDS);
  g_autofree char *budget = g_strdup_printf (_ ("budget %s"), limit);

  hr_label_set (self->subtitle, as_of != NULL ? as_of : isfinite (figures->limit) ? budget
                                                                                  : "");
}

void
hr_frames_card_refresh (HrFramesCard    *self,
                        const HrReading *reading)
{
  HrFramesFigures  figures;
  gboolean         theirs = hr_frames_figures_read (&figures, reading);
  const char      *as_of = theirs ? reading->as_of : NULL;
  g_autofree char *over = NULL;
  g_autofree char *used = NULL;

  /* What this window draws says nothing of a program elsewhere. */
  gtk_widget_set_visible (GTK_WIDGET (self), theirs || hr_source_get_group (reading->source) == HR_GROUP_COMPUTER);
  if (!theirs)
    read_own_frames (self, reading, &figures);

  over = hr_word_count (figures.over);
  used = hr_word_value (figures.used, HR_UNIT_RATIO);
  hr_label_set (self->title, theirs ? _ ("Frames") : _ ("Frames of this window"));
  show_subtitle (self, &figures, as_of);
  hr_figure_set_value (self->recent, figures.recent, HR_UNIT_MILLISECONDS, as_of);
  hr_figure_set_value (self->worst, figures.worst, HR_UNIT_MILLISECONDS, as_of);
  hr_figure_set_level (self->worst, figures.worst > figures.limit ? "error" : NULL);
  hr_figure_set_text (self->dropped, isfinite (figures.recent) ? over : HR_NO_VALUE, "", over, as_of);
  hr_figure_set_caption (self->dropped, theirs ? _ ("over budget in 30 s") : _ ("dropped in 30 s"));
  gtk_widget_set_visible (GTK_WIDGET (self->meter), isfinite (figures.limit));
  hr_meter_set_used (self->meter, as_of == NULL ? figures.used : (double) NAN);
  hr_meter_set_text (self->meter, used);
}

static void
frame_before_paint_cb (GdkFrameClock *clock,
                       HrFramesCard  *self)
{
  self->frame_begun = g_get_monotonic_time ();
}

static void
frame_after_paint_cb (GdkFrameClock *clock,
                      HrFramesCard  *self)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 refresh_us = 0;

  if (self->frame_begun == 0)
    return;

  gdk_frame_clock_get_refresh_info (clock, now_us, &refresh_us, NULL);
  hr_frame_log_record (&self->log,
                       now_us,
                       (double) (now_us - self->frame_begun) / 1000,
                       refresh_us > 0 ? (double) refresh_us / 1000 : USUAL_REFRESH_MS);
  self->frame_begun = 0;
}

static void
hr_frames_card_realize (GtkWidget *widget)
{
  HrFramesCard *self = HR_FRAMES_CARD (widget);

  GTK_WIDGET_CLASS (hr_frames_card_parent_class)->realize (widget);

  self->clock = gtk_widget_get_frame_clock (widget);
  g_signal_connect_object (self->clock, "before-paint", G_CALLBACK (frame_before_paint_cb), self, 0);
  g_signal_connect_object (self->clock, "after-paint", G_CALLBACK (frame_after_paint_cb), self, G_CONNECT_AFTER);
}

static void
hr_frames_card_unrealize (GtkWidget *widget)
{
  HrFramesCard *self = HR_FRAMES_CARD (widget);

  g_signal_handlers_disconnect_by_data (self->clock, self);
  self->clock = NULL;
  self->frame_begun = 0;

  GTK_WIDGET_CLASS (hr_frames_card_parent_class)->unrealize (widget);
}

static void
hr_frames_card_class_init (HrFramesCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (HR_TYPE_FIGURE);
  g_type_ensure (HR_TYPE_METER);
  g_type_ensure (HR_TYPE_TILES);

  widget_class->realize = hr_frames_card_realize;
  widget_class->unrealize = hr_frames_card_unrealize;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/frames-card.ui");
  gtk_widget_class_bind_template_child (widget_class, HrFramesCard, title);
  gtk_widget_class_bind_template_child (widget_class, HrFramesCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HrFramesCard, recent);
  gtk_widget_class_bind_template_child (widget_class, HrFramesCard, worst);
  gtk_widget_class_bind_template_child (widget_class, HrFramesCard, dropped);
  gtk_widget_class_bind_template_child (widget_class, HrFramesCard, meter);
}

static void
hr_frames_card_init (HrFramesCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
