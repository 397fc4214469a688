#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated iPhone on an emulated cable: usbmuxd, lockdownd and the services behind them in one program.

    iphone.py --socket UNIX:/tmp/mux --udid 00008030-000000000000002E --port 7777=tcp:127.0.0.1:7777
    export USBMUXD_SOCKET_ADDRESS=UNIX:/tmp/mux; idevice_id -l

Its first line is READY and a JSON object with the addresses. From then on it obeys commands, a JSON object a line, on its
standard input and on the socket that --control names, and answers each with a line: {"ok": true, ...} or {"ok": false,
"error": "..."}. It ends with its standard input (unless --keep) or by a signal, and leaves nothing behind.

A command names what to do and, where there are several, the device: {"do": "detach", "udid": "..."}.

    attach, detach, replug                     replug: off and on again, under a new number
    add        udid, name, version, type, ports, attached    another device
    stop, start, restart                       the daemon itself
    port       port, target                    tcp:HOST:PORT or unix:PATH; without a target the port is refused
    refuse, accept    ports                    refuse connections to ports that lead somewhere, and no longer
    drop       port                            end the streams to a port, or all
    cable      latency, rate                   seconds each way, and bytes a second each way (0: as fast as it goes)
    manner     split, pause, coalesce, binary  how answers are put on the wire (usbmuxd.Manner)
    fault      wrong, on, count, number, length, size    what goes wrong with the next answers (usbmuxd.Fault)
    faultless                                  nothing goes wrong any more
    battery    level, charging, and keys of the power source such as Voltage
    value      key, value                      what lockdownd tells about the device
    trust      state                           trusted, untrusted, pending or denied
    unpair                                     the daemon and the device forget each other, as when they never met
    lock, unlock                               whether the passcode is missing
    developer  mounted                         whether the developer image is there
    idle       seconds                         after which lockdownd closes
    syslog     line, times                     a line of the system log; answers how many read it
    network    attached                        the device is there a second time, over the network
    instruments    processes, cores, total_load, frames_per_second, graphics, interval, fragment, surplus, wrong, ...
                                               what the instruments service tells, and how (dtx.Instruments)
    push                                       one push on every channel of the service; answers to how many clients
    cancel                                     the service takes every channel back
    status                                     devices, streams, and counts of requests
