"""Each bad input of an outlet has its named outcome, stops no other outlet and loses no article."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.crawl import ArticleEnded, CheckEnded, Event
from crawler.db import Database
from crawler.models import Article, Check, EntryPoint, KnownUrl
from crawler.run import Order, crawl_once
from crawler.types import Draft
from tests.crawl.fakes import Answer, Site, article, crawl, feed, outlet, outlets, redirect

WRITE_IT_LIKE = "write it like http://127.0.0.1:3128 or socks5://127.0.0.1:1080"


def now() -> datetime:
    return datetime.now(UTC)


def read(site: Site, *paths: str, **settings: object) -> list[Event]:
    """The ends of one crawl of outlets whose feeds are at these paths, one host each."""
    events: list[Event] = []
    several = [outlet(site, f"o{n}", path, host=n) for n, path in enumerate(paths, 1)]
    crawl_once(Order([o.id for o in several], outlets(*several)), crawl(**settings), now, on_event=events.append)
    return events


def check_of(events: list[Event], name: str = "o1") -> tuple[str, str]:
    end = next(e.end for e in events if isinstance(e, CheckEnded) and e.entry_point.outlet == name)
    return end.outcome, end.reason


@pytest.mark.parametrize(
    ("path", "outcome", "reason"),
    [
        ("/html-feed", "not a feed", "HTML instead of a feed"),
        ("/json-feed", "not a feed", "JSON that is no JSON Feed"),
        ("/blank-feed", "not a feed", "an empty answer"),
        ("/empty-feed", "empty", ""),
        ("/missing", "error", "HTTP 404"),
        ("/broken", "error", "HTTP 500"),
        ("/forbidden", "blocked", "forbidden (403)"),
        ("/busy", "error", "HTTP 503"),
        ("/challenge", "blocked", "qrator challenge"),
        ("/login", "blocked", "login or challenge (401)"),
        ("/never", "error", "timeout: no complete answer within 1 s"),
        ("/drip", "error", "timeout: no complete answer within 1 s"),
        ("/drop", "error", "connection cut: the connection broke before the answer"),
        ("/partial", "error", "connection cut: the connection broke within the answer"),
        ("/garbage", "error", "broken answer: no HTTP answer that can be read"),
        ("/huge", "error", "too large: more than 2000000 bytes"),
        ("/announced", "error", "too large: more than 2000000 bytes"),
        ("/bomb", "error", "too large: more than 2000000 bytes when unpacked"),
        ("/loop", "error", "redirects: more redirects than a page needs"),
        ("/to-file", "error", "HTTP 302: redirect to file:///etc/passwd not followed"),
    ],
)
def test_entry_point_that_misbehaves_is_named_and_stops_no_other(
    site: Site, path: str, outcome: str, reason: str
) -> None:
    """The outcome says what is wrong with this feed; the outlet beside it is read as ever."""
    site.answers.update(
        {
            "/html-feed": Answer(b"<!DOCTYPE html><html><body>Moved</body></html>"),
            "/json-feed": Answer(b'{"error": "nothing"}', kind="application/json"),
            "/blank-feed": Answer(b"  \n"),
            "/empty-feed": feed(),
            "/broken": Answer(b"oops", 500),
            "/forbidden": Answer(b"no", 403),
            "/busy": Answer(b"try later", 503),
            "/login": Answer(b"who are you?", 401, (("WWW-Authenticate", 'Basic realm="x"'),)),
            "/challenge": Answer(b"<html><script src='/__qrator/qauth.js'></script></html>", 401),
            "/loop": redirect("/loop"),
            "/to-file": redirect("file:///etc/passwd"),
            "/good": feed(site.url("/good-1", 2)),
            "/good-1": article("Flour reaches the market"),
        }
    )
    events = read(site, path, "/good", max_page="2MB", timeout="1s")
    assert (outcome, reason) == check_of(events)
    assert check_of(events, "o2")[0] == "ok"


@pytest.mark.parametrize(
    ("path", "kind", "reason"),
    [
        ("/none", "Failed", "HTTP 404"),
        ("/empty", "Rejected", "empty page"),
        ("/short", "Rejected", "no text"),
        ("/picture", "Rejected", "not HTML: image"),
        ("/huge", "Rejected", "too large: more than 2000000 bytes"),
        ("/never", "Failed", "timeout: no complete answer within 1 s"),
        ("/drop", "Failed", "connection cut: the connection broke before the answer"),
        ("/challenge", "Blocked", "qrator challenge"),
        ("/forbidden", "Blocked", "forbidden (403)"),
        ("/home", "Rejected", "redirected to the home page"),
        ("/private", "Rejected", "robots.txt: robots.txt of HOST forbids /private"),
        ("/inside", "Rejected", "address refused: 10.0.0.1 is 10.0.0.1, a private address; "),
    ],
)
def test_article_that_misbehaves_is_named_and_stops_no_other(site: Site, path: str, kind: str, reason: str) -> None:
    """The article's end says what is wrong with it; the next article of the feed is read as ever."""
    site.answers.update(
        {
            "/robots.txt": Answer(b"User-agent: *\nDisallow: /private\n", kind="text/plain"),
            "/feed.xml": feed(site.url(path), site.url("/good")),
            "/good": article("Flour reaches the market"),
            "/empty": Answer(b""),
            "/short": Answer(
                b"<html><body><article><h1>Bridge opens</h1><p>Details follow soon.</p></article></body></html>"
            ),
            "/picture": Answer(b"\x89PNG\r\n\x1a\n" + b"\0" * 64),
            "/challenge": Answer(b"<html><script src='/__qrator/qauth.js'></script></html>", 401),
            "/forbidden": Answer(b"no", 403),
            "/home": redirect("/"),
            "/": article("Front page"),
            "/inside": redirect("http://10.0.0.1/"),
        }
    )
    events = read(site, "/feed.xml", max_page="2MB", timeout="1s")
    ends = {e.url: e.end for e in events if isinstance(e, ArticleEnded)}
    bad = ends[site.url(path)]
    said = getattr(bad, "reason", "").replace(f"127.0.0.1:{site.port}", "HOST")
    assert (kind, reason) == (type(bad).__name__, said[: len(reason)])
    assert type(ends[site.url("/good")]).__name__ == "Draft"


