/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#define TCP_NODELAY 0x01
