/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "widgets/raster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows a column's accumulator has on the stack; taller canvases are cut, which no screen reaches. */
#define MAX_ROWS 16384

/* How far, in pixels, a bound may lie from the straight line through its column before the column is split. */
#define STRAIGHT 0.02f

static inline float
smaller (float a,
         float b)
{
  return a < b ? a : b;
}

static inline float
larger (float a,
        float b)
{
  return a > b ? a : b;
}

/* Empties @self for @width columns with @steps samples each (HR_OUTLINE_STEPS, or 0 for one constant interval a column). */
void
hr_outline_begin (HrOutline *self,
                  int        width,
                  int        steps)
{
  size_t n_bounds = steps > 0 ? (size_t) width * (size_t) steps + 1 : (size_t) width;

  if (n_bounds > self->capacity)
    {
      free (self->top);
      free (self->bottom);
      self->top = malloc (n_bounds * sizeof (float));
      self->bottom = malloc (n_bounds * sizeof (float));
      if (self->top == NULL || self->bottom == NULL)
        abort ();
      self->capacity = n_bounds;
    }

  self->width = width;
  self->steps = steps;
  self->n_bounds = n_bounds;
  for (size_t i = 0; i < n_bounds; i++)
    {
      self->top[i] = INFINITY;
      self->bottom[i] = -INFINITY;
    }
}

/* Frees what @self holds and leaves it as { 0 }. */
void
hr_outline_clear (HrOutline *self)
{
  free (self->top);
  free (self->bottom);
  memset (self, 0, sizeof *self);
}

/* Cuts the samples that lie in [@from, @to] (in pixels) to those that exist. */
static void
sample_range (const HrOutline *self,
              float            from,
              float            to,
              int             *begin,
              int             *end)
{
  float last = (float) self->n_bounds - 1;

  *begin = (int) ceilf (larger (from * HR_OUTLINE_STEPS, 0));
  *end = (int) floorf (smaller (to * HR_OUTLINE_STEPS, last)) + 1;
}

/* Joins the disc around @point. */
static void
add_disc (HrOutline *self,
          HrPoint    point,
          float      radius)
{
  int begin, end;

  sample_range (self, point.x - radius, point.x + radius, &begin, &end);
  for (int i = begin; i < end; i++)
    {
      float distance = (float) i / HR_OUTLINE_STEPS - point.x;
      float half = sqrtf (larger (radius * radius - distance * distance, 0));

      self->top[i] = smaller (self->top[i], point.y - half);
      self->bottom[i] = larger (self->bottom[i], point.y + half);
    }
}

/* Joins the two long sides of the segment from @a to @b: its points moved by @radius along the normal. The ends are discs. */
static void
add_sides (HrOutline *self,
           HrPoint    a,
           HrPoint    b,
           float      radius)
{
  float slope = (b.y - a.y) / (b.x - a.x);
  float length = sqrtf (1 + slope * slope);
  float shift = radius * slope / length;
  float step = slope / HR_OUTLINE_STEPS;
  float start = a.y - slope * a.x;
  int   begin, end;

  sample_range (self, a.x + shift, b.x + shift, &begin, &end);
  for (int i = begin; i < end; i++)
    self->top[i] = smaller (self->top[i], start - radius * length + step * (float) i);

  sample_range (self, a.x - shift, b.x - shift, &begin, &end);
  for (int i = begin; i < end; i++)
    self->bottom[i] = larger (self->bottom[i], start + radius * length + step * (float) i);
}

/* Joins the stroke of half width @radius, with round joins and ends, along @points; their x must not fall. A point whose y is NaN
 * is a gap; one between two gaps is a dot. */
void
hr_outline_add_line (HrOutline     *self,
                     const HrPoint *points,
                     size_t         n_points,
                     float          radius)
{
  for (size_t i = 0; i < n_points; i++)
    {
      if (isnan (points[i].y))
        continue;

      add_disc (self, points[i], radius);
      if (i > 0 && !isnan (points[i - 1].y) && points[i].x > points[i - 1].x)
        add_sides (self, points[i - 1], points[i], radius);
    }
}

/* Joins the interval from @top to @bottom in the whole of @column, of an outline begun with 0 steps. */
void
hr_outline_add_column (HrOutline *self,
                       int        column,
                       float      top,
                       float      bottom)
{
  self->top[column] = smaller (self->top[column], top);
  self->bottom[column] = larger (self->bottom[column], bottom);
}

