/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The results of one group of benchmarks. Every result stands beside its floor: the least that
 * any program must do for the same effect, measured in the same minute on the same machine, so that the
 * ratio means something where the time alone does not. A peer is another way to the same
 * effect. */
typedef struct _HrBench HrBench;

/* Does an operation @n times. */
typedef void (*HrBenchFunc) (guint64  n,
                             gpointer user_data);

HrBench *hr_bench_new (const char *group) G_GNUC_WARN_UNUSED_RESULT;
void     hr_bench_free (HrBench *self);

void hr_bench_run (HrBench    *self,
                   const char *name,
                   HrBenchFunc func,
                   HrBenchFunc floor,
                   gpointer    user_data);
void hr_bench_run_peer (HrBench    *self,
                        const char *name,
                        const char *peer,
                        HrBenchFunc func,
                        gpointer    user_data);

void   hr_bench_add (HrBench    *self,
                     const char *name,
                     double      value,
                     const char *unit,
                     double      floor);
double hr_bench_get (HrBench    *self,
                     const char *name);
void   hr_bench_add_peer (HrBench    *self,
                          const char *name,
                          const char *peer,
                          double      value);

char    *hr_bench_make_folder (GError **error) G_GNUC_WARN_UNUSED_RESULT;
char    *hr_bench_format (HrBench *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean hr_bench_save (HrBench    *self,
                        const char *path,
                        GError    **error);
int      hr_bench_finish (HrBench *self);

/* Makes the compiler believe that whatever @memory points to is read and changed here, so that the work
 * which led to it is not left out. */
static inline void
hr_bench_keep (const void *memory)
{
  __asm__ volatile(""
                   :
                   : "r"(memory)
                   : "memory");
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrBench, hr_bench_free)

G_END_DECLS
