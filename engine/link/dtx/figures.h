/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/link/dtx/value.h"
#include "engine/model/phone.h"

G_BEGIN_DECLS

/* What is asked of each process, in the order of its values. */
typedef enum
{
  HR_PHONE_ATTRIBUTE_NAME,
  HR_PHONE_ATTRIBUTE_CPU,
  HR_PHONE_ATTRIBUTE_FOOTPRINT,
  HR_N_PHONE_ATTRIBUTES
} HrPhoneAttribute;

/* Where each stands in a process's row; negative: not asked for. */
typedef struct
{
  int    places[HR_N_PHONE_ATTRIBUTES];
  double cpu_factor; /* of a process's cpuUsage, in per cent of a core */
} HrPhoneRows;

void           hr_phone_rows_init (HrPhoneRows *self,
                                   guint        major_version);
HrValue       *hr_phone_rows_choose (HrPhoneRows   *self,
                                     const HrValue *offered) G_GNUC_WARN_UNUSED_RESULT;
HrPhoneSample *hr_phone_sample_from_sysmontap (const HrPhoneRows *rows,
                                               const HrValue     *value) G_GNUC_WARN_UNUSED_RESULT;
HrPhoneSample *hr_phone_sample_from_graphics (const HrValue *value) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
