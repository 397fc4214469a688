/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Samples of an outline a pixel column. */
#define HR_OUTLINE_STEPS 4

typedef struct
{
  float x;
  float y;
} HrPoint;

/* Pixels 0xffRRGGBB of an RGB24 image surface, or a rectangle within one. Borrowed. */
typedef struct
{
  uint32_t *pixels;
  size_t    stride; /* in pixels */
  int       width;
  int       height;
} HrCanvas;

/* What a stroke covers: for every x one interval from top to bottom (y grows downward), empty where top > bottom. A line
 * that never turns back in x, stroked with round joins, is exactly such a shape, and so its coverage has no overlaps to count twice.
 *
 * With @steps of HR_OUTLINE_STEPS the bounds are given at each quarter of a pixel and straight between; with @steps of 0 each column has one constant interval. Start from { 0 }. */
typedef struct
{
  int    width;
  int    steps;
  size_t n_bounds;
  size_t capacity;
  float *top;
  float *bottom;
} HrOutline;

void hr_outline_begin (HrOutline *self,
                       int        width,
                       int        steps);
void hr_outline_clear (HrOutline *self);
void hr_outline_add_line (HrOutline     *self,
                          const HrPoint *points,
                          size_t         n_points,
                          float          radius);
void hr_outline_add_column (HrOutline *self,
                            int        column,
                            float      top,
                            float      bottom);
bool hr_outline_equal (const HrOutline *self,
                       const HrOutline *other);
void hr_outline_edges (const HrOutline *self,
                       int32_t         *edges);

void hr_canvas_fill (const HrCanvas  *self,
                     const HrOutline *outline,
                     uint32_t         colour,
                     float            alpha);
void hr_canvas_fill_mask (const HrCanvas  *self,
                          const HrOutline *outline);
void hr_canvas_shade (const HrCanvas *self,
                      int             begin,
                      int             end,
                      uint32_t        colour,
                      float           alpha);
void hr_canvas_fill_disc (const HrCanvas *self,
                          HrPoint         centre,
                          float           radius,
                          uint32_t        colour);
void hr_canvas_compose (const HrCanvas *self,
                        const HrCanvas *plain,
                        const HrCanvas *tinted,
                        const int32_t  *edges);
