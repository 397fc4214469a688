# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and certificates of an emulated device and of the computers that it trusts, made by the openssl command."""

import concurrent.futures
import pathlib
import plistlib
import ssl
import subprocess
import threading
import uuid

CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Emulated
[authority]
basicConstraints = critical,CA:TRUE
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,keyEncipherment
"""


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdin=subprocess.DEVNULL, capture_output=True)


class Keys:
    """A device's key and a computer's, with certificates, in a folder; made there unless they stand there already."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.lock = threading.Lock()

    def make(self):
        """Takes a moment: for a thread."""
        with self.lock:
            # The last one that is made.
            if not pathlib.Path(self.path("device.pub")).exists():
                self._make()

    def path(self, name):
        return str(self.folder / name)

    def read(self, name):
        return (self.folder / name).read_bytes()

    def _make(self):
        (self.folder / "openssl.conf").write_text(CONFIGURATION)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda name: openssl("genrsa", "-out", self.path(f"{name}.key"), "2048"), ("computer", "device")))
        self._certify("root", "computer", "authority")
        # The computer's own certificate is of the key that it signs with: two keys take time enough.
        for name, key in (("host", "computer"), ("device", "device")):
            self._certify(name, key, "leaf", "-CA", self.path("root.pem"), "-CAkey", self.path("computer.key"))
        openssl("rsa", "-in", self.path("device.key"), "-RSAPublicKey_out", "-out", self.path("device.pub"))

    def _certify(self, name, key, extensions, *signer):
        openssl("req", "-new", "-x509", "-config", self.path("openssl.conf"), "-extensions", extensions, "-days", "3650", "-sha256",
                "-key", self.path(f"{key}.key"), "-out", self.path(f"{name}.pem"), *signer)


class Identity:
    """Whom a device takes itself for, and the pair record of a computer that it trusts from the start."""

    def __init__(self, folder, keys, buid, wifi_address):
        self.folder = pathlib.Path(folder)
        self.keys = keys
        self.buid = buid
        self.wifi_address = wifi_address
        self.host_id = str(uuid.uuid4()).upper()
        self.n_contexts = 0

    def make(self):
        """Has the keys made, which takes a moment: for a thread. Returns the pair record as bytes."""
        self.keys.make()
        read = self.keys.read
        return plistlib.dumps({
            "DeviceCertificate": read("device.pem"), "HostCertificate": read("host.pem"), "HostPrivateKey": read("computer.key"),
            "RootCertificate": read("root.pem"), "RootPrivateKey": read("computer.key"), "HostID": self.host_id,
            "SystemBUID": self.buid, "EscrowBag": bytes(32), "WiFiMACAddress": self.wifi_address,
        })

    def device_certificate(self):
        return self.keys.read("device.pem")

    def root_certificate(self):
        return self.keys.read("root.pem")

    def public_key(self):
        return self.keys.read("device.pub")

    def context(self, root_certificate, device_certificate):
        """What the device speaks TLS with to a computer: nobody else gets past the handshake."""
        self.n_contexts += 1
        certificate = self.folder / f"device-{self.n_contexts}.pem"
        certificate.write_bytes(device_certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Pair records made by libimobiledevice 1.3 are signed with SHA-1, and devices before iOS 10 are spoken to in TLS 1.0.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(certificate, self.keys.path("device.key"))
        context.load_verify_locations(cadata=root_certificate.decode())
        context.verify_mode = ssl.CERT_REQUIRED
        # Nothing may follow the handshake where plain text goes on behind it.
        context.num_tickets = 0
        return context
