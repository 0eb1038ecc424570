"""HTML as bytes -> text -> tree -> what the page declares of itself. Shared by `extract` and `dates`; pure."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cchardet  # type: ignore[import-untyped]  # faust-cchardet ships no stubs
from lxml import etree
from lxml import html as lxml_html
from w3lib.encoding import html_to_unicode, resolve_encoding, to_unicode

MAX_CHARACTERS = 12_000_000  # beyond this a page is cut: no article is that long, and a tree costs 10 times its text
MAX_TAGS = 200_000  # an article page has thousands
INLINE = re.compile(r"(?i)</?(?:font|b|i|u|em|strong|span|center|small|big|tt|nobr)\b[^<>]*>")
WRAPPERS = re.compile(r"(?i)</?(?:div|table|tbody|tr|td|section|article|ul|ol|dl|blockquote|form)\b[^<>]*>")
# The encodings this product meets beside UTF-8. Only these may overrule what a page declares.
LEGACY = {"cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic", "cp1256", "iso8859-6", "koi8-u"}
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
ARTICLE_TYPES = re.compile(r"Article|BlogPosting|Report|LiveBlogPosting|NewsStory|AdvertiserContent")


def decode(body: bytes, content_type: str = "") -> str:
    """The page's text. Right for UTF-8 and the Cyrillic and Arabic one-byte encodings, declared right, wrong or not
    at all.

    What the bytes say goes before what is declared: valid UTF-8 is UTF-8, and a legacy encoding that the byte
    statistics (cchardet) recognise overrules a header; everything else is decoded as a browser would (w3lib).
    """
    if body[:4].startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return NOT_XML.sub("", html_to_unicode(content_type, body)[1])
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken and broken > 0.02 * sum(1 for c in text if c > "\x7f") + 1:
        text = _legacy(body, content_type)
    return NOT_XML.sub("", text)


def _legacy(body: bytes, content_type: str) -> str:
    sample = re.sub(rb"<(script|style)\b.*?</\1>|<[^>]*>", b" ", body[:400_000], flags=re.DOTALL | re.IGNORECASE)
    guess = cchardet.detect(sample[:100_000]).get("encoding") or ""
    known = (resolve_encoding(guess) or "").lower() if guess else ""
    if guess.lower() == "maccyrillic":
        known = "cp1251"  # short cp1251 texts are taken for it; real Mac pages do not exist
    if known in LEGACY:
        return to_unicode(body, known)
    return html_to_unicode(content_type, body, default_encoding=known or "cp1252")[1]


def parse(text: str) -> lxml_html.HtmlElement | None:
    """The tree, or None when there is no element in it. Never deeper than the 256 levels of libxml2.

    libxml2 stops reading where nesting gets too deep. Pages of unclosed <font> and <b> are real: their inline tags
    are taken out and they are read again; if that does not do, so are their <div>s.
    """
    text = text[:MAX_CHARACTERS]
    if text.count("<") > MAX_TAGS:
        text = "<".join(text.split("<", MAX_TAGS)[:MAX_TAGS])
    if text.lstrip()[:5].lower() == "<?xml":
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    for flatter in (None, INLINE, WRAPPERS):
        text = flatter.sub("<br>" if flatter is WRAPPERS else "", text) if flatter else text
        tree, deep = _parsed(text)
        if not deep:
            break
    return tree


def _parsed(text: str) -> tuple[lxml_html.HtmlElement | None, bool]:
    """The tree, and whether libxml2 gave up at its depth limit."""
    parser = lxml_html.HTMLParser(huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None, False
    deep = any("xcessive depth" in entry.message for entry in parser.error_log)
    return (tree if isinstance(tree.tag, str) else None), deep


@dataclass(frozen=True)
class Declared:
    """What a page says of itself: meta elements, link elements and JSON-LD. Values are verbatim, entities resolved."""

    tree: Any

    @cached_property
    def meta(self) -> dict[str, list[str]]:
        """name, property or itemprop (lower case) -> contents in document order."""
        found: dict[str, list[str]] = {}
        for element in self.tree.iter("meta"):
            content = (element.get("content") or "").strip()
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                name = element.get(attribute)
                if name and content:
                    found.setdefault(name.strip().lower(), []).append(content)
        return found

    def first(self, *names: str) -> str:
        """The first content of the first of these names that has one, or ''."""
        return next((self.meta[name][0] for name in names if name in self.meta), "")

    @cached_property
    def canonical(self) -> str:
        """`<link rel=canonical>`, else og:url; relative as it stands."""
        for element in self.tree.iter("link"):
            if "canonical" in (element.get("rel") or "").lower().split() and element.get("href"):
                return str(element.get("href")).strip()
        return self.first("og:url")

    @cached_property
    def language(self) -> str:
        """The primary subtag of html lang or its substitutes, lower case, or ''."""
        root = self.tree.getroottree().getroot()
        code = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
        code = code or self.first("og:locale", "content-language", "language", "dc.language")
        match = re.match(r"[a-zA-Z]{2,3}", code.strip())
        return match.group().lower() if match else ""

    @cached_property
    def linked(self) -> list[dict[str, Any]]:
        """All JSON-LD objects, nested graphs unrolled, in document order."""
        objects: list[dict[str, Any]] = []
        for element in self.tree.iter("script"):
            if "ld+json" in (element.get("type") or "").lower():
                objects.extend(_objects(_json(element.text or "")))
        return objects

    @cached_property
    def article(self) -> dict[str, Any]:
        """The JSON-LD object of the article, or {}."""
        for item in self.linked:
            kinds = item.get("@type")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(kind, str) and ARTICLE_TYPES.search(kind) for kind in kinds):
                return item
        return {}


def _json(text: str) -> Any:
    text = (
        text.strip().removeprefix("<!--").removesuffix("-->").removeprefix("//<![CDATA[").removesuffix("//]]>").strip()
    )
    for attempt in (text, re.sub(r",\s*([}\]])", r"\1", re.sub(r"[\x00-\x1f]+", " ", text))):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _objects(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement"):
            yield from _objects(value.get(key), depth + 1)


def plain(text: str) -> str:
    """One line without tags, entities resolved, white space folded."""
    if "<" in text:
        text = re.sub(r"<[^>]{0,500}>", " ", text)
    return " ".join(html.unescape(text).split())
