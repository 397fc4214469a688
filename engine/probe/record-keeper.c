/* SPDX-License-Identifier: MIT */

/* Records stand in chunks, the newest chunk being filled. A record is
 *
 *     1 byte    bits 0-2: bytes of the time, less one; bits 3-6: bytes of the value, RAW_VALUE: a double; bit 7: a weight stands behind
 *     1 byte    metric of the region
 *     1..8      distance in time from the record before, zigzag; of a chunk's first from 0
 *     0..8      the value times the weight where that is a whole number from which the value comes back exactly, else the double
 *     4         the weight, where it is not 1
 *
 * with the low bytes first, whatever the machine: eight bytes are written or read at once and the place moved on by as many as are meant.
 *
 * Every record has a number: the first that the reader came to is 0. Where records are missing a gap says how many, from which number on, and
 * between which times. Gaps and chunks together are all numbers from @floor to @next, so what somebody misses who has come to a number is known
 * exactly, and nothing is told twice. */

#include "engine/probe/record-keeper.h"

#include "engine/base/region.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 8192u
#define RECORD_BYTES 32u /* more than the longest, and what is written beyond its end */
#define RAW_VALUE 9u
#define HAS_WEIGHT 0x80u
#define MAX_GAPS 128u
#define EXACT_LIMIT 0x1p53

typedef struct
{
  uint64_t first; /* number of its first record */
  uint32_t n;
  uint32_t used;
  int64_t  least_ns;
  int64_t  greatest_ns;
  int64_t  last_ns; /* of the last record, for the next one's distance */
  uint8_t  bytes[CHUNK_BYTES - 40];
} Chunk;

/* Numbers from @first up to @end of which @n are missing. */
typedef struct
{
  uint64_t first;
  uint64_t end;
  uint64_t n;
  int64_t  begin_ns;
  int64_t  end_ns;
} Gap;

typedef struct
{
  uint32_t metric; /* of the stream */
  double   scale;  /* from the region's unit to the metric's */
} Name;

struct _HrKeeperBudget
{
  unsigned n_users;
  size_t   left;
};

struct _HrRecordKeeper
{
  HrKeeperBudget *budget; /* counted; NULL: there is none */
  int64_t         reach_ns;
  Name            names[HR_REGION_METRICS_LIMIT];

  Chunk  **chunks; /* a ring of @max_chunks */
  uint32_t max_chunks;
  uint32_t oldest;
  uint32_t n_chunks;
  Chunk   *filled;         /* the newest, while it goes on with the next number */
  Gap      gaps[MAX_GAPS]; /* oldest first */
  uint32_t n_gaps;

  uint64_t floor;
  uint64_t next;
  uint64_t n_added;   /* in this round */
  uint64_t n_refused; /* in this round: no room */
  int64_t  since_ns;
  int64_t  until_ns; /* end of the last round */
};

/* Makes a budget of @bytes, which belongs to the caller and to each keeper that is given it. NULL when memory is short. */
HrKeeperBudget *
hr_keeper_budget_new (size_t bytes)
{
  HrKeeperBudget *self = calloc (1, sizeof *self);

  if (self != NULL)
    *self = (HrKeeperBudget){ 1, bytes };

  return self;
}

/* Lets go of @self. Accepts NULL. */
void
hr_keeper_budget_unref (HrKeeperBudget *self)
{
  if (self != NULL && --self->n_users == 0)
    free (self);
}

/* Makes a keeper of the records from @begin_ns on, which holds at most @max_bytes, or less where @budget (nullable) is used up, and nothing that
 * is older than @reach_ns. NULL when memory is short. */
HrRecordKeeper *
hr_record_keeper_new (size_t          max_bytes,
                      HrKeeperBudget *budget,
                      int64_t         reach_ns,
                      int64_t         begin_ns)
{
  HrRecordKeeper *self = calloc (1, sizeof *self);

  if (self == NULL)
    return NULL;

  self->max_chunks = (uint32_t) (max_bytes / sizeof (Chunk));
  self->chunks = calloc (self->max_chunks + 1, sizeof (Chunk *));
  if (self->chunks == NULL)
    {
      free (self);
      return NULL;
    }
  for (uint32_t i = 0; i < HR_REGION_METRICS_LIMIT; i++)
    self->names[i].metric = HR_KEEPER_NO_METRIC;
  self->reach_ns = reach_ns;
  self->since_ns = self->until_ns = begin_ns;
  self->budget = budget;
  if (budget != NULL)
    budget->n_users++;

  return self;
}

