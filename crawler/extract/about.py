"""What a page says about its article: title, authors, section, image, tags, language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from crawler import dates
from crawler.languages import detect
from crawler.markup import Declared, plain
from crawler.types import Listing

SEPARATOR = re.compile(r"\s+[|»«–—·•:/]+\s+|\s+-\s+|\s*::\s*|\s*\|\s*")
BYLINE = re.compile(
    r"(?i)^\W*(?:by|автор(?:ы)?|текст|подготовил[аи]?|корреспондент|بقلم|كتب(?:ه|ت)?|اعداد|إعداد|الكاتب|written by"
    r"|reported by)\b\s*:?\s*"
)
NOT_A_NAME = re.compile(
    r"(?i)^(?:фото|photo|صور|comment)|https?://|@|\d{3,}|^(?:admin|administrator|редакция|editor|staff|user|guest"
    r"|webmaster|super ?user)$"
)
AUTHOR_MARK = re.compile(r"(?i)(?:^|[\s_-])(?:author|byline|autor)s?(?:[\s_-]?name)?(?:$|[\s_-])")


def title(declared: Declared, listing: Listing | None) -> str:
    """The headline as readers see it, without the site's name.

    A heading is believed when one of the declared titles or the feed's confirms it: templates also use h1 for the
    logo.
    """
    claims = [
        _text(declared.article.get("headline")),
        declared.first("og:title", "twitter:title", "title", "dc.title"),
        _page_title(declared),
    ]
    claims = [plain(claim) for claim in claims if claim]
    feed = plain(listing.title) if listing else ""
    headings = [
        plain(" ".join(element.itertext()))
        for element in declared.tree.iter("h1", "h2")
        if element.tag == "h1" or _is_headline(element)
    ]
    headings = [text for text in headings if 3 < len(text) < 400]
    for heading in headings:
        if any(_confirms(heading, claim) for claim in (*claims, feed) if claim):
            return heading
    site = plain(declared.first("og:site_name", "application-name"))
    stripped = [_without_site(claim, site) for claim in claims]
    return next((text for text in (*stripped, feed, *headings) if text), "")


def _is_headline(element: Any) -> bool:
    marks = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('id') or ''}"
    return bool(re.search(r"(?i)headline|title|name", marks))


def _page_title(declared: Declared) -> str:
    element = next(iter(declared.tree.iter("title")), None)
    return "" if element is None else " ".join(element.itertext())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _confirms(heading: str, claim: str) -> bool:
    """Whether nearly all words of the heading stand in the claim and make up a good part of it."""
    own, other = Counter(_words(heading)), Counter(_words(claim))
    if not own:
        return False
    common = sum((own & other).values())
    return common >= 0.8 * sum(own.values()) and common >= 0.4 * sum(other.values())


def _without_site(text: str, site: str) -> str:
    parts = [part for part in SEPARATOR.split(text) if part.strip()]
    if len(parts) < 2:
        return text
    for edge in (-1, 0):
        if site and _words(parts[edge]) == _words(site):
            rest = text[: text.rfind(parts[-1])] if edge else text[len(parts[0]) :]
            return rest.strip(" |»«–—·•:/-")
    # No site name is declared: a short last part behind a bar or a dash is the site's name.
    if (
        len(parts[-1]) < 0.4 * len(text)
        and len(_words(parts[-1])) <= 4
        and len(_words(text)) > len(_words(parts[-1])) + 2
    ):
        return text[: text.rfind(parts[-1])].strip(" |»«–—·•:/-")
    return text


def authors(declared: Declared) -> tuple[str, ...]:
    """Names of the writers; the outlet itself, addresses and log-in names are none."""
    site = plain(declared.first("og:site_name")).lower()
    claimed = [
        *_people(declared.article.get("author")),
        *declared.meta.get("author", []),
        *declared.meta.get("article:author", []),
        *declared.meta.get("mediator_author", []),
    ]
    found = [name for name in names(claimed) if name.lower() != site]
    return tuple(found[:6]) or _bylines(declared, site)


def _bylines(declared: Declared, site: str) -> tuple[str, ...]:
    """Names in elements marked as author. Many different ones are those of other stories on the page."""
    stated, classed = [], []
    for element in declared.tree.iter("a", "span", "div", "p", "address"):
        if element.get("rel") == "author" or element.get("itemprop") == "author":
            stated.append(element)
        elif "class" in element.attrib and AUTHOR_MARK.search(element.get("class")):
            classed.append(element)
    for marked in (stated, classed):
        texts = (plain(" ".join(element.itertext())) for element in marked if not dates.in_other_story(element))
        found = [name for name in names(texts) if name.lower() != site]
        if found:
            return tuple(found) if len(found) <= 3 else ()
    return ()


def names(texts: Iterable[str]) -> tuple[str, ...]:
    """The distinct personal names in bylines: «Автор: Иван Петров, Анна Ким» -> two."""
    found: dict[str, None] = {}
    for text in texts:
        for part in re.split(r"\s*[,;،|]\s*|\s+(?:and|и|та)\s+", BYLINE.sub("", plain(text))):
            name = BYLINE.sub("", part).strip(" -–—:")
            if 2 < len(name) <= 60 and len(name.split()) <= 6 and not NOT_A_NAME.search(name):
                found.setdefault(name)
    return tuple(found)


def _people(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [name for item in value for name in _people(item)]
    if isinstance(value, dict) and value.get("@type") != "Organization":
        return _people(value.get("name"))
    return []


def section(declared: Declared) -> str:
    """The rubric the article stands in, or ''."""
    claimed = [
        _text(declared.article.get("articleSection")),
        declared.first("article:section", "og:section", "mediator_theme", "section"),
    ]
    for item in declared.linked:
        if item.get("@type") == "BreadcrumbList" and isinstance(item.get("itemListElement"), list):
            crumbs = [_crumb(entry) for entry in item["itemListElement"] if isinstance(entry, dict)]
            claimed += crumbs[1:2] if len(crumbs) > 2 else []
    return next((text for text in (plain(claim) for claim in claimed) if text and len(text) <= 60), "")


def _crumb(entry: dict[str, Any]) -> str:
    item = entry.get("item")
    return _text(entry.get("name")) or (_text(item.get("name")) if isinstance(item, dict) else "")


def description(declared: Declared) -> str:
    """The page's own summary of the article, or ''."""
    candidates = (
        declared.first("og:description", "description", "twitter:description"),
        _text(declared.article.get("description")),
    )
    return max((plain(text) for text in candidates), key=len, default="")


