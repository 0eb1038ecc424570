"""Where an outlet's newest articles may be listed, told by its home page and its robots.txt; pure, fetches nothing.

    what the site declares       <link rel="alternate">, Sitemap: lines of robots.txt          "candidate"
    what its pages link to       <a href="/rss">, the feeds listed on a page such as /rssfeeds "candidate"
    where such things often are  /feed/ of WordPress, /rss, /rss.xml, /sitemap.xml             "unproven"
    the home page itself         a page of links, when all else fails                          "unproven"

Whoever fetches them in this order and finds articles calls the first that works "proven".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from crawler import markup
from crawler.outlets import Confidence, EntryPointFact

FEED_TYPES = {
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/xml",
    "text/xml",
}
# What most sites of our list have their feed under, the commonest first.
FEED_PATHS = ("feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "feed.json", "rss/all.xml", "rss/news")
SITEMAP_PATHS = ("sitemap_news.xml", "news-sitemap.xml", "sitemap.xml", "sitemap_index.xml")
MOST = 40  # of one page: a site that lists a feed per rubric lists hundreds

_COMMENTS = re.compile(r"(?i)/comments(?:/|$)|[?&]feed=comments|comments[- ]?rss|\bcomments?\b.*\bfeed\b")
_COMMENT_TITLES = re.compile(r"(?i)\bcomments?\b|коммент|تعليق")
_FEED_LINK = re.compile(r"(?i)(?:^|/)(?:rss|atom|feeds?)\d?(?:/[^?#]{0,60}|\.\w{2,4})?/?$|\.(?:rss|atom)$")
_FEED_QUERY = re.compile(r"(?i)(?:^|&)feed=(?:rss2?|atom|rdf)\b")
_NO_FEED_LINK = re.compile(r"(?i)\.html?$|/(?:feedback|feed-?back)|/rss-?feeds?/?$")
_LISTING = re.compile(r"(?i)/rss-?feeds?(?:/|$|\.)|/(?:rss|feeds)(?:/index)?(?:\.s?html?|\.aspx?)?/?$")
# A feed of Radio Free Europe/Radio Liberty
_TOKEN_FEED = re.compile(r"^/api/[a-z0-9_-]{4,40}/?$", re.IGNORECASE)


def entry_points(home_html: str, home_url: str, robots_txt: str = "") -> list[EntryPointFact]:
    """Entry points worth a try, the likeliest first, each address once; the last is the home page itself.

    `home_html` may also be a page that lists feeds (see `feed_lists`); `home_url` is the address it came from. Broken
    HTML, an empty page and a robots.txt that is none are read as far as they can be. [] only where `home_url` is no
    http address.
    """
    if not _absolute(home_url, home_url):
        return []
    tree = markup.parse(home_html)
    base = _base(tree, home_url)
    wordpress = tree is not None and _is_wordpress(tree)
    sitemaps = list(_robots_sitemaps(robots_txt, home_url))
    found = [
        *_facts("feed", _nearest_first(_declared(tree, base), home_url), "candidate"),
        *_facts("feed", _linked(tree, base, home_url), "candidate"),
        *_facts("sitemap", sorted(sitemaps, key=lambda address: "news" not in address.lower()), "candidate"),
        *_facts("feed", _places(home_url, ["feed/"]) if wordpress else [], "candidate"),
        *_facts("feed", _places(home_url, FEED_PATHS), "unproven"),
        *_facts("sitemap", [] if sitemaps else _places(home_url, SITEMAP_PATHS), "unproven"),
        EntryPointFact(kind="section", url=home_url, confidence="unproven"),
    ]
    once: dict[str, EntryPointFact] = {}
    for fact in found:
        once.setdefault(_identity(fact.url), fact)
    return list(once.values())


def feed_lists(home_html: str, home_url: str) -> list[str]:
    """Pages of the site that list its feeds, such as /rssfeeds: fetch them and ask `entry_points` about each."""
    tree = markup.parse(home_html)
    base = _base(tree, home_url)
    links = (_absolute(base, anchor.get("href")) for anchor in _elements(tree, "a"))
    return list(
        dict.fromkeys(link for link in links if _same_site(link, home_url) and _LISTING.search(urlsplit(link).path))
    )


def _facts(kind: str, addresses: Iterable[str], confidence: Confidence) -> list[EntryPointFact]:
    unique = list(dict.fromkeys(addresses))[:MOST]
    return [EntryPointFact(kind=kind, url=address, confidence=confidence) for address in unique]


def _declared(tree: Any, base: str) -> Iterator[str]:
    """Feeds a page names for itself; the comments of its readers are not its articles."""
    for link in _elements(tree, "link"):
        if "alternate" not in (link.get("rel") or "").lower().split():
            continue
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        address = _absolute(base, link.get("href"))
        json_feed = kind == "application/json" and "feed" in address and "/wp-json/" not in address
        if (kind in FEED_TYPES or json_feed) and not _of_comments(address, link.get("title") or ""):
            yield address


def _linked(tree: Any, base: str, page_url: str) -> Iterator[str]:
    listing = _LISTING.search(urlsplit(page_url).path)
    for anchor in _elements(tree, "a"):
        address = _absolute(base, anchor.get("href"))
        if not _same_site(address, page_url) or _of_comments(address, "".join(anchor.itertext())):
            continue
        parts = urlsplit(address)
        named = _FEED_QUERY.search(parts.query) or (
            _FEED_LINK.search(parts.path) and not _NO_FEED_LINK.search(parts.path)
        )
        if named or (listing and _TOKEN_FEED.match(parts.path)):
            yield address


def _of_comments(address: str, title: str) -> bool:
    return not address or bool(_COMMENTS.search(address) or _COMMENT_TITLES.search(title))


def _robots_sitemaps(robots_txt: str, home_url: str) -> Iterator[str]:
    """`Sitemap:` lines, which belong to no group and may stand anywhere (sitemaps.org)."""
    for line in robots_txt[:500_000].lstrip("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        if colon and key.strip().lower() == "sitemap" and (address := _absolute(home_url, value)):
            yield address


def _is_wordpress(tree: Any) -> bool:
    links = [*_elements(tree, "link"), *_elements(tree, "script"), *_elements(tree, "img")]
    addresses = [element.get("href") or element.get("src") or "" for element in links]
    generators = [meta.get("content") or "" for meta in _elements(tree, "meta") if meta.get("name") == "generator"]
    return any("/wp-content/" in address or "/wp-includes/" in address for address in addresses) or any(
        generator.lower().startswith("wordpress") for generator in generators
    )


def _places(home_url: str, paths: Iterable[str]) -> list[str]:
    """The paths under the home page of an edition, and under the host's root."""
    home = home_url if urlsplit(home_url).path.endswith("/") else _bare(home_url) + "/"
    return [urljoin(folder, path) for path in paths for folder in dict.fromkeys((_bare(home), urljoin(home, "/")))]


