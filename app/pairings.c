/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/pairings.h"

#include <glib/gi18n.h>

#define PEERS "peers"
#define PEERS_TYPE "a(sssxb)"

/* A pairing link without its host, port and secrets. */
#define LINK_FORMAT "headroom://%s/#%s%s%s"

/* Settings are written at most this often for the sake of the time that a source was last seen. */
#define SEEN_SECONDS 60

struct _HrPairings
{
  GObject parent_instance;

  GSettings          *settings;
  const HrTokenStore *store;
  gpointer            store_data; /* borrowed */
  GCancellable       *cancellable;
  GPtrArray          *records; /* of HrPeerRecord, the newest last */
  char               *trouble;
};

/* What a question to the store is about. It may be answered when nobody is there any more. */
typedef struct
{
  HrPairings         *pairings; /* weak */
  const HrTokenStore *store;
  char               *address; /* owned */
} Errand;

enum
{
  SIGNAL_CHANGED,
  SIGNAL_RESTORED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HrPairings, hr_pairings, G_TYPE_OBJECT)

static void
record_free (gpointer data)
{
  HrPeerRecord *record = data;

  g_free (record->address);
  g_free (record->name);
  g_free (record->fingerprint);
  g_free (record->trouble);
  g_free (record);
}

static Errand *
errand_new (HrPairings *pairings,
            const char *address)
{
  Errand *self = g_new0 (Errand, 1);

  g_set_weak_pointer (&self->pairings, pairings);
  self->store = pairings->store;
  self->address = g_strdup (address);

  return self;
}

static void
errand_free (Errand *self)
{
  g_clear_weak_pointer (&self->pairings);
  g_free (self->address);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, errand_free)

static HrPeerRecord *
find_record (HrPairings *self,
             const char *address)
{
  for (guint i = 0; i < self->records->len; i++)
    {
      HrPeerRecord *record = g_ptr_array_index (self->records, i);

      if (g_str_equal (record->address, address))
        return record;
    }

  return NULL;
}

static void
set_text (char      **text,
          const char *next)
{
  g_free (*text);
  *text = g_strdup (next);
}

static void
read_settings (HrPairings *self)
{
  g_autoptr (GVariant) peers = g_settings_get_value (self->settings, PEERS);
  GVariantIter iter;
  HrPeerRecord read = { 0 };

  g_variant_iter_init (&iter, peers);
  while (g_variant_iter_next (&iter, "(sssxb)", &read.address, &read.name, &read.fingerprint, &read.last_seen, &read.revoked))
    g_ptr_array_add (self->records, g_memdup2 (&read, sizeof read));
}

static void
write_settings (HrPairings *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (PEERS_TYPE));
  for (guint i = 0; i < self->records->len; i++)
    {
      const HrPeerRecord *record = g_ptr_array_index (self->records, i);

      g_variant_builder_add (&builder, "(sssxb)", record->address, record->name, record->fingerprint, record->last_seen, record->revoked);
    }
  g_settings_set_value (self->settings, PEERS, g_variant_builder_end (&builder));
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* Takes it that the store does not work for the reason of @error, or works again without one. */
static void
set_trouble (HrPairings   *self,
             const GError *error)
{
  g_autofree char *text = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error != NULL)
    text = g_strdup_printf (_ ("No keyring answers, so tokens are kept until Headroom ends: %s"), error->message);
  if (g_strcmp0 (self->trouble, text) == 0)
    return;

  set_text (&self->trouble, text);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
token_saved_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;

  errand->store->save_finish (result, &error);
  if (errand->pairings != NULL)
    set_trouble (errand->pairings, error);
}

static void
token_dropped_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;

  errand->store->drop_finish (result, &error);
  if (errand->pairings != NULL)
    set_trouble (errand->pairings, error);
}

