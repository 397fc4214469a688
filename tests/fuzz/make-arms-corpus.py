#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of fuzz-arms: a file of six arms, and what can be wrong with it."""

import pathlib
import struct

FOLDER = pathlib.Path(__file__).parent / "corpus" / "arms"


def checksum(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x82F63B78 if crc & 1 else crc >> 1
    return crc ^ 0xFFFFFFFF


def arms(magic=b"\x89HRARMS\n", version=1, sources=3, categories=2, prior=(1.0, 2.0), last=(4.5, 2.0), n=6):
    data = magic + struct.pack("<III", version, sources, categories) + struct.pack("<dd", *prior)
    data += struct.pack("<dd", 1.5, 1e6) * (n - 1) + struct.pack("<dd", *last)
    return data + struct.pack("<I", checksum(data))


SEEDS = {
    "whole": arms(),
    "magic": arms(magic=b"\x89HRARMS\r"),
    "version": arms(version=2),
    "turned": arms(sources=2, categories=3),
    "fewer": arms(sources=2, n=4),
    "more": arms(sources=4, n=8),
    "many": arms(sources=0xFFFFFFFF, categories=0xFFFFFFFF),
    "none": arms(sources=0, n=1)[:-20] + b"\0" * 4,
    "prior": arms(prior=(0.0, 1.0)),
    "nan": arms(last=(float("nan"), 2.0)),
    "infinite": arms(last=(1.0, float("inf"))),
    "below-prior": arms(last=(1.0, 1.5)),
    "checksum": arms()[:-1] + b"\0",
    "cut": arms()[:50],
    "longer": arms() + b"\0" * 16,
    "empty": b"",
}

FOLDER.mkdir(parents=True, exist_ok=True)
for name, data in SEEDS.items():
    (FOLDER / name).write_bytes(data)
