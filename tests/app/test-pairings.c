/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/pairings.h"

#include "settings.h"

#define TOKEN "00112233445566778899aabbccddeeff"
#define FINGERPRINT "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SECURED_LINK "headroom://box.lan:7777/#" FINGERPRINT "." TOKEN
#define LOOPBACK_LINK "headroom://127.0.0.1:7777/#" TOKEN

/* A keyring in memory. */
typedef struct
{
  GHashTable *tokens; /* by address */
  gboolean    broken;
} Keyring;

static GTask *
new_task (Keyring            *keyring,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  if (keyring->broken)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "nobody there");

  return task;
}

static void
keyring_save (gpointer            data,
              const char         *address,
              const char         *name,
              const char         *token,
              GCancellable       *cancellable,
              GAsyncReadyCallback callback,
              gpointer            user_data)
{
  Keyring *keyring = data;
  g_autoptr (GTask) task = new_task (keyring, cancellable, callback, user_data);

  if (keyring->broken)
    return;

  g_hash_table_insert (keyring->tokens, g_strdup (address), g_strdup (token));
  g_task_return_boolean (task, TRUE);
}

static gboolean
keyring_finish (GAsyncResult *result,
                GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
keyring_find (gpointer            data,
              const char         *address,
              GCancellable       *cancellable,
              GAsyncReadyCallback callback,
              gpointer            user_data)
{
  Keyring *keyring = data;
  g_autoptr (GTask) task = new_task (keyring, cancellable, callback, user_data);

  if (!keyring->broken)
    g_task_return_pointer (task, g_strdup (g_hash_table_lookup (keyring->tokens, address)), g_free);
}

static char *
keyring_find_finish (GAsyncResult *result,
                     GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
keyring_drop (gpointer            data,
              const char         *address,
              GCancellable       *cancellable,
              GAsyncReadyCallback callback,
              gpointer            user_data)
{
  Keyring *keyring = data;
  g_autoptr (GTask) task = new_task (keyring, cancellable, callback, user_data);

  if (!keyring->broken)
    g_task_return_boolean (task, g_hash_table_remove (keyring->tokens, address));
}

static const HrTokenStore keyring_store = { keyring_save, keyring_finish, keyring_find, keyring_find_finish, keyring_drop, keyring_finish };

typedef struct
{
  GSettings  *settings;
  Keyring     keyring;
  HrPairings *pairings;
  GPtrArray  *restored; /* of HrAddress */
} Fixture;

static void
pairings_restored_cb (HrPairings      *pairings,
                      const HrAddress *address,
                      Fixture         *fixture)
{
  g_ptr_array_add (fixture->restored, hr_address_copy (address));
}

/* Begins anew with what settings and keyring hold, as another run of the app does. */
static void
restart (Fixture *fixture)
{
  g_clear_object (&fixture->pairings);
  fixture->pairings = hr_pairings_new (fixture->settings, &keyring_store, &fixture->keyring);
  g_signal_connect (fixture->pairings, "restored", G_CALLBACK (pairings_restored_cb), fixture);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->settings = new_settings ();
  fixture->keyring.tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  fixture->restored = g_ptr_array_new_with_free_func ((GDestroyNotify) hr_address_free);
  restart (fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  settle ();
  g_assert_finalize_object (fixture->pairings);
  g_ptr_array_unref (fixture->restored);
  g_hash_table_unref (fixture->keyring.tokens);
  g_object_unref (fixture->settings);
}

static HrAddress *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  HrAddress *address = hr_address_parse (text, &error);

  g_assert_no_error (error);

  return address;
}

static void
remember (Fixture    *fixture,
          const char *link,
          const char *name)
{
  g_autoptr (HrAddress) address = parse (link);

  hr_pairings_remember (fixture->pairings, address, name);
  settle ();
}

static void
test_survives_a_restart (Fixture      *fixture,
                         gconstpointer data)
{
  const HrPeerRecord *record;
  HrAddress          *address;
  g_autofree char    *link = NULL;

  remember (fixture, SECURED_LINK, "box");
  hr_pairings_see (fixture->pairings, "tcp:box.lan:7777", 1700000000);
  restart (fixture);

  record = hr_pairings_find (fixture->pairings, "tcp:box.lan:7777");
  g_assert_cmpstr (record->name, ==, "box");
  g_assert_cmpstr (record->fingerprint, ==, FINGERPRINT);
  g_assert_cmpint (record->last_seen, ==, 1700000000);

  hr_pairings_restore (fixture->pairings);
  settle ();
  g_assert_cmpuint (fixture->restored->len, ==, 1);
  address = g_ptr_array_index (fixture->restored, 0);
  link = hr_pairing_format (address->pairing);
  g_assert_cmpstr (link, ==, SECURED_LINK);
}

/* Of another kind than over TLS. */
static void
test_loopback_and_socket (Fixture      *fixture,
                          gconstpointer data)
{
  remember (fixture, LOOPBACK_LINK, "here");
  remember (fixture, "unix:/run/agent.socket", "socket");
  restart (fixture);
  hr_pairings_restore (fixture->pairings);
  settle ();

  g_assert_cmpuint (fixture->restored->len, ==, 2);
  g_assert_cmpuint (g_hash_table_size (fixture->keyring.tokens), ==, 1);
  for (guint i = 0; i < 2; i++)
    {
      HrAddress *address = g_ptr_array_index (fixture->restored, i);

      g_assert_true (address->type == HR_ADDRESS_UNIX || (address->pairing != NULL && !address->pairing->secured));
    }
}

/* No secret is ever in the settings. */
static void
test_settings_hold_no_token (Fixture      *fixture,
                             gconstpointer data)
{
  g_autoptr (GVariant) peers = NULL;
  g_autofree char *text = NULL;

  remember (fixture, SECURED_LINK, "box");
  remember (fixture, LOOPBACK_LINK, "here");
  peers = g_settings_get_value (fixture->settings, "peers");
  text = g_variant_print (peers, FALSE);
  g_assert_null (strstr (text, TOKEN));
  g_assert_cmpstr (g_hash_table_lookup (fixture->keyring.tokens, "tcp:box.lan:7777"), ==, TOKEN);
}

/* Whoever is revoked is refused by name, at another address too, until they are allowed again; then their link is wanted. */
static void
test_revoke (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (HrAddress) address = parse (SECURED_LINK);
  g_autoptr (HrAddress) elsewhere = parse ("headroom://10.0.0.5:7000/#" FINGERPRINT "." TOKEN);
  g_autoptr (GError) error = NULL;

  remember (fixture, SECURED_LINK, "box");
  g_assert_true (hr_pairings_admit (fixture->pairings, address, NULL));
  hr_pairings_revoke (fixture->pairings, "tcp:box.lan:7777");
  settle ();
  g_assert_cmpuint (g_hash_table_size (fixture->keyring.tokens), ==, 0);

  restart (fixture);
  g_assert_false (hr_pairings_admit (fixture->pairings, address, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_nonnull (strstr (error->message, "“box”"));
  g_assert_false (hr_pairings_admit (fixture->pairings, elsewhere, NULL));
  hr_pairings_restore (fixture->pairings);
  settle ();
  g_assert_cmpuint (fixture->restored->len, ==, 0);

  hr_pairings_allow (fixture->pairings, "tcp:box.lan:7777");
  g_assert_true (hr_pairings_admit (fixture->pairings, address, NULL));
  g_assert_nonnull (strstr (hr_pairings_get (fixture->pairings, 0)->trouble, "pairing link"));
}

/* Without a certificate it is the address that is known. */
static void
test_revoke_loopback (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (HrAddress) address = parse (LOOPBACK_LINK);
  g_autoptr (HrAddress) other = parse ("headroom://127.0.0.1:7778/#" TOKEN);

  remember (fixture, LOOPBACK_LINK, "here");
  hr_pairings_revoke (fixture->pairings, "tcp:127.0.0.1:7777");
  g_assert_false (hr_pairings_admit (fixture->pairings, address, NULL));
  g_assert_true (hr_pairings_admit (fixture->pairings, other, NULL));
}

static void
test_forget (Fixture      *fixture,
             gconstpointer data)
{
  remember (fixture, SECURED_LINK, "box");
  hr_pairings_forget (fixture->pairings, "tcp:box.lan:7777");
  settle ();
  g_assert_cmpuint (g_hash_table_size (fixture->keyring.tokens), ==, 0);
  g_assert_cmpuint (hr_pairings_get_n (fixture->pairings), ==, 0);
  restart (fixture);
  g_assert_cmpuint (hr_pairings_get_n (fixture->pairings), ==, 0);
}

/* A link pasted again is the same source. */
static void
test_remember_again (Fixture      *fixture,
                     gconstpointer data)
{
  remember (fixture, LOOPBACK_LINK, "here");
  hr_pairings_see (fixture->pairings, "tcp:127.0.0.1:7777", 1700000000);
  remember (fixture, "headroom://127.0.0.1:7777/#ffffffffffffffffffffffffffffffff", "there");

  g_assert_cmpuint (hr_pairings_get_n (fixture->pairings), ==, 1);
  g_assert_cmpstr (hr_pairings_get (fixture->pairings, 0)->name, ==, "there");
  g_assert_cmpint (hr_pairings_get (fixture->pairings, 0)->last_seen, ==, 1700000000);
  g_assert_cmpstr (g_hash_table_lookup (fixture->keyring.tokens, "tcp:127.0.0.1:7777"), ==, "ffffffffffffffffffffffffffffffff");
}

/* Without a keyring everything works until the end, and says so; the next run asks for the link. */
static void
test_no_keyring (Fixture      *fixture,
                 gconstpointer data)
{
  fixture->keyring.broken = TRUE;
  g_assert_null (hr_pairings_get_trouble (fixture->pairings));
  remember (fixture, LOOPBACK_LINK, "here");
  g_assert_nonnull (strstr (hr_pairings_get_trouble (fixture->pairings), "nobody there"));

  restart (fixture);
  hr_pairings_restore (fixture->pairings);
  settle ();
  g_assert_cmpuint (fixture->restored->len, ==, 0);
  g_assert_nonnull (strstr (hr_pairings_get (fixture->pairings, 0)->trouble, "pairing link"));

  fixture->keyring.broken = FALSE;
  remember (fixture, LOOPBACK_LINK, "here");
  g_assert_null (hr_pairings_get_trouble (fixture->pairings));
}

/* The settings are not written at every snapshot. */
static void
test_seen_now_and_then (Fixture      *fixture,
                        gconstpointer data)
{
  remember (fixture, LOOPBACK_LINK, "here");
  hr_pairings_see (fixture->pairings, "tcp:127.0.0.1:7777", 1700000000);
  hr_pairings_see (fixture->pairings, "tcp:127.0.0.1:7777", 1700000059);
  g_assert_cmpint (hr_pairings_get (fixture->pairings, 0)->last_seen, ==, 1700000000);
  hr_pairings_see (fixture->pairings, "tcp:127.0.0.1:7777", 1700000060);
  g_assert_cmpint (hr_pairings_get (fixture->pairings, 0)->last_seen, ==, 1700000060);
}

/* An answer may come when nobody waits for it. */
static void
test_late_answer (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (HrAddress) address = parse (LOOPBACK_LINK);

  hr_pairings_remember (fixture->pairings, address, "here");
  hr_pairings_restore (fixture->pairings);
  restart (fixture);
  settle ();
  g_assert_cmpuint (fixture->restored->len, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture      *fixture,
                 gconstpointer data);
  } cases[] = {
    { "/pairings/survives-a-restart", test_survives_a_restart },
    { "/pairings/loopback-and-socket", test_loopback_and_socket },
    { "/pairings/settings-hold-no-token", test_settings_hold_no_token },
    { "/pairings/revoke", test_revoke },
    { "/pairings/revoke-loopback", test_revoke_loopback },
    { "/pairings/forget", test_forget },
    { "/pairings/remember-again", test_remember_again },
    { "/pairings/no-keyring", test_no_keyring },
    { "/pairings/seen-now-and-then", test_seen_now_and_then },
    { "/pairings/late-answer", test_late_answer },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].run, tear_down);

  return g_test_run ();
}