/* Returns whether both cover the same. */
bool
hr_outline_equal (const HrOutline *self,
                  const HrOutline *other)
{
  return self->width == other->width && self->steps == other->steps && self->n_bounds == other->n_bounds &&
         (self->n_bounds == 0 ||
          (memcmp (self->top, other->top, self->n_bounds * sizeof (float)) == 0 &&
           memcmp (self->bottom, other->bottom, self->n_bounds * sizeof (float)) == 0));
}

/* Writes to each of the @edges, one a column, the row in which the middle of the interval lies: from there on down is below the line.
 * INT32_MAX where there is nothing. */
void
hr_outline_edges (const HrOutline *self,
                  int32_t         *edges)
{
  for (int x = 0; x < self->width; x++)
    {
      size_t i = self->steps > 0 ? (size_t) x * (size_t) self->steps + (size_t) self->steps / 2 : (size_t) x;
      float  top = self->top[i];
      float  bottom = self->bottom[i];

      edges[x] = top > bottom ? INT32_MAX : (int32_t) floorf (self->steps > 0 ? (top + bottom) / 2 : bottom);
    }
}

/* Adds @width times the area below the edge that runs from @a to @b (rows, within the canvas) to the differences in @rows: their
 * running sum is the covered share of each row. Exact; after the accumulation buffer of font-rs, turned by 90 degrees. */
static inline void
accumulate (float *rows,
            float  a,
            float  b,
            float  width)
{
  float low = smaller (a, b);
  float high = larger (a, b);
  int   first = (int) low;
  int   last = (int) high;
  float enter, leave, rate, sum;

  if (first == last)
    {
      float middle = (a + b) / 2 - (float) first;

      rows[first] += width * (1 - middle);
      rows[first + 1] += width * middle;
      return;
    }

  /* Over the rows in between the covered share rises evenly; the first and last rows hold triangles. */
  rate = width / (high - low);
  enter = 1 - (low - (float) first);
  leave = high - (float) last;
  sum = rate * enter * enter / 2;
  rows[first] += sum;
  if (last == first + 1)
    {
      rows[last] += width - sum - rate * leave * leave / 2;
    }
  else
    {
      float second = rate * (enter + 0.5f);

      rows[first + 1] += second - sum;
      for (int row = first + 2; row < last; row++)
        rows[row] += rate;
      rows[last] += width - (second + (float) (last - first - 2) * rate) - rate * leave * leave / 2;
    }
  rows[last + 1] += rate * leave * leave / 2;
}

static inline uint32_t
blend (uint32_t under,
       uint32_t over,
       uint32_t alpha)
{
  uint32_t rb = (under & 0xff00ff) * (256 - alpha) + (over & 0xff00ff) * alpha + 0x800080;
  uint32_t g = (under & 0x00ff00) * (256 - alpha) + (over & 0x00ff00) * alpha + 0x008000;

  return 0xff000000 | ((rb >> 8) & 0xff00ff) | ((g >> 8) & 0x00ff00);
}

/* Paints the running sum of @rows into one column and leaves them zero. */
static inline void
paint_rows (const HrCanvas *self,
            int             column,
            float          *rows,
            int             first,
            int             last,
            uint32_t        colour,
            float           alpha)
{
  uint32_t *pixel = self->pixels + (size_t) first * self->stride + column;
  float     sum = 0;

  for (int row = first; row <= last && row < self->height; row++, pixel += self->stride)
    {
      uint32_t strength;

      sum += rows[row];
      rows[row] = 0;
      strength = (uint32_t) (sum * alpha + 0.5f);
      *pixel = blend (*pixel, colour, strength < 256 ? strength : 256);
    }
  rows[last] = 0;
  rows[last + 1] = 0;
}

/* Writes the running sum of @rows into one column as white of that strength, and leaves them zero. */
static inline void
mask_rows (const HrCanvas *self,
           int             column,
           float          *rows,
           int             first,
           int             last)
{
  uint32_t *pixel = self->pixels + (size_t) first * self->stride + column;
  float     sum = 0;

  for (int row = first; row <= last && row < self->height; row++, pixel += self->stride)
    {
      sum += rows[row];
      rows[row] = 0;
      *pixel = (uint32_t) (smaller (larger (sum, 0), 1) * 255 + 0.5f) * 0x01010101;
    }
  rows[last] = 0;
  rows[last + 1] = 0;
}

