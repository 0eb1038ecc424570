"""The flow of `extract`, and what it decides by outlet selectors; the parts live in their own files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml.cssselect import CSSSelector
from lxml.etree import XPathError

from crawler import dates, markup, urls
from crawler.extract import about, embedded, lines
from crawler.extract.further import further
from crawler.extract.general import general
from crawler.extract.refuse import refuse, soft_refusal
from crawler.extract.rules import NO_RULES, ReadingRules, Template
from crawler.markup import Declared, plain
from crawler.types import Blocked, Dating, Draft, Page, Rejected


@dataclass(frozen=True, slots=True)
class _Body:
    """The article's lines, and by which means they were found."""

    lines: tuple[str, ...]
    notes: tuple[str, ...]
    template: Template | None = None
    lead: str = ""
    refusal: str = ""


def extract(page: Page, outlet: ReadingRules | None, now: datetime) -> Draft | Rejected | Blocked:
    """The article on this page, or why there is none. `now` bounds what can have been published."""
    rules = outlet or NO_RULES
    refusal = refuse(page)
    if refusal is not None:
        return refusal
    tree = markup.parse(markup.decode(page.body, page.header("content-type")))
    if tree is None:
        return Rejected("no HTML in it")
    declared = Declared(tree)
    language_hint = rules.language or declared.language
    published = _published(page, declared, rules, language_hint, now)
    template = _template(tree, rules, page, published)
    selected = _texts(tree, template.title) if template else []
    title = selected[0] if selected else about.title(declared, page.listing)
    section = _first(_texts(tree, template.section) if template else []) or about.section(declared)
    authors = about.names(_texts(tree, template.author) if template else []) or about.authors(declared)
    pages = further(tree, page.url, declared.canonical)
    body = _body(tree, declared, rules, template, title)
    if body.refusal:
        return Rejected(body.refusal)
    text = "\n".join(body.lines)
    if published.at is None:
        published = dates.dateline(body.lines, rules.timezone, min(page.fetched_at, now)) or published
    refused = soft_refusal(title, text)
    if refused is not None:
        return refused
    notes = body.notes
    if not text and _is_picture_story(declared, title, published):
        text, notes = title, (*notes, "picture story: the headline is its only text")
    elif len(text) < rules.min_text_length:
        return Rejected("no text" if not text else f"too short: {len(text)} characters")
    return Draft(
        url=page.url,
        canonical_url=urls.canonical(page.url, declared.canonical),
        title=title,
        text=text,
        language=about.language(f"{title}\n{text}", language_hint),
        published=published,
        authors=authors,
        section=section,
        lead=body.lead,
        updated_at=dates.updated(declared, page.url, rules.timezone, page.fetched_at),
        image=about.image(declared, page.url),
        tags=about.tags(declared),
        further=pages,
        notes=notes,
    )


def _published(page: Page, declared: Declared, rules: ReadingRules, language: str, now: datetime) -> Dating:
    clock = min(page.fetched_at, now)
    selected = [
        text
        for template in rules.templates_for(clock.date())
        for element in _select(declared.tree, template.date)
        for text in (element.get("datetime") or element.get("content") or "", plain(" ".join(element.itertext())))
        if text
    ]
    return dates.published(
        declared, page.url, page.listing, language, rules.timezone, clock, selected[:4], rules.date_formats
    )


def _is_picture_story(declared: Declared, title: str, published: Dating) -> bool:
    """A dated page that calls itself an article and has a headline but no text: its headline may still name someone."""
    marked = (
        declared.article or declared.first("og:type").lower() == "article" or declared.first("article:published_time")
    )
    marked = marked or declared.tree.xpath("boolean(//*[contains(@itemtype,'Article')])")
    return bool(marked) and published.at is not None and len(title.split()) >= 3


def _template(tree: Any, rules: ReadingRules, page: Page, published: Dating) -> Template | None:
    """The first template in use when the page was fetched, else when it was published, whose body selector finds
    text.
    """
    days = [page.fetched_at.date(), *([published.at.date()] if published.at else [])]
    for template in rules.templates_for(*days):
        if not template.body or any(plain(" ".join(e.itertext())) for e in _select(tree, template.body)):
            return template
    return None


def _body(tree: Any, declared: Declared, rules: ReadingRules, template: Template | None, title: str) -> _Body:
    notes: list[str] = []
    if rules.templates and template is None:
        notes.append("canary: no template of the outlet fits this page")
    for selector in (*rules.remove, *(template.remove if template else ())):
        for element in _select(tree, selector):
            _drop(element)
    lead = _first(_texts(tree, template.lead) if template else [])
    if template is not None and template.body:
        found = [line for element in _select(tree, template.body) for line in lines.body_of(element)]
        kept = lines.clean(found, title, rules.boilerplate)
        if kept:
            if lead and not lines.told(lead, kept):
                kept = [lead, *kept]
            return _Body(tuple(kept), (*notes, "body by the outlet's selector"), template, lead)
        notes.append("canary: the outlet's body selector found no text")
    entries = embedded.live_entries(declared)
    scripts = embedded.data_scripts(declared)
    reading = general(tree, declared, title)
    if reading.refusal:
        return _Body((), (), template, refusal=reading.refusal)
    how = reading.notes
    kept = lines.clean(reading.lines, title, rules.boilerplate)
    fuller = [] if entries else embedded.fuller(kept, declared, scripts, title)
    if fuller:
        kept, how = lines.clean(fuller, title, rules.boilerplate), ("body from the data embedded in the page",)
    if entries:
        told = " ".join(entries)
        opening = [line for line in kept[:3] if not lines.told(line, [told]) and len(line) > 60]
        kept, how = [*opening, *entries], ("live blog: entries with their times",)
    described = about.description(declared)
    if lead and not lines.told(lead, kept):
        kept = [lead, *kept]
    apart = lead or reading.lead or (described if lines.told(described, kept) else "")
    return _Body(tuple(kept), (*notes, *how), template, apart)


def _select(tree: Any, selector: str) -> list[Any]:
    """Elements of a CSS selector; a selector that cannot be read finds nothing (the outlet's check reports it)."""
    if not selector:
        return []
    try:
        return list(_compiled(selector)(tree))
    except (ValueError, XPathError, SyntaxError):
        return []


_COMPILED: dict[str, CSSSelector] = {}  # translating CSS to XPath costs more than running it


def _compiled(selector: str) -> CSSSelector:
    if selector not in _COMPILED:
        _COMPILED[selector] = CSSSelector(selector)
    return _COMPILED[selector]


def _texts(tree: Any, selector: str) -> list[str]:
    found = (plain(" ".join(element.itertext())) for element in _select(tree, selector))
    return [text for text in found if text]


def _first(texts: Iterable[str]) -> str:
    return next(iter(texts), "")


def _drop(element: Any) -> None:
    """Remove the element, keep the text behind it."""
    if element.getparent() is not None:
        element.drop_tree()
