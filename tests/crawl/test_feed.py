"""Feeds of every dialect, broken in every way, and section pages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.outlets import EntryPointFact, Outlet
from crawler.spiders import Reading, Unreadable, feed, readers, section
from crawler.types import Listing, Page

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOME = "https://news.example/"
FACT = EntryPointFact(kind="feed", url=HOME + "feed.xml")


def outlet(**facts: object) -> Outlet:
    said = {"name": "News", "home": HOME, "languages": ["en"], "country": "XX", "entry_points": [FACT], **facts}
    return Outlet.model_validate(said)


def page(body: str | bytes, kind: str = "application/rss+xml") -> Page:
    raw = body if isinstance(body, bytes) else body.encode()
    return Page(FACT.url, FACT.url, 200, (("content-type", kind),), raw, NOW)


def rss(*items: str) -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>N</title>{inner}</channel></rss>'


def read(body: str | bytes, **facts: object) -> tuple[Listing, ...]:
    found = feed.read(page(body), FACT, outlet(**facts), NOW)
    assert isinstance(found, Reading), found
    return found.listings


def test_kinds_are_found_by_themselves() -> None:
    """A file in crawler/spiders is a kind of entry point."""
    assert {"feed", "section"} <= set(readers())


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("rss", rss(f"<title>A</title><link>{HOME}1</link><pubDate>Sun, 22 Nov 2026 08:00:00 GMT</pubDate>")),
        (
            "atom",
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><link rel="self" href="/self"/>'
            f'<link href="{HOME}1"/><published>2026-11-22T08:00:00Z</published></entry></feed>',
        ),
        (
            "rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><item><title>A</title><link>{HOME}1</link>'
            "<dc:date>2026-11-22T08:00:00Z</dc:date></item></rdf:RDF>",
        ),
        (
            "json feed",
            '{"version": "https://jsonfeed.org/version/1.1", "items": '
            f'[{{"id": "1", "url": "{HOME}1", "title": "A", "date_published": "2026-11-22T08:00:00Z"}}]}}',
        ),
    ],
)
def test_every_dialect_gives_the_same_listing(name: str, body: str) -> None:
    """Title, link and date are read alike."""
    (only,) = read(body)
    assert (HOME + "1", "A", datetime(2026, 11, 22, 8, tzinfo=UTC)) == (only.url, only.title, only.published_at)


@pytest.mark.parametrize(
    ("name", "items", "urls"),
    [
        ("bare ampersand", [f"<link>{HOME}?a=1&b=2</link><title>Oil & gas</title>"], ["?a=1&b=2"]),
        ("html entity", [f"<title>Oil&nbsp;&raquo; gas</title><link>{HOME}1</link>"], ["1"]),
        ("cdata link", [f"<link><![CDATA[{HOME}?a=1&b=2]]></link>"], ["?a=1&b=2"]),
        (
            "nested foreign link",
            [
                f'<x:related xmlns:x="urn:x"><link>{HOME}other</link></x:related><link>{HOME}1</link>'
                f'<y:link xmlns:y="urn:y">{HOME}no</y:link>'
            ],
            ["1"],
        ),
        ("relative link", ["<link>/news/1</link>"], ["news/1"]),
        ("guid for want of a link", [f"<guid>{HOME}1</guid>"], ["1"]),
        ("guid that is no address", ["<guid isPermaLink='false'>77</guid>", f"<link>{HOME}1</link>"], ["1"]),
        ("duplicate guids", [f"<guid>g</guid><link>{HOME}{n}</link>" for n in (1, 2)], ["1", "2"]),
        ("same article twice", [f"<link>{HOME}1{tail}</link>" for tail in ("", "?utm_source=rss", "#c")], ["1"]),
        (
            "Arabic slug raw and escaped",
            [f"<link>{HOME}{slug}</link>" for slug in ("خبر", "%D8%AE%D8%A8%D8%B1", "%d8%ae%d8%a8%d8%b1")],
            ["خبر"],
        ),
        ("file and script links", ["<link>file:///etc/passwd</link>", "<link>javascript:x()</link>"], []),
        (
            "feedburner",
            [
                f'<o:origLink xmlns:o="http://rssnamespace.org/feedburner/ext/1.0">{HOME}1</o:origLink>'
                "<link>http://r.example/x</link>"
            ],
            ["1"],
        ),
    ],
)
def test_links_are_what_they_should_be(name: str, items: list[str], urls: list[str]) -> None:
    """Each item gives its own article's address, once."""
    assert [HOME + url for url in urls] == [listing.url for listing in read(rss(*items))]


