/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/source-input.h"

#define TOKEN "00112233445566778899aabbccddeeff"
#define FINGERPRINT "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
assert_reads (const char *text,
              const char *token,
              const char *address,
              const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HrAddress) read = hr_source_input_read (text, token, &error);
  g_autofree char *its_address = NULL;
  g_autofree char *its_name = NULL;

  g_assert_no_error (error);
  its_address = hr_address_format (read);
  its_name = hr_source_input_name (read);
  g_assert_cmpstr (its_address, ==, address);
  g_assert_cmpstr (its_name, ==, name);
  g_assert_true (read->type == HR_ADDRESS_UNIX || read->pairing != NULL);
}

static void
test_reads (void)
{
  assert_reads ("headroom://box.lan:7777/#" FINGERPRINT "." TOKEN, "", "tcp:box.lan:7777", "box.lan:7777");
  assert_reads ("  headroom://127.0.0.1:7777/#" TOKEN "\n", "", "tcp:127.0.0.1:7777", "127.0.0.1:7777");
  assert_reads ("127.0.0.1:7777", TOKEN, "tcp:127.0.0.1:7777", "127.0.0.1:7777");
  assert_reads ("tcp:127.0.0.1:7777", " " TOKEN " ", "tcp:127.0.0.1:7777", "127.0.0.1:7777");
  assert_reads ("/run/agent.socket", "", "unix:/run/agent.socket", "agent.socket");
  assert_reads ("unix:/run/agent.socket", "", "unix:/run/agent.socket", "agent.socket");
}

static void
assert_refuses (const char *text,
                const char *token,
                const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hr_source_input_read (text, token, &error));
  g_assert_nonnull (strstr (error->message, word));
  g_assert_null (strstr (error->message, TOKEN));
}

/* By what is wrong, and without repeating a secret. */
static void
test_refuses (void)
{
  assert_refuses ("", "", "Paste");
  assert_refuses ("box.lan:7777", TOKEN, "box.lan");
  assert_refuses ("127.0.0.1:7777", "", "token");
  assert_refuses ("127.0.0.1:7777", TOKEN "0", "token");
  assert_refuses ("127.0.0.1", TOKEN, "port");
  assert_refuses ("usb:0011", "", "themselves");
  assert_refuses ("local:", "", "themselves");
  assert_refuses ("headroom://box.lan:7777/#" TOKEN, "", "certificate");
}

static void
test_wants_token (void)
{
  g_assert_true (hr_source_input_wants_token ("127.0.0.1:7777"));
  g_assert_true (hr_source_input_wants_token ("[::1]:7777"));
  g_assert_false (hr_source_input_wants_token ("127.0.0.1"));
  g_assert_false (hr_source_input_wants_token ("box.lan:7777"));
  g_assert_false (hr_source_input_wants_token ("/run/agent.socket"));
  g_assert_false (hr_source_input_wants_token ("headroom://127.0.0.1:7777/#" TOKEN));
}

static void
test_links (void)
{
  g_assert_true (hr_source_input_is_link ("headroom://127.0.0.1:7777/#" TOKEN));
  g_assert_true (hr_source_input_is_link ("HEADROOM:cut-off"));
  g_assert_false (hr_source_input_is_link ("file:///home/anna/run.headroom"));
  g_assert_false (hr_source_input_is_link ("headroom"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source-input/reads", test_reads);
  g_test_add_func ("/source-input/refuses", test_refuses);
  g_test_add_func ("/source-input/wants-token", test_wants_token);
  g_test_add_func ("/source-input/links", test_links);

  return g_test_run ();
}
