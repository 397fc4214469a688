/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/cli/wanted.h"

#include "engine/link/network.h"
#include "tests/folder.h"

#include <string.h>

static void
test_addresses_and_names (void)
{
  static const struct
  {
    const char *text;
    int         type; /* -1: a name */
    gboolean    here;
    const char *spoken;
  } cases[] = {
    { NULL, HR_ADDRESS_LOCAL, TRUE, "this computer" },
    { "local:", HR_ADDRESS_LOCAL, TRUE, "this computer" },
    { "pid:4711", HR_ADDRESS_PROCESS, TRUE, "pid:4711" },
    { "unix:/run/agent", HR_ADDRESS_UNIX, FALSE, "unix:/run/agent" },
    { "usb:00008030-0", HR_ADDRESS_USB, FALSE, "usb:00008030-0" },
    { "headroom://127.0.0.1:7777/#000102030405060708090a0b0c0d0e0f", HR_ADDRESS_TCP, FALSE, "tcp:127.0.0.1:7777" },
    { "tcp:192.0.2.1:7777", HR_ADDRESS_TCP, FALSE, "tcp:192.0.2.1:7777" },
    { "ranker", -1, TRUE, "ranker" },
    { "tmux: server", -1, TRUE, "tmux: server" },
    { "Größe", -1, TRUE, "Größe" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (HrWanted) wanted = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_true (hr_wanted_parse (&wanted, cases[i].text, NULL, "/nonexistent", &error));
      g_assert_no_error (error);
      g_assert_cmpint (wanted.address != NULL ? (int) wanted.address->type : -1, ==, cases[i].type);
      g_assert_cmpstr (wanted.name, ==, cases[i].type < 0 ? cases[i].text : NULL);
      g_assert_cmpstr (wanted.text, ==, cases[i].spoken);
      g_assert_true (hr_wanted_is_here (&wanted) == cases[i].here);
    }
}

static void
test_what_is_neither_is_refused (void)
{
  static const char *const texts[] = { "", "foo:bar", "otlp:4317", "pid:0", "pid:x", "unix:relative", "tcp:localhost", "headroom://127.0.0.1:1/#secret" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (HrWanted) wanted = { 0 };
      g_autoptr (GError) error = NULL;

      g_assert_false (hr_wanted_parse (&wanted, texts[i], NULL, NULL, &error));
      g_assert_nonnull (error);
      g_assert_null (strstr (error->message, "secret"));
    }
}

/* The token opens an agent on this computer alone: this user's own is found, another one is named. */
static void
test_tokens (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headroom-XXXXXX", NULL);
  g_autofree char *agent = g_build_filename (folder, "agent", NULL);
  g_autofree char *file = g_build_filename (folder, "token", NULL);
  g_autoptr (HrIdentity) identity = NULL;
  g_auto (HrWanted) own = { 0 };
  g_auto (HrWanted) named = { 0 };
  g_auto (HrWanted) refused = { 0 };

  g_assert_false (hr_wanted_parse (&refused, "tcp:127.0.0.1:7777", NULL, agent, NULL));
  g_assert_false (g_file_test (agent, G_FILE_TEST_EXISTS));

  identity = hr_identity_load (agent, NULL);
  g_assert_nonnull (identity);
  g_assert_true (hr_wanted_parse (&own, "tcp:[::1]:7777", NULL, agent, NULL));
  g_assert_cmpmem (own.address->pairing->token, HR_TOKEN_BYTES, identity->token, HR_TOKEN_BYTES);
  g_assert_cmpstr (own.address->pairing->host, ==, "::1");
  g_assert_false (own.address->pairing->secured);

  g_assert_true (g_file_set_contents (file, "000102030405060708090a0b0c0d0e0f\n", -1, NULL));
  g_assert_true (hr_wanted_parse (&named, "tcp:127.0.0.1:7777", file, agent, NULL));
  g_assert_cmpuint (named.address->pairing->token[15], ==, 15);

  g_assert_false (hr_wanted_parse (&refused, "tcp:192.0.2.1:7777", file, agent, NULL));
  g_assert_false (hr_wanted_parse (&refused, "ranker", file, agent, NULL));
  g_assert_true (g_file_set_contents (file, "not a token\n", -1, NULL));
  g_assert_false (hr_wanted_parse (&refused, "tcp:127.0.0.1:7777", file, agent, NULL));
  g_assert_false (hr_wanted_parse (&refused, "tcp:127.0.0.1:7777", "/nonexistent", agent, NULL));

  remove_folder (agent);
  remove_folder (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/wanted/forms", test_addresses_and_names);
  g_test_add_func ("/cli/wanted/refused", test_what_is_neither_is_refused);
  g_test_add_func ("/cli/wanted/tokens", test_tokens);

  return g_test_run ();
}
