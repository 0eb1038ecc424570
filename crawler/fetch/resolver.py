"""DNS for Twisted in which the address that is checked is the address that is connected to (no DNS rebinding)."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.fetch.guard import Address, AddressRefused, Guard, literal

DNS_TIMEOUT_S = 10.0
# getaddrinfo blocks; a name server that is gone must not hold up the names others can answer.
_threads = ThreadPoolExecutor(16, thread_name_prefix="dns")


async def resolve(host: str) -> Sequence[Address]:
    """All addresses of a name, IPv4 first (an IPv6 route is often missing); () when it has none or DNS is silent."""
    loop = asyncio.get_running_loop()
    try:
        found = await asyncio.wait_for(
            loop.run_in_executor(_threads, lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)),
            DNS_TIMEOUT_S,
        )
    except (OSError, UnicodeError, TimeoutError):
        return ()
    addresses = {ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found}
    return sorted(addresses, key=lambda address: (address.version, int(address)))


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing to stop: a thread in getaddrinfo cannot be interrupted, its answer is dropped."""


@implementer(IHostnameResolver)
class GuardedResolver:
    """Hands Twisted only names whose every address is public; remembers the refused ones for the handler to name."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.refused: dict[str, AddressRefused] = {}

    def resolveHostName(
        self,
        receiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[Any]] | None = None,
        transportSemantics: str = "TCP",
    ) -> _Resolution:
        resolution = _Resolution(hostName)
        receiver.resolutionBegan(resolution)
        self._task = asyncio.ensure_future(self._answer(receiver, hostName, portNumber))
        return resolution

    async def _answer(self, receiver: Any, host: str, port: int) -> None:
        try:
            for address in await self._public(host):
                kind = IPv4Address if address.version == 4 else IPv6Address
                receiver.addressResolved(kind("TCP", str(address), port))
        finally:
            receiver.resolutionComplete()

    async def _public(self, host: str) -> Sequence[Address]:
        address = literal(host)
        addresses = await resolve(host) if address is None else [address]
        if host.lower() in self.guard.proxies:
            return addresses
        try:
            self.guard.check(host, addresses)
        except AddressRefused as refused:
            self.refused[host] = refused
            return ()
        return addresses