static inline bool
is_straight (const float *bounds)
{
  float quarter = (bounds[4] - bounds[0]) / 4;

  return fabsf (bounds[0] + quarter - bounds[1]) < STRAIGHT && fabsf (bounds[0] + 2 * quarter - bounds[2]) < STRAIGHT &&
         fabsf (bounds[0] + 3 * quarter - bounds[3]) < STRAIGHT;
}

/* Accumulates one side of a column; @sign is 1 for its top and -1 for its bottom. */
static inline void
accumulate_side (float       *rows,
                 const float *bounds,
                 float        limit,
                 float        sign,
                 float       *low,
                 float       *high)
{
  float clamped[HR_OUTLINE_STEPS + 1];

  for (int i = 0; i <= HR_OUTLINE_STEPS; i++)
    {
      clamped[i] = smaller (larger (bounds[i], 0), limit);
      *low = smaller (*low, clamped[i]);
      *high = larger (*high, clamped[i]);
    }

  if (is_straight (clamped))
    accumulate (rows, clamped[0], clamped[HR_OUTLINE_STEPS], sign);
  else
    for (int i = 0; i < HR_OUTLINE_STEPS; i++)
      accumulate (rows, clamped[i], clamped[i + 1], sign / HR_OUTLINE_STEPS);
}

/* Accumulates the column whose bounds begin at @first, where some of its samples are empty. */
static void
accumulate_ragged (float           *rows,
                   const HrOutline *outline,
                   size_t           first,
                   float            limit,
                   float           *low,
                   float           *high)
{
  for (size_t i = first; i < first + HR_OUTLINE_STEPS; i++)
    {
      float sides[4] = { outline->top[i], outline->top[i + 1], outline->bottom[i], outline->bottom[i + 1] };

      if (sides[0] > sides[2] || sides[1] > sides[3])
        continue;
      for (int k = 0; k < 4; k++)
        {
          sides[k] = smaller (larger (sides[k], 0), limit);
          *low = smaller (*low, sides[k]);
          *high = larger (*high, sides[k]);
        }
      accumulate (rows, sides[0], sides[1], 1.0f / HR_OUTLINE_STEPS);
      accumulate (rows, sides[2], sides[3], -1.0f / HR_OUTLINE_STEPS);
    }
}

/* Accumulates column @x of @outline and the rows it reaches; returns false where it is empty. */
static bool
accumulate_column (float           *rows,
                   const HrOutline *outline,
                   int              x,
                   float            limit,
                   float           *low,
                   float           *high)
{
  size_t first = (size_t) x * (size_t) outline->steps;
  bool   whole = true;

  *low = limit;
  *high = 0;
  if (outline->steps == 0)
    {
      if (outline->top[x] > outline->bottom[x])
        return false;
      *low = smaller (larger (outline->top[x], 0), limit);
      *high = smaller (larger (outline->bottom[x], 0), limit);
      accumulate (rows, *low, *low, 1);
      accumulate (rows, *high, *high, -1);
      return true;
    }

  for (size_t i = first; i <= first + HR_OUTLINE_STEPS; i++)
    whole = whole && outline->top[i] <= outline->bottom[i];

  if (whole)
    {
      accumulate_side (rows, outline->top + first, limit, 1, low, high);
      accumulate_side (rows, outline->bottom + first, limit, -1, low, high);
    }
  else
    {
      accumulate_ragged (rows, outline, first, limit, low, high);
    }

  return *low <= *high;
}

/* Blends columns of constant intervals row by row, which compilers do several pixels at a time. */
static void
fill_columns (const HrCanvas  *self,
              const HrOutline *outline,
              uint32_t         colour,
              float            alpha)
{
  int   width = self->width < outline->width ? self->width : outline->width;
  float lowest = INFINITY, highest = -INFINITY;
  int   begin, end;

  for (int x = 0; x < width; x++)
    {
      lowest = smaller (lowest, outline->top[x]);
      highest = larger (highest, outline->bottom[x]);
    }
  if (!(lowest < highest))
    return;

  begin = (int) larger (lowest, 0);
  end = (int) ceilf (smaller (highest, (float) self->height));
  for (int y = begin; y < end; y++)
    {
      uint32_t *restrict row = self->pixels + (size_t) y * self->stride;
      const float *restrict top = outline->top;
      const float *restrict bottom = outline->bottom;

      for (int x = 0; x < width; x++)
        {
          float covered = smaller (bottom[x], (float) y + 1) - larger (top[x], (float) y);

          /* By way of a signed number, which processors convert several of at a time. */
          row[x] = blend (row[x], colour, (uint32_t) (int32_t) (smaller (larger (covered, 0), 1) * alpha * 256 + 0.5f));
        }
    }
}

