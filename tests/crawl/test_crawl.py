"""The flow of a crawl: what a second reading asks for, what an edit does, what an address turns out to be."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import event, select

from crawler import evidence
from crawler.crawl import NO_LIMITS, ArticleEnded, CheckEnded, Event, Limits
from crawler.db import Database
from crawler.dry import check_outlet
from crawler.errors import DatabaseError
from crawler.models import Article, Check, EntryPoint, Evidence, HostLease, KnownUrl, Revision
from crawler.outlets import EntryPointFact, Outlet
from crawler.run import Order, Summary, crawl_once
from crawler.types import Draft
from tests.crawl.fakes import Answer, Site, article, crawl, feed, outlet, outlets


def now() -> datetime:
    return datetime.now(UTC)


def read(
    database: Database, folder: Path, *several: Outlet, later: timedelta = timedelta(), **settings: object
) -> Summary:
    """One crawl of these outlets, `later` than now."""
    return crawl_once(
        Order([one.id for one in several], outlets(*several)),
        crawl(**settings),
        lambda: now() + later,
        database=database,
        evidence=folder,
    )


def test_second_reading_fetches_no_article_again(site: Site, database: Database, tmp_path: Path) -> None:
    """The feed is asked conditionally and says 304; nothing else is asked for."""
    site.answers["/feed.xml"] = feed(site.url("/a"), site.url("/b"), etag='"1"')
    site.answers["/a"], site.answers["/b"] = article("Flour reaches the market"), article("Bridge opens")
    one = outlet(site)
    first = read(database, tmp_path, one)
    site.log.clear()
    second = read(database, tmp_path, one)
    assert (2, 0) == (first.outlets[one.id].new, second.outlets[one.id].new)
    assert ["/feed.xml"] == site.paths()
    with database.read() as session:
        assert ["ok", "not modified"] == list(session.scalars(select(Check.outcome).order_by(Check.id)))


def test_article_is_stored_whole_with_its_preserved_copy(site: Site, database: Database, tmp_path: Path) -> None:
    """Title, date, language and clean text in the row; the bytes as they came in the evidence."""
    site.answers["/feed.xml"] = feed(site.url("/a"))
    site.answers["/a"] = article("Flour reaches the market")
    read(database, tmp_path, outlet(site))
    with database.read() as session:
        stored = session.scalars(select(Article)).one()
        row = session.scalars(select(Evidence)).one()
    assert ("Flour reaches the market", "en", "minute") == (stored.title, stored.language, stored.published_precision)
    assert stored.text.startswith("Two convoys") and "All rights reserved" not in stored.text
    assert site.answers["/a"].body == evidence.read(row, tmp_path)
    assert not row.tls_verified


def test_article_on_several_pages_is_stored_whole(site: Site, database: Database, tmp_path: Path) -> None:
    """One article with the text of both pages, a preserved copy of each; the second reading asks for neither."""
    pager = b"</article><div class=pager><a href='/a?page=2'>2</a></div>"
    second = article(
        "Flour reaches the market",
        "The bakers of the old town opened at four in the morning, a baker said by telephone on Sunday evening.\n"
        "Nobody could say when the next convoy would come, or whether the road would stay open until then.",
    )
    site.answers["/feed.xml"] = feed(site.url("/a"))
    first = article("Flour reaches the market")
    site.answers["/a"] = replace(first, body=first.body.replace(b"</article>", pager))
    site.answers["/a?page=2"] = second
    one = outlet(site)
    for _ in range(2):
        crawl_once(Order([one.id], outlets(one)), crawl(), now, database=database, evidence=tmp_path)
    with database.read() as session:
        stored = session.scalars(select(Article)).one()
        assert "Two convoys left" in stored.text and "the next convoy would come" in stored.text
        assert stored.notes[-1] == "joined from 2 pages"
        assert sorted(session.scalars(select(Evidence.url))) == [site.url("/a"), site.url("/a?page=2")]
    assert site.paths() == ["/feed.xml", "/a", "/a?page=2", "/feed.xml"]


def test_what_is_beyond_the_limit_is_read_at_the_next_check(site: Site, database: Database, tmp_path: Path) -> None:
    """Newest first, two a check; the third comes with the next check although the feed says 304."""
    site.answers["/feed.xml"] = feed(*[site.url(f"/{n}") for n in range(3)], etag='"1"')
    site.answers.update({f"/{n}": article(f"Convoy {n} arrives", f"Story number {n}. " * 20) for n in range(3)})
    one = outlet(site)
    read(database, tmp_path, one, articles_per_check=2)
    assert ["/feed.xml", "/0", "/1"] == site.paths()
    read(database, tmp_path, one, articles_per_check=2)
    assert ["/feed.xml", "/2"] == site.paths()[3:]


def test_only_the_first_reading_is_marked_first(site: Site, database: Database, tmp_path: Path) -> None:
    """What the feed named when it was read for the first time is marked; what it names later is news."""
    site.answers.update({f"/{n}": article(f"Convoy {n} arrives", f"Story number {n}. " * 20) for n in range(3)})
    del site.answers["/1"]  # fails at first
    one = outlet(site)
    site.answers["/feed.xml"] = feed(site.url("/0"), site.url("/1"))
    read(database, tmp_path, one)
    site.answers["/1"] = article("Convoy 1 arrives", "Story number 1. " * 20)
    site.answers["/feed.xml"] = feed(*[site.url(f"/{n}") for n in range(3)])
    read(database, tmp_path, one, later=timedelta(hours=1))
    with database.read() as session:
        first = {row.title: row.from_first_crawl for row in session.scalars(select(Article))}
    assert {"Convoy 0 arrives": True, "Convoy 1 arrives": True, "Convoy 2 arrives": False} == first


def test_edited_article_becomes_a_revision(site: Site, database: Database, tmp_path: Path) -> None:
    """The feed shows another title, the page is read again, the old text is kept."""
    one, address = outlet(site), site.url("/a")
    site.answers["/feed.xml"] = feed(address, titles={address: "Flour"})
    site.answers["/a"] = article("Flour reaches the market")
    read(database, tmp_path, one)
    site.answers["/feed.xml"] = feed(address, titles={address: "Flour (updated)"})
    site.answers["/a"] = article("Flour reaches the market (UPDATED)")
    summary = read(database, tmp_path, one)
    assert 1 == summary.outlets[one.id].edited
    with database.read() as session:
        assert ["Flour reaches the market"] == list(session.scalars(select(Revision.title)))
        assert 2 == session.scalar(select(Article.revision))


def test_blocked_page_is_never_an_edit(site: Site, database: Database, tmp_path: Path) -> None:
    """A challenge in place of a known article leaves the article as it was and is tried again later."""
    one, address = outlet(site), site.url("/a")
    site.answers["/feed.xml"] = feed(address, titles={address: "Flour"})
    site.answers["/a"] = article("Flour reaches the market")
    read(database, tmp_path, one)
    site.answers["/feed.xml"] = feed(address, titles={address: "Flour (updated)"})
    site.answers["/a"] = Answer(b"<html><script src='/__qrator/qauth.js'></script></html>", 401)
    read(database, tmp_path, one)
    with database.read() as session:
        assert [1] == list(session.scalars(select(Article.revision)))
        known = session.scalars(select(KnownUrl)).one()
    assert ("blocked", "qrator challenge", 1) == (known.outcome, known.reason, known.attempts)


def test_slow_outlet_holds_up_no_other(site: Site, database: Database, tmp_path: Path) -> None:
    """An outlet that never answers costs its own timeout; the one beside it is done long before."""
    site.answers["/feed.xml"] = feed(site.url("/a", 2))
    site.answers["/a"] = article("Flour reaches the market")
    ends: list[str] = []
    slow, quick = outlet(site, "slow", "/never"), outlet(site, "quick", host=2)
    crawl_once(
        Order(["slow", "quick"], outlets(slow, quick)),
        crawl(timeout="2s"),
        now,
        database=database,
        evidence=tmp_path,
        on_event=lambda e: ends.append(e.entry_point.outlet) if isinstance(e, CheckEnded) else None,
    )
    assert ["quick", "slow"] == ends


def test_requests_to_a_host_keep_their_distance(site: Site, database: Database, tmp_path: Path) -> None:
    """Feed, robots.txt and articles of two outlets on one host: never two at once, never closer than the delay."""
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 0.3\n", kind="text/plain")
    for name in ("a", "b"):
        site.answers[f"/{name}.xml"] = feed(*[site.url(f"/{name}{n}") for n in range(2)])
        site.answers.update({f"/{name}{n}": article(f"Convoy {name}{n}", f"Story {name}{n}. " * 20) for n in range(2)})
    read(database, tmp_path, outlet(site, "a", "/a.xml"), outlet(site, "b", "/b.xml"), delay="0.1s")
    gaps = [later.start - earlier.end for earlier, later in pairwise(sorted(site.log, key=lambda asked: asked.start))]
    assert 7 == len(site.log)
    assert min(gaps) >= 0.28
    with database.read() as session:
        assert [""] == list(session.scalars(select(HostLease.holder)))


def test_who_we_are_is_said(site: Site, database: Database, tmp_path: Path) -> None:
    """The User-Agent names product and contact; no cookie is ever sent back."""
    site.answers["/feed.xml"] = Answer(feed(site.url("/a")).body, headers=(("Set-Cookie", "id=1"),))
    site.answers["/a"] = article("Flour reaches the market")
    read(database, tmp_path, outlet(site), contact="https://desk.example/bot")
    agents = {asked.headers["user-agent"] for asked in site.log}
    assert 1 == len(agents) and agents.pop().endswith("(+https://desk.example/bot)")
    assert not any("cookie" in asked.headers for asked in site.log)


def ends(site: Site, *targets: str, limits: Limits = NO_LIMITS) -> dict[str, str]:
    """Article address -> kind of end, for addresses given by hand, nothing stored."""
    events: list[Event] = []
    crawl_once(Order(targets, outlets(), limits), crawl(), now, on_event=events.append)
    return {e.url.removeprefix(site.url("")): type(e.end).__name__ for e in events if isinstance(e, ArticleEnded)}


@pytest.mark.parametrize(
    ("path", "articles"),
    [
        ("/news/10001-a", ["/news/10001-a"]),
        ("/feed.xml", ["/news/10001-a", "/news/10002-b"]),
        ("/", ["/news/10001-a", "/news/10002-b"]),
        ("/politics/", [f"/news/2000{n}-x" for n in range(6)]),
    ],
)
def test_address_given_by_hand_is_read_as_what_it_is(site: Site, path: str, articles: list[str]) -> None:
    """An article, a feed, a home page that declares a feed, a page of links: of a host no outlet knows."""
    links = "".join(f"<li><a href='/news/2000{n}-x'>Item {n}</a>" for n in range(6))
    site.answers.update(
        {
            "/": Answer(b"<html><head><link rel=alternate type=application/rss+xml href=/feed.xml></head></html>"),
            "/politics/": Answer(f"<html><body><ul>{links}</ul></body></html>".encode()),
            "/feed.xml": feed(site.url("/news/10001-a"), site.url("/news/10002-b")),
            "/news/10001-a": article("Flour reaches the market"),
            "/news/10002-b": article("Bridge opens"),
            **{f"/news/2000{n}-x": article(f"Convoy {n} arrives", f"Story number {n}. " * 20) for n in range(6)},
        }
    )
    assert dict.fromkeys(articles, "Draft") == ends(site, site.url(path))


def test_days_asked_for_are_kept(site: Site) -> None:
    """An article the feed dates outside is not fetched; one whose page dates it outside is not taken."""
    site.answers["/feed.xml"] = feed(site.url("/a"), site.url("/b"))
    site.answers["/a"] = article("Flour reaches the market", date="2019-05-01T10:00:00+00:00")
    limits = Limits(since=datetime(2026, 11, 22, 8, 30, tzinfo=UTC))
    assert {"/a": "Rejected"} == ends(site, site.url("/feed.xml"), limits=limits)
    assert "/b" not in site.paths()


def test_address_by_hand_is_stored_under_its_host(site: Site, database: Database, tmp_path: Path) -> None:
    """Without an outlet the article belongs to its host, and it counts as of a first crawl: old news stays quiet."""
    site.answers["/a"] = article("Flour reaches the market")
    crawl_once(Order([site.url("/a")], outlets()), crawl(), now, database=database, evidence=tmp_path)
    with database.read() as session:
        stored = session.scalars(select(Article)).one()
        assert ("127.0.0.1", True) == (stored.outlet, stored.from_first_crawl)
        assert [] == list(session.scalars(select(EntryPoint)))


@pytest.mark.parametrize(
    ("broken", "mended", "way_out"),
    [
        ("PRAGMA max_page_count={few}", "PRAGMA max_page_count=1000000", "the disk is full; free some space"),
        ("PRAGMA query_only=ON", "PRAGMA query_only=OFF", "read-only for this user; check owner and permissions"),
    ],
)
def test_database_that_cannot_be_written_loses_nothing(
    site: Site, sqlite_template: Path, tmp_path: Path, broken: str, mended: str, way_out: str
) -> None:
    """A full or read-only database is named with a way out; when it can be written again everything is stored."""
    path = tmp_path / "rasad.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    site.answers["/feed.xml"] = feed(site.url("/a"))
    site.answers["/a"] = article("Flour reaches the market", "Flour, " * 30_000)
    one = outlet(site)
    with database.engine.connect() as connection:
        few = (connection.exec_driver_sql("PRAGMA page_count").scalar() or 0) + 3

    statement = [broken.format(few=few)]

    def hamper(connection: object, record: object, proxy: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute(statement[0])
        cursor.close()

    event.listen(database.engine, "checkout", hamper)
    try:
        (reason,) = read(database, tmp_path / "evidence", one).outlets[one.id].failed
    except DatabaseError as error:  # it could not even claim what it was to read
        reason = str(error)
    assert way_out in reason
    statement[0] = mended
    assert 1 == read(database, tmp_path / "evidence", one).outlets[one.id].new
    database.close()


def test_dry_check_says_every_step(site: Site) -> None:
    """Robots, answer, listings, article and date, each with its reason; nothing but the needed requests is made."""
    site.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 0.1\n", kind="text/plain")
    site.answers["/feed.xml"] = feed(site.url("/a"), "file:///x", site.url("/b"))
    site.answers["/a"] = article("Flour reaches the market")
    lines: list[str] = []
    assert check_outlet(outlet(site), crawl(), now, lines.append)
    said = "\n".join(lines)
    for words in ("Crawl-delay 0.1 s", "HTTP 200", "names 2 articles, 2 dated", "not an http address", "witness: meta"):
        assert words in said, said
    assert ["/feed.xml", "/a"] == site.paths()


def test_draft_is_handed_to_the_caller_without_a_database(site: Site) -> None:
    """`--no-store`: page and draft come as an event, for matching at once."""
    site.answers["/a"] = article("Flour reaches the market")
    events: list[Event] = []
    crawl_once(Order([site.url("/a")], outlets()), crawl(), now, on_event=events.append)
    (ended,) = [e for e in events if isinstance(e, ArticleEnded)]
    assert isinstance(ended.end, Draft) and ended.page is not None
    assert "Flour reaches the market" == ended.end.title


def test_proxy_of_the_configuration_is_used_and_may_be_on_loopback(site: Site) -> None:
    """Feed, robots.txt and article go through it, though nothing private may be asked for; another's proxy is not used."""
    site.answers["http://news.example/feed.xml"] = feed("http://news.example/a")
    site.answers["http://news.example/a"] = article("Flour reaches the market")
    one = outlet(site).model_copy(
        update={"entry_points": [EntryPointFact(kind="feed", url="http://news.example/feed.xml")], "id": "behind"}
    )
    settings = crawl(proxies={"behind": site.url(""), "other": "http://127.0.0.1:1"}, allow_private=[])
    summary = crawl_once(Order(["behind"], outlets(one)), settings, now)
    assert 1 == summary.outlets["behind"].new
    assert all(asked.path.startswith("http://news.example/") for asked in site.log)


