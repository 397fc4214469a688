/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/collect/collector.h"

G_BEGIN_DECLS

/* What the kernel knows of each program that is followed or watched, once a second: process_cpu_usage (share of the whole machine),
 * memory_usage_mb (PSS), memory_rss_mb, process_read_mb_per_second, process_write_mb_per_second (disks), thread_count. Where there are
 * many, each round takes its share of them. Of a process whose start is not known there is nothing: the number may be another's. @root: "" or a folder that stands for /. */
HrCollector *hr_process_new (const char *root) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
