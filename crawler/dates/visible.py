"""Dates that stand on the page for people to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crawler.dates.text import parse_date
from crawler.dates.words import fold
from crawler.markup import Declared
from crawler.types import Dating

DATE_CLASS = re.compile(r"(?i)date|time|publi|posted|meta|\binfo|byline|created|дата|تاريخ|dt\b|when|stamp")
NOT_PUBLISHED = re.compile(
    r"(?i)updat|modif|comment|event|обновл|تحديث|copyright|footer|sidebar|related|widget|recent|popular|breadcrumb"
)
UPDATED_WORDS = re.compile(r"(?i)updated|modified|обновлен|изменен|اخر تحديث|تم التحديث|تحديث|حدثت")
# What a text must hold to be worth parsing as a date.
HINT = re.compile(r"[\d٠-٩]|(?i:сегодня|вчера|назад|اليوم|امس|أمس|منذ|today|yesterday|ago)")
BESIDE = 40  # a text without a date's class must stand this many elements nearer to the headline


def visible_date(declared: Declared, language: str, name: str, now: datetime) -> list[Dating]:
    """The date in the short visible text that stands nearest to the headline, as a list of at most one."""
    body = declared.tree.find("body")
    elements = list((declared.tree if body is None else body).iter("*"))
    headline = next(iter(declared.tree.iter("h1")), None)
    headline_at = next((position for position, element in enumerate(elements) if element is headline), 0)
    nearest: tuple[int, Dating] | None = None
    for position in sorted(range(len(elements)), key=lambda position: abs(position - headline_at)):
        distance = abs(position - headline_at)
        if nearest is not None and distance >= nearest[0]:
            break
        for text, owner in _date_lines(elements[position]):
            classed = _may_date(owner, text)
            if classed is None:
                continue
            far = distance if classed else distance + BESIDE
            if (nearest is not None and far >= nearest[0]) or in_other_story(owner):
                continue
            reading = parse_date(text, language, name, now, rare=classed)
            if reading.at is not None:
                nearest = far, Dating(reading.at, reading.precision, "text")
    return [nearest[1]] if nearest else []


def _date_lines(element: Any) -> Iterator[tuple[str, Any]]:
    """Short texts at this element that may be a date line, each with the element it belongs to."""
    if element.tag in ("script", "style", "option", "noscript"):
        return
    own, tail = element.text or "", element.tail or ""
    if 0 < len(element) <= 6 and DATE_CLASS.search(element.get("class") or ""):
        own = " ".join(element.itertext())
    if own and len(own) < 600 and HINT.search(own):
        own = " ".join(own.split())
        if 4 <= len(own) <= 120:
            yield own, element
    parent = element.getparent()
    if parent is not None and 4 <= len(tail) < 600 and HINT.search(tail):
        tail = " ".join(tail.split())
        if 4 <= len(tail) <= 120:
            yield tail, parent


def _may_date(element: Any, text: str) -> bool | None:
    """Whether class or id of the element speak of a date (True) or of nothing (False); None when it dates something
    else.
    """
    parent = element.getparent()
    marks = " ".join(
        item.get(key) or "" for item in (element, parent) if item is not None for key in ("class", "id", "itemprop")
    )
    if NOT_PUBLISHED.search(marks) or UPDATED_WORDS.search(fold(text)):
        return None
    classed = bool(DATE_CLASS.search(marks)) or element.tag == "time"
    return classed if classed or len(text) <= 60 else None


def in_other_story(element: Any) -> bool:
    """Whether the element stands in a list of other stories, a comment or the frame of the page."""
    for ancestor in (element, *element.iterancestors()):
        if ancestor.tag in ("aside", "footer", "nav"):
            return True
        if ancestor is not element and ancestor.tag == "a" and ancestor.get("href"):
            return True
        marks = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"
        if ancestor.tag not in ("body", "html") and re.search(
            r"(?i)related|sidebar|comment|widget|popular|latest|footer|most-?read|recommend|teaser", marks
        ):
            return True
    return False
