"""What a home page and a robots.txt tell about where the newest articles are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discovery import entry_points, feed_lists

HOME = "https://www.furat-daily.example/"


def found(
    html: str = "", robots: str = "", home: str = HOME, kind: str = "feed", confidence: str = "candidate"
) -> list[str]:
    """Addresses of one kind and confidence, in order."""
    return [fact.url for fact in entry_points(html, home, robots) if (fact.kind, fact.confidence) == (kind, confidence)]


def alternate(href: str, kind: str = "application/rss+xml", title: str = "") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


# (what stands in the head, the feed it names)
DECLARED = [
    (alternate("https://www.furat-daily.example/feed/"), HOME + "feed/"),
    (alternate("/rss.xml"), HOME + "rss.xml"),
    (alternate("rss/all", "application/atom+xml"), HOME + "rss/all"),
    (alternate("/feed.json", "application/feed+json"), HOME + "feed.json"),
    (alternate("/feed.json", "application/json"), HOME + "feed.json"),
    (alternate("/index.rdf", "application/rdf+xml"), HOME + "index.rdf"),
    (alternate("/export/list.xml", "text/xml"), HOME + "export/list.xml"),
    (alternate("/feed/", "application/rss+xml; charset=UTF-8"), HOME + "feed/"),
    (alternate("/feed/").upper().replace("/FEED/", "/feed/"), HOME + "feed/"),
    ('<link rel="home alternate" type="application/rss+xml" href="/feed/">', HOME + "feed/"),
    (alternate("//rss.furat-daily.example/full.rss"), "https://rss.furat-daily.example/full.rss"),
    (alternate("https://feeds.example.org/furat"), "https://feeds.example.org/furat"),
    (alternate("feed://furat-daily.example/rss"), "http://furat-daily.example/rss"),
    (alternate("feed:https://furat-daily.example/rss"), "https://furat-daily.example/rss"),
    (alternate("/rss?section=news&amp;lang=ar#top"), HOME + "rss?section=news&lang=ar"),
    (alternate(" /feed/\n"), HOME + "feed/"),
    ('<base href="https://cdn.furat-daily.example/a/">' + alternate("rss"), "https://cdn.furat-daily.example/a/rss"),
]


@pytest.mark.parametrize(("head", "address"), DECLARED)
def test_a_declared_feed_is_the_first_candidate(head: str, address: str) -> None:
    """RSS, Atom, RDF and JSON feeds of <link rel="alternate"> come out as absolute addresses."""
    assert found(f"<html><head>{head}</head><body></body></html>")[:1] == [address]


@pytest.mark.parametrize(
    "head",
    [
        alternate("/comments/feed/"),
        alternate("/?feed=comments-rss2"),
        alternate("/feed/x", title="Furat Daily » Comments Feed"),
        alternate("/feed/x", title="Комментарии к записи"),
        alternate("/feed/x", title="خلاصة تعليقات الفرات"),
        alternate("/wp-json/wp/v2/pages/7", "application/json"),
        alternate("/wp-json/oembed/1.0/embed", "application/json+oembed"),
        alternate("/ru/", "text/html"),
        alternate("javascript:void(0)"),
        alternate("file:///etc/passwd"),
        alternate("http://[::1"),
        alternate("https://furat-daily.example:port/rss"),
        alternate(""),
        '<link rel="stylesheet" type="application/rss+xml" href="/feed/x">',
        '<link rel="alternate" hreflang="ru" href="/ru/feed/x">',
    ],
)
def test_what_is_no_feed_of_articles_is_no_candidate(head: str) -> None:
    """Comments, other languages, embeds and addresses that are no web addresses are passed over."""
    assert found(f"<html><head>{head}</head></html>") == []


@pytest.mark.parametrize(
    ("href", "is_feed"),
    [
        ("/rss", True),
        ("/RSS/news.xml", True),
        ("/fontanka.rss", True),
        ("/text/rss.xml", True),
        ("/export/rss2/archive/index.xml", True),
        ("/feed/arab-world", True),
        ("/rss.php", True),
        ("/rss-feeds/rss.xml", True),
        ("/?feed=rss2", True),
        ("https://rss.furat-daily.example/rss", True),
        ("/feedback", False),
        ("/feedback/", False),
        ("/rss.html", False),
        ("/rssfeeds", False),
        ("/news/rss-sluzhba-soobshchila", False),
        ("/news/?id=rss", False),
        ("/api/zgbip_e_tpp_", False),
        ("https://elsewhere.example/rss", False),
        ("mailto:rss@furat-daily.example", False),
    ],
)
def test_a_link_to_a_feed_is_a_candidate(href: str, is_feed: bool) -> None:
    """Sites without a <link> often have a button; only what looks like a feed of this site counts."""
    assert len(found(f'<body><a href="{href}">RSS</a></body>')) == is_feed


def test_pages_that_list_feeds_lead_to_their_feeds() -> None:
    """Sites of Radio Free Europe/Radio Liberty have feeds under opaque tokens, listed on /rssfeeds."""
    home = "https://www.sever.example/"
    page = (
        '<a href="/rssfeeds">RSS</a><a href="/a/rssfeeds-story/1.html">x</a><a href="https://x.example/rssfeeds">x</a>'
    )
    assert feed_lists(page, home) == [home + "rssfeeds"]
    listed = '<ul><li><a href="/api/zgbip_e_tpp_">All</a></li><li><a href="/api/epiqq">War</a></li></ul>'
    assert found(listed, home=home + "rssfeeds") == [home + "api/zgbip_e_tpp_", home + "api/epiqq"]


def test_sitemaps_of_robots_are_read_wherever_they_stand() -> None:
    """Sitemap lines belong to no group; case, comments, BOM and relative addresses do not matter; news comes first."""
    robots = (
        "\ufeffUser-agent: *\r\nDisallow: /admin\r\nSITEMAP : https://www.furat-daily.example/all.xml # everything\r\n"
        "\r\nUser-agent: Bot\nSitemap: /sitemap_news.xml\n# Sitemap: /commented.xml\nSitemap:\nSitemap: ftp://a.example/s.xml\n"
    )
    assert found(robots=robots, kind="sitemap") == [HOME + "sitemap_news.xml", HOME + "all.xml"]
    assert found(robots=robots, kind="sitemap", confidence="unproven") == []


def test_a_robots_file_that_is_a_page_tells_nothing() -> None:
    """Many sites answer every address with a web page."""
    assert found(robots="<html><body>Sitemap of the site: <a href='/map'>map</a></body></html>", kind="sitemap") == []


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="stylesheet" href="/wp-content/themes/x/style.css">',
        '<script src="https://www.furat-daily.example/wp-includes/js/jquery.js"></script>',
        '<meta name="generator" content="WordPress 6.8">',
    ],
)
def test_wordpress_has_its_feed_at_feed(html: str) -> None:
    """A site made with WordPress that declares no feed most likely has it in the usual place."""
    assert found(html) == [HOME + "feed/"]


def test_common_places_are_guesses() -> None:
    """A page that tells nothing leaves the usual places, all unproven, and last itself as a page of links."""
    facts = entry_points("<html><body>nothing</body></html>", HOME, "")
    assert {fact.confidence for fact in facts} == {"unproven"}
    assert [fact.url for fact in facts][:3] == [HOME + "feed/", HOME + "rss", HOME + "rss.xml"]
    assert HOME + "sitemap.xml" in [fact.url for fact in facts if fact.kind == "sitemap"]
    assert (facts[-1].kind, facts[-1].url) == ("section", HOME)


def test_an_edition_is_looked_up_below_its_own_path() -> None:
    """/en/feed/ is what the English edition means, /feed/ is its sister's and comes after."""
    home = "https://furat-daily.example/en"
    html = alternate("/feed/") + alternate("/en/feed/")
    assert found(html, home=home) == ["https://furat-daily.example/en/feed/", "https://furat-daily.example/feed/"]
    guesses = found(home=home, confidence="unproven")
    assert guesses[:2] == ["https://furat-daily.example/en/feed/", "https://furat-daily.example/feed/"]


