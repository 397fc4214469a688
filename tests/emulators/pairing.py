# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and certificates of an emulated device and of the computers that it trusts, made by the openssl command."""

import concurrent.futures
import pathlib
import plistlib
import ssl
import subprocess
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


class Identity:
    """A device's key and the pair record of a computer that it trusts from the start, in files of one folder."""

    def __init__(self, folder, buid, wifi_address):
        self.folder = pathlib.Path(folder)
        self.buid = buid
        self.wifi_address = wifi_address
        self.host_id = str(uuid.uuid4()).upper()
        self.n_contexts = 0

    def make(self):
        """Makes the keys, which takes a moment: for a thread. Returns the pair record as bytes."""
        (self.folder / "openssl.conf").write_text(CONFIGURATION)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda name: openssl("genrsa", "-out", self._path(f"{name}.key"), "2048"), ("computer", "device")))
        self._certify("root", "computer", "authority")
        # The computer's own certificate is of the key that it signs with: two keys take time enough.
        for name, key in (("host", "computer"), ("device", "device")):
            self._certify(name, key, "leaf", "-CA", self._path("root.pem"), "-CAkey", self._path("computer.key"))
        openssl("rsa", "-in", self._path("device.key"), "-RSAPublicKey_out", "-out", self._path("device.pub"))
        return plistlib.dumps({
            "DeviceCertificate": self._read("device.pem"), "HostCertificate": self._read("host.pem"),
            "HostPrivateKey": self._read("computer.key"), "RootCertificate": self._read("root.pem"),
            "RootPrivateKey": self._read("computer.key"), "HostID": self.host_id, "SystemBUID": self.buid,
            "EscrowBag": bytes(32), "WiFiMACAddress": self.wifi_address,
        })

    def device_certificate(self):
        return self._read("device.pem")

    def root_certificate(self):
        return self._read("root.pem")

    def public_key(self):
        return self._read("device.pub")

    def context(self, root_certificate, device_certificate):
        """What the device speaks TLS with to a computer: nobody else gets past the handshake."""
        self.n_contexts += 1
        certificate = self.folder / f"device-{self.n_contexts}.pem"
        certificate.write_bytes(device_certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Pair records made by libimobiledevice 1.3 are signed with SHA-1, and devices before iOS 10 are spoken to in TLS 1.0.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(certificate, self._path("device.key"))
        context.load_verify_locations(cadata=root_certificate.decode())
        context.verify_mode = ssl.CERT_REQUIRED
        # Nothing may follow the handshake where plain text goes on behind it.
        context.num_tickets = 0
        return context

    def _certify(self, name, key, extensions, *signer):
        openssl("req", "-new", "-x509", "-config", self._path("openssl.conf"), "-extensions", extensions, "-days", "3650", "-sha256",
                "-key", self._path(f"{key}.key"), "-out", self._path(f"{name}.pem"), *signer)

    def _path(self, name):
        return str(self.folder / name)

    def _read(self, name):
        return (self.folder / name).read_bytes()