static void
drop_token (HrPairings *self,
            const char *address)
{
  if (g_str_has_prefix (address, "tcp:"))
    self->store->drop (self->store_data, address, self->cancellable, token_dropped_cb, errand_new (self, address));
}

static char *
fingerprint_of (const HrPairing *pairing)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; pairing->secured && i < HR_FINGERPRINT_BYTES; i++)
    g_string_append_printf (text, "%02x", pairing->fingerprint[i]);

  return g_string_free (text, FALSE);
}

/* Returns how many network sources are known. */
guint
hr_pairings_get_n (HrPairings *self)
{
  return self->records->len;
}

/* Returns: (transfer none): one of them. Valid until the next "changed". */
const HrPeerRecord *
hr_pairings_get (HrPairings *self,
                 guint       index)
{
  return g_ptr_array_index (self->records, index);
}

/* Returns: (transfer none) (nullable): the one at @address, as hr_address_format () writes it. */
const HrPeerRecord *
hr_pairings_find (HrPairings *self,
                  const char *address)
{
  return find_record (self, address);
}

/* Returns: (transfer none) (nullable): why tokens are kept for this session only. */
const char *
hr_pairings_get_trouble (HrPairings *self)
{
  return self->trouble;
}

/* Returns whether @address may be connected: FALSE, with an error that says its name, where the user has revoked it, known by its certificate
 * or by its address. */
gboolean
hr_pairings_admit (HrPairings      *self,
                   const HrAddress *address,
                   GError         **error)
{
  g_autofree char *text = hr_address_format (address);
  g_autofree char *fingerprint = address->pairing != NULL ? fingerprint_of (address->pairing) : g_strdup ("");

  for (guint i = 0; i < self->records->len; i++)
    {
      const HrPeerRecord *record = g_ptr_array_index (self->records, i);
      gboolean            same = g_str_equal (record->address, text) || (*fingerprint != '\0' && g_str_equal (record->fingerprint, fingerprint));

      if (record->revoked && same)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                       _ ("You revoked “%s”. Allow it again under Network Sources first."), record->name);
          return FALSE;
        }
    }

  return TRUE;
}

/* Remembers the source at @address, called @name, and has its token kept. What was known of the address before is replaced. */
void
hr_pairings_remember (HrPairings      *self,
                      const HrAddress *address,
                      const char      *name)
{
  g_autofree char *text = hr_address_format (address);
  HrPeerRecord    *before = find_record (self, text);
  HrPeerRecord    *record = g_new0 (HrPeerRecord, 1);

  record->address = g_strdup (text);
  record->name = g_strdup (name);
  record->fingerprint = address->pairing != NULL ? fingerprint_of (address->pairing) : g_strdup ("");
  record->last_seen = before != NULL ? before->last_seen : 0;
  if (before != NULL)
    g_ptr_array_remove (self->records, before);
  g_ptr_array_add (self->records, record);
  write_settings (self);

  if (address->pairing != NULL)
    {
      g_autofree char *token = hr_token_format (address->pairing->token);

      self->store->save (self->store_data, text, name, token, self->cancellable, token_saved_cb, errand_new (self, text));
    }
}

/* The source at @address is connected at @now, in seconds since 1970. */
void
hr_pairings_see (HrPairings *self,
                 const char *address,
                 gint64      now)
{
  HrPeerRecord *record = find_record (self, address);

  if (record == NULL || now < record->last_seen + SEEN_SECONDS)
    return;

  record->last_seen = now;
  write_settings (self);
}

/* Forgets the source at @address and its token, and whether it was revoked. */
void
hr_pairings_forget (HrPairings *self,
                    const char *address)
{
  HrPeerRecord *record = find_record (self, address);

  if (record == NULL)
    return;

  drop_token (self, record->address);
  g_ptr_array_remove (self->records, record);
  write_settings (self);
}