static inline void
fill (const HrCanvas  *self,
      const HrOutline *outline,
      bool             as_mask,
      uint32_t         colour,
      float            alpha)
{
  float rows[MAX_ROWS + 2];
  int   height = self->height < MAX_ROWS ? self->height : MAX_ROWS;
  int   width = self->width < outline->width ? self->width : outline->width;

  memset (rows, 0, ((size_t) height + 2) * sizeof *rows);
  for (int x = 0; x < width; x++)
    {
      float low, high;

      if (!accumulate_column (rows, outline, x, (float) height, &low, &high))
        continue;
      if (as_mask)
        mask_rows (self, x, rows, (int) low, (int) high);
      else
        paint_rows (self, x, rows, (int) low, (int) high, colour, alpha * 256);
    }
}

/* Blends @colour (0xRRGGBB) over what @outline covers, each pixel by the exact share of its area times @alpha. */
void
hr_canvas_fill (const HrCanvas  *self,
                const HrOutline *outline,
                uint32_t         colour,
                float            alpha)
{
  if (outline->steps == 0)
    fill_columns (self, outline, colour, alpha);
  else
    fill (self, outline, false, colour, alpha);
}

/* Writes what @outline covers in white to @self, whose pixels are premultiplied ARGB and empty: a mask for a colour. */
void
hr_canvas_fill_mask (const HrCanvas  *self,
                     const HrOutline *outline)
{
  fill (self, outline, true, 0, 1);
}

/* Blends @colour over the whole columns from @begin to before @end. */
void
hr_canvas_shade (const HrCanvas *self,
                 int             begin,
                 int             end,
                 uint32_t        colour,
                 float           alpha)
{
  uint32_t strength = (uint32_t) (alpha * 256 + 0.5f);

  for (int y = 0; y < self->height; y++)
    {
      uint32_t *row = self->pixels + (size_t) y * self->stride;

      for (int x = begin; x < end; x++)
        row[x] = blend (row[x], colour, strength);
    }
}

/* Blends @colour over a small disc, each pixel by how near its middle is to the border: right to a few hundredths. */
void
hr_canvas_fill_disc (const HrCanvas *self,
                     HrPoint         centre,
                     float           radius,
                     uint32_t        colour)
{
  int left = (int) larger (floorf (centre.x - radius), 0);
  int right = (int) smaller (ceilf (centre.x + radius), (float) self->width);
  int top = (int) larger (floorf (centre.y - radius), 0);
  int bottom = (int) smaller (ceilf (centre.y + radius), (float) self->height);

  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      {
        float     distance = hypotf ((float) x + 0.5f - centre.x, (float) y + 0.5f - centre.y);
        float     share = smaller (larger (radius + 0.5f - distance, 0), 1);
        uint32_t *pixel = self->pixels + (size_t) y * self->stride + x;

        *pixel = blend (*pixel, colour, (uint32_t) (share * 256));
      }
}

/* Copies @plain above the row in @edges of each column, and @tinted from there on down. All three are of one size. */
void
hr_canvas_compose (const HrCanvas *self,
                   const HrCanvas *plain,
                   const HrCanvas *tinted,
                   const int32_t  *edges)
{
  int32_t lowest = INT32_MAX;
  int32_t highest = INT32_MIN;

  for (int x = 0; x < self->width; x++)
    {
      lowest = edges[x] < lowest ? edges[x] : lowest;
      highest = edges[x] > highest ? edges[x] : highest;
    }

  for (int y = 0; y < self->height; y++)
    {
      uint32_t *restrict out = self->pixels + (size_t) y * self->stride;
      const uint32_t *restrict above = plain->pixels + (size_t) y * plain->stride;
      const uint32_t *restrict below = tinted->pixels + (size_t) y * tinted->stride;

      if (y < lowest)
        memcpy (out, above, (size_t) self->width * sizeof *out);
      else if (y >= highest)
        memcpy (out, below, (size_t) self->width * sizeof *out);
      else
        for (int x = 0; x < self->width; x++)
          {
            uint32_t mask = (uint32_t) - (edges[x] <= y);

            out[x] = (below[x] & mask) | (above[x] & ~mask);
          }
    }
}
