#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated iPhone behaves as the protocols say, and misbehaves as it is told. Prints TAP."""

import contextlib
import plistlib
import select
import ssl
import sys
import threading
import time

import dtx
from client import UDID, Dtx, Iphone, Lockdown, Mux, connect, echo, listening_server, read_exactly
from lockdownd import INSTRUMENTS_13, INSTRUMENTS_16
from tap import run
from usbmuxd import HEADER, swap_port


def greet(stream):
    with stream:
        stream.sendall(b"hello")
        stream.recv(1)


def ended(stream):
    try:
        return stream.recv(1) == b""
    except ConnectionError:
        return True


def test_devices_are_listed_and_told():
    with Iphone() as iphone, Mux(iphone.address) as mux, Mux(iphone.address) as listener:
        device, = mux.ask("ListDevices")["DeviceList"]
        assert device["MessageType"] == "Attached" and device["DeviceID"] == 1, device
        assert device["Properties"]["SerialNumber"] == UDID and device["Properties"]["ConnectionType"] == "USB", device
        assert listener.number("Listen") == 0
        assert listener.receive() == (device, 0)
        iphone.do("add", udid="000080300000000000000030", name="Second")
        second, _ = listener.receive()
        assert second["Properties"]["SerialNumber"] == "00008030-0000000000000030", second
        iphone.do("network")
        third, _ = listener.receive()
        assert third["Properties"]["ConnectionType"] == "Network" and third["Properties"]["SerialNumber"] == UDID
        assert mux.devices() == [1, 2, 3]
        assert listener.number("ListDevices") == 1, "no further commands behind Listen"
        assert ended(listener.socket)


def test_a_replug_ends_streams_and_brings_a_new_number():
    with listening_server(echo) as target, Iphone("--port", f"7777={target}") as iphone, Mux(iphone.address) as listener:
        listener.ask("Listen")
        first = listener.receive()[0]["DeviceID"]
        stream = connect(iphone.address, 7777)
        stream.sendall(b"ping")
        assert read_exactly(stream, 4) == b"ping"
        assert iphone.device()["streams"] == [7777]
        iphone.do("replug")
        assert ended(stream)
        assert listener.receive()[0] == {"MessageType": "Detached", "DeviceID": first}
        assert listener.receive()[0]["DeviceID"] == first + 1
        with connect(iphone.address, 7777) as again:
            again.sendall(b"pong")
            assert read_exactly(again, 4) == b"pong"
        iphone.do("detach")
        with Mux(iphone.address) as mux:
            assert mux.devices() == []


def test_what_cannot_be_is_answered_by_number():
    with listening_server(echo) as target, Iphone("--port", f"7777={target}", "--port", "7=tcp:127.0.0.1:1") as iphone:
        with Mux(iphone.address) as mux:
            assert mux.number("Connect", DeviceID=9, PortNumber=swap_port(7777)) == 2
            assert mux.number("Connect", DeviceID=1, PortNumber=swap_port(7)) == 3
            assert mux.number("Connect", DeviceID=1, PortNumber=swap_port(8)) == 3
            iphone.do("refuse", ports=[7777])
            assert mux.number("Connect", DeviceID=1, PortNumber=swap_port(7777)) == 3
            iphone.do("accept", ports=[7777])
            assert mux.number("Nonsense") == 1
            mux.send("ListDevices", version=2)
            assert mux.receive()[0]["Number"] == 6
            assert mux.number("Connect", DeviceID=1, PortNumber=24862) == 0, "7777 in network order"
            mux.socket.sendall(b"x")
            assert read_exactly(mux.socket, 1) == b"x"


def test_pair_records_are_kept():
    with Iphone() as iphone, Mux(iphone.address) as mux, Mux(iphone.address) as listener:
        listener.ask("Listen")
        listener.receive()
        assert mux.ask("ReadBUID")["BUID"]
        record = plistlib.loads(mux.ask("ReadPairRecord", PairRecordID=UDID)["PairRecordData"])
        assert {"HostCertificate", "RootPrivateKey", "HostID", "SystemBUID", "EscrowBag"} <= set(record)
        assert mux.number("ReadPairRecord", PairRecordID="nobody") == 2
        assert mux.number("SavePairRecord", PairRecordID=UDID, PairRecordData=b"mine") == 0
        assert listener.receive()[0] == {"MessageType": "Paired", "DeviceID": 1}
        assert mux.ask("ReadPairRecord", PairRecordID=UDID)["PairRecordData"] == b"mine"
        assert mux.number("DeletePairRecord", PairRecordID=UDID) == 0
        assert mux.number("ReadPairRecord", PairRecordID=UDID) == 2