def test_robots_txt_of_two_megabytes_is_read_to_its_limit(site: Site) -> None:
    """Rules within the first 500 KB hold (RFC 9309); the rest costs nothing and stops nothing."""
    rules = b"User-agent: *\nDisallow: /private\n" + b"# nothing but a comment\n" * 90_000
    site.answers.update(
        {
            "/robots.txt": Answer(rules, kind="text/plain"),
            "/feed.xml": feed(site.url("/private"), site.url("/good")),
            "/good": article("Flour reaches the market"),
        }
    )
    events = read(site, "/feed.xml")
    ends = {e.url: type(e.end).__name__ for e in events if isinstance(e, ArticleEnded)}
    assert ends == {site.url("/private"): "Rejected", site.url("/good"): "Draft"}


def test_markup_made_to_hurt_still_gives_its_article(site: Site) -> None:
    """A hundred thousand nested divs and NUL bytes in the middle of words: the text is read, the worker lives."""
    plain = article("Flour reaches the market").body
    site.answers.update(
        {
            "/feed.xml": feed(site.url("/deep"), site.url("/nul")),
            "/deep": Answer(plain.replace(b"<article>", b"<article>" + b"<div>" * 100_000)),
            "/nul": Answer(plain.replace(b"convoys", b"con\0voys").replace(b"Flour", b"Grain")),
        }
    )
    texts = {
        e.url: e.end.text for e in read(site, "/feed.xml") if isinstance(e, ArticleEnded) and isinstance(e.end, Draft)
    }
    assert {url for url, text in texts.items() if "Two convoys left the depot" in text} == set(texts)
    assert len(texts) == 2