static Chunk *
chunk_at (const HrRecordKeeper *self,
          uint32_t              index)
{
  return self->chunks[(self->oldest + index) % self->max_chunks];
}

/* Takes the oldest chunk out. Returns it; the memory is the caller's. */
static Chunk *
take_oldest (HrRecordKeeper *self)
{
  Chunk *chunk = chunk_at (self, 0);

  self->oldest = (self->oldest + 1) % self->max_chunks;
  self->n_chunks--;

  return chunk;
}

static void
drop_oldest (HrRecordKeeper *self)
{
  free (take_oldest (self));
  if (self->budget != NULL)
    self->budget->left += sizeof (Chunk);
}

/* Accepts NULL. */
void
hr_record_keeper_free (HrRecordKeeper *self)
{
  if (self == NULL)
    return;

  while (self->n_chunks > 0)
    drop_oldest (self);
  hr_keeper_budget_unref (self->budget);
  free (self->chunks);
  free (self);
}

/* Has records of @region_metric told as those of @metric, their values times @scale. Those of a metric without a name are not told. */
void
hr_record_keeper_name (HrRecordKeeper *self,
                       uint32_t        region_metric,
                       uint32_t        metric,
                       double          scale)
{
  self->names[region_metric] = (Name){ metric, scale };
}

/* Makes the two oldest gaps one. */
static void
join_oldest_gaps (HrRecordKeeper *self)
{
  const Gap *older = &self->gaps[0];
  Gap       *gap = &self->gaps[1];

  gap->first = older->first;
  gap->n += older->n;
  if (older->end > gap->end)
    gap->end = older->end;
  if (older->begin_ns < gap->begin_ns)
    gap->begin_ns = older->begin_ns;
  if (older->end_ns > gap->end_ns)
    gap->end_ns = older->end_ns;
  memmove (&self->gaps[0], &self->gaps[1], --self->n_gaps * sizeof *self->gaps);
}

/* Notes what is missing, in the order of numbers. */
static void
add_gap (HrRecordKeeper *self,
         const Gap      *gap)
{
  uint32_t at;

  if (gap->n == 0)
    return;

  if (self->n_gaps == MAX_GAPS)
    join_oldest_gaps (self);
  for (at = self->n_gaps; at > 0 && self->gaps[at - 1].first > gap->first; at--)
    self->gaps[at] = self->gaps[at - 1];
  self->gaps[at] = *gap;
  self->n_gaps++;
}

/* Returns memory for a chunk: new, or the oldest one's, whose records are missing from then on. NULL where there is none. */
static Chunk *
find_room (HrRecordKeeper *self)
{
  Chunk *chunk = NULL;

  if (self->n_chunks < self->max_chunks && (self->budget == NULL || self->budget->left >= sizeof *chunk))
    chunk = malloc (sizeof *chunk);
  if (chunk != NULL)
    {
      if (self->budget != NULL)
        self->budget->left -= sizeof *chunk;
      return chunk;
    }

  if (self->n_chunks == 0)
    return NULL;

  chunk = take_oldest (self);
  self->filled = NULL;
  add_gap (self, &(Gap){ chunk->first, chunk->first + chunk->n, chunk->n, chunk->least_ns, chunk->greatest_ns });

  return chunk;
}

static Chunk *
begin_chunk (HrRecordKeeper *self)
{
  Chunk *chunk = find_room (self);

  if (chunk == NULL)
    return NULL;

  chunk->first = self->next;
  chunk->n = chunk->used = 0;
  chunk->least_ns = INT64_MAX;
  chunk->greatest_ns = INT64_MIN;
  chunk->last_ns = 0;
  self->chunks[(self->oldest + self->n_chunks++) % self->max_chunks] = chunk;
  self->filled = chunk;

  return chunk;
}

static Chunk *
current_chunk (HrRecordKeeper *self)
{
  Chunk *chunk = self->filled;

  return chunk != NULL && chunk->used + RECORD_BYTES <= sizeof chunk->bytes ? chunk : begin_chunk (self);
}

static uint64_t
low_bytes_first (uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return __builtin_bswap64 (value);
#else
  return value;
#endif
}

static void
put (uint8_t *at,
     uint64_t value)
{
  value = low_bytes_first (value);
  memcpy (at, &value, sizeof value);
}

static uint64_t
get (const uint8_t *at,
     unsigned       n_bytes)
{
  uint64_t value;

  memcpy (&value, at, sizeof value);
  value = low_bytes_first (value);

  return n_bytes >= 8 ? value : value & ((UINT64_C (1) << (8 * n_bytes)) - 1);
}

