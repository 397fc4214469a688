/* SPDX-License-Identifier: GPL-3.0-or-later */

/* LTTng-UST reads a provider's header several times over, which is why it has no "pragma once". */

#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER headroom_bench

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "tests/bench/lttng-scope.h"

#if !defined(LTTNG_SCOPE_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define LTTNG_SCOPE_H

#include <lttng/tracepoint.h>

LTTNG_UST_TRACEPOINT_EVENT (headroom_bench, scope, LTTNG_UST_TP_ARGS (uint32_t, metric), LTTNG_UST_TP_FIELDS (lttng_ust_field_integer (uint32_t, metric, metric)))

#endif

#include <lttng/tracepoint-event.h>
