"""The address guard: nothing private is reached, in no spelling, by no detour."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from crawler.crawl import ArticleEnded, Event
from crawler.fetch.guard import Address, AddressRefused, Guard, check_scheme, literal, private
from crawler.run import Order, crawl_once
from tests.crawl.fakes import Site, crawl, outlets, redirect

LOOPBACK = (
    "localhost",
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "127.1",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",
    "[::1]",
    "0177.0.0.1",
)
PRIVATE = (
    ("10.1.2.3", "private"),
    ("172.16.0.1", "private"),
    ("192.168.1.1", "private"),
    ("100.64.0.1", "private"),
    ("169.254.169.254", "link-local"),
    ("224.0.0.1", "multicast"),
    ("255.255.255.255", "reserved"),
    ("fd00::1", "private"),
    ("fe80::1", "link-local"),
    ("ff02::1", "multicast"),
    ("64:ff9b::a00:1", "private"),
    ("64:ff9b::7f00:1", "loopback"),
    ("2002:7f00:1::", "loopback"),
    ("::ffff:169.254.169.254", "link-local"),
)


@pytest.mark.parametrize(("address", "why"), PRIVATE)
def test_private_addresses_are_named(address: str, why: str) -> None:
    """Every special-purpose network is refused by its name, also inside an IPv6 address."""
    assert why == private(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_public_addresses_pass(address: str) -> None:
    """A public address is asked."""
    assert private(ipaddress.ip_address(address)) == ""


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("１２７.1", "127.0.0.1"),
    ],
)
def test_spellings_of_addresses_are_read_as_the_system_reads_them(host: str, address: str) -> None:
    """What getaddrinfo would take for an address is one."""
    assert ipaddress.ip_address(address) == literal(host)


@pytest.mark.parametrize("host", ["example.org", "1tv.ru", "0-24.example", "xn--80asehdb"])
def test_names_are_no_addresses(host: str) -> None:
    """A name that begins with a digit is still a name."""
    assert literal(host) is None


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/", "data:text/html,x", "http:///x", "javascript:x"]
)
def test_only_http_is_fetched(url: str) -> None:
    """Any other scheme is refused before anything is opened."""
    with pytest.raises(AddressRefused):
        check_scheme(url)


def refusal(site: Site, target: str) -> str:
    """How an address given by hand ends when nothing private is let through."""
    events: list[Event] = []
    crawl_once(Order([target], outlets()), crawl(allow_private=[]), lambda: datetime.now(UTC), on_event=events.append)
    return next(str(getattr(e.end, "reason", "")) for e in events if isinstance(e, ArticleEnded))


@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_is_not_asked_in_any_spelling(site: Site, host: str) -> None:
    """The request is refused by name and the site on loopback hears nothing."""
    assert refusal(site, f"http://{host}:{site.port}/secret").startswith("address refused")
    assert site.log == []


@pytest.mark.parametrize("host", [*LOOPBACK, "169.254.169.254"])
def test_redirect_to_a_private_address_is_not_followed(site: Site, host: str) -> None:
    """The hop that leads inside is refused; the outer one was allowed by the configuration."""
    site.answers["/out"] = redirect(f"http://{host}:{site.port}/secret")
    events: list[Event] = []
    crawl_once(
        Order([site.url("/out", 3)], outlets()),
        crawl(allow_private=["127.0.0.3/32"], obey_robots=False),
        lambda: datetime.now(UTC),
        on_event=events.append,
    )
    ended = next(e for e in events if isinstance(e, ArticleEnded))
    assert str(getattr(ended.end, "reason", "")).startswith("address refused")
    assert site.paths() == ["/out"]


@pytest.mark.parametrize(
    ("host", "answers"),
    [
        ("inside.example", ["10.0.0.7"]),
        ("both.example", ["93.184.216.34", "127.0.0.1"]),
        ("localhost", []),
        ("printer.local", []),
        ("[::1]", []),
        ("169.254.169.254", []),
    ],
)
def test_a_proxy_is_no_way_around(host: str, answers: Sequence[str]) -> None:
    """Behind a proxy the address asked for is judged all the same, though we do not connect to it."""

    async def resolve(name: str) -> Sequence[Address]:
        return [ipaddress.ip_address(answer) for answer in answers]

    with pytest.raises(AddressRefused):
        asyncio.run(Guard([], resolve).judge(f"http://{host}/", "http://127.0.0.1:8899"))


def test_a_proxy_of_the_operator_may_be_private() -> None:
    """A public address is asked through a proxy on loopback, also where there is no DNS."""

    async def resolve(name: str) -> Sequence[Address]:
        return []

    guard = Guard([], resolve)
    asyncio.run(guard.judge("https://news.example/", "http://127.0.0.1:8899"))
    assert {"127.0.0.1"} == guard.proxies
