/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/base/record-page.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C"
{
#endif

#define HR_KEEPER_REACH_NS INT64_C (35000000000)
#define HR_KEEPER_NO_METRIC UINT32_MAX

  /* What all keepers of an agent may hold together. Counted, not thread safe. */
  typedef struct _HrKeeperBudget HrKeeperBudget;

  HrKeeperBudget *hr_keeper_budget_new (size_t bytes);
  void            hr_keeper_budget_unref (HrKeeperBudget *self);

  /* Keeps the records that were drained from a region in the last while, for whoever asks for them later: some seven bytes each, the oldest go
   * when they are out of reach or there is no room. Lives on when the region is gone. Not thread safe. */
  typedef struct _HrRecordKeeper HrRecordKeeper;

  HrRecordKeeper *hr_record_keeper_new (size_t          max_bytes,
                                        HrKeeperBudget *budget,
                                        int64_t         reach_ns,
                                        int64_t         begin_ns);
  void            hr_record_keeper_free (HrRecordKeeper *self);

  void hr_record_keeper_name (HrRecordKeeper *self,
                              uint32_t        region_metric,
                              uint32_t        metric,
                              double          scale);
  void hr_record_keeper_add (HrRecordKeeper *self,
                             int64_t         time_ns,
                             uint32_t        region_metric,
                             uint32_t        weight,
                             double          value);
  void hr_record_keeper_end_round (HrRecordKeeper *self,
                                   uint64_t        n_read,
                                   uint64_t        n_lost,
                                   int64_t         now_ns);
  void hr_record_keeper_skip (HrRecordKeeper *self,
                              uint64_t        n,
                              int64_t         now_ns);

  void   hr_record_keeper_read (const HrRecordKeeper *self,
                                const HrRecordQuery  *query,
                                HrRecordPage         *page);
  size_t hr_record_keeper_bytes (const HrRecordKeeper *self);

#ifdef __cplusplus
}
#endif
