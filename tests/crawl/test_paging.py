"""How far a reading goes: the way to the next page, and the traps in which it must not stay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.outlets import EntryPointFact, Outlet
from crawler.paging import Trail
from crawler.spiders import Days, Reading, section, sitemap
from crawler.types import Listing, Page

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOME = "https://news.example/"
OUTLET = Outlet(name="News", home=HOME, languages=["en"], country="SY", archive_only=True)


def reading(*numbers: int, older: str = "", at: datetime | None = None, more: tuple[str, ...] = ()) -> Reading:
    return Reading(
        tuple(Listing(f"{HOME}{n}", published_at=at) for n in numbers), {}, more, older=HOME + older if older else ""
    )


def test_every_new_page_leads_on() -> None:
    """While there is a next page with articles that were not named before."""
    trail = Trail(HOME)
    assert HOME + "page/2" == trail.after(reading(1, 2, older="page/2"))
    assert HOME + "page/3" == trail.after(reading(3, older="page/3"))
    assert "" == trail.after(reading(4))
    assert "" == trail.ended


def test_endless_next_links_end_at_the_second_page_without_news() -> None:
    """A site that answers every number with its last page, or with nothing."""
    trail = Trail(HOME)
    assert trail.after(reading(1, older="page/2"))
    assert trail.after(reading(1, older="page/3"))
    assert "" == trail.after(reading(older="page/4"))
    assert "no new articles on 2 pages" == trail.ended


def test_one_page_without_news_is_passed() -> None:
    """Posts move from page to page while an archive is read."""
    trail = Trail(HOME)
    for numbers, number in (((1,), 2), ((1,), 3), ((2,), 4), ((2,), 5), ((3,), 6)):
        assert f"{HOME}page/{number}" == trail.after(reading(*numbers, older=f"page/{number}"))


def test_endless_news_ends_at_the_cap() -> None:
    """A calendar that invents an article for every day there is."""
    trail = Trail(HOME, most_pages=3)
    assert ["page/1", "page/2", "stop"] == [
        trail.after(reading(n, older=f"page/{n}")).removeprefix(HOME) or "stop" for n in (1, 2, 3)
    ]
    assert "stopped after 3 pages" == trail.ended


def test_session_id_makes_no_other_page() -> None:
    """The same page under another session is not asked for again."""
    trail = Trail(HOME + "list?page=1")
    assert trail.after(reading(1, older="list?page=2&PHPSESSID=abcdef"))
    assert "" == trail.after(reading(2, older="list?page=2&PHPSESSID=fedcba"))


@pytest.mark.parametrize("listed", [True, False])
def test_page_that_is_all_older_is_the_last(listed: bool) -> None:
    """By the dates of its listings, or by those its articles turned out to have."""
    trail, old = Trail(HOME, since=datetime(2026, 11, 1, tzinfo=UTC)), datetime(2026, 10, 31, tzinfo=UTC)
    assert trail.after(reading(1, older="page/2", at=NOW if listed else None), [] if listed else [NOW, old])
    assert "" == trail.after(reading(2, older="page/3", at=old if listed else None), [] if listed else [old])
    assert "reached 2026-10-31" == trail.ended


def test_story_that_stands_on_every_page_is_no_witness() -> None:
    """What was named on an earlier page does not keep the reading going, whatever its date."""
    trail, old = Trail(HOME, since=datetime(2026, 11, 1, tzinfo=UTC)), datetime(2026, 10, 31, tzinfo=UTC)
    advert = Listing(HOME + "advert", published_at=NOW)
    assert trail.after(Reading((advert,), {}, older=HOME + "page/2"))
    assert "" == trail.after(Reading((advert, Listing(HOME + "9", published_at=old)), {}, older=HOME + "page/3"))


def test_page_that_failed_does_not_stop_the_others() -> None:
    """The other sitemaps of an index are read."""
    trail = Trail(HOME)
    assert HOME + "a.xml" == trail.after(reading(more=(HOME + "a.xml", HOME + "b.xml")))
    assert HOME + "b.xml" == trail.passed()
    assert "" == trail.passed()


def older(links: str, address: str = HOME + "politics/") -> str:
    """The way back from a section page with these links."""
    page = Page(address, address, 200, (), f"<html><body>{links}</body></html>".encode(), NOW)
    found = section.read(page, EntryPointFact(kind="section", url=HOME + "politics/"), OUTLET, NOW)
    assert isinstance(found, Reading)
    return found.older.removeprefix(HOME)


@pytest.mark.parametrize(
    ("links", "address", "expected"),
    [
        ("<a href=/politics/page/2>2</a><a href=/politics/page/9>9</a>", "politics/", "politics/page/2"),
        ("<a href=/politics/page/2>2</a><a href=/politics/page/4>4</a>", "politics/page/3/", "politics/page/4"),
        ("<a href='?page=2'>2</a>", "politics/", "politics/?page=2"),
        ("<a href='/?cat=7&amp;paged=2'>2</a>", "?cat=7", "?cat=7&paged=2"),
        ("<a href='?PAGEN_1=3'>3</a>", "politics/?PAGEN_1=2", "politics/?PAGEN_1=3"),
        ("<a rel=next href=/politics/older>Older</a>", "politics/", "politics/older"),
        ("<link rel=next href=/politics/page/2>", "politics/", "politics/page/2"),
        ("<a href=/sport/page/2>2</a>", "politics/", ""),
        ("<a href=/politics/2026/12>Dec</a><a href='?month=12'>Dec</a>", "politics/2026/11", ""),
        ("<a href='?date=2026-11-21'>Yesterday</a>", "politics/?date=2026-11-22", ""),
        ("<a href=https://elsewhere.example/politics/page/2>2</a>", "politics/", ""),
        ("<a rel=next href=/politics/>Next</a>", "politics/", ""),
        ("<a href='?page=99999999999999999999'>last</a><a href='?page=x'>x</a>", "politics/", ""),
    ],
)
def test_next_page_of_a_section(links: str, address: str, expected: str) -> None:
    """The very next number of the same list or what is declared as next; never a month of a calendar."""
    assert expected == older(links, HOME + address)


OCTOBER = Days(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))


def of_sitemap(body: str, days: Days) -> Reading:
    page = Page(HOME + "map.xml", HOME + "map.xml", 200, (), body.encode(), NOW)
    found = sitemap.read(page, EntryPointFact(kind="sitemap", url=page.url), OUTLET, NOW, days)
    assert isinstance(found, Reading)
    return found


def test_sitemap_names_the_days_of_a_back_fill() -> None:
    """From the first day on, by change date or by the day in the address, which goes before it; a later change alone says nothing."""
    urls = (
        f"<url><loc>{HOME}a</loc><lastmod>2026-10-05</lastmod></url><url><loc>{HOME}2026/10/07/b</loc></url>"
        f"<url><loc>{HOME}c</loc><lastmod>2026-11-20</lastmod></url><url><loc>{HOME}d</loc><lastmod>2026-09-30</lastmod></url>"
        f"<url><loc>{HOME}2025/10/07/e</loc></url><url><loc>{HOME}f</loc></url>"
        f"<url><loc>{HOME}2026/11/07/g</loc><lastmod>2026-11-22</lastmod></url>"
        f"<url><loc>{HOME}2024/10/07/h</loc><lastmod>2026-11-22</lastmod></url>"
    )
    found = of_sitemap(f"<urlset>{urls}</urlset>", OCTOBER)
    assert ["c", "2026/10/07/b", "a"] == [one.url.removeprefix(HOME) for one in found.listings]
    assert {"older than 2026-10-01": 3, "undated": 1, "not older than 2026-11-01": 1} == found.dropped


def test_index_leads_a_back_fill_to_every_sitemap_that_may_hold_its_days() -> None:
    """By change date and by the month or year in the name; what says neither is read."""
    names = ["s-2026-09", "s-2026-10", "s-2026-11", "s2025", "s_2026", "posts-7"]
    children = "".join(f"<sitemap><loc>{HOME}{name}.xml</loc></sitemap>" for name in names)
    stale = f"<sitemap><loc>{HOME}old.xml</loc><lastmod>2026-09-30</lastmod></sitemap>"
    found = of_sitemap(f"<sitemapindex>{children}{stale}</sitemapindex>", OCTOBER)
    assert {"s-2026-10", "s-2026-11", "s_2026", "posts-7"} == {
        address.removeprefix(HOME).removesuffix(".xml") for address in found.more
    }
