# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated usbmuxd: devices that come and go, their ports led to real sockets, and every way to answer badly.

Daemon serves one address; Device is a telephone on the cable. A device's port leads to tcp:HOST:PORT, to unix:PATH or to
a coroutine in this process that takes a reader and a writer. Everything runs in one asyncio loop.
"""

import asyncio
import collections
import dataclasses
import os
import plistlib
import random
import re
import socket
import struct
import uuid

OK, BAD_COMMAND, BAD_DEVICE, REFUSED, BAD_VERSION = 0, 1, 2, 3, 6
NO_SUCH_RECORD = 2  # ENOENT: pair records answer with error numbers of the system

HEADER = struct.Struct("<IIII")
PLIST_MESSAGE = 8
LARGEST_REQUEST = 1 << 20

# How long a Connect result waits for the first byte of the stream when both are to arrive together.
COALESCE_SECONDS = 0.2
# What one direction of a slowed stream holds before its sender has to wait.
QUEUE_BYTES = 256 << 10


def swap_port(number):
    """A port as Connect writes it: in network order within a little-endian number."""
    return socket.htons(number & 0xFFFF)


def parse_address(text):
    """("unix", path) or ("tcp", host, port), by the syntax of USBMUXD_SOCKET_ADDRESS."""
    if text.startswith("UNIX:"):
        return ("unix", text[5:])
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{text}: neither UNIX:/path nor host:port")
    return ("tcp", host.strip("[]"), int(port))


async def open_target(target, make_protocol):
    """Opens what a device's port leads to and returns its protocol."""
    loop = asyncio.get_running_loop()
    if callable(target):
        ours, theirs = socket.socketpair()
        _, protocol = await loop.create_connection(make_protocol, sock=ours)
        reader, writer = await asyncio.open_connection(sock=theirs)
        protocol.service = asyncio.create_task(target(reader, writer))
        return protocol
    kind, _, rest = target.partition(":")
    if kind == "unix":
        _, protocol = await loop.create_unix_connection(make_protocol, rest)
    else:
        host, _, port = rest.rpartition(":")
        _, protocol = await loop.create_connection(make_protocol, host.strip("[]"), int(port))
    return protocol


@dataclasses.dataclass
class Fault:
    """A wrong answer, given while count lasts to the requests of one type, to events, or to any."""

    wrong: str  # garbage, length, cut, half, silent or result
    on: str = ""
    count: int = 1
    number: int = BAD_COMMAND  # of a result
    length: int = 0xFFFFFFFF  # that the header claims
    size: int = 20  # bytes that come, where not all do


@dataclasses.dataclass
class Manner:
    """How answers are put on the wire."""

    split: int = 0  # this many bytes first and the rest after the pause; -1: every byte of a header alone
    pause: float = 0.002
    coalesce: bool = False  # the result of Connect in one piece with the stream's first bytes
    binary: bool = False


class Device:
    """A telephone on the cable. It is attached while it has a device_id."""

    def __init__(self, udid, ports=None, product_id=0x12A8, connection_type="USB"):
        self.udid = f"{udid[:8]}-{udid[8:]}" if re.fullmatch(r"[0-9A-Fa-f]{24}", udid) else udid
        self.product_id = product_id
        self.connection_type = connection_type
        self.ports = dict(ports or {})
        self.refused = set()
        self.latency = 0.0  # seconds, each way
        self.rate = 0  # bytes a second each way, 0 for what the computer can do
        self.device_id = None
        self.streams = set()

    def attached_message(self):
        properties = {
            "ConnectionType": self.connection_type, "DeviceID": self.device_id, "LocationID": self.device_id << 16,
            "ProductID": self.product_id, "SerialNumber": self.udid,
        }
        if self.connection_type == "USB":
            properties["ConnectionSpeed"] = 480000000
        return {"MessageType": "Attached", "DeviceID": self.device_id, "Properties": properties}

    def drop_streams(self, port=None):
        for stream in list(self.streams):
            if port in (None, stream.port):
                stream.drop()