static unsigned
count_bytes (uint64_t value)
{
  return (71u - (unsigned) __builtin_clzll (value | 1)) / 8;
}

/* Returns how many bytes of @out say what @value is. A time is a whole number of nanoseconds over its items. */
static unsigned
code_value (double    value,
            uint32_t  weight,
            uint64_t *out)
{
  double   total = value * weight;
  uint64_t whole, bits, back_bits;
  double   back;

  memcpy (&bits, &value, sizeof bits);
  if (total >= 0 && total < EXACT_LIMIT)
    {
      whole = (uint64_t) (total + 0.5);
      back = weight == 1 ? (double) whole : (double) whole / weight;
      memcpy (&back_bits, &back, sizeof back_bits);
      if (back_bits == bits)
        {
          *out = whole;
          return whole == 0 ? 0 : count_bytes (whole);
        }
    }
  *out = bits;

  return RAW_VALUE;
}

/* Keeps one record. @time_ns: monotonic; @value: in the region's unit, an item. What finds no room is counted when the round ends. */
void
hr_record_keeper_add (HrRecordKeeper *self,
                      int64_t         time_ns,
                      uint32_t        region_metric,
                      uint32_t        weight,
                      double          value)
{
  Chunk   *chunk = current_chunk (self);
  uint8_t *at;
  uint64_t distance, coded;
  unsigned time_bytes, value_bytes;

  if (chunk == NULL)
    {
      self->n_refused++;
      return;
    }

  distance = (uint64_t) time_ns - (uint64_t) chunk->last_ns;
  distance = (distance << 1) ^ (0 - (distance >> 63));
  time_bytes = count_bytes (distance);
  value_bytes = code_value (value, weight, &coded);

  at = chunk->bytes + chunk->used;
  at[0] = (uint8_t) ((time_bytes - 1) | value_bytes << 3 | (weight != 1 ? HAS_WEIGHT : 0));
  at[1] = (uint8_t) region_metric;
  put (at += 2, distance);
  put (at += time_bytes, coded);
  at += value_bytes == RAW_VALUE ? 8 : value_bytes;
  if (weight != 1)
    {
      memcpy (at, &weight, sizeof weight);
      at += sizeof weight;
    }

  chunk->used = (uint32_t) (at - chunk->bytes);
  chunk->n++;
  chunk->last_ns = time_ns;
  chunk->least_ns = time_ns < chunk->least_ns ? time_ns : chunk->least_ns;
  chunk->greatest_ns = time_ns > chunk->greatest_ns ? time_ns : chunk->greatest_ns;
  self->next++;
  self->n_added++;
}

static void
age_since (HrRecordKeeper *self,
           uint64_t        end,
           int64_t         end_ns)
{
  if (end > self->floor)
    self->floor = end;
  if (end_ns > self->since_ns)
    self->since_ns = end_ns;
}

/* Forgets what is out of reach. */
static void
forget_old (HrRecordKeeper *self,
            int64_t         oldest_ns)
{
  uint32_t n = 0;

  while (self->n_chunks > 0 && chunk_at (self, 0)->greatest_ns < oldest_ns)
    {
      const Chunk *chunk = chunk_at (self, 0);

      if (chunk == self->filled)
        self->filled = NULL;
      age_since (self, chunk->first + chunk->n, chunk->greatest_ns + 1);
      drop_oldest (self);
    }

  while (n < self->n_gaps && self->gaps[n].end_ns < oldest_ns)
    {
      age_since (self, self->gaps[n].end, self->gaps[n].end_ns);
      n++;
    }
  self->n_gaps -= n;
  memmove (self->gaps, self->gaps + n, self->n_gaps * sizeof *self->gaps);
}

/* Ends a round at @now_ns (monotonic) in which @n_read records were drained and @n_lost came too late for. */
void
hr_record_keeper_end_round (HrRecordKeeper *self,
                            uint64_t        n_read,
                            uint64_t        n_lost,
                            int64_t         now_ns)
{
  uint64_t missing = n_lost + self->n_refused;
  uint64_t end = self->next + (n_read > self->n_added ? n_read - self->n_added : 0) + n_lost;

  add_gap (self, &(Gap){ self->next, end, missing, self->until_ns, now_ns });
  if (end != self->next)
    self->filled = NULL;
  self->next = end;
  self->n_added = self->n_refused = 0;
  self->until_ns = now_ns;
  forget_old (self, now_ns - self->reach_ns);
}