def test_an_address_stands_once_at_its_best_place() -> None:
    """A declared feed is not guessed again; www., a last slash and http make no difference."""
    facts = entry_points(alternate("http://furat-daily.example/rss/"), HOME, "")
    same = [fact for fact in facts if fact.url.rstrip("/").endswith("furat-daily.example/rss")]
    assert [(fact.url, fact.confidence) for fact in same] == [("http://furat-daily.example/rss/", "candidate")]
    assert facts[0] == same[0]


def test_a_site_with_hundreds_of_feeds_gives_a_few() -> None:
    """A feed per rubric and city is a flood; the first forty are enough to choose from."""
    html = "".join(alternate(f"/rss/{number}") for number in range(500))
    assert len(found(html)) == 40


@pytest.mark.parametrize(
    "html", ["", " ", "<", "<html>", "<?xml version='1.0' encoding='utf-8'?><rss></rss>", "\x00\x01", "{}"]
)
def test_a_page_that_is_none_still_gives_the_usual_places(html: str) -> None:
    """An empty, broken or foreign answer is no reason to give up."""
    assert entry_points(html, HOME)[-1].url == HOME


@pytest.mark.parametrize("home", ["", "furat-daily.example", "ftp://furat-daily.example/", "https://", "http://[::1"])
def test_a_home_that_is_no_web_address_gives_nothing(home: str) -> None:
    """There is nothing to resolve links against."""
    assert entry_points(alternate("/feed/"), home) == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=200), st.text(alphabet="/:.?#[]@htpsfed x%\n", max_size=40))
def test_no_input_raises(html: str, robots: str, link: str) -> None:
    """Whatever a site answers, the result is a list of web addresses, each once."""
    facts = entry_points(html + alternate(link) + f'<a href="{link}">', HOME, robots + f"\nSitemap: {link}")
    assert len({fact.url for fact in facts}) == len(facts)
    assert all(fact.url.startswith(("http://", "https://")) for fact in facts)
