/* SPDX-License-Identifier: MIT */

#pragma once

/* A program's allocation categories (engine/probe/category.h) reach the desktop as two metrics each, whose names are
 * one of these with the category's name behind it. */
#define HR_CATEGORY_IN_USE "in_use_mb/"       /* gauge, MB: allocated and not freed yet */
#define HR_CATEGORY_ALLOCATED "allocated_mb/" /* counter, MB: allocated in the interval, freed or not */

/* What an agent tells of a program's probe, beside what the program measures. */
#define HR_METRIC_PROBE_OVERHEAD "probe_overhead"   /* ratio: what recording took, as a share of one core */
#define HR_METRIC_SAMPLING_STRIDE "sampling_stride" /* gauge, count: one of so many scopes is measured; 1: all */
