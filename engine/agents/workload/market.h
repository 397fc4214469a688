/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/thompson/random.h"
#include "engine/thompson/ranker.h"

#define HR_MARKET_SOURCES 28
#define HR_MARKET_CATEGORIES 8
#define HR_MARKET_POSTINGS 4096
#define HR_MARKET_TERMS 256 /* of a posting */
#define HR_MARKET_WORDS 512 /* of the vocabulary */

/* What a source offers again and again. */
typedef struct
{
  uint32_t source;
  uint32_t category;
  uint32_t priority; /* 1 low, 2 normal, 3 high, 4 critical */
  uint16_t terms[HR_MARKET_TERMS];
} HrPosting;

/* The made-up world around the ranker: the postings that its sources list, and a user who likes some sources and
 * categories more than others, which the ranker has to find out. */
typedef struct
{
  HrRandom  random;
  double    rates[HR_MARKET_SOURCES][HR_MARKET_CATEGORIES]; /* hidden from the ranker */
  HrPosting postings[HR_MARKET_POSTINGS];
} HrMarket;

void hr_market_init (HrMarket *self,
                     uint64_t  seed);

HrJob hr_market_next_job (HrMarket *self);
bool  hr_market_ask_user (HrMarket    *self,
                          const HrJob *job);
