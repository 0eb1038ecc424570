"""RSS 0.9-2.0, RDF, Atom and JSON Feed.

Link, guid and date come from an item's direct children: a nested <link> of another namespace is not the article.
Broken XML is mended before it is recovered; feedparser is asked when we find nothing.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from lxml import etree

from crawler import dates
from crawler.outlets import EntryPointFact, Outlet
from crawler.spiders import LATEST, Days, Reading, Unreadable, absolute, local_name, namespace_of, reading
from crawler.types import Listing, Page

ATOM = "http://www.w3.org/2005/Atom"
FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0"
PLAIN = {"", ATOM, "http://purl.org/atom/ns#", "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"}
PUBLISHED = ("pubDate", "published", "issued", "date", "created")  # in order of trust; dc: and dcterms: count
UPDATED = ("updated", "modified")

_HTML = re.compile(rb"(?is)^\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype\s+html|html|head|body)\b")
_CDATA = re.compile(rb"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE = re.compile(rb"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{0,31};)")
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_XML_NAMES = {b"amp", b"lt", b"gt", b"quot", b"apos"}


def read(page: Page, entry: EntryPointFact, outlet: Outlet, now: datetime, days: Days = LATEST) -> Reading | Unreadable:
    """The feed's items in its order."""
    body = page.body.lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if not body:
        return Unreadable("an empty answer", "not a feed")
    if body[:1] == b"{":
        return _json_feed(body, page, outlet, now)
    if _HTML.match(body[:4096]):
        return Unreadable("HTML instead of a feed", "not a feed")
    root = _tree(body, page.header("content-type"))
    name = local_name(root) if root is not None else ""
    if root is None or name not in ("rss", "RDF", "feed", "channel"):
        return _by_feedparser(page, outlet, now) or Unreadable(f"no feed: starts with {_start(body)}", "not a feed")
    items = [item for item in root.iter(etree.Element) if local_name(item) in ("item", "entry")]
    if _cut(body) and items:
        items.pop()  # its link may be half a link
    found = [_listing(item, outlet, now) for item in items]
    if items and not any(listing.url for listing in found):
        return _by_feedparser(page, outlet, now) or Unreadable("items without links", "not a feed")
    return reading(found, _base(root, page), outlet, titles_are_exact=True)


def _start(body: bytes) -> str:
    return repr(body[:40].decode("utf-8", "replace"))


def _tree(body: bytes, content_type: str) -> Any:
    """The root, or None. Entities are never resolved and nothing is fetched."""
    charset = re.search(r"charset=[\"']?([\w-]+)", content_type)
    declared = re.match(rb"<\?xml[^>]*encoding", body)
    encoding = charset[1] if charset and not declared else None
    for text, recover in ((body, False), (_mended(body), True)):
        try:
            parser = etree.XMLParser(
                recover=recover, resolve_entities=False, no_network=True, encoding=encoding, huge_tree=False
            )
            return etree.fromstring(text, parser)
        except (etree.XMLSyntaxError, ValueError, LookupError):
            encoding = None if recover is False else encoding
    return None


def _mended(body: bytes) -> bytes:
    """Bare ampersands escaped and HTML's named characters written out, outside of CDATA; control bytes gone."""
    parts = _CDATA.split(_FORBIDDEN.sub(b"", body))
    for index in range(0, len(parts), 2):
        parts[index] = _BARE.sub(b"&amp;", _NAMED.sub(_numbered, parts[index]))
    return b"".join(parts)


def _numbered(found: re.Match[bytes]) -> bytes:
    if found[1] in _XML_NAMES:
        return found[0]
    text = html.unescape(found[0].decode("ascii"))
    if text == found[0].decode("ascii"):
        return b"&amp;" + found[0][1:]
    return "".join(f"&#{ord(letter)};" for letter in text).encode("ascii")


def _cut(body: bytes) -> bool:
    """Whether the connection or the server ended within an item."""
    opened = len(re.findall(rb"<(?:\w+:)?(?:item|entry)[\s>]", body))
    closed = len(re.findall(rb"</(?:\w+:)?(?:item|entry)\s*>", body))
    return opened > closed