def test_answers_come_in_pieces():
    with Iphone() as iphone, Mux(iphone.address) as mux:
        for split in (-1, *range(1, HEADER.size + 2)):
            iphone.do("manner", split=split, pause=0.05)
            mux.send("ListDevices")
            first = mux.socket.recv(1 << 16)
            assert len(first) == max(split, 1), (split, len(first))
            rest = read_exactly(mux.socket, HEADER.size - len(first)) if len(first) < HEADER.size else b""
            length, = HEADER.unpack((first + rest)[:HEADER.size])[:1]
            read_exactly(mux.socket, length - len(first + rest))
        iphone.do("manner", binary=True)
        mux.send("ListDevices")
        length = HEADER.unpack(read_exactly(mux.socket, HEADER.size))[0]
        assert read_exactly(mux.socket, length - HEADER.size).startswith(b"bplist00")


def test_a_result_and_the_stream_come_together():
    with listening_server(greet) as target, Iphone("--port", f"7777={target}") as iphone, Mux(iphone.address) as mux:
        iphone.do("manner", coalesce=True)
        mux.send("Connect", DeviceID=1, PortNumber=swap_port(7777))
        data = mux.socket.recv(1 << 16)
        length, = HEADER.unpack_from(data)[:1]
        assert data[length:] == b"hello", data


def test_answers_are_wrong_on_command():
    with Iphone() as iphone:
        for fault in ({"wrong": "garbage", "size": 40}, {"wrong": "length", "length": 0xFFFFFFFF, "size": 0},
                      {"wrong": "half", "size": 10}, {"wrong": "silent"}, {"wrong": "cut", "size": 17}, {"wrong": "result", "number": 5}):
            iphone.do("fault", on="ListDevices", **fault)
            with Mux(iphone.address) as mux:
                assert mux.ask("ReadBUID")["BUID"], "the fault is of another request"
                mux.send("ListDevices", tag=3)
                if fault["wrong"] == "result":
                    assert mux.receive()[0]["Number"] == 5
                    continue
                size = {"garbage": 40, "length": 16, "half": 10, "silent": 0, "cut": 17}[fault["wrong"]]
                data = read_exactly(mux.socket, size)
                if fault["wrong"] == "length":
                    assert HEADER.unpack(data) == (0xFFFFFFFF, 1, 8, 3)
                if fault["wrong"] == "cut":
                    assert ended(mux.socket)
                else:
                    assert not select.select([mux.socket], [], [], 0.05)[0], fault
            with Mux(iphone.address) as mux:
                assert mux.devices() == [1], "it goes wrong once"


def test_the_daemon_restarts_and_comes_late():
    for tcp in (False, True):
        with listening_server(echo) as target, Iphone("--port", f"7777={target}", tcp=tcp) as iphone:
            stream = connect(iphone.address, 7777)
            listener = Mux(iphone.address)
            listener.ask("Listen")
            iphone.do("restart")
            listener.receive()
            assert ended(stream) and ended(listener.socket)
            with Mux(iphone.address) as mux:
                assert mux.devices() == [1]
            iphone.do("stop")
            try:
                Mux(iphone.address)
                raise AssertionError("it still listens")
            except (ConnectionError, FileNotFoundError):
                pass
            iphone.do("start")
            with Mux(iphone.address) as mux:
                assert mux.devices() == [1]
    with Iphone("--late") as iphone:
        assert not iphone.do("status")["listening"] and not iphone.socket.exists()
        iphone.do("start")
        with Mux(iphone.address) as mux:
            assert mux.devices() == [1]


def test_a_cable_carries_everything_and_can_be_slow():
    with listening_server(echo) as target, Iphone("--port", f"7777={target}") as iphone:
        stream = connect(iphone.address, 7777)
        sent = bytes(range(256)) * (16 << 10)
        threading.Thread(target=stream.sendall, args=(sent,)).start()
        assert read_exactly(stream, len(sent)) == sent

        iphone.do("cable", latency=0.1)
        started = time.monotonic()
        stream.sendall(b"x" * 10)
        assert read_exactly(stream, 10) == b"x" * 10
        assert time.monotonic() - started >= 0.2

        # The last of fifty pieces a second comes when all the others took their time.
        iphone.do("cable", rate=100000)
        started = time.monotonic()
        stream.sendall(sent[:20000])
        assert read_exactly(stream, 20000) == sent[:20000]
        assert time.monotonic() - started >= 0.17


