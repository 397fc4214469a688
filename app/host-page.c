/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/host-page.h"

#include "app/labels.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _HrHostPage
{
  GtkWidget parent_instance;

  /* Template children */
  AdwStatusPage *page;
  GtkWidget     *remedy;
  GtkLabel      *command;
  GtkWidget     *retry;

  /* Borrowed */
  const HrSandbox *sandbox; /* NULL: not told yet */
};

static guint copied_signal;

G_DEFINE_FINAL_TYPE (HrHostPage, hr_host_page, GTK_TYPE_WIDGET)

gboolean
hr_host_page_is_closed (HrHostPage *self)
{
  g_return_val_if_fail (HR_IS_HOST_PAGE (self), FALSE);

  return self->sandbox != NULL && hr_sandbox_get_kind (self->sandbox) == HR_SANDBOX_CLOSED;
}

/* Once anything came from this computer the Live view shows it, whatever happens then. */
gboolean
hr_host_page_explains (HrHostPage *self,
                       HrSource   *source)
{
  g_return_val_if_fail (HR_IS_HOST_PAGE (self), FALSE);

  if (self->sandbox == NULL || hr_sandbox_get_kind (self->sandbox) == HR_SANDBOX_NONE)
    return FALSE;
  if (source == NULL || hr_source_get_role (source) != HR_SOURCE_COMPUTER || !hr_source_is_here (source))
    return FALSE;

  return hr_history_get_n_snapshots (hr_source_get_history (source)) == 0 &&
         (hr_host_page_is_closed (self) || hr_source_get_state (source) == HR_SOURCE_LOST);
}

/* The way out is open, and yet nothing came of it. */
static char *
describe_failure (HrSource *source)
{
  const char *message = hr_source_get_message (source);

  return g_strdup_printf ("%s\n\n%s", message != NULL ? message : "",
                          _ ("In a Flatpak, its session helper on this computer starts the agent. It comes with Flatpak, and may be missing or too old. "
                             "Headroom keeps trying; phones and network sources that are reached over TCP work all the same."));
}

static char *
describe_closed (HrHostPage *self)
{
  g_autoptr (GError) why = hr_sandbox_explain (self->sandbox);

  return g_strdup_printf ("%s.\n\n%s", why->message, _ ("Phones and network sources that are reached over TCP work all the same."));
}

gboolean
hr_host_page_set_source (HrHostPage *self,
                         HrSource   *source)
{
  g_autofree char *remedy = NULL;
  g_autofree char *text = NULL;
  g_autofree char *escaped = NULL;
  gboolean         closed;

  g_return_val_if_fail (HR_IS_HOST_PAGE (self), FALSE);

  if (!hr_host_page_explains (self, source))
    return FALSE;

  closed = hr_host_page_is_closed (self);
  remedy = hr_sandbox_get_remedy (self->sandbox);
  text = closed ? describe_closed (self) : describe_failure (source);
  escaped = g_markup_escape_text (text, -1);
  adw_status_page_set_icon_name (self->page, closed ? "changes-prevent-symbolic" : "network-error-symbolic");
  adw_status_page_set_title (self->page, remedy != NULL ? _ ("Headroom Needs Your Permission") : _ ("This Computer Is Not Reached"));
  adw_status_page_set_description (self->page, escaped);
  gtk_widget_set_visible (self->remedy, remedy != NULL);
  hr_label_set (self->command, remedy != NULL ? remedy : "");
  gtk_widget_set_visible (self->retry, !closed);

  return TRUE;
}

void
hr_host_page_set_sandbox (HrHostPage      *self,
                          const HrSandbox *sandbox)
{
  g_return_if_fail (HR_IS_HOST_PAGE (self));

  self->sandbox = sandbox;
}

static void
copy_clicked_cb (HrHostPage *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), gtk_label_get_text (self->command));
  g_signal_emit (self, copied_signal, 0);
}

static void
hr_host_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), HR_TYPE_HOST_PAGE);

  G_OBJECT_CLASS (hr_host_page_parent_class)->dispose (object);
}

static void
hr_host_page_class_init (HrHostPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hr_host_page_dispose;

  copied_signal = g_signal_new ("copied", HR_TYPE_HOST_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/headroom/Headroom/ui/host-page.ui");
  gtk_widget_class_bind_template_child (widget_class, HrHostPage, page);
  gtk_widget_class_bind_template_child (widget_class, HrHostPage, remedy);
  gtk_widget_class_bind_template_child (widget_class, HrHostPage, command);
  gtk_widget_class_bind_template_child (widget_class, HrHostPage, retry);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
}

static void
hr_host_page_init (HrHostPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
