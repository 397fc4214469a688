/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/network.h"
#include "tests/folder.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *parent;
  char *folder;
} Place;

static void
place_init (Place        *self,
            gconstpointer data)
{
  self->parent = g_dir_make_tmp ("headroom-identity-XXXXXX", NULL);
  self->folder = g_build_filename (self->parent, "agent", NULL);
}

static void
place_clear (Place        *self,
             gconstpointer data)
{
  remove_folder (self->folder);
  g_assert_cmpint (g_rmdir (self->parent), ==, 0);
  g_free (self->folder);
  g_free (self->parent);
}

static char *
path_in (Place      *place,
         const char *name)
{
  return g_build_filename (place->folder, name, NULL);
}

static void
assert_mode (const char *path,
             mode_t      type,
             mode_t      mode)
{
  GStatBuf status;

  g_assert_cmpint (g_lstat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode, ==, type | mode);
}

static void
test_made_once_and_kept (Place        *place,
                         gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrIdentity) first = hr_identity_load (place->folder, &error);
  g_autoptr (HrIdentity) second = NULL;
  const char *const names[] = { "certificate.pem", "token" };

  g_assert_no_error (error);
  second = hr_identity_load (place->folder, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (first->fingerprint, sizeof first->fingerprint, second->fingerprint, sizeof second->fingerprint);
  g_assert_cmpmem (first->token, sizeof first->token, second->token, sizeof second->token);
  g_assert_true (g_tls_certificate_is_same (first->certificate, second->certificate));

  assert_mode (place->folder, S_IFDIR, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_in (place, names[i]);

      assert_mode (path, S_IFREG, 0600);
    }
}

/* Read by another library than the one that is asked for the fingerprint. */
static void
test_certificate (Place        *place,
                  gconstpointer data)
{
  g_autoptr (HrIdentity) identity = hr_identity_load (place->folder, NULL);
  g_autoptr (GByteArray) der = NULL;
  gnutls_x509_crt_t certificate;
  guint8            fingerprint[HR_FINGERPRINT_BYTES];
  guint8            serial[32];
  char              name[128];
  unsigned          bits;
  size_t            size = sizeof fingerprint;

  g_object_get (identity->certificate, "certificate", &der, NULL);
  gnutls_x509_crt_init (&certificate);
  g_assert_cmpint (gnutls_x509_crt_import (certificate, &(gnutls_datum_t){ der->data, der->len }, GNUTLS_X509_FMT_DER), ==, 0);

  g_assert_cmpint (gnutls_x509_crt_get_fingerprint (certificate, GNUTLS_DIG_SHA256, fingerprint, &size), ==, 0);
  g_assert_cmpmem (identity->fingerprint, sizeof identity->fingerprint, fingerprint, size);

  g_assert_cmpint (gnutls_x509_crt_get_pk_algorithm (certificate, &bits), ==, GNUTLS_PK_ECDSA);
  g_assert_cmpuint (bits, ==, 256);
  size = sizeof name;
  g_assert_cmpint (gnutls_x509_crt_get_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size), ==, 0);
  g_assert_cmpstr (name, ==, g_get_host_name ());
  size = sizeof serial;
  g_assert_cmpint (gnutls_x509_crt_get_serial (certificate, serial, &size), ==, 0);
  g_assert_cmpuint (size, ==, 16);
  g_assert_cmpint (gnutls_x509_crt_get_version (certificate), ==, 3);
  gnutls_x509_crt_deinit (certificate);
}

static void
test_renewed_is_another (Place        *place,
                         gconstpointer data)
{
  g_autoptr (HrIdentity) before = hr_identity_load (place->folder, NULL);
  g_autoptr (HrIdentity) after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (hr_identity_renew (place->folder, &error));
  g_assert_no_error (error);
  after = hr_identity_load (place->folder, &error);
  g_assert_no_error (error);
  g_assert_cmpint (memcmp (before->token, after->token, HR_TOKEN_BYTES), !=, 0);
  g_assert_cmpint (memcmp (before->fingerprint, after->fingerprint, HR_FINGERPRINT_BYTES), !=, 0);
}

