# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated lockdownd and the plain services behind it: the system log and the battery's registry entry.

Phone is what the device is and what its owner did; serve() answers one connection to port 62078. Every service that is
started gets a port of its own on the device, for one connection.
"""

import asyncio
import ssl
import time
import uuid

from channel import Channel

PORT = 62078
FIRST_SERVICE_PORT = 49152
IDLE_SECONDS = 10.0

# What the owner did about this computer; a locked device is one whose owner did not enter the passcode yet.
TRUST = ("trusted", "untrusted", "pending", "denied")

SYSLOG = "com.apple.syslog_relay"
DIAGNOSTICS = "com.apple.mobile.diagnostics_relay"
BATTERY = "com.apple.mobile.battery"
INSTRUMENTS_13 = "com.apple.instruments.remoteserver"
INSTRUMENTS_16 = "com.apple.instruments.remoteserver.DVTSecureSocketProxy"

# What a device tells a computer that it does not trust.
PUBLIC_KEYS = {
    "DeviceName", "DeviceClass", "ProductType", "ProductName", "ProductVersion", "BuildVersion", "HardwareModel", "UniqueDeviceID",
    "UniqueChipID", "ChipID", "BoardId", "DieID", "WiFiAddress", "ProtocolVersion", "DevicePublicKey",
}

# In thousandths of a volt and an ampere, hundredths of a degree; negative while it drains.
POWER = {"Voltage": 3850, "InstantAmperage": -250, "Temperature": 3010, "CycleCount": 12, "DesignCapacity": 3000}


class Refused(Exception):
    """The error that a request is answered with."""


class Phone:
    """The device's identity, state and services."""

    def __init__(self, udid, identity, name="Emulated iPhone", product_type="iPhone12,1", version="16.7"):
        self.udid = udid
        self.identity = identity
        self.trust = "trusted"
        self.locked = False
        self.developer = True  # the developer image is mounted
        self.idle_seconds = IDLE_SECONDS
        self.battery = {"level": 80, "charging": False}
        self.values = {
            "DeviceName": name, "DeviceClass": "iPhone", "ProductType": product_type, "ProductName": "iPhone OS",
            "ProductVersion": version, "BuildVersion": "EMULATED", "HardwareModel": "N104AP", "UniqueDeviceID": udid,
            "UniqueChipID": 0x123456789, "ChipID": 0x8030, "BoardId": 4, "DieID": 0x987654321,
            "WiFiAddress": identity.wifi_address, "ProtocolVersion": "2", "SerialNumber": "EMULATED0000",
            "CPUArchitecture": "arm64e", "TimeZone": "UTC", "PasswordProtected": False,
        }
        self.hosts = {}  # HostID: TLS context
        self.services = {SYSLOG: self.serve_syslog, DIAGNOSTICS: self.serve_diagnostics}
        self.instruments = None  # a coroutine that takes a channel
        self.log_readers = set()
        self.ports = None  # of the device, where started services appear
        self.next_port = FIRST_SERVICE_PORT

    @property
    def major(self):
        return int(self.values["ProductVersion"].split(".")[0])

    async def make_identity(self):
        """Has the keys made in a thread, and this computer trusted. Returns its pair record."""
        record = await asyncio.to_thread(self.identity.make)
        context = self.identity.context(self.identity.root_certificate(), self.identity.device_certificate())
        self.hosts[self.identity.host_id] = context
        return record

    def value(self, domain, key, trusted):
        if domain == BATTERY and trusted:
            values = self.battery_values()
        elif not domain:
            values = self.values | {"TimeIntervalSince1970": time.time(), "DevicePublicKey": self.identity.public_key()}
            if not trusted:
                values = {name: value for name, value in values.items() if name in PUBLIC_KEYS}
        else:
            if not trusted:
                raise Refused("GetProhibited")
            values = {}
        if not key:
            return values
        if key not in values:
            raise Refused("MissingValue" if trusted else "GetProhibited")
        return values[key]

    def battery_values(self):
        level, charging = self.battery["level"], self.battery["charging"]
        return {
            "BatteryCurrentCapacity": level, "BatteryIsCharging": charging, "ExternalChargeCapable": True,
            "ExternalConnected": True, "FullyCharged": level == 100, "GasGaugeCapability": True, "HasBattery": True,
        }

    def power_source(self):
        level, charging = self.battery["level"], self.battery["charging"]
        return {
            **POWER, "CurrentCapacity": level, "MaxCapacity": 100, "IsCharging": charging, "ExternalConnected": True,
            "FullyCharged": level == 100, **{key: value for key, value in self.battery.items() if key[0].isupper()},
        }

    def log(self, line, times):
        """Sends a line of the system log, so many times, to whoever reads it now. Returns to how many."""
        for channel in list(self.log_readers):
            channel.write((line.encode() + b"\n\0") * times)
        return len(self.log_readers)

    async def serve(self, reader, writer):
        await _run(Lockdown(self, Channel(reader, writer)).serve(), writer)

    def start_service(self, name, context):
        """Opens a port for one connection to a service and returns its number."""
        serve, leaves_tls = self.services.get(name), False
        if name in (INSTRUMENTS_13, INSTRUMENTS_16) and self.developer:
            if name == INSTRUMENTS_13 and self.major <= 13:
                serve, leaves_tls = self.instruments, True
            elif name == INSTRUMENTS_16 and 14 <= self.major <= 16:
                serve = self.instruments
        if serve is None:
            raise Refused("InvalidService")

        port = self.next_port
        self.next_port = port + 1 if port < 65535 else FIRST_SERVICE_PORT

        async def serve_once(reader, writer):
            self.ports.pop(port, None)
            await _run(self._serve_over_tls(Channel(reader, writer), context, leaves_tls, serve), writer)

        self.ports[port] = serve_once
        return port

    async def _serve_over_tls(self, channel, context, leaves_tls, serve):
        await channel.start_tls(context)
        if leaves_tls:
            channel.leave_tls()
        await serve(channel)

    async def serve_syslog(self, channel):
        self.log_readers.add(channel)
        try:
            while await channel.read():
                pass
        finally:
            self.log_readers.discard(channel)

    async def serve_diagnostics(self, channel):
        while True:
            request, form = await channel.read_plist()
            kind = request.get("Request")
            if kind == "IORegistry":
                names = (request.get("EntryClass"), request.get("EntryName"))
                known = "IOPMPowerSource" in names or "AppleSmartBattery" in names
                answer = {"Status": "Success", "Diagnostics": {"IORegistry": self.power_source()} if known else {}}
            elif kind == "Goodbye":
                answer = {"Status": "Success"}
            else:
                answer = {"Status": "UnknownRequest"}
            channel.write_plist(answer, form)
            await channel.drain()