def test_lockdown_tells_strangers_less():
    with Iphone("--name", "Mine", "--version", "15.1") as iphone, Lockdown(iphone.address) as lockdown:
        assert lockdown.ask("QueryType")["Type"] == "com.apple.mobile.lockdown"
        assert lockdown.ask("GetValue", Key="DeviceName")["Value"] == "Mine"
        assert lockdown.ask("GetValue", Key="TimeZone")["Error"] == "GetProhibited"
        assert "TimeZone" not in lockdown.ask("GetValue")["Value"]
        assert lockdown.ask("StartService", Service="com.apple.syslog_relay")["Error"] == "SessionInactive"
        session = lockdown.start_session()["SessionID"]
        iphone.do("battery", level=41, charging=True)
        battery = lockdown.ask("GetValue", Domain="com.apple.mobile.battery")["Value"]
        assert battery["BatteryCurrentCapacity"] == 41 and battery["BatteryIsCharging"]
        assert lockdown.ask("GetValue", Key="TimeZone")["Value"] == "UTC"
        assert lockdown.ask("StartService", Service="com.apple.nonsense")["Error"] == "InvalidService"
        assert "Error" not in lockdown.ask("StopSession", SessionID=session)
        lockdown.stream = lockdown.stream.unwrap()
        assert lockdown.ask("GetValue", Key="TimeZone")["Error"] == "GetProhibited"


def test_the_owner_decides_about_pairing():
    with Iphone() as iphone, Lockdown(iphone.address) as lockdown:
        record = {key: lockdown.record[key] for key in ("HostID", "RootCertificate", "DeviceCertificate")}
        host = {"HostID": record["HostID"], "SystemBUID": ""}
        for state, error in (("untrusted", "PairingDialogResponsePending"), ("denied", "UserDeniedPairing")):
            iphone.do("trust", state=state)
            assert lockdown.ask("StartSession", **host)["Error"] == "InvalidHostID"
            assert lockdown.ask("Pair", PairRecord=record)["Error"] == error
        iphone.do("lock")
        assert lockdown.ask("Pair", PairRecord=record)["Error"] == "PasswordProtected"
        assert lockdown.ask("StartSession", **host)["Error"] == "PasswordProtected"
        iphone.do("unlock")
        iphone.do("trust", state="trusted")
        assert lockdown.ask("Pair", PairRecord=record)["EscrowBag"]
        assert "Error" not in lockdown.ask("ValidatePair", PairRecord=record)
        assert "Error" not in lockdown.start_session()


def test_a_computer_without_the_certificate_gets_nothing():
    with Iphone() as iphone, Lockdown(iphone.address) as lockdown:
        lockdown.ask("StartSession", HostID=lockdown.record["HostID"])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            lockdown.stream = context.wrap_socket(lockdown.stream)
            assert lockdown.stream.recv(1) == b""


def test_idle_conversations_end():
    with Iphone() as iphone:
        iphone.do("idle", seconds=0.1)
        with Lockdown(iphone.address) as lockdown:
            assert ended(lockdown.stream)


@contextlib.contextmanager
def instruments(iphone, service=INSTRUMENTS_16):
    with Lockdown(iphone.address) as lockdown:
        lockdown.start_session()
        with Dtx(lockdown.start_service(service, service == INSTRUMENTS_13)) as client:
            yield client


def test_instruments_depend_on_the_version():
    old, new = INSTRUMENTS_13, INSTRUMENTS_16
    for version, good, bad in (("13.7", old, new), ("16.7", new, old), ("17.0", None, new), ("17.0", None, old)):
        with Iphone("--version", version) as iphone:
            with Lockdown(iphone.address) as lockdown:
                lockdown.start_session()
                assert lockdown.ask("StartService", Service=bad)["Error"] == "InvalidService"
            if good:
                with instruments(iphone, good) as client:
                    client.open(1, dtx.DEVICE_INFO)
                iphone.do("developer", mounted=False)
                with Lockdown(iphone.address) as lockdown:
                    lockdown.start_session()
                    assert lockdown.ask("StartService", Service=good)["Error"] == "InvalidService"


def start_sysmontap(client, period_ms=10):
    client.open(1, dtx.DEVICE_INFO)
    process = client.call(1, "sysmonProcessAttributes").object()
    system = client.call(1, "sysmonSystemAttributes").object()
    assert {"cpuUsage", "physFootprint", "pid", "name"} <= set(process) and system
    client.open(2, dtx.SYSMONTAP)
    client.call(2, "setConfig:", {"ur": period_ms, "bm": 0, "cpuUsage": True, "physFootprint": True,
                                  "procAttrs": ["physFootprint", "name", "cpuUsage", "pid"], "sysAttrs": system[:2]})
    client.call(2, "start")
    first = client.push()
    assert first.channel == -2 and first.object()["DTTapMessagePlist"]["k"] == 0


def samples(client):
    while True:
        push = client.push()
        if push.kind == dtx.DATA:
            yield push, push.object()


