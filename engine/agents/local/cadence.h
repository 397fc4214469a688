/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/base/cadence.h"

#include <glib.h>

G_BEGIN_DECLS

GSource *hr_cadence_source_new (guint interval_ms) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