async def _run(work, writer):
    """One connection to its end, whichever side ends it and however."""
    try:
        await work
    except (asyncio.IncompleteReadError, asyncio.TimeoutError, ConnectionError, ssl.SSLError, ValueError):
        pass
    finally:
        writer.close()


class Lockdown:
    """One connection to lockdownd."""

    def __init__(self, phone, channel):
        self.phone, self.channel = phone, channel
        self.session = None
        self.context = None

    async def serve(self):
        while True:
            request, form = await asyncio.wait_for(self.channel.read_plist(), self.phone.idle_seconds)
            name = request.get("Request", "")
            answer, after = {"Request": name}, None
            try:
                handler = {
                    "QueryType": self._query_type, "GetValue": self._get_value, "SetValue": self._set_value, "Pair": self._pair,
                    "ValidatePair": self._validate, "Unpair": self._unpair, "StartSession": self._start_session,
                    "StartService": self._start_service, "StopSession": self._stop_session, "Goodbye": lambda *_: None,
                }.get(name)
                if handler is None:
                    raise Refused("InvalidRequest")
                after = handler(request, answer)
            except Refused as refused:
                answer["Error"] = str(refused)
            self.channel.write_plist(answer, form)
            await self.channel.drain()
            if after is not None:
                await after()

    def _query_type(self, _request, answer):
        answer["Type"] = "com.apple.mobile.lockdown"

    def _get_value(self, request, answer):
        domain, key = request.get("Domain", ""), request.get("Key", "")
        answer |= {name: value for name, value in (("Domain", domain), ("Key", key)) if value}
        answer["Value"] = self.phone.value(domain, key, self.session is not None)

    def _set_value(self, request, answer):
        if self.session is None:
            raise Refused("SetProhibited")
        if request.get("Domain") or request.get("Key") != "DeviceName" or not isinstance(request.get("Value"), str):
            raise Refused("InvalidArgument")
        self.phone.values["DeviceName"] = answer["Value"] = request["Value"]

    def _pair(self, request, answer):
        record = request.get("PairRecord", {})
        host, root, leaf = (record.get(key) for key in ("HostID", "RootCertificate", "DeviceCertificate"))
        if not isinstance(host, str) or not isinstance(root, bytes) or not isinstance(leaf, bytes):
            raise Refused("InvalidPairRecord")
        self._need_passcode()
        if self.phone.trust == "denied":
            raise Refused("UserDeniedPairing")
        if self.phone.trust != "trusted":
            self.phone.trust = "pending"
            raise Refused("PairingDialogResponsePending")
        try:
            self.phone.hosts[host] = self.phone.identity.context(root, leaf)
        except (ssl.SSLError, ValueError) as error:
            raise Refused("InvalidPairRecord") from error
        answer["EscrowBag"] = bytes(32)

    def _validate(self, request, _answer):
        self._need_passcode()
        self._need_host(request.get("PairRecord", {}).get("HostID"))

    def _unpair(self, request, _answer):
        host = request.get("PairRecord", {}).get("HostID")
        self._need_host(host)
        del self.phone.hosts[host]

    def _start_session(self, request, answer):
        if self.session is not None:
            raise Refused("SessionActive")
        self._need_passcode()
        context = self._need_host(request.get("HostID"))
        self.session = str(uuid.uuid4()).upper()
        self.context = context
        answer |= {"SessionID": self.session, "EnableSessionSSL": True}

        async def start_tls():
            await asyncio.wait_for(self.channel.start_tls(context), self.phone.idle_seconds)
        return start_tls

    def _start_service(self, request, answer):
        if self.session is None:
            raise Refused("SessionInactive")
        self._need_passcode()
        name = request.get("Service", "")
        answer |= {"Service": name, "Port": self.phone.start_service(name, self.context), "EnableServiceSSL": True}

    def _stop_session(self, request, _answer):
        if self.session is None or request.get("SessionID") != self.session:
            raise Refused("SessionInactive")
        self.session = None
        return self.channel.end_tls

    def _need_passcode(self):
        if self.phone.locked:
            raise Refused("PasswordProtected")

    def _need_host(self, host):
        context = self.phone.hosts.get(host) if self.phone.trust == "trusted" else None
        if context is None:
            raise Refused("InvalidHostID")
        return context
