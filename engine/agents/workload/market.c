/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "engine/agents/workload/market.h"

#include "engine/thompson/beta.h"

/* The market's numbers and the ranker's come from two streams of one seed. */
#define MARKET_STREAM 1

/* Half of a posting's words are of its category, the others of any. */
static void
write_posting (HrPosting *self,
               HrRandom  *random)
{
  const uint32_t words = HR_MARKET_WORDS / HR_MARKET_CATEGORIES;

  self->source = hr_random_below (random, HR_MARKET_SOURCES);
  self->category = hr_random_below (random, HR_MARKET_CATEGORIES);
  self->priority = 1 + hr_random_below (random, 4);
  for (int i = 0; i < HR_MARKET_TERMS; i++)
    self->terms[i] = (uint16_t) (i % 2 == 0 ? self->category * words + hr_random_below (random, words)
                                            : hr_random_below (random, HR_MARKET_WORDS));
}

/* Makes up the whole market from @seed. */
void
hr_market_init (HrMarket *self,
                uint64_t  seed)
{
  hr_random_seed (&self->random, seed, MARKET_STREAM);

  for (int source = 0; source < HR_MARKET_SOURCES; source++)
    for (int category = 0; category < HR_MARKET_CATEGORIES; category++)
      self->rates[source][category] = hr_beta_draw (&self->random, 1, 4);
  for (int i = 0; i < HR_MARKET_POSTINGS; i++)
    write_posting (&self->postings[i], &self->random);
}

/* Returns a job that some source lists. Its id is the number of its posting; few postings are listed often, most seldom. */
HrJob
hr_market_next_job (HrMarket *self)
{
  double           u = hr_random_uniform (&self->random);
  uint32_t         id = (uint32_t) (u * u * u * HR_MARKET_POSTINGS);
  const HrPosting *posting = &self->postings[id];

  return (HrJob){ .id = id, .source = posting->source, .category = posting->category, .weight = posting->priority };
}

/* Returns whether the user takes @job. */
bool
hr_market_ask_user (HrMarket    *self,
                    const HrJob *job)
{
  return hr_random_uniform (&self->random) < self->rates[job->source][job->category];
}
