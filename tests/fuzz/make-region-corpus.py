#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of fuzz-region: the least region, and what can be wrong with it."""

import pathlib
import struct

PAGE = 4096
N_BUCKETS = 1984
TOTALS_BYTES = 64 + 8 * N_BUCKETS
FOLDER = pathlib.Path(__file__).parent / "corpus" / "region"


def region(magic=b"HEADROOM", abi=1, n_lanes=1, commit=3, metric=0, records_offset=64 + TOTALS_BYTES):
    lane_bytes = 4 * PAGE
    header = magic + struct.pack("<II", abi, 312) + struct.pack("<Q", 2 * PAGE + lane_bytes) + bytes(range(16))
    header += struct.pack("<II", 42, N_BUCKETS) + struct.pack("<QQQ", 1, 2, 3) + struct.pack("<IIII", 1, 1, 2, 0)
    header += struct.pack("<QQQQ", PAGE, 2 * PAGE, lane_bytes, records_offset) + b"seed".ljust(96, b"\0")
    header += struct.pack("<IIIIIIQ", 1, 100, 0, 1, n_lanes, 0, 0)
    header = header[:12] + struct.pack("<I", len(header)) + header[16:]
    table = b"jobs".ljust(96, b"\0") + struct.pack("<IIII", 2, 0, 1, 0)
    lane = struct.pack("<QQ", commit, commit).ljust(64, b"\0")
    lane += struct.pack("<QddddQQQ", 3, 6.0, 1.0, 3.0, 3.0, 9, 0, 0).ljust(TOTALS_BYTES, b"\0")
    lane += struct.pack("<QIId", 9, metric, 1, 3.0) * 2
    return header.ljust(PAGE, b"\0") + table.ljust(PAGE, b"\0") + lane.ljust(lane_bytes, b"\0")


SEEDS = {
    "whole": region(),
    "magic": region(magic=b"HEADLESS"),
    "abi": region(abi=2),
    "lanes": region(n_lanes=0xFFFFFFFF),
    "commit": region(commit=0xFFFFFFFFFFFFFFFF),
    "metric": region(metric=7),
    "records": region(records_offset=0xFFFFFFFFFFFFFFF8),
    "cut": region()[:5000],
    "empty": b"",
}

FOLDER.mkdir(parents=True, exist_ok=True)
for name, seed in SEEDS.items():
    (FOLDER / name).write_bytes(seed)
