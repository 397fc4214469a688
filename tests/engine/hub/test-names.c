/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/hub/names.h"

/* Claims for @owner and checks what comes of it. */
static void
claim (HrNames    *names,
       const char *name,
       const char *place,
       const void *owner,
       const char *expected)
{
  g_autofree char *claimed = hr_names_claim (names, name, place, owner);

  g_assert_cmpstr (claimed, ==, expected);
}

static void
test_a_place_tells_two_apart (void)
{
  g_autoptr (HrNames) names = hr_names_new ();

  claim (names, "ranker", "atlas", "a", "ranker");
  claim (names, "ranker", "Anna’s iPhone", "b", "ranker (Anna’s iPhone)");
  claim (names, "ranker", "Anna’s iPhone", "b", "ranker (Anna’s iPhone) (2)");
}

static void
test_a_number_tells_two_of_a_place_apart (void)
{
  g_autoptr (HrNames) names = hr_names_new ();

  claim (names, "ranker", "atlas", "a", "ranker");
  claim (names, "ranker", "atlas", "a", "ranker (2)");
  claim (names, "ranker", "atlas", "a", "ranker (3)");
}

static void
test_places_are_numbered (void)
{
  g_autoptr (HrNames) names = hr_names_new ();

  claim (names, "iPhone", NULL, NULL, "iPhone");
  claim (names, "iPhone", NULL, NULL, "iPhone (2)");
}

static void
test_a_released_name_is_free (void)
{
  g_autoptr (HrNames) names = hr_names_new ();

  claim (names, "ranker", "atlas", "a", "ranker");
  g_assert_false (hr_names_is_free (names, "ranker"));
  hr_names_release (names, "ranker");
  g_assert_true (hr_names_is_free (names, "ranker"));
  claim (names, "ranker", "iPhone", "b", "ranker");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hub/names/place", test_a_place_tells_two_apart);
  g_test_add_func ("/hub/names/number", test_a_number_tells_two_of_a_place_apart);
  g_test_add_func ("/hub/names/places", test_places_are_numbered);
  g_test_add_func ("/hub/names/released", test_a_released_name_is_free);

  return g_test_run ();
}
