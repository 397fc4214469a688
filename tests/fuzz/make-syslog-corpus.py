#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of fuzz-syslog: lines of a device's log, and what can be wrong with them."""

import pathlib

FOLDER = pathlib.Path(__file__).parent / "corpus" / "syslog"
LINE = b"Nov 21 16:00:00 Phone SpringBoard(FrontBoard)[123] <Notice>: front of house is open\n\0"

SEEDS = {
    "lines": b"\0" + LINE + LINE.replace(b"123", b"4") + b"Nov  1 06:00:00 Phone kernel[0] <Debug>: tick\n\0",
    "two-rows": LINE.replace(b"front", b"front\nback"),
    "unicode": LINE.replace(b"front", "Überblick ☃".encode()),
    "not-utf8": LINE.replace(b"front", b"\xff\xfe\xc3("),
    "escape": LINE.replace(b"front", b"\x1b[2J\x07\r"),
    "no-header": b"what is this?\n\0",
    "no-process": b"Nov 21 16:00:00 Phone\n\0" + b"Nov 21 16:00:00 \n\0",
    "no-level": b"Nov 21 16:00:00 Phone a[1] <\n\0" + b"Nov 21 16:00:00 Phone a[1] <b\n\0" + b"Nov 21 16:00:00 Phone a[1] <b>\n\0",
    "pid": LINE.replace(b"123", b"") + LINE.replace(b"123", b"99999999999999999999") + LINE.replace(b"123", b"4294967295"),
    "brackets": LINE.replace(b"SpringBoard", b"[a][1][b]"),
    "no-text": b"Nov 21 16:00:00 Phone a[1] <b>:\n\0",
    "long": LINE.replace(b"front", "ü".encode() * 900),
    "long-process": LINE.replace(b"SpringBoard", b"x" * 2000),
    "unended": LINE[:-1],
    "cut": LINE[:30],
    "empty": b"",
}

FOLDER.mkdir(parents=True, exist_ok=True)
for name, seed in SEEDS.items():
    (FOLDER / name).write_bytes(seed)