def _nearest_first(addresses: Iterable[str], home_url: str) -> list[str]:
    """Feeds below the home page first: /en/feed/ is what an edition at /en/ means, /feed/ is its sister's."""
    home = _bare(home_url).rstrip("/") + "/"
    return sorted(addresses, key=lambda address: not address.startswith(home))


def _base(tree: Any, page_url: str) -> str:
    declared = next((element.get("href") for element in _elements(tree, "base") if element.get("href")), "")
    return _absolute(page_url, declared) or page_url


def _absolute(base: str, link: str | None) -> str:
    """`link` as an absolute http address without fragment, or ''. `feed://` and `feed:https://` stand for http too."""
    link = re.sub(r"(?i)^feed:(?://)?(?=https?:)", "", re.sub(r"[\r\n\t]", "", link or "").strip())
    link = re.sub(r"(?i)^feed://", "http://", link)
    if not link:
        return ""
    try:
        parts = urlsplit(urljoin(base, link))
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return ""
    return urlunsplit(parts._replace(fragment="")).replace(" ", "%20") if usable else ""


def _bare(address: str) -> str:
    return urlunsplit(urlsplit(address)._replace(query="", fragment=""))


def _same_site(address: str, page_url: str) -> bool:
    """Whether both are of one host, its subdomains included: rss.example.org belongs to www.example.org."""
    host, home = ((urlsplit(url).hostname or "").removeprefix("www.") for url in (address, page_url))
    return bool(host) and (host == home or host.endswith("." + home))


def _identity(address: str) -> str:
    parts = urlsplit(address)
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _elements(tree: Any, tag: str) -> Iterator[Any]:
    return iter(()) if tree is None else tree.iter(tag)
