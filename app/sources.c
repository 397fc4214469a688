/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "app/sources.h"

HrSource *
hr_sources_find_origin (HrMonitor  *monitor,
                        const char *address)
{
  GListModel *sources = hr_monitor_get_sources (monitor);

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (HrSource) source = g_list_model_get_item (sources, i);

      if (g_str_equal (hr_source_get_address (source), address) && hr_monitor_get_origin (monitor, source) == source)
        return source;
    }

  return NULL;
}