/* Drops the token of the source at @address, which is refused until it is allowed again. */
void
hr_pairings_revoke (HrPairings *self,
                    const char *address)
{
  HrPeerRecord *record = find_record (self, address);

  if (record == NULL)
    return;

  drop_token (self, record->address);
  record->revoked = TRUE;
  g_clear_pointer (&record->trouble, g_free);
  write_settings (self);
}

static void
miss_token (HrPeerRecord *record)
{
  set_text (&record->trouble, _ ("Its token is not kept any more: paste its pairing link again."));
}

/* Refuses the source at @address no longer. Its token is gone: its pairing link has to be pasted again. */
void
hr_pairings_allow (HrPairings *self,
                   const char *address)
{
  HrPeerRecord *record = find_record (self, address);

  if (record == NULL || !record->revoked)
    return;

  record->revoked = FALSE;
  if (g_str_has_prefix (address, "tcp:"))
    miss_token (record);
  write_settings (self);
}

static void
restore_record (HrPairings   *self,
                HrPeerRecord *record,
                const char   *token)
{
  gboolean         secured = *record->fingerprint != '\0';
  g_autofree char *link = token == NULL ? g_strdup (record->address)
                                        : g_strdup_printf (LINK_FORMAT, record->address + strlen ("tcp:"),
                                                           record->fingerprint, secured ? "." : "", token);
  g_autoptr (GError) error = NULL;
  g_autoptr (HrAddress) address = hr_address_parse (link, &error);

  if (address != NULL)
    g_signal_emit (self, signals[SIGNAL_RESTORED], 0, address);
  else
    {
      set_text (&record->trouble, error->message);
      g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
    }
}

static void
token_found_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (Errand) errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *token = errand->store->find_finish (result, &error);
  HrPairings      *self = errand->pairings;
  HrPeerRecord    *record = self != NULL ? find_record (self, errand->address) : NULL;

  if (self != NULL)
    set_trouble (self, error);
  if (record == NULL || record->revoked || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (token != NULL)
    restore_record (self, record, token);
  else
    {
      miss_token (record);
      g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
    }
}

/* Looks for what every source needs that is not revoked, and tells of each one by "restored". */
void
hr_pairings_restore (HrPairings *self)
{
  for (guint i = 0; i < self->records->len; i++)
    {
      HrPeerRecord *record = g_ptr_array_index (self->records, i);

      if (record->revoked)
        continue;
      if (g_str_has_prefix (record->address, "tcp:"))
        self->store->find (self->store_data, record->address, self->cancellable, token_found_cb, errand_new (self, record->address));
      else
        restore_record (self, record, NULL);
    }
}

static void
hr_pairings_dispose (GObject *object)
{
  HrPairings *self = HR_PAIRINGS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (hr_pairings_parent_class)->dispose (object);
}

static void
hr_pairings_finalize (GObject *object)
{
  HrPairings *self = HR_PAIRINGS (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->records);
  g_free (self->trouble);

  G_OBJECT_CLASS (hr_pairings_parent_class)->finalize (object);
}

static void
hr_pairings_class_init (HrPairingsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hr_pairings_dispose;
  G_OBJECT_CLASS (klass)->finalize = hr_pairings_finalize;

  signals[SIGNAL_CHANGED] = g_signal_new ("changed", HR_TYPE_PAIRINGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_RESTORED] = g_signal_new ("restored", HR_TYPE_PAIRINGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
hr_pairings_init (HrPairings *self)
{
  self->cancellable = g_cancellable_new ();
  self->records = g_ptr_array_new_with_free_func (record_free);
}

/* Reads what @settings know. @store_data: what @store's functions are given, which has to last. Returns: (transfer full) */
HrPairings *
hr_pairings_new (GSettings          *settings,
                 const HrTokenStore *store,
                 gpointer            store_data)
{
  HrPairings *self = g_object_new (HR_TYPE_PAIRINGS, NULL);

  self->settings = g_object_ref (settings);
  self->store = store;
  self->store_data = store_data;
  read_settings (self);

  return self;
}
