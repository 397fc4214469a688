# SPDX-License-Identifier: GPL-3.0-or-later
"""A byte stream that can become TLS and plain again, and property lists over it."""

import asyncio
import plistlib
import ssl
import struct

LARGEST_MESSAGE = 16 << 20


class Channel:
    """A connected stream. TLS runs in memory over it, so that a service can end it, or leave it, in mid-stream."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.buffer = bytearray()
        self.tls = None
        self.incoming = self.outgoing = None

    async def start_tls(self, context):
        """The device's side of a handshake, on what comes from now on."""
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.incoming.write(bytes(self.buffer))
        self.buffer.clear()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        await self._drive(self.tls.do_handshake)

    async def end_tls(self):
        """Waits for the other side to end TLS, ends it too, and goes on in plain text."""
        while await self._drive(self._read_tls):
            pass
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self._flush()
        self.leave_tls()

    def leave_tls(self):
        """Goes on in plain text without a word, as the instruments service of old systems does."""
        self.buffer += self.incoming.read()
        self.tls = None

    async def read(self):
        """Some bytes, or none at the end."""
        if self.buffer:
            data = bytes(self.buffer)
            self.buffer.clear()
            return data
        if self.tls is not None:
            return await self._drive(self._read_tls)
        return await self.reader.read(65536)

    async def read_exactly(self, size):
        """Raises IncompleteReadError at the end."""
        while len(self.buffer) < size:
            kept = bytes(self.buffer)
            self.buffer.clear()
            data = await self.read()
            self.buffer += kept + data
            if not data:
                raise asyncio.IncompleteReadError(bytes(self.buffer), size)
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data

    def write(self, data):
        if self.tls is None:
            self.writer.write(data)
        elif data:
            self.tls.write(data)
            self._flush()

    async def drain(self):
        await self.writer.drain()

    def close(self):
        self.writer.close()

    async def read_plist(self):
        """A message and its form; raises IncompleteReadError at the end and ValueError for what is no message."""
        size, = struct.unpack(">I", await self.read_exactly(4))
        if size > LARGEST_MESSAGE:
            raise ValueError(f"a message of {size} bytes")
        body = await self.read_exactly(size)
        form = plistlib.FMT_BINARY if body.startswith(b"bplist00") else plistlib.FMT_XML
        try:
            message = plistlib.loads(body, fmt=form)
        except Exception as error:  # plistlib lets through whatever its parsers raise
            raise ValueError(f"no property list: {error}") from error
        if not isinstance(message, dict):
            raise ValueError("not a dictionary")
        return message, form

    def write_plist(self, message, form):
        body = plistlib.dumps(message, fmt=form)
        self.write(struct.pack(">I", len(body)) + body)

    def _read_tls(self):
        try:
            return self.tls.read(65536)
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    async def _drive(self, step):
        while True:
            try:
                result = step()
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
                data = await self.reader.read(65536)
                if data:
                    self.incoming.write(data)
                else:
                    self.incoming.write_eof()
            except ssl.SSLError:
                # The other side is told why.
                self._flush()
                raise

    def _flush(self):
        if self.outgoing.pending:
            self.writer.write(self.outgoing.read())