def descriptions(declared: Declared) -> list[str]:
    """All distinct summaries the page declares."""
    claimed = [
        *(declared.first(name) for name in ("og:description", "description", "twitter:description", "dc.description")),
        _text(declared.article.get("description")),
        _text(declared.article.get("alternativeHeadline")),
    ]
    return list(dict.fromkeys(text for text in (plain(claim) for claim in claimed) if text))


def image(declared: Declared, url: str) -> str:
    """The article's picture as an absolute address, or ''."""
    value = declared.first("og:image", "twitter:image") or declared.article.get("image") or ""
    while isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("url") or ""
    try:
        return urljoin(url, value.strip()) if isinstance(value, str) and value.strip() else ""
    except ValueError:
        return ""


def tags(declared: Declared) -> tuple[str, ...]:
    """Key words given to the article, at most 20."""
    linked = declared.article.get("keywords")
    claimed = list(declared.meta.get("article:tag", []))
    claimed += [linked] if isinstance(linked, str) else [word for word in linked or [] if isinstance(word, str)]
    claimed += declared.meta.get("keywords", []) if not claimed else []
    claimed += (
        []
        if claimed
        else [" ".join(a.itertext()) for a in declared.tree.iter("a") if "tag" in (a.get("rel") or "").split()]
    )
    words = (word for claim in claimed for word in re.split(r"\s*[,;،]\s*", plain(claim)))
    return tuple(dict.fromkeys(word for word in words if 1 < len(word) <= 60))[:20]


def _text(value: Any) -> str:
    while isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def language(text: str, hint: str) -> str:
    """The code of the language the text is written in, or "und"; what the page or the outlet says decides when it is
    unclear.
    """
    found = detect(text)
    return hint if found == "und" and hint else found