def test_interrupted_crawl_ends_soon_and_says_so(site: Site, tmp_path: Path) -> None:
    """Ctrl-C while a host does not answer: what is in flight is given a moment, then the summary comes."""
    site.answers["/feed.xml"] = feed(site.url("/a", 2))
    site.answers["/a"] = article("Flour reaches the market")
    slow, quick = outlet(site, "slow", "/never"), outlet(site, "quick", host=2)

    def interrupt(event: Event) -> None:
        if isinstance(event, CheckEnded):
            os.kill(os.getpid(), signal.SIGINT)

    started = time.monotonic()
    summary = crawl_once(Order(["slow", "quick"], outlets(slow, quick)), crawl(timeout="20s"), now, on_event=interrupt)
    assert summary.interrupted and time.monotonic() - started < 10
    assert (1, ["quick"]) == (summary.outlets["quick"].new, list(summary.outlets))


def test_kind_nobody_reads_is_left_alone(site: Site, database: Database, tmp_path: Path) -> None:
    """An entry point of a kind this version does not know is not scheduled; the outlet's feed is read."""
    site.answers["/feed.xml"] = feed(site.url("/a"))
    site.answers["/a"] = article("Flour reaches the market")
    one = outlet(site)
    unknown = EntryPointFact(kind="carrier-pigeon", url=site.url("/coop"))
    summary = read(database, tmp_path, one.model_copy(update={"entry_points": [unknown, *one.entry_points]}))
    assert (1, {}) == (summary.outlets[one.id].new, dict(summary.outlets[one.id].failed))


def test_index_of_sitemaps_is_followed_and_asked_for_anew(site: Site, database: Database, tmp_path: Path) -> None:
    """Its newest sitemaps are read in the same check; a 304 of the index alone would hide what they gain."""
    day = now().date().isoformat()
    site.answers["/map.xml"] = Answer(
        f"<sitemapindex><sitemap><loc>{site.url('/new.xml')}</loc></sitemap></sitemapindex>".encode(),
        headers=(("ETag", '"1"'),),
        kind="text/xml",
    )
    site.answers["/new.xml"] = Answer(
        f"<urlset><url><loc>{site.url('/a')}</loc><lastmod>{day}</lastmod></url></urlset>".encode(), kind="text/xml"
    )
    site.answers["/a"] = article("Flour reaches the market")
    one = outlet(site, path="/map.xml", kind="sitemap")
    assert read(database, tmp_path, one).outlets[one.id].new == 1
    read(database, tmp_path, one)
    assert site.paths() == ["/map.xml", "/new.xml", "/a", "/map.xml", "/new.xml"]