/* Passes @n records by that were made until @now_ns and are not kept. Where nothing was kept before, keeping begins here. */
void
hr_record_keeper_skip (HrRecordKeeper *self,
                       uint64_t        n,
                       int64_t         now_ns)
{
  if (self->n_chunks == 0)
    self->since_ns = now_ns;
  hr_record_keeper_end_round (self, 0, n, now_ns);
}

/* Reads the record at @at into the page's next place, its time told from *@time_ns. Returns the place behind it. */
static const uint8_t *
read_record (const HrRecordKeeper *self,
             const uint8_t        *at,
             int64_t              *time_ns,
             HrRecordPage         *page)
{
  unsigned    time_bytes = (at[0] & 7u) + 1;
  unsigned    value_bytes = at[0] >> 3 & 15u;
  bool        weighs = (at[0] & HAS_WEIGHT) != 0;
  const Name *name = &self->names[at[1]];
  uint64_t    distance = get (at + 2, time_bytes);
  uint32_t    weight = 1;
  double      value;

  at += 2 + time_bytes;
  if (value_bytes == RAW_VALUE)
    {
      uint64_t bits = get (at, 8);

      memcpy (&value, &bits, sizeof value);
      at += 8;
    }
  else
    {
      value = (double) get (at, value_bytes);
      at += value_bytes;
    }
  if (weighs)
    {
      memcpy (&weight, at, sizeof weight);
      at += sizeof weight;
    }
  if (value_bytes != RAW_VALUE && weighs)
    value /= weight;

  *time_ns = (int64_t) ((uint64_t) *time_ns + ((distance >> 1) ^ (0 - (distance & 1))));
  page->times_ns[page->n] = *time_ns;
  page->metrics[page->n] = name->metric;
  page->values[page->n] = value * name->scale;
  page->items[page->n] = weight;

  return at;
}

/* Adds what is asked for of one chunk. The page has room for one record more than it may hold. Returns false, and where to go on, when
 * it is full. */
static bool
read_chunk (const HrRecordKeeper *self,
            const Chunk          *chunk,
            const HrRecordQuery  *query,
            HrRecordPage         *page)
{
  const uint8_t *at = chunk->bytes;
  int64_t        time_ns = 0;

  if (chunk->greatest_ns < query->begin_ns || chunk->least_ns >= query->end_ns)
    return true;

  for (uint32_t i = 0; i < chunk->n; i++)
    {
      at = read_record (self, at, &time_ns, page);
      if (chunk->first + i < query->from || time_ns < query->begin_ns || time_ns >= query->end_ns ||
          page->metrics[page->n] == HR_KEEPER_NO_METRIC)
        continue;
      if (page->n + 1 == page->capacity)
        {
          page->next = chunk->first + i;
          page->more = true;
          return false;
        }
      page->n++;
    }

  return true;
}

static uint64_t
least (uint64_t a,
       uint64_t b)
{
  return a < b ? a : b;
}

/* How many records are missing between the numbers @from and @end, of the time that is asked for as far as anybody can tell. */
static uint64_t
count_missing (const HrRecordKeeper *self,
               const HrRecordQuery  *query,
               uint64_t              end)
{
  uint64_t missing = query->from > 0 && query->from < self->floor ? self->floor - query->from : 0;

  for (uint32_t i = 0; i < self->n_gaps; i++)
    {
      const Gap *gap = &self->gaps[i];
      uint64_t   first = gap->first > query->from ? gap->first : query->from;

      /* Nobody who asks for the first time asks for what was before there was anything to be had. */
      if (query->from == 0 && gap->end_ns <= self->since_ns)
        continue;
      if (first < least (gap->end, end) && gap->begin_ns < query->end_ns && gap->end_ns >= query->begin_ns)
        missing += least (gap->n, least (gap->end, end) - first);
    }

  return missing;
}

/* Fills @page, which has room, with the next records that @query asks for, one less than it has room for. */
void
hr_record_keeper_read (const HrRecordKeeper *self,
                       const HrRecordQuery  *query,
                       HrRecordPage         *page)
{
  bool whole = true;

  page->n = 0;
  page->more = false;
  page->next = query->from > self->next ? query->from : self->next;
  page->since_ns = self->since_ns;
  page->until_ns = self->until_ns;
  for (uint32_t i = 0; i < self->n_chunks && whole; i++)
    {
      const Chunk *chunk = chunk_at (self, i);

      if (chunk->first + chunk->n > query->from)
        whole = read_chunk (self, chunk, query, page);
    }
  page->lost = count_missing (self, query, page->next);
}

/* Returns how much memory the records take now. */
size_t
hr_record_keeper_bytes (const HrRecordKeeper *self)
{
  return self->n_chunks * sizeof (Chunk);
}
