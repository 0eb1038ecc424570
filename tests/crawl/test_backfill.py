"""Channels, archives and late checks from the site to the rows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from crawler import evidence
from crawler.crawl import Limits
from crawler.db import Database
from crawler.dry import check_outlet
from crawler.models import Article, Check, EntryPoint, Evidence, KnownUrl, Revision
from crawler.outlets import EntryPointFact, Outlet
from crawler.run import Order, OutletSummary, crawl_once
from tests.crawl.fakes import Answer, Site, article, crawl, feed, outlet, outlets
from tests.crawl.telegram_page import Post, card, preview


def now() -> datetime:
    return datetime.now(UTC)


def at(ago: timedelta) -> str:
    return (now() - ago).isoformat(timespec="seconds")


def day(days: int) -> datetime:
    return now() - timedelta(days=days)


def read(
    database: Database | None, folder: Path, one: Outlet, limits: Limits | None = None, **settings: object
) -> OutletSummary:
    order = Order([one.id], outlets(one), limits or Limits())
    summary = crawl_once(order, crawl(**settings), now, database=database, evidence=folder if database else None)
    return summary.outlets[one.id]


def channel(site: Site) -> Outlet:
    return outlet(site, path="/s/furatnow", kind="telegram")


def post(number: int, text: str = "", days: float = 0) -> Post:
    return Post(number, text or f"Convoy {number} crossed the river", at(timedelta(days=days, hours=1)))


def titles(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Article.title).order_by(Article.id)))


def test_posts_of_a_page_are_articles_that_share_its_evidence(site: Site, database: Database, tmp_path: Path) -> None:
    """No post is fetched, the page is preserved once, and what is preserved is the page."""
    site.answers["/s/furatnow"] = Answer(preview(post(1), post(2)))
    assert 2 == read(database, tmp_path, channel(site)).new
    assert ["/s/furatnow"] == site.paths()
    with database.read() as session:
        rows = session.scalars(select(Evidence)).all()
        urls = list(session.scalars(select(Article.url).order_by(Article.id)))
    assert 1 == len({(row.warc_file, row.warc_offset, row.record_id) for row in rows})
    assert site.answers["/s/furatnow"].body == evidence.read(rows[0], tmp_path)
    assert ["https://t.me/furatnow/1", "https://t.me/furatnow/2"] == urls


def test_edited_post_becomes_a_revision(site: Site, database: Database, tmp_path: Path) -> None:
    """Its text changed below the first line; the others, however many were edited at once, are compared as well."""
    site.answers["/s/furatnow"] = Answer(preview(*(post(n, f"Convoy {n}<br>two dead") for n in range(1, 5))))
    read(database, tmp_path, channel(site))
    site.answers["/s/furatnow"] = Answer(preview(*(post(n, f"Convoy {n}<br>three dead") for n in range(1, 5))))
    assert (0, 4) == ((second := read(database, tmp_path, channel(site))).new, second.edited)
    with database.read() as session:
        assert 4 == session.scalar(select(func.count()).select_from(Revision))


def test_same_posts_again_are_not_looked_at(site: Site, database: Database, tmp_path: Path) -> None:
    """Nothing is stored, compared or preserved a second time."""
    site.answers["/s/furatnow"] = Answer(preview(post(1), post(2)))
    read(database, tmp_path, channel(site))
    second = read(database, tmp_path, channel(site))
    assert (0, 0, 0, 2) == (second.new, second.edited, second.unchanged, second.found)


def test_late_check_pages_back_to_a_post_that_is_known(site: Site, database: Database, tmp_path: Path) -> None:
    """More was posted than a page holds: two pages more are read, and not the one behind the known post."""
    site.answers["/s/furatnow"] = Answer(preview(post(10), post(11)))
    read(database, tmp_path, channel(site))
    assert ["/s/furatnow"] == site.paths()  # the first reading does not go back
    site.log.clear()
    site.answers["/s/furatnow"] = Answer(preview(post(15), post(16)))
    site.answers["/s/furatnow?before=15"] = Answer(preview(post(13), post(14)))
    site.answers["/s/furatnow?before=13"] = Answer(preview(post(11), post(12)))
    assert 5 == read(database, tmp_path, channel(site)).new
    assert ["/s/furatnow", "/s/furatnow?before=15", "/s/furatnow?before=13"] == site.paths()
    assert [10, 11, 12, 13, 14, 15, 16] == [int(title.split()[1]) for title in titles(database)]


def test_posts_left_open_by_a_killed_worker_are_told_again(site: Site, database: Database, tmp_path: Path) -> None:
    """The way back ends at a finished post, not at one that was only noted."""
    site.answers["/s/furatnow"] = Answer(preview(post(10)))
    read(database, tmp_path, channel(site))
    with database.begin() as session:
        entry_point = session.scalars(select(EntryPoint.id)).one()
        for number in (13, 12):
            key = f"https://t.me/furatnow/{number}"
            row = KnownUrl(url=key, address=key, outlet="gazette", entry_point_id=entry_point, outcome="pending")
            row.seen_at = now()
            session.add(row)
    site.answers["/s/furatnow"] = Answer(preview(post(13)))
    site.answers["/s/furatnow?before=13"] = Answer(preview(post(10), post(12)))
    assert 2 == read(database, tmp_path, channel(site)).new


def test_channel_that_is_none_has_its_outcome_in_the_row(site: Site, database: Database, tmp_path: Path) -> None:
    """A name nobody has answers 200 behind a redirect."""
    site.answers["/s/furatnow"] = Answer(b"", 302, (("Location", "/furatnow"),))
    site.answers["/furatnow"] = Answer(card())
    (reason,) = read(database, tmp_path, channel(site)).failed
    assert reason.startswith("dead channel: nobody has this name")
    with database.read() as session:
        assert ["dead channel"] == list(session.scalars(select(Check.outcome)))


def test_channel_is_read_back_to_a_day(site: Site, database: Database, tmp_path: Path) -> None:
    """By ?before= until a page is older; what lies outside of the days is neither stored nor remembered."""
    site.answers["/s/furatnow"] = Answer(preview(post(8, days=1), post(9)))
    site.answers["/s/furatnow?before=8"] = Answer(preview(post(6, days=3), post(7, days=2)))
    site.answers["/s/furatnow?before=6"] = Answer(preview(post(4, days=9), post(5, days=8)))
    site.answers["/s/furatnow?before=4"] = Answer(preview(post(3, days=10)))
    found = read(database, tmp_path, channel(site), Limits(since=day(3) - timedelta(hours=2)))
    assert 4 == found.new
    assert "/s/furatnow?before=4" not in site.paths()
    with database.read() as session:
        assert 4 == session.scalar(select(func.count()).select_from(KnownUrl))
        assert {True} == set(session.scalars(select(Article.from_first_crawl)))  # old news stays quiet


def archived(site: Site, path: str, kind: str) -> Outlet:
    """An outlet with a feed of nothing and an archive."""
    site.answers["/feed.xml"] = feed()
    fact = EntryPointFact(kind=kind, url=site.url(path))
    return outlet(site).model_copy(update={"archives": [fact]})


def numbered(site: Site, number: int, days: int) -> None:
    site.answers[f"/news/{number}"] = article(
        f"Convoy {number} arrives", f"Story number {number}. " * 20, at(timedelta(days=days))
    )


def section_page(links: list[int], following: int) -> Answer:
    anchors = "".join(f"<a href=/news/{n}>Convoy {n}</a>" for n in links)
    return Answer(f"<html><body>{anchors}<a href=/list/page/{following}>next</a></body></html>".encode())


def test_section_is_read_back_by_the_dates_of_its_articles(site: Site, database: Database, tmp_path: Path) -> None:
    """Links carry no dates: the first page whose articles are all older is the last, also when they are stored."""
    one = archived(site, "/list", "section")
    for page in range(1, 7):
        site.answers["/list" if page == 1 else f"/list/page/{page}"] = section_page([10_000 + page], page + 1)
        numbered(site, 10_000 + page, page)
    limits = Limits(since=day(3) - timedelta(hours=1))
    assert 3 == read(database, tmp_path, one, limits).new
    assert "/list/page/4" in site.paths() and "/list/page/5" not in site.paths()
    site.log.clear()
    again = read(database, tmp_path, one, Limits(since=day(2) - timedelta(hours=1)))
    assert 0 == again.new
    assert ["/feed.xml", "/list", "/list/page/2", "/list/page/3"] == site.paths()


def test_section_without_end_is_left(site: Site, tmp_path: Path) -> None:
    """Every number answers with the same page."""
    one = archived(site, "/list", "section")
    numbered(site, 10_001, 1)
    for page in range(1, 9):
        site.answers["/list" if page == 1 else f"/list/page/{page}"] = section_page([10_001], page + 1)
    assert 1 == read(None, tmp_path, one, Limits(since=day(30))).new
    assert [f"/list/page/{n}" for n in (2, 3)] == [path for path in site.paths() if "/page/" in path]


def test_archive_is_not_read_without_a_first_day(site: Site, tmp_path: Path) -> None:
    """A crawl by hand is a check, unless days are asked for."""
    one = archived(site, "/list", "section")
    read(None, tmp_path, one)
    read(None, tmp_path, one, Limits(until=day(1)))
    assert ["/feed.xml", "/feed.xml"] == site.paths()


def test_sitemaps_of_an_archive_are_read(site: Site, database: Database, tmp_path: Path) -> None:
    """Further back than a check would go; one that is not there does not stop the next."""
    one = archived(site, "/map.xml", "sitemap")
    maps = "".join(f"<sitemap><loc>{site.url(f'/map-{n}.xml')}</loc></sitemap>" for n in ("a", "b", "c", "d", "e"))
    site.answers["/map.xml"] = Answer(f"<sitemapindex>{maps}</sitemapindex>".encode(), kind="text/xml")
    for place, name in enumerate("abde"):  # c is not there
        loc = f"<url><loc>{site.url(f'/news/{10_000 + place}')}</loc><lastmod>{day(20):%Y-%m-%d}</lastmod></url>"
        site.answers[f"/map-{name}.xml"] = Answer(f"<urlset>{loc}</urlset>".encode(), kind="text/xml")
        numbered(site, 10_000 + place, 20)
    assert 4 == read(database, tmp_path, one, Limits(since=day(30))).new
    with database.read() as session:
        assert 4 == session.scalar(select(func.count()).select_from(KnownUrl).where(KnownUrl.outcome == "saved"))


def test_wordpress_is_read_by_its_days(site: Site, database: Database, tmp_path: Path) -> None:
    """Its pages are turned, its articles fetched; a page too many is the end and no failure."""
    one = archived(site, "/wp-json/wp/v2/posts", "wordpress")
    since = day(5).replace(microsecond=0)
    from crawler.spiders import Days, wordpress

    first = wordpress.start(one.archives[0].url, Days(since))
    for page in (1, 2):
        posts = [
            {
                "link": site.url(f"/news/{10_000 + page}"),
                "title": {"rendered": "x"},
                "date_gmt": at(timedelta(days=page))[:19],
            }
        ]
        address = (first if page == 1 else f"{first}&page=2").removeprefix(site.url(""))
        site.answers[address] = Answer(
            json.dumps(posts).encode(), headers=(("X-WP-TotalPages", "3"),), kind="application/json"
        )
        numbered(site, 10_000 + page, page)
    found = read(database, tmp_path, one, Limits(since=since))
    assert (2, {}) == (found.new, dict(found.failed))


def test_limit_bounds_a_back_fill(site: Site, tmp_path: Path) -> None:
    """So many articles of an archive, whatever its pages hold."""
    one = archived(site, "/list", "section")
    for page in range(1, 5):
        site.answers["/list" if page == 1 else f"/list/page/{page}"] = section_page([10_000 + page], page + 1)
        numbered(site, 10_000 + page, page)
    assert 2 == read(None, tmp_path, one, Limits(since=day(30), articles=2)).new
    assert 2 == len([path for path in site.paths() if path.startswith("/news/")])


def test_article_of_a_back_fill_is_listened_to_by_the_next_check(
    site: Site, database: Database, tmp_path: Path
) -> None:
    """A check that names what a back-fill brought takes it over, and its edits are seen."""
    one = channel(site)
    site.answers["/s/furatnow"] = Answer(preview(post(3)))
    site.answers["/s/furatnow?before=3"] = Answer(preview(post(2, "Bridge<br>open", days=1)))
    read(database, tmp_path, one, Limits(since=day(5)))
    site.answers["/s/furatnow"] = Answer(preview(post(2, "Bridge<br>closed", days=1), post(3)))
    assert 1 == read(database, tmp_path, one).edited


def test_address_of_a_channel_is_read_as_one(site: Site, tmp_path: Path) -> None:
    """A preview given by hand is recognised by its page."""
    site.answers["/s/furatnow"] = Answer(preview(post(1), post(2)))
    summary = crawl_once(Order([site.url("/s/furatnow")], outlets()), crawl(), now)
    assert 2 == sum(one.new for one in summary.outlets.values())


def test_dry_check_of_a_channel_shows_a_post(site: Site) -> None:
    """Nothing but the preview is asked for."""
    site.answers["/s/furatnow"] = Answer(preview(post(1)))
    lines: list[str] = []
    assert check_outlet(channel(site), crawl(), now, lines.append)
    assert any(line.split() == "title Convoy 1 crossed the river".split() for line in lines)
    assert ["/s/furatnow"] == site.paths()
