"""Articles told on several pages: which addresses are its further pages, and how their texts become one.

A link is a further page when it stands under a number or a word like «next» and its address is the article's own with
a page number in it. That keeps out the neighbours WordPress calls rel=next, pages of comments, and twins whose slug
ends in a number. The text decides in the end: a page that mostly repeats what was told is none (`joined`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from crawler.extract import lines
from crawler.types import Draft

MOST = 10  # pages of one article
NEWS = 0.5  # share of a further page's lines that no page before told

_NUMBER = re.compile(r"(?:\d{1,2}|[٠-٩]{1,2})")
_NEXT = re.compile(
    r"(?i)(?:next(?: page)?|continue|далее|дальше|следующая(?: страница)?|читать дальше|التالي|الصفحة التالية)?\W*"
)
_KEYS = {"page", "p", "pg", "paged", "pagen_1", "part", "paging", "page_num", "pagenumber"}
_FOREIGN = re.compile(r"(?i)comment|коммент|reply|related|gallery|widget|sidebar")


def further(tree: Any, url: str, canonical: str) -> tuple[str, ...]:
    """The addresses of the article's pages 2, 3, ... that this page links to, in order; a gap ends them."""
    found: dict[int, str] = {}
    for element in tree.iter("a", "link"):
        href = (element.get("href") or "").strip()
        if not href or href.startswith("#") or not _is_pager(element):
            continue
        try:
            address = urljoin(url, href)
            number = max(page_number(own, address) for own in (url, canonical) if own)
        except ValueError:
            continue
        if 2 <= number <= MOST and not _foreign(element, address):
            found.setdefault(number, address.partition("#")[0])
    pages: list[str] = []
    while len(pages) + 2 in found:
        pages.append(found[len(pages) + 2])
    return tuple(pages)


def page_number(article: str, address: str) -> int:
    """Which page of `article` the address is by its shape; 0 when it is none. Raises ValueError on a broken address."""
    own, other = urlsplit(article), urlsplit(address)
    if own.hostname != other.hostname or (own.path in ("", "/") and not own.query):
        return 0  # pages of a front page are lists of news
    said, asked = parse_qsl(own.query), parse_qsl(other.query)
    if own.path.rstrip("/") == other.path.rstrip("/"):
        added = [pair for pair in asked if pair not in said]
        if len(added) == 1 and len(asked) == len(said) + 1 and added[0][0].lower() in _KEYS:
            return int(added[0][1]) if re.fullmatch(r"\d{1,2}", added[0][1]) else 0
        return 0
    if said != asked:
        return 0
    stem, dot, ending = own.path.rstrip("/").rpartition(".")
    if not dot or "/" in ending:
        stem, ending = own.path.rstrip("/"), ""
    tail = rf"(?:{re.escape('.' + ending)})?" if ending else ""
    whole = rf"{re.escape(stem)}(?:{tail}/(?:page[/-]?)?(\d{{1,2}})|(?:[_,]|[-_](?:p|page)[-_]?)(\d{{1,2}})){tail}/?"
    match = re.fullmatch(whole, other.path)
    return int(match[1] or match[2]) if match else 0


def joined(first: Draft, others: Sequence[Draft]) -> Draft:
    """The article with the lines of its further pages that were not told before; what repeats ends it."""
    kept = first.text.split("\n")
    pages = 1
    for other in others:
        new = [line for line in other.text.split("\n") if not lines.told(line, kept)]
        if len(new) < NEWS * len(other.text.split("\n")):
            break
        kept += new
        pages += 1
    if pages == 1:
        return first
    return replace(first, text="\n".join(kept), notes=(*first.notes, f"joined from {pages} pages"))


def _is_pager(element: Any) -> bool:
    """Whether the link says a page number or «next»: rel=next is believed only for what its address shows."""
    if (element.get("rel") or "").lower() == "next":
        return True
    if element.tag == "link":
        return False
    said = " ".join("".join(element.itertext()).split())
    return bool(_NUMBER.fullmatch(said)) or bool(said and _NEXT.fullmatch(said))


def _foreign(element: Any, address: str) -> bool:
    if _FOREIGN.search(urlsplit(address).path + "#" + urlsplit(address).fragment):
        return True
    return any(
        _FOREIGN.search(f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}")
        for ancestor in element.iterancestors()
        if ancestor.tag not in ("body", "html")
    )