def test_what_cannot_be_fetched_is_counted() -> None:
    """Dropped items are told by reason, so that a feed of nothing but bad links is not mistaken for a quiet day."""
    found = feed.read(page(rss("<link>file:///x</link>", "<link>javascript:x</link>")), FACT, outlet(), NOW)
    assert isinstance(found, Reading)
    assert found.dropped == {"not an http address": 2}


def test_outlet_says_what_its_articles_look_like() -> None:
    """Its expression is searched in the address as it stands and unescaped."""
    items = [f"<link>{HOME}{path}</link>" for path in ("video/1", "news/2", "%D8%AE%D8%A8%D8%B1/3")]
    found = read(rss(*items), articles="/(news|خبر)/")
    assert [listing.url for listing in found] == [HOME + "news/2", HOME + "%D8%AE%D8%A8%D8%B1/3"]


def test_feed_cut_in_the_middle_loses_only_its_last_item() -> None:
    """What stands before the cut is read; the half link after it is not."""
    whole = rss(*[f"<title>T{n}</title><link>{HOME}{n}-long-address</link>" for n in range(3)])
    cut = whole[: whole.index("2-long") + 3]
    assert [f"{HOME}{n}-long-address" for n in range(2)] == [listing.url for listing in read(cut)]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("<title>Взрыв &amp;laquo;у моста&amp;raquo;</title>", "Взрыв «у моста»"),
        ("<title><![CDATA[<b>Flour</b> arrives]]></title>", "Flour arrives"),
        ("<title>  Two\n lines </title>", "Two lines"),
    ],
)
def test_titles_are_plain_text(body: str, title: str) -> None:
    """Markup escaped into a title is taken off."""
    assert title == read(rss(body + f"<link>{HOME}1</link>"))[0].title


@pytest.mark.parametrize("date", ["Sun, 22 Nov 2030 08:00:00 GMT", "", "someday", "<![CDATA[0000-00-00]]>"])
def test_dates_that_cannot_be_are_none(date: str) -> None:
    """The future and the unreadable are no dates; the article is listed all the same."""
    assert read(rss(f"<link>{HOME}1</link><pubDate>{date}</pubDate>"))[0].published_at is None


def test_windows_1251_feed_is_read_by_its_declaration() -> None:
    """Bytes are decoded as the XML declaration says."""
    text = '<?xml version="1.0" encoding="windows-1251"?>' + rss(f"<title>Дамаск</title><link>{HOME}1</link>")[21:]
    assert read(text.encode("cp1251"))[0].title == "Дамаск"


def test_entities_are_not_resolved() -> None:
    """An external entity in a feed opens no file."""
    body = (
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        f"<rss><channel><item><title>a&x;b</title><link>{HOME}1</link></item></channel></rss>"
    )
    assert read(body)[0].title == "a&x;b"


@pytest.mark.parametrize(
    "body",
    ["<!DOCTYPE html><html><body>x</body></html>", "<html lang=ar>", "", "just words", "<svg/>", '{"a": 1}', "{"],
)
def test_what_is_no_feed_is_said_so(body: str) -> None:
    """HTML, nothing, words, another XML or JSON: unreadable, with a reason."""
    found = feed.read(page(body), FACT, outlet(), NOW)
    assert isinstance(found, Unreadable)
    assert found.reason


SECTION = """<html><head><base href="https://news.example/ru/"></head><body>
<nav><a href="/about">About us</a><a href="/ru/politics">Politics</a></nav>
<div class=list><a href="2026/11/22/most">Мост открыт</a><a href="/ru/news/784230">Караван</a>
<a href="https://other.example/news/784231">Elsewhere</a><a href="/photo/784232.jpg">Photo</a>
<a href="/ru/news/784230#comments">12</a><a href="javascript:void(0)">More</a></div></body></html>"""


@pytest.mark.parametrize(
    ("links", "articles", "urls"),
    [
        ("", "", ["ru/2026/11/22/most", "ru/news/784230"]),
        (".list", r"/news/\d+$", ["ru/news/784230"]),
        ("nav", "/ru/", ["ru/politics"]),
    ],
)
def test_section_page_gives_article_links_of_its_own_site(links: str, articles: str, urls: list[str]) -> None:
    """Selector and expression choose; without them the look of the address does."""
    fact = EntryPointFact(kind="section", url=HOME + "ru/", links=links)
    found = section.read(page(SECTION, "text/html"), fact, outlet(articles=articles), NOW)
    assert isinstance(found, Reading)
    assert [HOME + url for url in urls] == [listing.url for listing in found.listings]
