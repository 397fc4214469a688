#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the seeds of fuzz-dtx and fuzz-archive: what an emulated phone says, and what can be wrong with it."""

import pathlib
import plistlib
import struct
import sys

FOLDER = pathlib.Path(__file__).parent / "corpus"
sys.path.insert(0, str(FOLDER.parent.parent / "emulators"))

import archive  # noqa: E402
import dtx  # noqa: E402
from archive import Instance, Null  # noqa: E402
from plistlib import UID  # noqa: E402

GRAPHICS, DEVICE_INFO, SYSMONTAP = 1, 2, 3


def text(value):
    return archive.dumps(value)


def graph(objects, root=1, version=100000, archiver="NSKeyedArchiver"):
    return plistlib.dumps({"$version": version, "$archiver": archiver, "$top": {"root": UID(root)}, "$objects": objects},
                          fmt=plistlib.FMT_BINARY)


def nest(depth, width, last):
    """Lists in lists: UID 1 is the outermost, 2 the class."""
    members = [i + 3 if i + 1 < depth else last for i in range(depth)]
    lists = [{"$class": UID(2), "NS.objects": [UID(member)] * width} for member in members]
    return graph(["$null", lists[0], {"$classname": "NSArray", "$classes": ["NSArray", "NSObject"]}, *lists[1:]])


WHOLE = archive.dumps({"list": [None, True, False, 1, -1, 2**63 - 1, 2**64 - 1, 0.5, "text", "Größe", b"bytes", Null],
                       612: Instance(("DTCPUClusterInfo", "NSObject"), _clusterID=1)})
ARCHIVES = {
    "whole": WHOLE,
    "cut": WHOLE[:-10],
    "text": text("start"),
    "number": text(6385),
    "date": archive.dumps(Instance(("NSDate", "NSObject"), **{"NS.time": 625390557.25})),
    "heartbeat": archive.dumps(Instance(("DTTapHeartbeatMessage", "DTTapMessage", "NSObject"), DTTapMessagePlist={"k": 8})),
    "error": archive.dumps(Instance(("NSError", "NSObject"), NSCode=1, NSDomain="DTX", NSUserInfo={"NSLocalizedDescription": "no"})),
    "cycle": nest(1, 1, 1),
    "round": nest(4, 2, 1),
    "deep": nest(200, 1, 0),
    "sharing": nest(30, 2, 0),
    "version": graph(["$null", 1], version=1),
    "archiver": graph(["$null", 1], archiver="NSArchiver"),
    "no-objects": graph([]),
    "no-class": graph(["$null", {"$class": UID(9)}]),
    "nothing": graph(["$null", 1], root=77),
    "plist": plistlib.dumps({"a": [1, 2]}, fmt=plistlib.FMT_BINARY),
    "count": WHOLE[:8] + bytes.fromhex("af134000000000000000") + WHOLE[18:],
    "empty": b"",
}


def message(identifier, conversation, channel, flags, body, **how):
    return dtx.pack_message(identifier, conversation, channel, flags, body, **how)


def call(identifier, selector, *arguments):
    return message(identifier, 0, 0, 0, dtx.pack_body(dtx.CALL, text(selector), dtx.pack_aux(*arguments)))


def answer(identifier, channel, value=None, kind=dtx.OBJECT):
    body = dtx.pack_body(dtx.ACK) if value is None else dtx.pack_body(kind, archive.dumps(value))
    return message(identifier, 1, channel, 0, body)


def push(identifier, channel, value, kind=dtx.OBJECT, flags=0, **how):
    return message(identifier, 0, -channel, flags, dtx.pack_body(kind, archive.dumps(value)), **how)


ATTRIBUTES = ["memVirtualSize", "cpuUsage", "physFootprint", "pid", "name"]
SAMPLE = [{"CPUCount": 6, "EnabledCPUs": 6, "SystemCPUUsage": {"CPU_TotalLoad": 150.5, "CPU_UserLoad": -1}, "Type": 33},
          {"Processes": {1: ["launchd", Null, 5000000], 612: ["Ranker", 120.5, 180000000]}, "Type": 5}]
FRAMES = {"CoreAnimationFramesPerSecond": 59, "Device Utilization %": 30, "Renderer Utilization %": 20, "Tiler Utilization %": 1}
GREETING = call(1, "_notifyOfPublishedCapabilities:", dtx.CAPABILITIES)
OPENED = (GREETING + answer(2, 0) + answer(3, 0) + answer(4, 0) + answer(5, GRAPHICS) + answer(6, DEVICE_INFO, ATTRIBUTES) +
          answer(7, DEVICE_INFO, ["physMemSize"]) + answer(8, SYSMONTAP) + answer(9, SYSMONTAP))
SESSION = (OPENED + push(2, SYSMONTAP, Instance(("DTSysmonTapMessage", "NSObject"), DTTapMessagePlist={"k": 0})) +
           push(3, SYSMONTAP, SAMPLE, dtx.DATA) + push(4, GRAPHICS, FRAMES, flags=dtx.EXPECTS_REPLY))
HEADER = struct.Struct("<IIHHIIIiI")
STREAMS = {
    "session": SESSION,
    "cut": SESSION[:-100],
    "fragments": OPENED + push(2, SYSMONTAP, SAMPLE, dtx.DATA, fragment=200),
    "surplus": OPENED + push(2, SYSMONTAP, SAMPLE, dtx.DATA, surplus=16),
    "compressed": OPENED + message(2, 0, -SYSMONTAP, 0, dtx.pack_body(dtx.COMPRESSED, dtx.compress(text("x")))),
    "refused": GREETING + answer(2, 0, Instance(("NSError", "NSObject"), NSCode=1), dtx.ERROR) + answer(3, 0, 1, dtx.ERROR),
    "cancelled": OPENED + call(2, "_channelCanceled:", SYSMONTAP),
    "arguments": message(1, 0, 0, 1, dtx.pack_body(dtx.CALL, text("x"), dtx.pack_aux(*range(100)))),
    "length": HEADER.pack(dtx.MAGIC, 32, 0, 1, 0xFFFFFFFF, 1, 0, -1, 0),
    "endless": b"".join(HEADER.pack(dtx.MAGIC, 32, 0, 9, 1 << 20, i, 0, -1, 0) for i in range(6)),
    "header": HEADER.pack(dtx.MAGIC, 0xFFFFFFFF, 0, 1, 16, 1, 0, -1, 0) + bytes(64),
    "garbage": b"\xa5" * 64,
}

for folder, seeds in (("archive", ARCHIVES), ("dtx", {name: b"\x40" + data for name, data in STREAMS.items()})):
    (FOLDER / folder).mkdir(parents=True, exist_ok=True)
    for name, data in seeds.items():
        (FOLDER / folder / name).write_bytes(data)
