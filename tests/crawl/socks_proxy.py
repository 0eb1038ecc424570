"""A SOCKS5 proxy (RFC 1928, RFC 1929) that carries every name to one machine, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PASSWORD = (b"reader", b"sesame")


@dataclass
class SocksProxy:
    """`asked` holds (name, port) of every connection wanted."""

    to_host: str
    with_password: bool = False
    asked: list[tuple[str, int]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            if not await self._greet(reader, writer):
                return
            _, _, _, kind = await reader.readexactly(4)
            size = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
            name = (await reader.readexactly(size)).decode("latin-1")
            port = int.from_bytes(await reader.readexactly(2))
            self.asked.append((name, port))
            far_reader, far_writer = await asyncio.open_connection(self.to_host, port)
            writer.write(b"\x05\x00\x00\x01\0\0\0\0\0\0")
            await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))
        writer.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        wanted = 2 if self.with_password else 0
        if wanted not in offered:
            writer.write(b"\x05\xff")
            writer.close()
            return False
        writer.write(bytes((5, wanted)))
        if self.with_password:
            await reader.readexactly(1)
            user = await reader.readexactly((await reader.readexactly(1))[0])
            password = await reader.readexactly((await reader.readexactly(1))[0])
            writer.write(b"\x01\x00" if (user, password) == PASSWORD else b"\x01\x01")
            return (user, password) == PASSWORD
        return True


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    writer.close()


@contextmanager
def socks_proxy(to_host: str, *, with_password: bool = False) -> Iterator[SocksProxy]:
    """The proxy, up, in a thread of its own."""
    proxy = SocksProxy(to_host, with_password)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(proxy.serve, "127.0.0.1", 0))
    proxy.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield proxy
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