class Pipe:
    """One direction of a stream: at once where the device is as fast as the computer, else late or slowly."""

    def __init__(self, device, source, sink):
        self.device, self.source, self.sink = device, source, sink
        self.queue = collections.deque()
        self.size = 0
        self.task = None

    def send(self, data):
        if self.task is None and not self.device.latency and not self.device.rate:
            self.sink.put(data)
            return
        due = asyncio.get_running_loop().time() + self.device.latency
        step = max(1, self.device.rate // 50) if self.device.rate else len(data)
        self.queue.extend((due, data[i:i + step]) for i in range(0, len(data), step))
        self.size += len(data)
        if self.size > QUEUE_BYTES:
            self.source.transport.pause_reading()
        if self.task is None:
            self.task = asyncio.create_task(self._drain())

    def end(self):
        """Closes the sink once everything sent has come out."""
        if self.task is None:
            self.sink.transport.close()
        else:
            self.queue.append((0, None))

    def cancel(self):
        if self.task is not None:
            self.task.cancel()

    async def _drain(self):
        loop = asyncio.get_running_loop()
        while self.queue:
            due, data = self.queue.popleft()
            if (left := due - loop.time()) > 0:
                await asyncio.sleep(left)
            if data is None:
                self.sink.transport.close()
                return
            self.sink.put(data)
            self.size -= len(data)
            if self.size <= QUEUE_BYTES // 2 and not self.source.transport.is_closing():
                self.source.transport.resume_reading()
            if self.device.rate:
                await asyncio.sleep(len(data) / self.device.rate)
        self.task = None


class FarEnd(asyncio.Protocol):
    """The device's end of a stream: the socket that its port leads to."""

    def __init__(self, device, port, client):
        self.device, self.port, self.client = device, port, client
        self.transport = None
        self.service = None
        self.down = Pipe(device, client, self)
        self.up = Pipe(device, self, client)

    def connection_made(self, transport):
        self.transport = transport

    def put(self, data):
        self.transport.write(data)

    def data_received(self, data):
        self.up.send(data)

    def pause_writing(self):
        self.client.transport.pause_reading()

    def resume_writing(self):
        if not self.client.transport.is_closing():
            self.client.transport.resume_reading()

    def connection_lost(self, _error):
        self.device.streams.discard(self)
        self.up.end()

    def drop(self):
        """Ends both sides at once, as pulling the cable does."""
        self.down.cancel()
        self.up.cancel()
        self.transport.abort()
        self.client.transport.abort()
        if self.service is not None:
            self.service.cancel()


class Client(asyncio.Protocol):
    """A program that talks to the daemon: commands first, then events or a stream."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.run = daemon.n_stops
        self.state = "command"
        self.transport = None
        self.buffer = bytearray()
        self.far = None
        self.pieces = collections.deque()
        self.writing = None
        self.held = b""
        self.task = None

    def connection_made(self, transport):
        self.transport = transport
        self.daemon.clients.add(self)
        if self.run != self.daemon.n_stops:
            # The daemon went while this one was being let in.
            transport.abort()

    def connection_lost(self, _error):
        self.daemon.clients.discard(self)
        if self.task is not None:
            self.task.cancel()
        if self.far is not None:
            self.far.down.end()

    def pause_writing(self):
        if self.far is not None:
            self.far.transport.pause_reading()

    def resume_writing(self):
        if self.far is not None and not self.far.transport.is_closing():
            self.far.transport.resume_reading()

    def data_received(self, data):
        if self.state == "stream":
            self.far.down.send(data)
            return
        self.buffer += data
        while self.state in ("command", "listen") and len(self.buffer) >= HEADER.size:
            length, version, kind, tag = HEADER.unpack_from(self.buffer)
            if not HEADER.size <= length <= LARGEST_REQUEST:
                self.transport.close()
                return
            if len(self.buffer) < length:
                return
            body = bytes(self.buffer[HEADER.size:length])
            del self.buffer[:length]
            self._command(version, kind, tag, body)

    def _command(self, version, kind, tag, body):
        if version not in (0, 1):
            self.result(tag, BAD_VERSION)
            return
        if self.state == "listen":
            self.result(tag, BAD_COMMAND)
            self.transport.close()
            return
        try:
            request = plistlib.loads(body) if kind == PLIST_MESSAGE else {}
        except Exception:  # plistlib lets through whatever its parsers raise
            request = {}
        name = request.get("MessageType", "")
        handler = {
            "ListDevices": self._list_devices, "Listen": self._listen, "Connect": self._connect, "ReadBUID": self._read_buid,
            "ReadPairRecord": self._read_record, "SavePairRecord": self._save_record, "DeletePairRecord": self._delete_record,
        }.get(name)
        self.daemon.count(name)
        if handler is None:
            self.result(tag, BAD_COMMAND, name)
        else:
            handler(tag, request)

    def _list_devices(self, tag, _request):
        self.reply(tag, {"DeviceList": [device.attached_message() for device in self.daemon.attached()]}, "ListDevices")

    def _listen(self, tag, _request):
        if self.result(tag, OK, "Listen"):
            self.state = "listen"
            for device in self.daemon.attached():
                self.event(device.attached_message())

    def _read_buid(self, tag, _request):
        self.reply(tag, {"BUID": self.daemon.buid}, "ReadBUID")

    def _read_record(self, tag, request):
        record = self.daemon.records.get(request.get("PairRecordID", ""))
        if record is None:
            self.result(tag, NO_SUCH_RECORD, "ReadPairRecord")
        else:
            self.reply(tag, {"PairRecordData": record}, "ReadPairRecord")

    def _save_record(self, tag, request):
        udid, record = request.get("PairRecordID"), request.get("PairRecordData")
        if not isinstance(udid, str) or not isinstance(record, bytes):
            self.result(tag, BAD_COMMAND, "SavePairRecord")
            return
        self.daemon.save_record(udid, record)
        self.result(tag, OK, "SavePairRecord")

    def _delete_record(self, tag, request):
        known = self.daemon.delete_record(request.get("PairRecordID", ""))
        self.result(tag, OK if known else NO_SUCH_RECORD, "DeletePairRecord")

    def _connect(self, tag, request):
        device = self.daemon.find(request.get("DeviceID"))
        if device is None:
            self.result(tag, BAD_DEVICE, "Connect")
            return
        port = swap_port(int(request.get("PortNumber", 0)))
        if port in device.refused or port not in device.ports:
            self.result(tag, REFUSED, "Connect")
            return
        self.state = "busy"
        self.task = asyncio.create_task(self._connect_later(tag, device, port))

    async def _connect_later(self, tag, device, port):
        try:
            far = await open_target(device.ports[port], lambda: FarEnd(device, port, self))
        except OSError:
            self.state = "command"
            self.result(tag, REFUSED, "Connect")
            return
        if self.transport.is_closing():
            far.transport.abort()
            return
        self.far = far
        device.streams.add(far)
        self.state = "stream"
        self.daemon.count(f"port {port}")
        if self.daemon.manner.coalesce:
            self.held = self._frame(tag, {"MessageType": "Result", "Number": OK})
            asyncio.get_running_loop().call_later(COALESCE_SECONDS, self.put, b"")
        else:
            self.result(tag, OK, "Connect")
        if self.buffer:
            far.down.send(bytes(self.buffer))
            self.buffer.clear()

    def put(self, data):
        """Writes bytes of the stream, behind whatever answer is still on its way."""
        data, self.held = self.held + data, b""
        if not data or self.transport.is_closing():
            return
        if self.writing is None:
            self.transport.write(data)
        else:
            self.pieces.append(data)

    def result(self, tag, number, request=""):
        return self.reply(tag, {"MessageType": "Result", "Number": number}, request)

    def event(self, message):
        self.reply(0, message, "event")

    def reply(self, tag, message, request):
        """Sends an answer, unless something is to go wrong with it. Returns whether it went well."""
        fault = self.daemon.take_fault(request)
        if fault is None:
            self._send(self._frame(tag, message))
            return True
        if fault.wrong == "result":
            self._send(self._frame(tag, {"MessageType": "Result", "Number": fault.number}))
        elif fault.wrong == "garbage":
            self._send(random.Random(fault.size).randbytes(fault.size))
        elif fault.wrong == "length":
            self._send(HEADER.pack(fault.length, 1, PLIST_MESSAGE, tag) + b"<" * fault.size)
        elif fault.wrong in ("cut", "half"):
            self._send(self._frame(tag, message)[:fault.size])
            if fault.wrong == "cut":
                self._end()
        return False

    def _frame(self, tag, message):
        form = plistlib.FMT_BINARY if self.daemon.manner.binary else plistlib.FMT_XML
        body = plistlib.dumps(message, fmt=form)
        return HEADER.pack(HEADER.size + len(body), 1, PLIST_MESSAGE, tag) + body

    def _send(self, frame):
        split = self.daemon.manner.split
        if not split:
            self.put(frame)
            return
        if split < 0:
            self.pieces.extend(frame[i:i + 1] for i in range(HEADER.size))
            split = HEADER.size
        else:
            self.pieces.append(frame[:split])
        self.pieces.append(frame[split:])
        if self.writing is None:
            self.writing = asyncio.create_task(self._write_pieces())

    def _end(self):
        if self.writing is None:
            self.transport.close()
        else:
            self.pieces.append(None)

    async def _write_pieces(self):
        while self.pieces:
            piece = self.pieces.popleft()
            if piece is None or self.transport.is_closing():
                self.transport.close()
                break
            if piece:
                self.transport.write(piece)
                await asyncio.sleep(self.daemon.manner.pause)
        self.writing = None


class Daemon:
    """The emulated usbmuxd at one address. Its devices are there whether it listens or not, as on a real cable."""

    def __init__(self, address):
        self.kind, *self.place = parse_address(address)
        self.buid = str(uuid.uuid4()).upper()
        self.devices = {}
        self.plugged = []  # devices in the order of their coming
        self.records = {}
        self.clients = set()
        self.server = None
        self.n_stops = 0
        self.last_id = 0
        self.manner = Manner()
        self.faults = []
        self.counts = collections.Counter()

    @property
    def address(self):
        if self.kind == "unix":
            return f"UNIX:{self.place[0]}"
        host, port = self.place
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def start(self):
        if self.server is not None:
            return
        loop = asyncio.get_running_loop()
        if self.kind == "unix":
            if os.path.exists(self.place[0]):
                os.unlink(self.place[0])
            self.server = await loop.create_unix_server(lambda: Client(self), self.place[0])
        else:
            self.server = await loop.create_server(lambda: Client(self), self.place[0], self.place[1])
            self.place[1] = self.server.sockets[0].getsockname()[1]
        # A daemon that starts counts its devices anew.
        self.last_id = 0
        for device in self.plugged:
            device.device_id = self._next_id()

    def stop(self):
        """Goes as a killed daemon goes: every connection ends, and nobody listens."""
        if self.server is None:
            return
        self.server.close()
        self.server = None
        self.n_stops += 1
        if self.kind == "unix" and os.path.exists(self.place[0]):
            os.unlink(self.place[0])
        for device in self.plugged:
            device.drop_streams()
        for client in list(self.clients):
            client.transport.abort()

    def _next_id(self):
        self.last_id += 1
        return self.last_id

    def attached(self):
        return list(self.plugged)

    def find(self, device_id):
        return next((device for device in self.plugged if device.device_id == device_id), None)

    def attach(self, device):
        if device in self.plugged:
            return
        device.device_id = self._next_id()
        self.plugged.append(device)
        self.tell(device.attached_message())

    def detach(self, device):
        if device not in self.plugged:
            return
        self.plugged.remove(device)
        device.drop_streams()
        self.tell({"MessageType": "Detached", "DeviceID": device.device_id})
        device.device_id = None

    def tell(self, message):
        for client in list(self.clients):
            if client.state == "listen":
                client.event(message)

    def save_record(self, udid, record):
        self.records[udid] = record
        device = next((device for device in self.plugged if device.udid == udid), None)
        if device is not None:
            self.tell({"MessageType": "Paired", "DeviceID": device.device_id})

    def delete_record(self, udid):
        return self.records.pop(udid, None) is not None

    def take_fault(self, request):
        for fault in self.faults:
            if fault.on in ("", request):
                fault.count -= 1
                if not fault.count:
                    self.faults.remove(fault)
                return fault
        return None

    def count(self, name):
        self.counts[name] += 1
