# SPDX-License-Identifier: GPL-3.0-or-later
"""The other side, for tests: starts the emulated iPhone and speaks usbmux, lockdown and DTX to it."""

import contextlib
import json
import os
import pathlib
import plistlib
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading

import archive
import dtx
from usbmuxd import HEADER, PLIST_MESSAGE, parse_address, swap_port

PROGRAM = pathlib.Path(__file__).with_name("iphone.py")
UDID = "00008030-000000000000002E"

# Keys are made once for all tests of a program.
KEYS = tempfile.TemporaryDirectory(prefix="headroom-keys-")

# How long any answer may take before the test is called failed: a cap, not an expectation.
CAP_SECONDS = 30


class Iphone:
    """One run of the emulator, on a socket of its own unless it is given one. A context manager, which fails where the emulator fails or leaves
    something behind."""

    def __init__(self, *arguments, tcp=False, socket=None):
        self.arguments, self.tcp, self.socket = arguments, tcp, socket
        self.killed = False

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="headroom-emulator-test-")
        self.socket = self.socket or pathlib.Path(self.folder.name) / "usbmuxd"
        address = "127.0.0.1:0" if self.tcp else f"UNIX:{self.socket}"
        self.temporary = pathlib.Path(self.folder.name) / "tmp"
        self.temporary.mkdir()
        self.process = subprocess.Popen([sys.executable, PROGRAM, "--socket", address, "--udid", UDID, "--keys", KEYS.name,
                                         *self.arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, "TMPDIR": str(self.temporary)})
        word, _, ready = self.process.stdout.readline().partition(" ")
        assert word == "READY", word
        self.ready = json.loads(ready)
        self.address = self.ready["usbmuxd"]
        return self

    def __exit__(self, kind, *_):
        self.process.stdin.close()
        status = self.process.wait(CAP_SECONDS)
        left = [path.name for path in (self.socket, *self.temporary.iterdir()) if path.exists()]
        self.process.stdout.close()
        self.folder.cleanup()
        if kind is None and not self.killed:
            assert status == 0 and not left, f"status {status}, left behind: {left}"

    def kill(self):
        """Has it end as daemon and computer can: at once, and with its socket left behind."""
        self.killed = True
        self.process.kill()

    def do(self, command, **words):
        """Gives a command and returns its answer."""
        self.process.stdin.write(json.dumps({"do": command, **words}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer["ok"], answer
        return answer

    def device(self):
        return self.do("status")["devices"][UDID]

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(CAP_SECONDS)


class Mux:
    """A connection to the daemon. A context manager."""

    def __init__(self, address):
        kind, *place = parse_address(address)
        self.socket = socket.socket(socket.AF_UNIX) if kind == "unix" else socket.socket()
        self.socket.settimeout(CAP_SECONDS)
        self.socket.connect(place[0] if kind == "unix" else tuple(place))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, kind, tag=1, version=1, **words):
        body = plistlib.dumps({"MessageType": kind, "ClientVersionString": "test", "ProgName": "test", "kLibUSBMuxVersion": 3, **words})
        self.socket.sendall(HEADER.pack(HEADER.size + len(body), version, PLIST_MESSAGE, tag) + body)

    def receive(self):
        length, version, kind, tag = HEADER.unpack(read_exactly(self.socket, HEADER.size))
        assert (version, kind) == (1, PLIST_MESSAGE), (version, kind)
        message = plistlib.loads(read_exactly(self.socket, length - HEADER.size))
        return message, tag

    def ask(self, kind, **words):
        self.send(kind, tag=7, **words)
        message, tag = self.receive()
        assert tag == 7, tag
        return message

    def number(self, kind, **words):
        return self.ask(kind, **words)["Number"]

    def devices(self):
        return [device["DeviceID"] for device in self.ask("ListDevices")["DeviceList"]]


@contextlib.contextmanager
def listening_server(serve):
    """A server on a port of this computer, whose connections go to serve, each in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        def accept():
            while True:
                try:
                    stream, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(stream,), daemon=True).start()
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"tcp:127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def echo(stream):
    with stream, contextlib.suppress(ConnectionError):
        while data := stream.recv(65536):
            stream.sendall(data)


def read_exactly(stream, size):
    data = b""
    while len(data) < size:
        piece = stream.recv(size - len(data))
        assert piece, f"the end after {len(data)} of {size} bytes"
        data += piece
    return data


def connect(address, port):
    """The raw stream to a port of the first device."""
    with Mux(address) as mux:
        device = mux.devices()[0]
    mux = Mux(address)
    assert mux.number("Connect", DeviceID=device, PortNumber=swap_port(port)) == 0
    return mux.socket


class Lockdown:
    """A conversation with lockdownd, as a computer that the device trusts. A context manager."""

    def __init__(self, address):
        self.address = address
        self.stream = connect(address, 62078)
        with Mux(address) as mux:
            self.record = plistlib.loads(mux.ask("ReadPairRecord", PairRecordID=UDID)["PairRecordData"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()

    def ask(self, request, **words):
        body = plistlib.dumps({"Label": "test", "Request": request, **words})
        self.stream.sendall(struct.pack(">I", len(body)) + body)
        size, = struct.unpack(">I", read_exactly(self.stream, 4))
        answer = plistlib.loads(read_exactly(self.stream, size))
        assert answer.get("Request") == request, answer
        return answer

    def start_session(self):
        answer = self.ask("StartSession", HostID=self.record["HostID"], SystemBUID=self.record["SystemBUID"])
        if "Error" not in answer:
            self.stream = self.secure(self.stream)
        return answer

    def secure(self, stream):
        with tempfile.NamedTemporaryFile() as file:
            file.write(self.record["RootCertificate"] + self.record["RootPrivateKey"])
            file.flush()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.load_cert_chain(file.name)
        return context.wrap_socket(stream)

    def start_service(self, name, plain_after_handshake=False):
        answer = self.ask("StartService", Service=name)
        assert "Error" not in answer, answer["Error"]
        stream = self.secure(connect(self.address, answer["Port"]))
        if plain_after_handshake:
            stream = socket.socket(fileno=stream.detach())
            stream.settimeout(CAP_SECONDS)
        return stream


class Message:
    def __init__(self, stream):
        magic, head, index, count, length, self.identifier, self.conversation, self.channel, self.flags = \
            dtx.HEADER.unpack(read_exactly(stream, dtx.HEADER.size))
        assert magic == dtx.MAGIC, hex(magic)
        read_exactly(stream, head - dtx.HEADER.size)
        self.n_fragments = count
        if count == 1:
            body = read_exactly(stream, length)
        else:
            assert index == 0
            body = b"".join(self._fragment(stream) for _ in range(count - 1))
        assert len(body) == length
        self.kind, aux, total, _ = dtx.PAYLOAD_HEADER.unpack_from(body)
        assert total == len(body) - 16
        self.arguments = dtx.parse_aux(body[16:16 + aux])
        self.payload = body[16 + aux:]

    def _fragment(self, stream):
        header = dtx.HEADER.unpack(read_exactly(stream, dtx.HEADER.size))
        read_exactly(stream, header[1] - dtx.HEADER.size)
        return read_exactly(stream, header[4])

    def object(self):
        return archive.loads(self.payload)


class Dtx:
    """A client of the instruments service. A context manager."""

    def __init__(self, stream):
        self.stream = stream
        self.last = 0
        self.pushes = []
        assert self.receive().object() == "_notifyOfPublishedCapabilities:"
        self.send(0, "_notifyOfPublishedCapabilities:", {"com.apple.private.DTXConnection": 1, "com.apple.private.DTXBlockCompression": 0})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()

    def receive(self):
        return Message(self.stream)

    def send(self, channel, selector, *arguments, flags=0, fragment=0):
        self.last += 1
        body = dtx.pack_body(dtx.CALL, archive.dumps(selector), dtx.pack_aux(*arguments))
        self.stream.sendall(dtx.pack_message(self.last, 0, channel, flags, body, fragment))

    def call(self, channel, selector, *arguments, fragment=0):
        """Calls and returns the reply; what is pushed meanwhile is kept."""
        self.send(channel, selector, *arguments, flags=dtx.EXPECTS_REPLY, fragment=fragment)
        while True:
            message = self.receive()
            if message.conversation == 1 and message.identifier == self.last:
                assert message.channel == channel, message.channel
                return message
            self.pushes.append(message)

    def open(self, code, service):
        reply = self.call(0, "_requestChannelWithCode:identifier:", code, service)
        assert reply.kind == dtx.ACK and not reply.payload, reply.kind

    def push(self):
        return self.pushes.pop(0) if self.pushes else self.receive()

    def acknowledge(self, message):
        self.stream.sendall(dtx.pack_message(message.identifier, 1, message.channel, 0, dtx.pack_body(dtx.ACK)))
