/* SPDX-License-Identifier: MIT */

/* What Swift sees of the probe and the agent. */

#pragma once

#include "engine/agents/embed/embed.h"
#include "engine/probe/category.h"
#include "engine/probe/probe.h"
#include "engine/probe/span.h"