"""

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import signal
import tempfile
import threading

from dtx import Instruments
from lockdownd import PORT, TRUST, Phone
from pairing import Identity, Keys
from usbmuxd import Daemon, Device, Fault, Manner

LARGEST_COMMAND = 1 << 20


class Emulator:
    """The daemon, its devices, and the commands about them."""

    def __init__(self, address, folder, keys=None):
        self.daemon = Daemon(address)
        self.folder = folder
        self.keys = keys  # of all devices; None: each makes its own
        self.phones = {}

    async def add(self, udid, ports, attached=True, product_id=0x12A8, connection_type="USB", **identity):
        """A device, which comes when its keys are made."""
        device = Device(udid, ports, product_id, connection_type)
        if device.udid in self.phones:
            raise ValueError(f"{device.udid} is there already")
        place = os.path.join(self.folder, device.udid)
        os.mkdir(place, 0o700)
        wifi_address = "02:00:00:00:00:%02x" % (len(self.phones) + 1)
        phone = Phone(device.udid, Identity(place, self.keys or Keys(place), self.daemon.buid, wifi_address), **identity)
        phone.device = device
        phone.ports = device.ports
        phone.network = None
        phone.dtx = Instruments(phone)
        phone.instruments = phone.dtx.serve
        device.ports[PORT] = phone.serve
        self.phones[device.udid] = phone
        self.daemon.records[device.udid] = await phone.make_identity()
        if attached:
            self.daemon.attach(device)

    async def obey(self, line):
        """Carries a command out and returns the answer as a line."""
        try:
            command = json.loads(line)
            words = dict(command)
            method = getattr(self, "do_" + words.pop("do"), None)
            if method is None:
                raise ValueError(f"there is no command {command['do']}")
            answer = method(**words)
            if asyncio.iscoroutine(answer):
                answer = await answer
            return json.dumps({"ok": True, **(answer or {})})
        except (ValueError, TypeError, KeyError, OSError) as error:
            return json.dumps({"ok": False, "error": f"{type(error).__name__}: {error}"})

    def _phone(self, udid):
        if udid is None:
            return next(iter(self.phones.values()))
        return self.phones[udid]

    def do_attach(self, udid=None):
        self.daemon.attach(self._phone(udid).device)

    def do_detach(self, udid=None):
        self.daemon.detach(self._phone(udid).device)

    def do_replug(self, udid=None):
        self.do_detach(udid)
        self.do_attach(udid)
        return {"device": self._phone(udid).device.device_id}

    async def do_add(self, udid, ports=None, attached=True, type=None, **identity):
        if type is not None:
            identity["product_type"] = type
        await self.add(udid, {int(port): target for port, target in (ports or {}).items()}, attached, **identity)

    def do_network(self, attached=True, udid=None):
        phone = self._phone(udid)
        if phone.network is None:
            phone.network = Device(phone.udid, connection_type="Network", product_id=phone.device.product_id)
            phone.network.ports = phone.device.ports
        (self.daemon.attach if attached else self.daemon.detach)(phone.network)

    def do_stop(self):
        self.daemon.stop()

    async def do_start(self):
        await self.daemon.start()
        return {"usbmuxd": self.daemon.address}

    async def do_restart(self):
        self.daemon.stop()
        await self.daemon.start()

    def do_port(self, port, target=None, udid=None):
        ports = self._phone(udid).device.ports
        if target is None:
            ports.pop(port, None)
        else:
            ports[port] = target

    def do_refuse(self, ports, udid=None):
        self._phone(udid).device.refused |= set(ports)

    def do_accept(self, ports, udid=None):
        self._phone(udid).device.refused -= set(ports)

    def do_drop(self, port=None, udid=None):
        self._phone(udid).device.drop_streams(port)

    def do_cable(self, latency=0.0, rate=0, udid=None):
        device = self._phone(udid).device
        device.latency, device.rate = float(latency), int(rate)

    def do_manner(self, **how):
        self.daemon.manner = Manner(**how)

    def do_fault(self, **what):
        self.daemon.faults.append(Fault(**what))

    def do_faultless(self):
        self.daemon.faults.clear()

    def do_battery(self, udid=None, **state):
        self._phone(udid).battery.update(state)

    def do_value(self, key, value, udid=None):
        self._phone(udid).values[key] = value

    def do_trust(self, state="trusted", udid=None):
        if state not in TRUST:
            raise ValueError(f"{state}: one of {', '.join(TRUST)}")
        self._phone(udid).trust = state

    def do_unpair(self, udid=None):
        phone = self._phone(udid)
        self.daemon.delete_record(phone.udid)
        phone.hosts.clear()
        phone.trust = "untrusted"

    def do_lock(self, udid=None):
        self._phone(udid).locked = True

    def do_unlock(self, udid=None):
        self._phone(udid).locked = False

    def do_developer(self, mounted=True, udid=None):
        self._phone(udid).developer = mounted

    def do_idle(self, seconds, udid=None):
        self._phone(udid).idle_seconds = float(seconds)

    def do_syslog(self, line, times=1, udid=None):
        return {"readers": self._phone(udid).log(line, times)}

    def do_instruments(self, udid=None, **state):
        self._phone(udid).dtx.settle(**state)

    def do_push(self, udid=None):
        return {"clients": self._phone(udid).dtx.push()}

    def do_cancel(self, udid=None):
        self._phone(udid).dtx.cancel()

    def do_status(self):
        devices = {udid: {"device": phone.device.device_id, "streams": sorted(stream.port for stream in phone.device.streams),
                          "log_readers": len(phone.log_readers), "trust": phone.trust, "locked": phone.locked,
                          "instruments": phone.dtx.status()}
                   for udid, phone in self.phones.items()}
        return {"usbmuxd": self.daemon.address, "listening": self.daemon.server is not None, "devices": devices,
                "clients": len(self.daemon.clients), "counts": dict(self.daemon.counts)}


def obey_stdin(emulator, loop, stopped):
    """Commands from the standard input, whose end is ours. In a thread: it may be a file as well as a pipe."""
    try:
        with open(0, "rb", closefd=False) as lines:
            while line := lines.readline(LARGEST_COMMAND):
                if line.strip():
                    print(asyncio.run_coroutine_threadsafe(emulator.obey(line), loop).result(), flush=True)
    except OSError:
        pass
    # Where a signal ended the loop first, there is nothing left to tell.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(stopped.set)


async def obey_socket(emulator, path):
    async def serve(reader, writer):
        with contextlib.suppress(ConnectionError, ValueError):
            while line := await reader.readline():
                writer.write((await emulator.obey(line) + "\n").encode())
        writer.close()
    return await asyncio.start_unix_server(serve, path, limit=LARGEST_COMMAND)


async def run(options, folder):
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)

    emulator = Emulator(options.socket, folder, options.keys and Keys(options.keys))
    ports = dict(options.port)
    await emulator.add(options.udid, ports, not options.detached, options.product_id, options.connection_type, name=options.name,
                       product_type=options.type, version=options.version)
    if not options.late:
        await emulator.daemon.start()
    control = await obey_socket(emulator, options.control) if options.control else None

    ready = {"usbmuxd": emulator.daemon.address, "control": options.control, "udid": next(iter(emulator.phones)), "pid": os.getpid()}
    print("READY", json.dumps(ready), flush=True)
    if not options.keep:
        threading.Thread(target=obey_stdin, args=(emulator, asyncio.get_running_loop(), stopped), daemon=True).start()
    await stopped.wait()

    emulator.daemon.stop()
    if control is not None:
        control.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(options.control)


def port_option(text):
    number, _, target = text.partition("=")
    if not number.isdigit() or target.partition(":")[0] not in ("tcp", "unix"):
        raise argparse.ArgumentTypeError(f"{text}: not NUMBER=tcp:HOST:PORT or NUMBER=unix:PATH")
    return int(number), target


def main():
    parser = argparse.ArgumentParser(description="An emulated iPhone behind an emulated usbmuxd.")
    parser.add_argument("--socket", default="127.0.0.1:0", help="UNIX:/path or host:port (0: any)")
    parser.add_argument("--control", help="a Unix socket for commands")
    parser.add_argument("--keep", action="store_true", help="take no commands from the standard input and outlive it")
    parser.add_argument("--udid", default="00008030-000000000000002E")
    parser.add_argument("--name", default="Emulated iPhone")
    parser.add_argument("--type", default="iPhone12,1", help="the product type")
    parser.add_argument("--version", default="16.7", help="the product version")
    parser.add_argument("--product-id", type=lambda text: int(text, 0), default=0x12A8)
    parser.add_argument("--connection-type", default="USB", choices=("USB", "Network"))
    parser.add_argument("--port", action="append", default=[], type=port_option, help="NUMBER=tcp:HOST:PORT or NUMBER=unix:PATH")
    parser.add_argument("--detached", action="store_true", help="not attached at the start")
    parser.add_argument("--keys", help="a folder whose keys serve every device; they are made there the first time, and stay")
    parser.add_argument("--late", action="store_true", help="no daemon until the command start")
    options = parser.parse_args()
    if shutil.which("openssl") is None:
        parser.error("openssl, which makes the keys, is not installed")
    with tempfile.TemporaryDirectory(prefix="headroom-iphone-") as folder:
        asyncio.run(run(options, folder))


if __name__ == "__main__":
    main()
