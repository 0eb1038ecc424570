"""Why a page was read as it was, in lines for a person: rules that held, evidence of dates, what was left out; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml.cssselect import CSSSelector
from lxml.etree import XPathError

from crawler import dates, markup
from crawler.dates.evidence import META_NAMES
from crawler.extract import ReadingRules, Template
from crawler.markup import Declared, plain
from crawler.types import Draft, Page

SHOWN = 90  # characters of a text


def of_extraction(page: Page, rules: ReadingRules, draft: Draft) -> Iterator[tuple[str, str]]:
    """(step, what it found), in the order of trust: the outlet's selectors, JSON-LD, what the general reading says."""
    tree = markup.parse(markup.decode(page.body, page.header("content-type")))
    if tree is None:
        return
    valid = rules.templates_for(page.fetched_at.date())
    for number, template in enumerate(rules.templates, 1):
        if template in valid:
            yield "selectors", f"template {number}: {', '.join(_selected(tree, template)) or 'names none'}"
        else:
            yield "selectors", f"template {number}: not in use on {page.fetched_at:%Y-%m-%d}"
    if not rules.templates:
        yield "selectors", "the outlet has none"
    removed = [f"{selector} ({len(_found(tree, selector))})" for selector in rules.remove]
    if removed:
        yield "removed", ", ".join(removed)
    yield "JSON-LD", _linked(Declared(tree))
    for note in draft.notes:
        yield "text", note


def _selected(tree: Any, template: Template) -> Iterator[str]:
    for name in ("title", "lead", "body", "author", "section", "date"):
        selector = getattr(template, name)
        if selector:
            found = _found(tree, selector)
            size = sum(len(plain(" ".join(element.itertext()))) for element in found)
            yield f"{name} {selector} " + (f"found {size} characters" if found else "finds nothing")


def _found(tree: Any, selector: str) -> list[Any]:
    try:
        return list(CSSSelector(selector)(tree))
    except (ValueError, XPathError, SyntaxError):
        return []


def _linked(declared: Declared) -> str:
    if not declared.linked:
        return "none in the page"
    kinds = ", ".join(dict.fromkeys(str(item.get("@type")) for item in declared.linked))
    if not declared.article:
        return f"{kinds}; none of an article"
    body = declared.article.get("articleBody")
    return f"{kinds}; " + (f"articleBody of {len(body)} characters" if isinstance(body, str) else "without articleBody")


def of_dates(page: Page) -> Iterator[str]:
    """Every witness of the date, as it stands in the page, its address and its feed; the best first."""
    tree = markup.parse(markup.decode(page.body, page.header("content-type")))
    if tree is not None:
        declared = Declared(tree)
        for key in ("datePublished", "dateModified"):
            if isinstance(declared.article.get(key), str):
                yield f"JSON-LD {key}: {declared.article[key][:SHOWN]}"
        for name in META_NAMES:
            for content in declared.meta.get(name, ())[:1]:
                yield f"meta {name}: {content[:SHOWN]}"
        for element in list(tree.iter("time"))[:2]:
            stamp = element.get("datetime") or plain(" ".join(element.itertext()))
            yield f"<time>: {stamp[:SHOWN]}"
    day = dates.url_date(page.url)
    if day is not None:
        yield f"address: {day}"
    if page.listing is not None and page.listing.published_at is not None:
        yield f"feed: {page.listing.published_at:%Y-%m-%d %H:%M:%SZ}"
