/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/feed.h"
#include "engine/probe/reader.h"

G_BEGIN_DECLS

/* Turns what a program has allocated, by category, into samples of its feed: a gauge of what is in use and a counter of what was
 * allocated (engine/model/category.h). */
typedef struct _HrCategories HrCategories;

HrCategories *hr_categories_new (HrRegionReader *reader,
                                 HrFeed         *feed) G_GNUC_WARN_UNUSED_RESULT;
void          hr_categories_free (HrCategories *self);

void hr_categories_preload (HrCategories *self);
void hr_categories_collect (HrCategories *self,
                            gint64        now_ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HrCategories, hr_categories_free)

G_END_DECLS
