"""The address guard: what is fetched lies on the public internet, whatever a feed, a redirect or a DNS server says.

Rules: the special-purpose registries of IANA (RFC 6890) as `ipaddress` knows them, plus addresses that carry another
one inside (IPv4-mapped, NAT64, 6to4, Teredo). `crawl.allow_private` lets networks through by name.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Sequence
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str], Awaitable[Sequence[Address]]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Names that never leave the machine or its network (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal).
_LOCAL_NAMES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp")


class AddressRefused(Exception):
    """The guard's word for a hop it does not take; its text says which address and why."""


def literal(host: str) -> Address | None:
    """The address `host` spells, in any way a C library reads (2130706433, 0x7f.1, 127.1, [::1]); None for a name."""
    host = unicodedata.normalize("NFKC", host).strip().strip("[]").rstrip(".")
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    if not host or host[0] not in "0123456789":
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def private(address: Address, allowed: Iterable[Network] = ()) -> str:
    """Why `address` is not public ("loopback", "link-local", ...), or '' when it may be asked."""
    inner = _carried(address)
    if any(candidate in network for network in allowed for candidate in (address, inner)):
        return ""
    for name in ("loopback", "link_local", "multicast", "unspecified", "reserved"):
        if getattr(inner, f"is_{name}"):
            return name.replace("_", "-")
    return "" if inner.is_global else "private"


def _carried(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


class Guard:
    """Judges every hop. `resolve` is asked only where we do not resolve ourselves: behind a proxy."""

    def __init__(self, allow_private: Iterable[str], resolve: Resolve) -> None:
        self.allowed: tuple[Network, ...] = tuple(ipaddress.ip_network(network) for network in allow_private)
        self.proxies: set[str] = set()  # hosts of configured proxies: the operator's own word, so they may be private
        self._resolve = resolve
        self._resolved: dict[str, Sequence[Address]] = {}  # kept as long as the process: the proxy resolves anew anyway

    async def judge(self, url: str, proxy: str | None) -> None:
        """Raises AddressRefused. With a proxy the name is resolved here too, though the proxy does it again."""
        host = check_scheme(url)
        address = literal(host)
        if address is not None:
            self.check(host, [address])
            return
        name = host.rstrip(".").lower()
        if proxy:
            self.proxies.add((urlsplit(proxy).hostname or "").lower())
        if proxy or name in self.proxies:
            await self._judge_name(name)

    async def _judge_name(self, name: str) -> None:
        if not self.allowed and (name.rpartition(".")[2] in _LOCAL_NAMES or name.endswith(".home.arpa")):
            raise AddressRefused(f"{name} is a name of a local network")
        if name not in self._resolved:
            # What we cannot resolve within a second is left to the proxy: behind one there is often no DNS at all.
            try:
                self._resolved[name] = await asyncio.wait_for(self._resolve(name), 1.0)
            except TimeoutError:
                self._resolved[name] = ()
        self.check(name, self._resolved[name])

    def check(self, host: str, addresses: Sequence[Address]) -> None:
        """Raises AddressRefused when any of them is not public: an answer that mixes both is an attack."""
        for address in addresses:
            why = private(address, self.allowed)
            if why:
                raise AddressRefused(
                    f"{host} is {address}, a {why} address; `crawl.allow_private` lets networks through"
                )


class ProxyUnusable(Exception):
    """A configured proxy that we cannot speak to; nothing is ever asked directly in its place."""


def is_socks(proxy: str) -> bool:
    """Whether a proxy address names a SOCKS proxy."""
    return urlsplit(proxy).scheme in ("socks5", "socks5h")


def check_proxy(proxy: str) -> None:
    """Raises ProxyUnusable unless it is an http, https or socks5 proxy."""
    parts = urlsplit(proxy)
    if not parts.hostname or not (parts.scheme in ("http", "https") or is_socks(proxy)):
        kind = f"{parts.scheme} proxies" if parts.scheme and parts.hostname else repr(proxy)
        raise ProxyUnusable(f"{kind} cannot be used; write it like http://127.0.0.1:3128 or socks5://127.0.0.1:1080")


def check_scheme(url: str) -> str:
    """The host of an http or https address. Raises AddressRefused on anything else."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as cause:
        raise AddressRefused(f"{url!r} is not an address: {cause}") from cause
    if parts.scheme not in ("http", "https") or not host:
        raise AddressRefused(f"{url!r}: only http and https addresses are fetched")
    return host
