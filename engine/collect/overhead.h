/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/collector.h"

G_BEGIN_DECLS

/* What monitoring itself costs: monitor_cpu_usage, this process's share of the machine. */
HrCollector *hr_overhead_new (HrFeed *computer) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
