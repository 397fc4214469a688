#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of fuzz-region: the least region, and what can be wrong with it."""

import pathlib
import struct

PAGE = 4096
N_BUCKETS = 1984
LANE_BYTES = 64
USAGE_BYTES = 32
TOTALS_BYTES = 64 + 8 * N_BUCKETS
METRIC_BYTES = 112
RECORDS_OFFSET = LANE_BYTES + USAGE_BYTES + TOTALS_BYTES
NS_A_TICK = 1 << 32
FOLDER = pathlib.Path(__file__).parent / "corpus" / "region"


def region(magic=b"HEADROOM", abi=2, n_lanes=1, commit=3, metric=0, parent=0xFFFFFFFF, ready=1, tick_source=0,
           tick_scale=NS_A_TICK, records_offset=RECORDS_OFFSET):
    lane_bytes = 4 * PAGE
    header = magic + struct.pack("<II", abi, 0) + struct.pack("<Q", 2 * PAGE + lane_bytes) + bytes(range(16))
    header += struct.pack("<II", 42, N_BUCKETS) + struct.pack("<QQQ", 1, 2, 3)
    header += struct.pack("<QQIId", 5, tick_scale, tick_source, 0, 26.5) + struct.pack("<IIII", 1, 1, 1, 2)
    header += struct.pack("<QQQQ", PAGE, PAGE + METRIC_BYTES, 2 * PAGE, lane_bytes)
    header += struct.pack("<QQQQ", LANE_BYTES, LANE_BYTES + USAGE_BYTES, TOTALS_BYTES, records_offset) + b"seed".ljust(96, b"\0")
    header += struct.pack("<IIIIIIIIQ", 1, 100, 0, 0, 1, 1, n_lanes, 0, 0)
    header = header[:12] + struct.pack("<I", len(header)) + header[16:]
    tables = b"level".ljust(96, b"\0") + struct.pack("<IIII", 0, 0, 1, parent) + b"ranking".ljust(96, b"\0")
    lane = struct.pack("<QQQIIQ", commit, commit, 4, 42, 0, ready).ljust(LANE_BYTES, b"\0")
    lane += struct.pack("<QQQQ", 100, 40, 2, 1)
    lane += struct.pack("<QdddddQQ", 3, 6.0, 1.0, 3.0, 3.0, 0.0, 9, 0).ljust(TOTALS_BYTES, b"\0")
    lane += struct.pack("<QIId", 9, metric, 1, 3.0) * 2
    return header.ljust(PAGE, b"\0") + tables.ljust(PAGE, b"\0") + lane.ljust(lane_bytes, b"\0")


SEEDS = {
    "whole": region(),
    "magic": region(magic=b"HEADLESS"),
    "abi": region(abi=1),
    "lanes": region(n_lanes=0xFFFFFFFF),
    "commit": region(commit=0xFFFFFFFFFFFFFFFF),
    "metric": region(metric=7),
    "parent": region(parent=3),
    "ready": region(ready=0),
    "clock": region(tick_source=1, tick_scale=0xFFFFFFFFFFFFFFFF),
    "no-clock": region(tick_scale=0),
    "records": region(records_offset=0xFFFFFFFFFFFFFFF8),
    "cut": region()[:5000],
    "empty": b"",
}

FOLDER.mkdir(parents=True, exist_ok=True)
for name, seed in SEEDS.items():
    (FOLDER / name).write_bytes(seed)
