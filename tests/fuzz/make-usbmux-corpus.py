#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of fuzz-usbmux: what a usbmuxd answers, and what can be wrong with it."""

import pathlib
import plistlib
import struct

FOLDER = pathlib.Path(__file__).parent / "corpus" / "usbmux"
UDID = "000080300123456789ABCDEF"


def frame(body, length=None, version=1, kind=8, tag=0):
    return struct.pack("<IIII", 16 + len(body) if length is None else length, version, kind, tag) + body


def packet(binary=False, **message):
    return frame(plistlib.dumps(message, fmt=plistlib.FMT_BINARY if binary else plistlib.FMT_XML))


def attached(number, serial=UDID, connection="USB", binary=False):
    properties = {"ConnectionType": connection, "DeviceID": number, "LocationID": 1, "ProductID": 0x12A8, "SerialNumber": serial}
    return packet(binary, MessageType="Attached", DeviceID=number, Properties=properties)


def detached(number):
    return packet(MessageType="Detached", DeviceID=number)


def binary_list(objects, root):
    """A binary list of raw objects, with offsets and references of two bytes."""
    data, offsets = b"bplist00", b""
    for item in objects:
        offsets += struct.pack(">H", len(data))
        data += item
    return frame(data + offsets + struct.pack(">6xBBQQQ", 2, 2, len(objects), root, len(data)))


RESULT = packet(MessageType="Result", Number=0)
SEEDS = {
    "listen": RESULT + attached(1) + attached(2, connection="Network") + detached(1) + packet(MessageType="Paired", DeviceID=2),
    "replug": RESULT + attached(1) + attached(2) + detached(1) + attached(2, serial="abc"),
    "binary": packet(True, MessageType="Result", Number=0) + attached(1, binary=True),
    "result": packet(MessageType="Result", Number=3),
    "record": packet(PairRecordData=bytes(range(64))),
    "record-binary": packet(True, PairRecordData=bytes(range(64))),
    "negative": packet(MessageType="Detached", DeviceID=-1),
    "serial": attached(1, serial="../../etc/passwd") + attached(1, serial=""),
    "list": frame(plistlib.dumps(["Attached"])),
    "no-list": frame(b"hello"),
    "deep": frame(b"<plist>" + b"<array>" * 300),
    "itself": binary_list([struct.pack(">BHH", 0xA2, 0, 0)], 0),
    "references": binary_list([b"\xa0"] + [struct.pack(">B4H", 0xA4, i, i, i, i) for i in range(20)], 20),
    "data": binary_list([b"\x4f\x11\xff\xff12345"], 0),
    "length": frame(b"<plist>", length=0xFFFFFFFF),
    "short": frame(b"", length=16),
    "version": frame(b"<plist/>", version=0),
    "type": frame(b"<plist/>", kind=1),
    "cut": RESULT[:100],
    "empty": b"",
}

FOLDER.mkdir(parents=True, exist_ok=True)
for name, seed in SEEDS.items():
    (FOLDER / name).write_bytes(seed)
