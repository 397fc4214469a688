/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/link/link-private.h"
#include "engine/link/network.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The certificate and its key stand in one file: two could be of different makings after a crash. */
#define CERTIFICATE_FILE "certificate.pem"
#define TOKEN_FILE "token"
#define FILE_LIMIT (16u << 10)

#define SERIAL_BYTES 16
#define COMMON_NAME_LIMIT 64
#define DAY_S (24 * 60 * 60)
/* Nobody looks at the dates, as the fingerprint is pinned; they are wide enough for clocks that are wrong. */
#define VALID_FOR_DAYS (100 * 365)

static gboolean
set_errno_error (GError    **error,
                 const char *what,
                 const char *path)
{
  int number = errno;

  g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (number), "%s “%s”: %s", what, path, g_strerror (number));

  return FALSE;
}

static gboolean
set_gnutls_error (GError **error,
                  int      code)
{
  g_set_error (error, HR_LINK_ERROR, HR_LINK_ERROR_TLS, "Cannot make a certificate: %s", gnutls_strerror (code));

  return FALSE;
}

/* Whether nobody else can have written or can read what @fd is, which must be a @type (S_IFREG, S_IFDIR). */
static gboolean
check_privacy (int         fd,
               mode_t      type,
               const char *path,
               GError    **error)
{
  const char *wrong = NULL;
  struct stat status;

  if (fstat (fd, &status) < 0)
    return set_errno_error (error, "Cannot examine", path);

  if ((status.st_mode & S_IFMT) != type)
    wrong = type == S_IFDIR ? "it is not a folder" : "it is not an ordinary file";
  else if (status.st_uid != geteuid ())
    wrong = "it belongs to another user";
  else if ((status.st_mode & 0077) != 0)
    wrong = "others may use it; take their permissions away (chmod go=)";

  if (wrong != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "“%s” is not used: %s", path, wrong);

  return wrong == NULL;
}

/* Opens and locks the folder, made if it is not there. Two programs that make an identity at once end with the same. */
static int
open_folder (const char *folder,
             GError    **error)
{
  int fd;

  if (g_mkdir_with_parents (folder, 0700) < 0)
    {
      set_errno_error (error, "Cannot make", folder);
      return -1;
    }

  fd = open (folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    {
      set_errno_error (error, "Cannot open", folder);
      return -1;
    }

  if (!check_privacy (fd, S_IFDIR, folder, error))
    {
      close (fd);
      return -1;
    }

  if (flock (fd, LOCK_EX) < 0)
    {
      set_errno_error (error, "Cannot lock", folder);
      close (fd);
      return -1;
    }

  return fd;
}

/* Returns what the file says, NULL with @error when it may not be used; G_IO_ERROR_NOT_FOUND when it is not there. */
static char *
read_private (int         folder_fd,
              const char *folder,
              const char *name,
              GError    **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = g_malloc (FILE_LIMIT + 1);
  ssize_t          size;
  int              fd = openat (folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  if (fd < 0 && errno == ELOOP)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "“%s” is not used: it is not an ordinary file", path);
  else if (fd < 0)
    set_errno_error (error, "Cannot open", path);
  if (fd < 0)
    return NULL;

  if (!check_privacy (fd, S_IFREG, path, error))
    {
      close (fd);
      return NULL;
    }

  size = read (fd, text, FILE_LIMIT + 1);
  if (size < 0)
    set_errno_error (error, "Cannot read", path);
  else if (size > (ssize_t) FILE_LIMIT)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "“%s” is not used: it is longer than any that was made", path);
  close (fd);
  if (size < 0 || size > (ssize_t) FILE_LIMIT)
    return NULL;

  text[size] = '\0';

  return g_steal_pointer (&text);
}

static gboolean
write_private (const char *folder,
               const char *name,
               const char *text,
               GError    **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}

/* Fills in everything but the signature. */
static int
describe_certificate (gnutls_x509_crt_t     certificate,
                      gnutls_x509_privkey_t key)
{
  const char *host = g_get_host_name ();
  time_t      now = g_get_real_time () / G_USEC_PER_SEC;
  guint8      serial[SERIAL_BYTES];
  int         code = gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial);

  /* A serial number is positive, and not longer for its sign. */
  serial[0] = (serial[0] & 0x3f) | 0x40;

  if (code >= 0)
    code = gnutls_x509_crt_set_version (certificate, 3);
  if (code >= 0)
    code = gnutls_x509_crt_set_serial (certificate, serial, sizeof serial);
  if (code >= 0)
    code = gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, host,
                                          (unsigned) MIN (strlen (host), COMMON_NAME_LIMIT));
  if (code >= 0)
    code = gnutls_x509_crt_set_activation_time (certificate, now - DAY_S);
  if (code >= 0)
    code = gnutls_x509_crt_set_expiration_time (certificate, now + (time_t) VALID_FOR_DAYS * DAY_S);
  if (code >= 0)
    code = gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
  if (code >= 0)
    code = gnutls_x509_crt_set_key (certificate, key);

  return code;
}

/* Returns the certificate and then its key in @out, to be freed with gnutls_free (). */
static int
export_both (gnutls_x509_crt_t     certificate,
             gnutls_x509_privkey_t key,
             char                **out)
{
  gnutls_datum_t first = { 0 };
  gnutls_datum_t second = { 0 };
  int            code = gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &first);

  if (code >= 0)
    code = gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &second);
  if (code >= 0)
    *out = g_strconcat ((char *) first.data, (char *) second.data, NULL);

  if (second.data != NULL)
    gnutls_memset (second.data, 0, second.size);
  gnutls_free (first.data);
  gnutls_free (second.data);

  return code;
}