def _children(item: Any) -> Iterator[tuple[str, str, Any]]:
    for child in item.iterchildren(etree.Element):
        yield local_name(child), namespace_of(child), child


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _base(root: Any, page: Page) -> str:
    """What relative links are relative to: the channel's own link, else the feed's address."""
    channel = next((child for name, _, child in _children(root) if name == "channel"), root)
    for name, namespace, child in _children(channel):
        if name == "link" and namespace in PLAIN and child.get("rel", "alternate") == "alternate":
            link = absolute(page.url, child.get("href") or _text(child))
            if link:
                return link
    return page.url


def _listing(item: Any, outlet: Outlet, now: datetime) -> Listing:
    title = published = updated = ""
    dated: dict[str, str] = {}
    for name, namespace, child in _children(item):
        if name == "title" and namespace in PLAIN and not title:
            title = _text(child)
        elif name in UPDATED and not updated:
            updated = _text(child)
        elif name in PUBLISHED:
            dated.setdefault(name, _text(child))
    published = next((dated[name] for name in PUBLISHED if dated.get(name)), "") or updated
    return Listing(_link(item), _unmarked(title), moment(published, outlet, now), updated)


def _link(item: Any) -> str:
    """In order of trust: the address before a redirector, the item's own link, a guid that is an address."""
    original = plain = alternate = guid = ""
    for name, namespace, child in _children(item):
        if name == "origLink" and namespace == FEEDBURNER:
            original = original or _text(child)
        elif name == "link" and child.get("href"):
            kind, rel = child.get("type", "text/html"), child.get("rel", "alternate")
            if rel == "alternate" and (kind.startswith("text/html") or "xhtml" in kind) and namespace in PLAIN:
                alternate = alternate or child.get("href")
        elif name == "link" and namespace in PLAIN:
            plain = plain or _text(child)
        elif name in ("guid", "id") and child.get("isPermaLink", "true") != "false":
            guid = guid or _text(child)
    return original or plain or alternate or (guid if guid.startswith(("http://", "https://")) else "")


def _unmarked(title: str) -> str:
    """A title without the HTML some feeds escape into it."""
    if "<" in title or "&" in title:
        title = re.sub(r"<[^<>]{1,200}>", "", html.unescape(title))
    return " ".join(title.split())


def moment(text: str, outlet: Outlet, now: datetime) -> datetime | None:
    """A feed's date, in UTC; None when it cannot be read or lies in the future."""
    if not text:
        return None
    return dates.parse_date(text, outlet.languages[0], outlet.timezone, now).at


def _json_feed(body: bytes, page: Page, outlet: Outlet, now: datetime) -> Reading | Unreadable:
    try:
        feed = json.loads(body)
    except ValueError:
        return Unreadable("JSON that cannot be read", "not a feed")
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(feed.get("version", "")):
        return Unreadable("JSON that is no JSON Feed", "not a feed")
    return reading(
        _json_listings(items, outlet, now), str(feed.get("home_page_url") or page.url), outlet, titles_are_exact=True
    )


def _json_listings(items: Iterable[object], outlet: Outlet, now: datetime) -> Iterator[Listing]:
    for item in items:
        if isinstance(item, dict):
            text = {key: str(item.get(key) or "") for key in ("url", "id", "title", "date_published", "date_modified")}
            link = text["url"] or (text["id"] if text["id"].startswith("http") else "")
            published = moment(text["date_published"] or text["date_modified"], outlet, now)
            yield Listing(link, _unmarked(text["title"]), published, text["date_modified"])


def _by_feedparser(page: Page, outlet: Outlet, now: datetime) -> Reading | None:
    """Feeds in dialects we do not know; None when feedparser finds no item either."""
    import feedparser

    found = feedparser.parse(page.body, response_headers={"content-type": page.header("content-type")})
    listings = [
        Listing(
            str(entry.get("link", "")),
            _unmarked(str(entry.get("title", ""))),
            moment(str(entry.get("published", "") or entry.get("updated", "")), outlet, now),
            str(entry.get("updated", "")),
        )
        for entry in found.entries
    ]
    return reading(listings, page.url, outlet, titles_are_exact=True) if listings else None
