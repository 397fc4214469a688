/* SPDX-License-Identifier: MIT */

#pragma once

int hr_folder_open (const char *path);
