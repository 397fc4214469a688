/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/users.h"

G_BEGIN_DECLS

/* Searches for programs, answered one list of /proc at a time and in a thread: a list takes longer than a round of the agent may. What is
 * asked while one is made waits for the next, all of it together. */
typedef struct _HrSearches HrSearches;

/* Told in the main thread, once for each search whose owner has not left. @programs (HrProgram, transfer none) may be changed. */
typedef void (*HrSearchesFound) (gpointer   owner,
                                 guint      request,
                                 GPtrArray *programs,
                                 guint      n_more,
                                 gpointer   user_data);

HrSearches *hr_searches_new (const char     *root,
                             HrUsers        *users,
                             HrSearchesFound found,
                             gpointer        user_data) G_GNUC_WARN_UNUSED_RESULT;
void        hr_searches_free (HrSearches *self);

void hr_searches_add (HrSearches *self,
                      gpointer    owner,
                      guint       request,
                      const char *text,
                      guint       limit);
void hr_searches_leave (HrSearches   *self,
                        gconstpointer owner);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrSearches, hr_searches_free)

G_END_DECLS
