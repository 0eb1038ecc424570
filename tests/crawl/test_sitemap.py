"""Sitemaps: Google News fields, indexes, gzip, archives that are no feed."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from crawler.outlets import EntryPointFact, Outlet
from crawler.spiders import Reading, Unreadable, sitemap
from crawler.types import Page

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOME = "https://news.example/"
FACT = EntryPointFact(kind="sitemap", url=HOME + "sitemap.xml")
OUTLET = Outlet(name="News", home=HOME, languages=["ru"], country="RU", timezone="Europe/Moscow", entry_points=[FACT])
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def read(body: str | bytes) -> Reading | Unreadable:
    raw = body if isinstance(body, bytes) else body.encode()
    return sitemap.read(Page(FACT.url, FACT.url, 200, (), raw, NOW), FACT, OUTLET, NOW)


def urlset(*urls: str) -> str:
    return f"<urlset {NAMESPACES}>{''.join(f'<url>{url}</url>' for url in urls)}</urlset>"


def test_news_fields_are_read() -> None:
    """Title and publication date of the news element, not the caption or address of a picture."""
    found = read(
        urlset(
            f"<loc>{HOME}1</loc><image:image><image:loc>{HOME}p.jpg</image:loc><image:title>Photo</image:title>"
            "</image:image><news:news><news:publication><news:name>N</news:name></news:publication>"
            "<news:publication_date>2026-11-22T10:30:00+03:00</news:publication_date>"
            "<news:title>Мост открыт</news:title></news:news>"
        )
    )
    assert isinstance(found, Reading)
    (only,) = found.listings
    assert (only.url, only.title) == (HOME + "1", "Мост открыт")
    assert only.published_at == datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


def test_only_the_last_days_of_an_archive_are_named_newest_first() -> None:
    """Old and undated addresses are counted; a change date is a mark and no publication date."""
    dated = [f"<loc>{HOME}{n}</loc><lastmod>2026-11-{n}</lastmod>" for n in (1, 20, 21)]
    found = read(urlset(*dated, f"<loc>{HOME}x</loc>"))
    assert isinstance(found, Reading)
    assert [(one.url, one.published_at, one.updated) for one in found.listings] == [
        (HOME + "21", None, "2026-11-21"),
        (HOME + "20", None, "2026-11-20"),
    ]
    assert found.dropped == {"undated": 1, "older than three days": 1}


@pytest.mark.parametrize(
    ("lastmod", "more"),
    [(["2026-11-01", "2026-11-21", "2026-11-22", "2026-11-20", ""], [2, 1, 3]), ([""] * 5, [0, 4]), ([""] * 2, [0, 1])],
)
def test_index_leads_to_its_newest_sitemaps(lastmod: list[str], more: list[int]) -> None:
    """By change date, or the ends of the list where there is none."""
    children = "".join(
        f"<sitemap><loc>{HOME}s{n}.xml.gz</loc><lastmod>{day}</lastmod></sitemap>" for n, day in enumerate(lastmod)
    )
    found = read(f"<sitemapindex {NAMESPACES}>{children}</sitemapindex>")
    assert isinstance(found, Reading)
    assert list(found.more) == [f"{HOME}s{n}.xml.gz" for n in more]


def test_packed_sitemap_is_unpacked() -> None:
    """A .gz file is read by its first bytes, whatever the server calls it."""
    found = read(gzip.compress(urlset(f"<loc>{HOME}1</loc><lastmod>2026-11-22</lastmod>").encode()))
    assert isinstance(found, Reading)
    assert len(found.listings) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"words", b"<html><body>x</body></html>", b"<rss/>", b"\x1f\x8bnot gzip", gzip.compress(b" " * 70_000_000)],
)
def test_what_is_no_sitemap_is_said_so(body: bytes) -> None:
    """HTML, a feed, broken or endless gzip: unreadable, with a reason."""
    found = read(body)
    assert isinstance(found, Unreadable)
    assert found.reason


def test_broken_tag_costs_only_itself() -> None:
    """Names that mended XML makes up, such as `lastmods:`, are no reason to lose the rest."""
    found = read(urlset(f"<loc>{HOME}1</loc><lastmods:>2026</lastmods:><lastmod>2026-11-22</lastmod>"))
    assert isinstance(found, Reading)
    assert [HOME + "1"] == [one.url for one in found.listings]
