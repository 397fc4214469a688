/* SPDX-License-Identifier: MIT */

#pragma once

#include "engine/probe/probe.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C"
{
#endif

  /* A pool of equal blocks, mapped once, which never grows:
   *
   *   HrPool *pool = hr_pool_new (HR_POOL_BLOCKS, HR_POOL_BLOCK_BYTES);
   *   void   *block = hr_pool_allocate (pool);
   *   ...
   *   hr_pool_free (pool, block);
   *
   * Both calls are lock-free, make no system call and may come from any thread, also for a block that another thread
   * allocated. */
  typedef struct _HrPool HrPool;

#define HR_POOL_BLOCKS 10240u
#define HR_POOL_BLOCK_BYTES 1024u
#define HR_POOL_MAX_BLOCKS (1u << 24)
#define HR_POOL_MAX_BLOCK_BYTES (1u << 20)

/* Blocks begin at multiples of this. */
#define HR_POOL_ALIGNMENT 64u

/* Percent of the capacity. HR_POOL_EVENT_HIGH comes when the level rises to the first, HR_POOL_EVENT_FULL
 * with the last block; neither comes again before the level was below its own second number. */
#define HR_POOL_HIGH_PERCENT 90u
#define HR_POOL_HIGH_REARM_PERCENT 85u
#define HR_POOL_FULL_REARM_PERCENT 95u

  typedef enum
  {
    HR_POOL_OK,
    HR_POOL_DOUBLE_FREE, /* a block of this pool that nobody holds */
    HR_POOL_FOREIGN,     /* no block's beginning in this pool */
  } HrPoolStatus;

  typedef enum
  {
    HR_POOL_EVENT_HIGH,
    HR_POOL_EVENT_FULL,
  } HrPoolEvent;

  typedef struct
  {
    uint32_t capacity;    /* blocks */
    uint32_t block_bytes; /* usable in each */
    uint32_t used;        /* blocks handed out */
    uint32_t peak;        /* the most that ever were */
    uint64_t failures;    /* allocations that found all blocks in use */
    uint64_t double_frees;
    uint64_t foreign_frees;
  } HrPoolHealth;

  typedef void (*HrPoolEventFunc) (HrPool     *pool,
                                   HrPoolEvent event,
                                   void       *user_data);

  HrPool *hr_pool_new (uint32_t n_blocks,
                       uint32_t block_bytes);
  void    hr_pool_destroy (HrPool *self);
  void    hr_pool_on_event (HrPool         *self,
                            HrPoolEventFunc callback,
                            void           *user_data);
  bool    hr_pool_publish (HrPool     *self,
                           HrProbe    *probe,
                           const char *name);

  void        *hr_pool_allocate (HrPool *self);
  HrPoolStatus hr_pool_free (HrPool *self,
                             void   *block);
  HrPoolHealth hr_pool_health (const HrPool *self);

#ifdef __cplusplus
}
#endif
