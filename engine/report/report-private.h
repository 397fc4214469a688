/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/report/report.h"
#include "engine/stats/bin.h"

G_BEGIN_DECLS

/* The most of each that a report has, so that it stays one that people read; what is beyond is counted and said. */
#define HR_REPORT_SERIES 16
#define HR_REPORT_SPANS 20
#define HR_REPORT_ALERTS 100
#define HR_REPORT_MARKS 60
#define HR_REPORT_BINS 400

/* The quantiles of the table of percentiles. */
#define HR_REPORT_N_QUANTILES 4
extern const double hr_report_quantiles[HR_REPORT_N_QUANTILES];

/* What one metric of one source came to in all. */
typedef struct
{
  gint64       id; /* in the session */
  HrMetricInfo info;
  const char  *source; /* name */
  guint64      count;
  double       sum;
  double       min;
  double       max;
  double       last;
  double       self;
} HrReportMetric;

typedef struct
{
  gint64        id;
  const char   *name;
  const char   *title;
  const char   *detail; /* or NULL */
  const char   *origin; /* or NULL */
  HrSourceRole  role;
  HrSourceGroup group;
  gint64        begin_us; /* of what is in the range; 0: nothing */
  gint64        end_us;
  guint64       n_snapshots;
  guint64       n_catch_ups;
  guint64       n_lost;       /* records */
  guint         first_metric; /* of the report's */
  guint         n_metrics;
} HrReportSource;

/* A limit that can be drawn on a metric's axis. */
typedef struct
{
  const HrBudget *budget;
  double          value;
  gboolean        least; /* not to fall below */
} HrReportLimit;

/* A metric with a chart. */
typedef struct
{
  const HrReportMetric *metric;
  HrUnit                unit;   /* of what the chart shows: of what is counted a rate */
  HrBinReading          all;    /* of the whole stretch */
  GArray               *limits; /* HrReportLimit */
  GArray               *bins;   /* HrBin, of which something was measured in each */
  gboolean              has_quantiles;
  double                quantiles[HR_REPORT_N_QUANTILES]; /* in the metric's unit */
} HrReportSeries;

/* Where the contract is from that a report judges by. */
typedef enum
{
  HR_REPORT_CONTRACT_NONE,
  HR_REPORT_CONTRACT_GIVEN,
  HR_REPORT_CONTRACT_RECORDED
} HrReportContractOrigin;

/* A figure that marks told of, again and again. */
typedef struct
{
  guint  n;
  double mean;
  double worst;
} HrReportFigure;

struct _HrReport
{
  char    *title;
  char    *file; /* name without its folder */
  guint64  file_bytes;
  guint    n_damaged;
  HrRange  range;   /* of what was measured in it; 0, 0: nothing */
  gboolean partial; /* a stretch of the session */

  HrContract            *contract; /* or NULL */
  HrReportContractOrigin contract_origin;
  char                  *contract_hash; /* SHA-256 of its text */
  guint                  n_contracts;   /* that were in force in the session */
  HrAssessment          *assessment;    /* or NULL */

  GStringChunk *strings; /* of the structures below */
  GArray       *sources; /* HrReportSource */
  GArray       *metrics; /* HrReportMetric, of all sources */
  GPtrArray    *series;  /* HrReportSeries */
  guint         n_metrics_left_out;
  GPtrArray    *spans; /* const HrReportMetric, most self time first */
  guint         n_spans;
  double        spans_self; /* of all of them */
  GPtrArray    *alerts;     /* HrAlertNote */
  GPtrArray    *marks;      /* HrMark */
  GArray       *runs;       /* HrSessionRun */

  HrReportFigure overhead;
  HrReportFigure clock_error;   /* ms */
  guint64        n_lost;        /* records, by the snapshots of all sources */
  guint64        n_lost_marked; /* snapshots or records, by marks */
};

gboolean hr_report_read_series (HrReport  *self,
                                HrSession *session,
                                HrRange    range,
                                GError   **error);
void     hr_report_series_free (HrReportSeries *self);

const HrReportSeries *hr_report_find_series (const HrReport       *self,
                                             const HrReportMetric *metric);
double                hr_report_metric_mean (const HrReportMetric *metric);

GBytes *hr_report_write_html (HrReport *self,
                              GError  **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *hr_report_write_pdf (HrReport *self,
                             GError  **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *hr_report_write_json (HrReport *self,
                              GError  **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *hr_report_write_csv (HrReport *self,
                             GError  **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
