/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

  /* What a metric's values are. The numbers travel in regions and on the wire: append only. */
  typedef enum
  {
    HR_KIND_GAUGE,    /* a level: the last value holds until the next */
    HR_KIND_DURATION, /* a time per item; kept as nanoseconds with a histogram */
    HR_KIND_COUNTER,  /* increments; their sum over an interval is a rate */
    HR_KIND_RATIO,    /* a share in 0..1 */
    HR_KIND_SPAN,     /* a scope, named by its path "/outer/inner"; a duration that also tells its self time */
    HR_KIND_EVENT,    /* something happened; the count says how often */
    HR_N_KINDS
  } HrKind;

  /* Which way a metric's values should go. Append only. */
  typedef enum
  {
    HR_DIRECTION_LOWER,
    HR_DIRECTION_HIGHER,
    HR_N_DIRECTIONS
  } HrDirection;

  /* The unit a metric's values carry from the model upward. Append only. */
  typedef enum
  {
    HR_UNIT_COUNT, /* plain number of things */
    HR_UNIT_MILLISECONDS,
    HR_UNIT_MEGABYTES, /* 1 MB is 1 000 000 bytes */
    HR_UNIT_RATIO,     /* 0..1, shown in per cent */
    HR_UNIT_PER_SECOND,
    HR_UNIT_MEGABYTES_PER_SECOND,
    HR_UNIT_CELSIUS, /* degrees */
    HR_N_UNITS
  } HrUnit;

  /* How badly a budget is broken, from actual/limit alone; see hr_severity_from_ratio (). */
  typedef enum
  {
    HR_SEVERITY_NONE,
    HR_SEVERITY_LOW,
    HR_SEVERITY_MEDIUM,
    HR_SEVERITY_HIGH,
    HR_SEVERITY_CRITICAL,
    HR_N_SEVERITIES
  } HrSeverity;

#define HR_NS_PER_MS INT64_C (1000000)
#define HR_NS_PER_SECOND INT64_C (1000000000)
#define HR_BYTES_PER_MB INT64_C (1000000)

  /* Returns whether metrics of @kind are times: nanoseconds in regions, with a histogram. */
  static inline bool
  hr_kind_is_time (HrKind kind)
  {
    return kind == HR_KIND_DURATION || kind == HR_KIND_SPAN;
  }

  /* Returns whether metrics of @kind are counted: what they come to is a rate. */
  static inline bool
  hr_kind_is_counted (HrKind kind)
  {
    return kind == HR_KIND_COUNTER || kind == HR_KIND_EVENT;
  }

  const char *hr_kind_name (HrKind kind);
  const char *hr_direction_name (HrDirection direction);
  const char *hr_unit_name (HrUnit unit);
  const char *hr_unit_suffix (HrUnit unit);
  HrUnit      hr_rate_unit (HrUnit unit,
                            HrKind kind);
  const char *hr_severity_name (HrSeverity severity);

  double     hr_unit_from_nanoseconds (HrUnit unit);
  HrSeverity hr_severity_from_ratio (double ratio);

  size_t hr_value_format (double value,
                          HrUnit unit,
                          char  *out,
                          size_t size);
  size_t hr_value_split (double       value,
                         HrUnit       unit,
                         char        *out,
                         size_t       size,
                         const char **out_unit);

#ifdef __cplusplus
}
#endif