def test_sysmontap_tells_what_it_was_told():
    with Iphone() as iphone:
        iphone.do("instruments", cores=4, processes=[{"pid": 9, "name": "mine", "cpuUsage": 12.5, "physFootprint": 4096}])
        with instruments(iphone) as client:
            start_sysmontap(client)
            stream = samples(client)
            _, (whole, processes) = next(stream)
            assert whole["CPUCount"] == 4 and whole["SystemCPUUsage"]["CPU_TotalLoad"] == 12.5
            assert processes["Processes"] == {9: [4096, "mine", None, 9]}
            _, (_, processes) = next(stream)
            assert processes["Processes"] == {9: [4096, "mine", 12.5, 9]}
            iphone.do("instruments", fragment=100, surplus=16)
            assert any(next(stream)[0].n_fragments > 1 for _ in range(100))
    with Iphone("--version", "13.7") as iphone:
        iphone.do("instruments", processes=[{"pid": 9, "name": "mine", "cpuUsage": 40.0}])
        with instruments(iphone, INSTRUMENTS_13) as client:
            start_sysmontap(client)
            stream = samples(client)
            next(stream)
            assert next(stream)[1][1]["Processes"] == {9: [0, "mine", 1.0, 9]}


def test_frames_want_to_be_acknowledged():
    with Iphone() as iphone:
        iphone.do("instruments", frames_per_second=59, interval=0, graphics={"Device Utilization %": 33})
        with instruments(iphone) as client:
            client.open(5, dtx.GRAPHICS)
            client.call(5, "startSamplingAtTimeInterval:", 0.0, fragment=32)
            assert iphone.do("push")["clients"] == 1
            push = client.push()
            assert push.channel == -5 and push.flags == dtx.EXPECTS_REPLY
            assert push.object()["CoreAnimationFramesPerSecond"] == 59 and push.object()["Device Utilization %"] == 33
            iphone.do("push")
            assert iphone.device()["instruments"]["unacknowledged"] == 2
            client.acknowledge(push)
            client.acknowledge(client.push())
            client.call(5, "stopSampling")
            status = iphone.device()["instruments"]
            assert status["unacknowledged"] == 0 and status["acknowledged"] == 2
            assert client.call(5, "nonsense").kind == dtx.ERROR
            client.send(0, "_channelCanceled:", 5)
            assert client.call(0, "_requestChannelWithCode:identifier:", 6, "nonsense").kind == dtx.ERROR
            assert iphone.device()["instruments"]["channels"] == []


def test_channels_are_taken_back():
    with Iphone() as iphone, instruments(iphone) as client:
        client.open(5, dtx.GRAPHICS)
        iphone.do("cancel")
        message = client.receive()
        assert message.channel == 0 and message.object() == "_channelCanceled:" and message.arguments == [5]
        assert client.call(5, "startSamplingAtTimeInterval:", 0.0).kind == dtx.ERROR


def test_pushes_go_wrong_on_command():
    with Iphone() as iphone:
        iphone.do("instruments", interval=0)
        with instruments(iphone) as client:
            client.open(5, dtx.GRAPHICS)
            client.call(5, "startSamplingAtTimeInterval:", 0.0)
            iphone.do("instruments", wrong="compressed")
            iphone.do("push")
            push = client.push()
            assert push.kind == dtx.COMPRESSED and push.payload[4:8] == b"bv41" and push.payload.endswith(b"bv4$")
            iphone.do("instruments", wrong="length")
            iphone.do("push")
            assert dtx.HEADER.unpack(read_exactly(client.stream, dtx.HEADER.size))[4] == 0xFFFFFFFF
            iphone.do("instruments", wrong="hang")
            client.send(5, "stopSampling", flags=dtx.EXPECTS_REPLY)
            iphone.do("push")
            assert not select.select([client.stream], [], [], 0.05)[0]
            iphone.do("instruments", wrong="cut")
            iphone.do("push")
            header = dtx.HEADER.unpack(read_exactly(client.stream, dtx.HEADER.size))
            assert len(read_exactly(client.stream, header[4] // 2)) < header[4]
            assert ended(client.stream)


def test_it_ends_by_a_signal_and_leaves_nothing():
    with Iphone() as iphone:
        connect(iphone.address, 62078)
        assert iphone.terminate() == 0
        assert not iphone.socket.exists()


def test_commands_that_are_none_are_refused():
    with Iphone() as iphone:
        for line in ("nonsense", "[]", '{"do": "nonsense"}', '{"do": "battery", "udid": "nobody"}', '{"do": "detach", "no": 1}'):
            iphone.process.stdin.write(line + "\n")
            iphone.process.stdin.flush()
            assert iphone.process.stdout.readline().startswith('{"ok": false'), line
        iphone.do("status")


if __name__ == "__main__":
    sys.exit(run(globals(), "emulators", sys.argv[1:]))
