# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated instruments service: DTX messages, deviceinfo, sysmontap and the graphics counters.

Instruments holds what the service tells, and how it misbehaves; every number in it was given to it. Connection is one client.
"""

import asyncio
import struct
import time

import archive
from archive import Instance, Null

MAGIC = 0x1F3D5B79
HEADER = struct.Struct("<IIHHIIIiI")
PAYLOAD_HEADER = struct.Struct("<IIII")
AUX_HEADER = struct.Struct("<IIQ")
ACK, DATA, CALL, OBJECT, ERROR, COMPRESSED = 0, 1, 2, 3, 4, 0x707
EXPECTS_REPLY = 1
LARGEST_MESSAGE = 64 << 20

PREFIX = "com.apple.instruments.server.services."
DEVICE_INFO = PREFIX + "deviceinfo"
SYSMONTAP = PREFIX + "sysmontap"
GRAPHICS = PREFIX + "graphics.opengl"
CAPABILITIES = {"com.apple.private.DTXConnection": 1, "com.apple.private.DTXBlockCompression": 2}

PROCESS_ATTRIBUTES = [
    "memVirtualSize", "cpuUsage", "ctxSwitch", "intWakeups", "physFootprint", "memResidentSize", "memAnon", "diskBytesRead",
    "diskBytesWritten", "threadCount", "ppid", "pid", "name",
]
SYSTEM_ATTRIBUTES = ["vmFreeCount", "vmUsedCount", "physMemSize", "diskBytesRead", "diskBytesWritten", "netBytesIn", "netBytesOut"]

# Before iOS 14 the share of a processor came divided by this.
OLD_CPU_DIVISOR = 40


class DtxError(ValueError):
    """What a client sent is no DTX."""


def pack_message(identifier, conversation, channel, flags, body, fragment=0, surplus=0):
    """A message as bytes: whole, or in fragments of at most @fragment bytes behind a first one without any."""
    def header(index, count, length):
        return HEADER.pack(MAGIC, HEADER.size + surplus, index, count, length, identifier, conversation, channel, flags) + bytes(surplus)
    if not fragment or len(body) <= fragment:
        return header(0, 1, len(body)) + body
    parts = [body[i:i + fragment] for i in range(0, len(body), fragment)]
    whole = header(0, len(parts) + 1, len(body))
    return whole + b"".join(header(i, len(parts) + 1, len(part)) + part for i, part in enumerate(parts, 1))


def pack_body(kind, payload=b"", aux=b""):
    return PAYLOAD_HEADER.pack(kind, len(aux), len(aux) + len(payload), 0) + aux + payload


def pack_aux(*values):
    """Arguments: numbers as they are, all else archived."""
    items = b""
    for value in values:
        items += struct.pack("<I", 10)
        if isinstance(value, int):
            items += struct.pack("<Ii", 3, value)
        else:
            data = archive.dumps(value)
            items += struct.pack("<II", 2, len(data)) + data
    return AUX_HEADER.pack(0x1F0, 0, len(items)) + items


def parse_aux(data):
    if not data:
        return []
    magic, _, length = AUX_HEADER.unpack_from(data)
    if magic & 0xFF != 0xF0 or length != len(data) - AUX_HEADER.size:
        raise DtxError("the arguments' header")
    values, place = [], AUX_HEADER.size
    while place < len(data):
        key, kind = struct.unpack_from("<II", data, place)
        if key != 10:
            raise DtxError(f"an argument with the key {key}")
        place += 8
        if kind in (1, 2):
            size, = struct.unpack_from("<I", data, place)
            piece = data[place + 4:place + 4 + size]
            if len(piece) != size:
                raise DtxError("an argument longer than its message")
            place += 4 + size
            values.append(piece.decode() if kind == 1 else archive.loads(piece) if piece else None)
        elif kind in (3, 6, 9):
            form = {3: "<i", 6: "<q", 9: "<d"}[kind]
            values.append(struct.unpack_from(form, data, place)[0])
            place += struct.calcsize(form)
        else:
            raise DtxError(f"an argument of the type {kind}")
    return values


def compress(data):
    """An LZ4 stream as DTX frames it, of literals alone, which every decoder has to take."""
    blocks = b""
    for start in range(0, len(data), 0x10000):
        piece = data[start:start + 0x10000]
        left = len(piece) - 15
        packed = bytes([min(len(piece), 15) << 4])
        if left >= 0:
            packed += b"\xff" * (left // 255) + bytes([left % 255])
        packed += piece
        blocks += b"bv41" + struct.pack("<II", len(piece), len(packed)) + packed
    return struct.pack("<I", len(data)) + blocks + b"bv4$"


def tap_message(name, **plist):
    return Instance((name, "DTTapMessage", "NSObject"), DTTapMessagePlist=plist)


class Instruments:
    """What the service tells to every client, and what goes wrong with it."""

    def __init__(self, phone):
        self.phone = phone
        self.processes = [{"pid": 1, "name": "emulated", "cpuUsage": 0.0, "physFootprint": 0}]
        self.cores = 6
        self.total_load = None  # of all cores, in hundredths; None: what the processes sum up to
        self.system = {}
        self.frames_per_second = 0
        self.graphics = {"Device Utilization %": 0, "Renderer Utilization %": 0, "Tiler Utilization %": 0,
                         "Alloc system memory": 0, "In use system memory": 0}
        self.interval = None  # seconds between pushes; None: as the client asks; 0: only by the command push
        self.heartbeat_every = 3  # samples
        self.fragment = 0
        self.surplus = 0
        self.wrong = None  # with the next push: compressed, cut, length, garbage; hang: until it is taken back
        self.connections = set()
        self.n_acknowledged = 0

    def settle(self, **state):
        """Takes over what a command says."""
        known = {"processes", "cores", "total_load", "system", "frames_per_second", "interval", "heartbeat_every", "fragment",
                 "surplus", "wrong"}
        if unknown := set(state) - known - {"graphics"}:
            raise ValueError(f"the service has no {', '.join(unknown)}")
        self.graphics.update(state.pop("graphics", {}))
        for name, value in state.items():
            setattr(self, name, value)

    def push(self):
        for connection in self.connections:
            connection.push()
        return len(self.connections)

    def cancel(self):
        for connection in self.connections:
            connection.cancel()

    def take_wrong(self):
        wrong = self.wrong
        if wrong != "hang":
            self.wrong = None
        return wrong

    def status(self):
        return {"connections": len(self.connections), "acknowledged": self.n_acknowledged,
                "unacknowledged": sum(len(connection.unacknowledged) for connection in self.connections),
                "channels": sorted(name for connection in self.connections for name in connection.services.values())}

    async def serve(self, channel):
        connection = Connection(self, channel)
        self.connections.add(connection)
        try:
            await connection.serve()
        except (DtxError, struct.error) as error:
            raise ValueError(f"DTX: {error}") from error
        finally:
            self.connections.discard(connection)
            connection.stop()


class Connection:
    """One client of the service."""

    def __init__(self, instruments, channel):
        self.instruments, self.channel = instruments, channel
        self.last_identifier = 0
        self.services = {}  # channel code: service
        self.fragments = {}  # identifier: [fragments left, bytes left, data]
        self.unacknowledged = set()
        self.tasks = {}  # channel code: what pushes there
        self.samplers = {}  # channel code: what sends one push
        self.config = {}
        self.n_samples = 0
        self.started = time.monotonic()

    async def serve(self):
        self._call(0, "_notifyOfPublishedCapabilities:", CAPABILITIES)
        while True:
            head = await self.channel.read_exactly(HEADER.size)
            magic, head_length, index, count, length, identifier, conversation, channel, flags = HEADER.unpack(head)
            if magic != MAGIC or head_length < HEADER.size or length > LARGEST_MESSAGE:
                raise DtxError("a header that is none")
            await self.channel.read_exactly(head_length - HEADER.size)
            if count > 1 and index == 0:
                self.fragments[identifier] = [count - 1, length, b""]
                continue
            body = await self.channel.read_exactly(length)
            if count > 1:
                body = self._assemble(identifier, body)
                if body is None:
                    continue
            self._receive(identifier, conversation, channel, flags, body)
            await self.channel.drain()

    def _assemble(self, identifier, part):
        waiting = self.fragments.get(identifier)
        if waiting is None:
            raise DtxError("a fragment without its first")
        waiting[0] -= 1
        waiting[2] += part
        if waiting[0]:
            return None
        del self.fragments[identifier]
        if len(waiting[2]) != waiting[1]:
            raise DtxError("fragments that do not sum up")
        return waiting[2]

    def _receive(self, identifier, conversation, channel, flags, body):
        kind, aux_length, length, _ = PAYLOAD_HEADER.unpack_from(body)
        if aux_length > length or length != len(body) - PAYLOAD_HEADER.size:
            raise DtxError("a body that is longer or shorter than it says")
        if kind & 0xFF == ACK and conversation:
            if identifier in self.unacknowledged:
                self.unacknowledged.discard(identifier)
                self.instruments.n_acknowledged += 1
            return
        if kind & 0xFF != CALL or self.instruments.wrong == "hang":
            return
        arguments = parse_aux(body[PAYLOAD_HEADER.size:PAYLOAD_HEADER.size + aux_length])
        selector = archive.loads(body[PAYLOAD_HEADER.size + aux_length:])
        try:
            answer = self._handle(channel, selector, arguments)
            reply = pack_body(ACK) if answer is None else pack_body(OBJECT, archive.dumps(answer))
        except LookupError as error:
            reply = pack_body(ERROR, archive.dumps(Instance(
                ("NSError", "NSObject"), NSCode=1, NSDomain="DTXMessage", NSUserInfo={"NSLocalizedDescription": str(error)})))
        if flags & EXPECTS_REPLY:
            self._send(identifier, conversation + 1, channel, 0, reply)

    def _handle(self, channel, selector, arguments):
        """Carries a call out. Returns the object of its reply or None for an acknowledgement; LookupError says no."""
        if channel == 0:
            return self._handle_connection(selector, arguments)
        service = self.services.get(channel)
        if service is None:
            raise LookupError(f"no channel {channel}")
        if service == DEVICE_INFO and selector == "sysmonProcessAttributes":
            return PROCESS_ATTRIBUTES
        if service == DEVICE_INFO and selector == "sysmonSystemAttributes":
            return SYSTEM_ATTRIBUTES
        if service == SYSMONTAP and selector == "setConfig:":
            self.config = arguments[0]
        elif service == SYSMONTAP and selector == "start":
            self._start(channel, lambda: self._sample(channel), self.config.get("ur", 1000) / 1000,
                        tap_message("DTSysmonTapMessage", k=0, tv=65536))
        elif service == GRAPHICS and selector == "startSamplingAtTimeInterval:":
            self._start(channel, lambda: self._count_frames(channel), arguments[0] or 1.0)
        elif (service, selector) in ((SYSMONTAP, "stop"), (GRAPHICS, "stopSampling")):
            self._stop(channel)
        else:
            raise LookupError(f"{service} has no {selector}")
        return None

    def _handle_connection(self, selector, arguments):
        if selector == "_requestChannelWithCode:identifier:":
            code, service = arguments
            if service not in (DEVICE_INFO, SYSMONTAP, GRAPHICS):
                raise LookupError(f"no service {service}")
            self.services[code] = service
        elif selector == "_channelCanceled:":
            self._stop(arguments[0])
            self.services.pop(arguments[0], None)
        elif selector != "_notifyOfPublishedCapabilities:":
            raise LookupError(f"no {selector}")

    def _start(self, channel, sample, asked_seconds, first=None):
        """Pushes from now on, behind the reply to the call that asked for it."""
        self._stop(channel)
        self.samplers[channel] = sample
        self.tasks[channel] = asyncio.create_task(self._keep_pushing(channel, sample, asked_seconds, first))

    async def _keep_pushing(self, channel, sample, asked_seconds, first):
        if first is not None:
            self._push(channel, OBJECT, first)
        while True:
            interval = self.instruments.interval
            if interval != 0:
                sample()
                await self.channel.drain()
            await asyncio.sleep(interval or asked_seconds)

    def _stop(self, channel):
        self.samplers.pop(channel, None)
        task = self.tasks.pop(channel, None)
        if task is not None:
            task.cancel()

    def stop(self):
        for channel in list(self.tasks):
            self._stop(channel)

    def push(self):
        """One push on every channel that was started."""
        for sample in list(self.samplers.values()):
            sample()

    def cancel(self):
        """Takes every channel back, as when another computer asks for the same."""
        self.stop()
        for code in self.services:
            self._call(0, "_channelCanceled:", code)
        self.services.clear()

    def _sample(self, channel):
        state = self.instruments
        now = int((time.monotonic() - self.started) * 24e6)
        load = state.total_load
        if load is None:
            load = sum(process.get("cpuUsage", 0) for process in state.processes)
        per_core = {"CPU_NiceLoad": 0, "CPU_SystemLoad": -1, "CPU_TotalLoad": load / state.cores, "CPU_UserLoad": -1}
        whole = {"CPUCount": state.cores, "EnabledCPUs": state.cores, "PerCPUUsage": [per_core] * state.cores,
                 "SystemCPUUsage": {**per_core, "CPU_TotalLoad": load}, "StartMachAbsTime": now, "EndMachAbsTime": now, "Type": 33,
                 "System": [state.system.get(name, 0) for name in self.config.get("sysAttrs", ())]}
        names = self.config.get("procAttrs", ())
        rows = {process["pid"]: [self._attribute(process, name) for name in names] for process in state.processes}
        self._push(channel, DATA, [whole, {"Processes": rows, "StartMachAbsTime": now, "EndMachAbsTime": now, "Type": 5}])
        self.n_samples += 1
        if state.heartbeat_every and self.n_samples % state.heartbeat_every == 0:
            self._push(channel, OBJECT, tap_message("DTTapHeartbeatMessage", k=8, heart=self.n_samples))

    def _attribute(self, process, name):
        value = process.get(name, "" if name == "name" else 0)
        if name != "cpuUsage":
            return value
        if not self.n_samples:
            return Null
        return value / OLD_CPU_DIVISOR if self.instruments.phone.major < 14 else value

    def _count_frames(self, channel):
        state = self.instruments
        self._push(channel, OBJECT, {**state.graphics, "CoreAnimationFramesPerSecond": state.frames_per_second,
                                     "IOGLBundleName": "Emulated",
                                     "XRVideoCardRunTimeStamp": int((time.monotonic() - self.started) * 1e6)}, EXPECTS_REPLY)

    def _call(self, channel, selector, *arguments):
        self.last_identifier += 1
        self._send(self.last_identifier, 0, channel, 0, pack_body(CALL, archive.dumps(selector), pack_aux(*arguments)))

    def _push(self, channel, kind, value, flags=0):
        """A message of our own accord on a channel of the client's, whose number it carries negated."""
        self.last_identifier += 1
        wrong = self.instruments.take_wrong()
        if wrong == "hang":
            return
        if flags & EXPECTS_REPLY:
            self.unacknowledged.add(self.last_identifier)
        payload = archive.dumps(value)
        body = pack_body(COMPRESSED, compress(payload)) if wrong == "compressed" else pack_body(kind, payload)
        if wrong == "length":
            self.channel.write(HEADER.pack(MAGIC, HEADER.size, 0, 1, 0xFFFFFFFF, self.last_identifier, 0, -channel, flags))
        elif wrong == "garbage":
            self.channel.write(b"\xa5" * 64)
        elif wrong == "cut":
            self.channel.write(pack_message(self.last_identifier, 0, -channel, flags, body)[:HEADER.size + len(body) // 2])
            self.channel.close()
        else:
            self._send(self.last_identifier, 0, -channel, flags, body)

    def _send(self, identifier, conversation, channel, flags, body):
        state = self.instruments
        self.channel.write(pack_message(identifier, conversation, channel, flags, body, state.fragment, state.surplus))
