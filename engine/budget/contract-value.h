/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/budget/contract-scanner.h"

G_BEGIN_DECLS

gboolean hr_contract_value_number (const HrContractLine *line,
                                   double               *out,
                                   GError              **error);
gboolean hr_contract_value_positive (const HrContractLine *line,
                                     double               *out,
                                     GError              **error);
gboolean hr_contract_value_share (const HrContractLine *line,
                                  double               *out,
                                  GError              **error);
gboolean hr_contract_value_duration (const HrContractLine *line,
                                     gint64               *out_ns,
                                     GError              **error);
gboolean hr_contract_value_boolean (const HrContractLine *line,
                                    gboolean             *out,
                                    GError              **error);
gboolean hr_contract_value_unit (const HrContractLine *line,
                                 HrUnit               *out,
                                 GError              **error);
gboolean hr_contract_value_statistic (const HrContractLine *line,
                                      HrStatistic          *out,
                                      GError              **error);
gboolean hr_contract_value_text (const HrContractLine *line,
                                 char                **out,
                                 GError              **error);

G_END_DECLS
