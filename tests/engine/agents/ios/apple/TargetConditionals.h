/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#ifndef TARGET_OS_IPHONE
#define TARGET_OS_IPHONE 1
#endif
