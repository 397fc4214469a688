/* SPDX-License-Identifier: GPL-3.0-or-later */

/* For ranks.py: reads two lines of numbers and prints z of the rank test between them. */

#include "engine/stats/robust.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

static GArray *
read_line (void)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));
  g_auto (GStrv) words = NULL;
  size_t size = 0;
  char  *text = NULL;

  if (getline (&text, &size, stdin) < 0)
    text = NULL;
  words = g_strsplit (text != NULL ? g_strchomp (text) : "", " ", -1);
  free (text);
  for (gsize i = 0; words[i] != NULL; i++)
    {
      double value = g_ascii_strtod (words[i], NULL);

      g_array_append_val (values, value);
    }

  return values;
}

int
main (void)
{
  g_autoptr (GArray) a = read_line ();
  g_autoptr (GArray) b = read_line ();
  g_autofree void *scratch = g_malloc (hr_mann_whitney_scratch (a->len, b->len));

  printf ("%.17g\n", hr_mann_whitney ((const double *) a->data, a->len, (const double *) b->data, b->len, scratch));

  return 0;
}