static void
assert_refused (Place      *place,
                const char *name)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hr_identity_load (place->folder, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, name));
}

static void
test_what_others_may_use_is_refused (Place        *place,
                                     gconstpointer data)
{
  const char *const               names[] = { "certificate.pem", "token" };
  g_autoptr (HrIdentity) identity G_GNUC_UNUSED = hr_identity_load (place->folder, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_in (place, names[i]);

      g_assert_cmpint (g_chmod (path, 0640), ==, 0);
      assert_refused (place, names[i]);
      g_assert_cmpint (g_chmod (path, 0600), ==, 0);
    }

  g_assert_cmpint (g_chmod (place->folder, 0710), ==, 0);
  assert_refused (place, place->folder);
  g_assert_cmpint (g_chmod (place->folder, 0700), ==, 0);
}

static void
test_what_is_no_file_is_refused (Place        *place,
                                 gconstpointer data)
{
  const char *const               names[] = { "certificate.pem", "token" };
  g_autoptr (HrIdentity) identity G_GNUC_UNUSED = hr_identity_load (place->folder, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_in (place, names[i]);
      g_autofree char *other = path_in (place, "other");

      g_assert_cmpint (g_rename (path, other), ==, 0);
      g_assert_cmpint (symlink (other, path), ==, 0);
      assert_refused (place, names[i]);

      g_assert_cmpint (g_unlink (path), ==, 0);
      g_assert_cmpint (mkfifo (path, 0600), ==, 0);
      assert_refused (place, names[i]);
      g_assert_cmpint (g_rename (other, path), ==, 0);
    }
}

static void
test_a_linked_folder_is_refused (Place        *place,
                                 gconstpointer data)
{
  g_autofree char                *other = g_build_filename (place->parent, "elsewhere", NULL);
  g_autoptr (HrIdentity) identity G_GNUC_UNUSED = hr_identity_load (place->folder, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_rename (place->folder, other), ==, 0);
  g_assert_cmpint (symlink (other, place->folder), ==, 0);
  g_assert_null (hr_identity_load (place->folder, &error));
  g_assert_nonnull (strstr (error->message, place->folder));
  g_assert_cmpint (g_unlink (place->folder), ==, 0);
  g_assert_cmpint (g_rename (other, place->folder), ==, 0);
}

static void
test_another_owner_is_refused (Place        *place,
                               gconstpointer data)
{
  g_autoptr (HrIdentity) identity = NULL;
  g_autofree char *path = path_in (place, "token");

  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a file away");
      return;
    }

  identity = hr_identity_load (place->folder, NULL);
  g_assert_cmpint (chown (path, 65534, (gid_t) -1), ==, 0);
  assert_refused (place, "token");
}

static void
test_damage_is_named (Place        *place,
                      gconstpointer data)
{
  const char *const contents[] = { "", "no token", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" };
  const char *const names[] = { "certificate.pem", "token" };
  g_autofree char  *much = g_strnfill (1 << 20, 'f');

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = path_in (place, names[i]);

      for (guint k = 0; k <= G_N_ELEMENTS (contents); k++)
        {
          g_autoptr (GError) error = NULL;
          const char *content = k < G_N_ELEMENTS (contents) ? contents[k] : much;

          g_assert_true (hr_identity_renew (place->folder, NULL));
          g_assert_true (g_file_set_contents_full (path, content, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
          g_assert_null (hr_identity_load (place->folder, &error));
          g_assert_nonnull (error);
          g_assert_nonnull (strstr (error->message, names[i]));
        }
    }
}

#define ADD(path, test) g_test_add ("/link/identity/" path, Place, NULL, place_init, test, place_clear)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("kept", test_made_once_and_kept);
  ADD ("certificate", test_certificate);
  ADD ("renewed", test_renewed_is_another);
  ADD ("mode", test_what_others_may_use_is_refused);
  ADD ("type", test_what_is_no_file_is_refused);
  ADD ("linked-folder", test_a_linked_folder_is_refused);
  ADD ("owner", test_another_owner_is_refused);
  ADD ("damage", test_damage_is_named);

  return g_test_run ();
}