def test_pause_asked_for_is_kept_and_nothing_has_failed(site: Site, database: Database, tmp_path: Path) -> None:
    """A 429 with Retry-After ends the check as rate-limited; host, entry point and article wait, without a failure."""
    site.answers["/feed.xml"] = feed(site.url("/a"), site.url("/b"))
    site.answers["/a"] = Answer(b"slow down", 429, (("Retry-After", "3600"),))
    site.answers["/b"] = article("Flour reaches the market")
    one = outlet(site)
    crawl_once(Order([one.id], outlets(one)), crawl(), now, database=database, evidence=tmp_path)
    with database.read() as session:
        check = session.scalars(select(Check)).one()
        entry_point = session.scalars(select(EntryPoint)).one()
        known = {row.address: row for row in session.scalars(select(KnownUrl))}
    assert (check.outcome, entry_point.failures) == ("rate-limited", 0)
    assert entry_point.not_before is not None
    assert 3500 < (entry_point.not_before - now()).total_seconds() <= 3600
    assert {"pending"} == {row.outcome for row in known.values()}
    assert site.paths() == ["/feed.xml", "/a"]


def test_pause_of_another_host_costs_only_its_own_articles(site: Site, database: Database, tmp_path: Path) -> None:
    """A link that leads elsewhere and meets a 429 there does not silence the feed."""
    site.answers["/feed.xml"] = feed(site.url("/a", 2), site.url("/c", 2), site.url("/b"))
    site.answers["/a"] = Answer(b"slow down", 429, (("Retry-After", "3600"),))
    site.answers["/b"] = article("Flour reaches the market")
    one = outlet(site)
    summary = crawl_once(Order([one.id], outlets(one)), crawl(), now, database=database, evidence=tmp_path)
    assert summary.outlets[one.id].new == 1
    assert site.paths() == ["/feed.xml", "/a", "/b"]
    with database.read() as session:
        assert list(session.scalars(select(Check.outcome))) == ["ok"]
        assert sorted(session.scalars(select(KnownUrl.outcome))) == ["pending", "pending", "saved"]


@pytest.mark.parametrize(
    ("proxy", "reason"),
    [
        ("socks4://127.0.0.1:1080", f"proxy: socks4 proxies cannot be used; {WRITE_IT_LIKE}"),
        ("nonsense", f"proxy: 'nonsense' cannot be used; {WRITE_IT_LIKE}"),
        ("socks5://127.0.0.1:1", "connection refused: the host refuses connections"),
        ("http://127.0.0.1:1", "connection refused: the host refuses connections"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_that_cannot_be_used_is_named_and_never_gone_around(
    site: Site, scheme: str, proxy: str, reason: str
) -> None:
    """Nothing is asked directly in its place: the outlet may have one for its safety."""
    events: list[Event] = []
    target = site.url("/a").replace("http://", f"{scheme}://")
    crawl_once(Order([target], outlets()), crawl(proxy=proxy), now, on_event=events.append)
    assert [getattr(e.end, "reason", "") for e in events if isinstance(e, ArticleEnded)] == [reason]
    assert site.log == []


def test_what_cannot_be_stored_is_not_lost(site: Site, database: Database, tmp_path: Path) -> None:
    """With the evidence folder read-only the check ends in error and the article stays open; later it is stored."""
    site.answers["/feed.xml"] = feed(site.url("/a"), etag='"1"')
    site.answers["/a"] = article("Flour reaches the market")
    one = outlet(site)
    blocked = tmp_path / "evidence"
    blocked.write_text("a file where the folder should be")
    summary = crawl_once(Order([one.id], outlets(one)), crawl(), now, database=database, evidence=blocked)
    assert [reason.split("]")[0] + "]" for reason in summary.outlets[one.id].failed] == [
        "error: nothing could be stored: [Errno 17]"
    ]
    with database.read() as session:
        assert list(session.scalars(select(KnownUrl.outcome))) == ["pending"]
    crawl_once(Order([one.id], outlets(one)), crawl(), now, database=database, evidence=tmp_path / "elsewhere")
    with database.read() as session:
        assert list(session.scalars(select(Article.title))) == ["Flour reaches the market"]