/* Returns a new key on P-256 and a certificate that it signs itself, as text, or NULL with @error. */
static char *
make_certificate (GError **error)
{
  gnutls_x509_privkey_t key = NULL;
  gnutls_x509_crt_t     certificate = NULL;
  char                 *text = NULL;
  int                   code = gnutls_x509_privkey_init (&key);

  if (code >= 0)
    code = gnutls_x509_crt_init (&certificate);
  if (code >= 0)
    code = gnutls_x509_privkey_generate2 (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0, NULL, 0);
  if (code >= 0)
    code = describe_certificate (certificate, key);
  if (code >= 0)
    code = gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
  if (code >= 0)
    code = export_both (certificate, key, &text);
  if (code < 0)
    set_gnutls_error (error, code);

  if (certificate != NULL)
    gnutls_x509_crt_deinit (certificate);
  if (key != NULL)
    gnutls_x509_privkey_deinit (key);

  return text;
}

static gboolean
write_certificate (const char *folder,
                   GError    **error)
{
  g_autofree char *text = make_certificate (error);
  gboolean         written = text != NULL && write_private (folder, CERTIFICATE_FILE, text, error);

  if (text != NULL)
    explicit_bzero (text, strlen (text));

  return written;
}

static gboolean
write_token (const char *folder,
             GError    **error)
{
  g_autofree char *digits = NULL;
  g_autofree char *line = NULL;
  guint8           token[HR_TOKEN_BYTES];
  int              code = gnutls_rnd (GNUTLS_RND_KEY, token, sizeof token);

  if (code < 0)
    return set_gnutls_error (error, code);

  digits = hr_token_format (token);
  line = g_strconcat (digits, "\n", NULL);

  return write_private (folder, TOKEN_FILE, line, error);
}

/* Returns what the file says; when it is not there, after @make has made it. */
static char *
read_or_make (int         folder_fd,
              const char *folder,
              const char *name,
              gboolean (*make) (const char *, GError **),
              GError **error)
{
  g_autoptr (GError) reason = NULL;
  char *text = read_private (folder_fd, folder, name, &reason);

  if (text != NULL)
    return text;

  if (!g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }

  return make (folder, error) ? read_private (folder_fd, folder, name, error) : NULL;
}

/* Writes the SHA-256 of the certificate's DER. Internal. */
void
hr_certificate_fingerprint (GTlsCertificate *certificate,
                            guint8          *out)
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = HR_FINGERPRINT_BYTES;

  g_object_get (certificate, "certificate", &der, NULL);
  g_checksum_update (sum, der->data, der->len);
  g_checksum_get_digest (sum, out, &size);
}

static gboolean
load (HrIdentity *self,
      int         folder_fd,
      const char *folder,
      GError    **error)
{
  g_autofree char *pem = read_or_make (folder_fd, folder, CERTIFICATE_FILE, write_certificate, error);
  g_autofree char *token = pem != NULL ? read_or_make (folder_fd, folder, TOKEN_FILE, write_token, error) : NULL;

  if (token == NULL)
    return FALSE;

  if (!hr_token_parse (g_strchomp (token), self->token, error))
    {
      g_prefix_error (error, "“%s/%s” is not used: ", folder, TOKEN_FILE);
      return FALSE;
    }

  self->certificate = g_tls_certificate_new_from_pem (pem, -1, error);
  explicit_bzero (pem, strlen (pem));
  if (self->certificate == NULL)
    {
      g_prefix_error (error, "“%s/%s” is not used: ", folder, CERTIFICATE_FILE);
      return FALSE;
    }

  hr_certificate_fingerprint (self->certificate, self->fingerprint);

  return TRUE;
}

static char *
folder_or_default (const char *folder)
{
  return folder != NULL ? g_strdup (folder) : g_build_filename (g_get_user_config_dir (), "headroom", "agent", NULL);
}

/* Returns the identity that @folder keeps, made if it keeps none, or NULL with @error: G_IO_ERROR_PERMISSION_DENIED when a file
 * or the folder is not this user's alone. It says which, and changes nothing. */
HrIdentity *
hr_identity_load (const char *folder,
                  GError    **error)
{
  g_autoptr (HrIdentity) self = g_new0 (HrIdentity, 1);
  g_autofree char *place = folder_or_default (folder);
  gboolean         loaded;
  int              fd = open_folder (place, error);

  if (fd < 0)
    return NULL;

  loaded = load (self, fd, place, error);
  close (fd);

  return loaded ? g_steal_pointer (&self) : NULL;
}

/* Replaces what @folder (NULL: the usual one) keeps. What was loaded before stays as it was. FALSE with @error. */
gboolean
hr_identity_renew (const char *folder,
                   GError    **error)
{
  g_autofree char *place = folder_or_default (folder);
  gboolean         renewed;
  int              fd = open_folder (place, error);

  if (fd < 0)
    return FALSE;

  renewed = write_token (place, error) && write_certificate (place, error);
  close (fd);

  return renewed;
}

/* Frees @self and leaves no token behind. Accepts NULL. */
void
hr_identity_free (HrIdentity *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->certificate);
  explicit_bzero (self, sizeof *self);
  g_free (self);
}
