"""A SOCKS proxy of the operator carries a crawl like any other proxy, with every guard in force."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.crawl import ArticleEnded, Event
from crawler.run import Order, crawl_once
from crawler.types import Draft
from tests.crawl.fakes import HOSTS, Site, article, crawl, outlets, redirect
from tests.crawl.socks_proxy import socks_proxy


def read(url: str, proxy: str, **settings: object) -> ArticleEnded:
    """How one crawl of one address ended."""
    events: list[Event] = []
    order = Order([url], outlets())
    crawl_once(order, crawl(proxy=proxy, **settings), lambda: datetime.now(UTC), on_event=events.append)
    return next(event for event in events if isinstance(event, ArticleEnded))


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_proxy_carries_the_page_and_resolves_its_name(site: Site, scheme: str) -> None:
    """The name reaches the proxy as a name: where an outlet is blocked its DNS answers are, too."""
    site.answers["/a"] = article("Flour reaches the market")
    with socks_proxy(HOSTS[0]) as proxy:
        ended = read(f"http://gazette.example:{site.port}/a", f"{scheme}://127.0.0.1:{proxy.port}")
    assert isinstance(ended.end, Draft) and ended.end.title == "Flour reaches the market"
    assert ("gazette.example", site.port) in proxy.asked


def test_proxy_with_a_password(site: Site) -> None:
    """User and password of the address are shown to the proxy, and a wrong one is a named failure."""
    site.answers["/a"] = article("Flour reaches the market")
    url = f"http://gazette.example:{site.port}/a"
    with socks_proxy(HOSTS[0], with_password=True) as proxy:
        let_in = read(url, f"socks5://reader:sesame@127.0.0.1:{proxy.port}")
        turned_away = read(url, f"socks5://reader:wrong@127.0.0.1:{proxy.port}")
    assert isinstance(let_in.end, Draft)
    assert str(getattr(turned_away.end, "reason", "")).startswith("proxy: ")
    assert "wrong" not in getattr(turned_away.end, "reason", "")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/drip", "timeout: no complete answer within 1 s"),
        ("/huge", "too large: more than 2000000 bytes"),
        ("/announced", "too large: more than 2000000 bytes"),
        ("/bomb", "too large: more than 2000000 bytes when unpacked"),
        ("/partial", "connection cut: the connection broke within the answer"),
        ("/drop", "connection cut: the connection broke before the answer"),
    ],
)
def test_limits_hold_behind_the_proxy(site: Site, path: str, reason: str) -> None:
    """An endless, huge or cut answer ends as it does without a proxy."""
    with socks_proxy(HOSTS[0]) as proxy:
        ended = read(
            f"http://gazette.example:{site.port}{path}", f"socks5://127.0.0.1:{proxy.port}", timeout="1s" if path == "/drip" else "10s",
            max_page=2_000_000, obey_robots=False,
        )  # fmt: skip
    assert getattr(ended.end, "reason", "") == reason


def test_no_way_around_the_guard(site: Site) -> None:
    """A redirect to a private address is not asked of the proxy either."""
    site.answers["/out"] = redirect(f"http://127.0.0.2:{site.port}/secret")
    with socks_proxy(HOSTS[0]) as proxy:
        ended = read(
            f"http://gazette.example:{site.port}/out", f"socks5://127.0.0.1:{proxy.port}", allow_private=[],
            obey_robots=False,
        )  # fmt: skip
    assert str(getattr(ended.end, "reason", "")).startswith("address refused")
    assert [name for name, _ in proxy.asked] == ["gazette.example"]
