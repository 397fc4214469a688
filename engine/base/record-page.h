/* SPDX-License-Identifier: MIT */

#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

  /* Which records are asked for: those of a stretch of time, on the monotonic clock of the machine that made them. The reader of a program
   * numbers its records in the order in which it comes to them, those included that it came too late for. */
  typedef struct
  {
    int64_t  begin_ns;
    int64_t  end_ns; /* not in it any more */
    uint64_t from;   /* the first number that was not told yet; 0: nothing was */
  } HrRecordQuery;

  /* Records themselves, in the order in which they were read: those of one lane ascend in time. */
  typedef struct
  {
    uint32_t  n;
    uint32_t  capacity;
    int64_t  *times_ns; /* this and the next three stand in one block of malloc memory */
    double   *values;   /* in the metric's unit, an item */
    uint64_t *items;
    uint32_t *metrics; /* numbers of the stream's table */

    uint64_t next;     /* number to go on from */
    bool     more;     /* there are more to be had at once */
    uint64_t lost;     /* passed by on the way to @next and had by nobody any more; at most so many were of the stretch */
    int64_t  since_ns; /* between these two every record is had or counted as lost */
    int64_t  until_ns;
  } HrRecordPage;

  bool hr_record_page_init (HrRecordPage *self,
                            uint32_t      capacity);
  void hr_record_page_clear (HrRecordPage *self);

#ifdef __cplusplus
}
#endif
