"""What a site tells about the outlet behind it: name, languages, country, time zone, addresses of articles; pure.

Each is a Guess: a value, the evidence it rests on in words for a person, and whether that is enough to be sure. A guess
that would be an invention is not made: the country of an Arabic .net site without an address is XX.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from crawler import languages as texts
from crawler.markup import Declared, plain

ENOUGH = 5  # addresses a pattern may be learnt from
SHARE = 0.2  # of the articles read: a language with less is a guest


@dataclass(frozen=True, slots=True)
class Guess:
    """A value and why. `sure` is False where a person should look."""

    value: str
    evidence: str
    sure: bool = True


# --- name ------------------------------------------------------------------------------------------------------------

_PUBLISHERS = re.compile(r"Organization|WebSite|NewsMedia|RadioStation|Newspaper")
_SEPARATOR = re.compile(r"\s+(?:[|•·»—–-]|::)\s+")
_HOST_LIKE = re.compile(r"^[\w-]+(?:\.[\w-]+)+/?$")
_GREETING = re.compile(r"(?i)^(?:home(?: ?page)?|главная(?: страница)?|الرئيسية|الصفحة الرئيسية|news|новости|أخبار)$")


def name(pages: Sequence[Declared], feed_title: str, host: str) -> Guess:
    """As a reader knows the outlet; `pages` are the home page and articles, in order of trust."""
    for declared in pages:
        said = plain(declared.first("og:site_name", "application-name"))
        if said and not _GREETING.match(said) and not _HOST_LIKE.match(said) and "://" not in said:
            return Guess(said[:80], "og:site_name")
    for item in (item for declared in pages for item in declared.linked):
        title = item.get("name")
        if _PUBLISHERS.search(str(item.get("@type"))) and isinstance(title, str) and title.strip():
            return Guess(plain(title)[:80], "JSON-LD")
    head = _head_title(pages[0].tree) if pages else ""
    for title, evidence in ((feed_title, "the feed's title"), (head, "the page's title")):
        parts = [part for part in _SEPARATOR.split(plain(title)) if part and not _GREETING.match(part)]
        if parts:
            sure = len(parts) == 1 and evidence != "the page's title" and not _HOST_LIKE.match(parts[0])
            return Guess(min(parts, key=len)[:80], evidence, sure)
    return Guess(host.removeprefix("www."), "the host, for want of a name", sure=False)


def _head_title(tree: Any) -> str:
    return next(("".join(title.itertext()) for title in tree.iter("title")), "")


# --- languages -------------------------------------------------------------------------------------------------------


def languages(read: Sequence[str], declared: Declared) -> list[Guess]:
    """The languages of the articles that were read, the commonest first; without any, what the page says of itself."""
    counted = Counter(code for code in read if code != "und")
    total = counted.total()
    if total:
        often = [(code, count) for code, count in counted.most_common() if count >= SHARE * total]
        return [Guess(code, f"{count} of {len(read)} texts read") for code, count in often]
    said = declared.language
    return [Guess(said, "the page's own word, no article was read", sure=False)] if said else []


# --- time zone and country -------------------------------------------------------------------------------------------

_FEED_DATE = re.compile(r"(?is)<(?:pubDate|published|dc:date|updated)\b[^>]*>\s*(.{5,60}?)\s*</")


def stamps(texts: Iterable[str]) -> list[datetime]:
    """Dates written for machines, with the offset from UTC they name; one that names none is left out."""
    return [at for at in map(_stamp, texts) if at is not None and at.utcoffset() is not None]


def _stamp(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(text.strip())
        except (ValueError, IndexError):
            continue
    return None


def feed_dates(feed: str) -> list[str]:
    """The dates of a feed as they stand in it."""
    return _FEED_DATE.findall(feed)[:200]


def page_dates(declared: Declared) -> list[str]:
    """Publication dates as a page declares them to machines."""
    linked = [item.get(key) for item in declared.linked for key in ("datePublished", "dateModified")]
    meta = [*declared.meta.get("article:published_time", ()), *declared.meta.get("article:modified_time", ())]
    return [text for text in (*linked, *meta) if isinstance(text, str)]


# Country domains that anybody rents for their looks.
_FASHIONABLE = frozenset("io tv me fm co ai cc am ly to gg sh is im ws la st nu vc".split())
_DOMAINS = {"su": "RU", "xn--p1ai": "RU", "uk": "GB", "xn--ogbpf8fl": "SY", "xn--j1amh": "UA"}
_CAPITALS = {
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "DE": "Europe/Berlin",
    "KZ": "Asia/Almaty",
}
# Where most of an exile's or a .com's readers are: a suggestion only, and only if its clock agrees.
_USUAL = {"ar": "Asia/Damascus", "ru": "Europe/Moscow"}


@cache
def _zones() -> dict[str, list[str]]:
    """Country code -> its time zones (CLDR)."""
    from babel.core import get_global

    return {str(code): list(zones) for code, zones in get_global("territory_zones").items()}


def country(pages: Sequence[Declared], host: str, language: str) -> Guess:
    """ISO code: of a postal address, the domain, or the locale a page names; XX where nothing tells."""
    for item in (item for declared in pages for item in declared.linked):
        address = item.get("address")
        said = address.get("addressCountry") if isinstance(address, dict) else None
        said = said.get("name") if isinstance(said, dict) else said
        code = _country_called(said) if isinstance(said, str) else ""
        if code:
            return Guess(code, f"its postal address says {said}")
    top = host.rpartition(".")[2].lower()
    code = _DOMAINS.get(top, top.upper() if top not in _FASHIONABLE else "")
    if code in _zones():
        return Guess(code, f"the domain .{top}")
    locales = [(declared.first("og:locale"), "og:locale") for declared in pages]
    locales += [(declared.tree.getroottree().getroot().get("lang") or "", "html lang") for declared in pages]
    for said, where in locales:
        parts = re.fullmatch(r"([a-z]{2,3})[_-]([A-Z]{2})", said.strip())
        # en_US and ar_AR are what a plugin fills in by itself.
        if parts and parts[1] == language and parts[2] in _zones() and said[:5] not in ("en_US", "en-US", "ar_AR"):
            return Guess(parts[2], f"{where} {said}", sure=False)
    return Guess("XX", "nothing tells", sure=False)


def _country_called(said: str) -> str:
    """The code of a country by code or by its name in English, Russian or Arabic; '' when nobody calls it so."""
    said = said.strip()
    if said.upper() in _zones():
        return said.upper()
    from babel import Locale

    for language in ("en", "ru", "ar"):
        for code, called in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and str(called).lower() == said.lower():
                return str(code)
    return ""


def timezone(found: Sequence[datetime], country_code: str, language: str) -> Guess:
    """The IANA zone whose clock the outlet's dates show, each at its own time. Dates in UTC say nothing of it."""
    local = [at for at in found if at.utcoffset()]
    zones = _ordered(_zones().get(country_code, []), country_code)
    usual = _USUAL.get(language, "")
    if not local:
        if zones:
            return Guess(zones[0], f"of {country_code}; its dates name no local zone", sure=len(zones) == 1)
        perhaps = f"its dates name no local zone; {usual} perhaps" if usual else "nothing tells"
        return Guess("UTC", perhaps, sure=False)
    carried, count = Counter(_shown(at.utcoffset()) for at in local).most_common(1)[0]
    said = f"{count} of {len(found)} dates carry {carried}"
    best = max(zones, key=lambda zone: _fitting(zone, local), default="")
    if best and _fitting(best, local) * 2 > len(local):
        return Guess(best, said, sure=count * 2 > len(found))
    if zones:
        return Guess(zones[0], f"of {country_code}, though {said}", sure=False)
    if usual and _fitting(usual, local) * 2 > len(local):
        return Guess(usual, said, sure=False)
    return Guess("UTC", f"{said}, and the country is not known", sure=False)


def _fitting(zone: str, found: Iterable[datetime]) -> int:
    """How many of the dates carry the offset this zone had at their time."""
    clock = ZoneInfo(zone)
    return sum(at.astimezone(clock).utcoffset() == at.utcoffset() for at in found)


def _ordered(zones: Sequence[str], country_code: str) -> list[str]:
    capital = _CAPITALS.get(country_code)
    return sorted(zones, key=lambda zone: zone != capital)


def _shown(offset: timedelta | None) -> str:
    offset = offset or timedelta()
    minutes = int(abs(offset).total_seconds() // 60)
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


# --- families --------------------------------------------------------------------------------------------------------

# Template of crawler/outlets/templates -> what only its sites have in their pages.
_FAMILIES = (
    ("rferl", r"gdb\.rferl\.org|tags\.rferl\.org"),
    ("shkulev", r"shkulev|cdn\.iportal\.ru|static\.ngs\.ru"),
    # An article may show another site's pictures: the folder must be this one's own.
    ("wordpress", r"(?i)(?:[\"'(]|//(?:www\.)?{host})/wp-(?:content|includes)/|<meta[^>]+content=[\"']WordPress "),
)
_PRESS = {"ar": "press_ar", "ru": "press_ru"}


def family(pages: Sequence[str], host: str, language: str) -> Guess:
    """The template whose facts this site shares, by the source of its pages, or ''."""
    for template, mark in _FAMILIES:
        pattern = re.compile(mark.replace("{host}", re.escape(host.removeprefix("www."))))
        found = next(filter(None, map(pattern.search, pages)), None)
        if found:
            return Guess(template, f"its pages hold {found[0][-40:]!r}")
    template = _PRESS.get(language, "")
    return Guess(template, f"written in {language}" if template else "no family is known")


# --- addresses -------------------------------------------------------------------------------------------------------

# What an address of an article ends in, the most telling first. Tried below the segment all of them begin with.
_TAILS = (
    r"/20\d\d/\d{1,2}/\d{1,2}/[^/]+",
    r"/20\d\d/\d{1,2}/[^/]+",
    r"/\d{3,}(?:\.s?html?)?/?$",
    r"/(?:[^/]+/)*\d{4,}(?:\.s?html?)?/?$",
    r"/(?:[^/]+/)*[^/]*\d{4,}[^/]*(?:\.s?html?)?/?$",
    r"/(?:[^/]+/)*[^/]+\.s?html?$",
    r"/(?:[^/]+/)*[^/-]+(?:-[^/-]+){2,}/?$",
)


def article_pattern(listed: Collection[str], others: Iterable[str] = ()) -> str:
    """A regular expression found in all of `listed` and in none of `others` (sections, pages about the site), or ''.

    Nothing is learnt from fewer than five addresses.
    """
    if len(listed) < ENOUGH:
        return ""
    paths = [urlsplit(unquote(address)).path for address in listed]
    first = {path.split("/")[1] for path in paths if path.count("/") > 1}
    shared = len(first) == 1 and all(path.count("/") > 1 for path in paths)
    word = next(iter(first), "") if shared else ""
    prefixes = [f"/{re.escape(word)}"] if word and not word.isdigit() else []
    foreign = [unquote(address) for address in others]
    for prefix in (*prefixes, ""):
        for tail in _TAILS:
            pattern = re.compile(prefix + tail)
            # Not even the scheme's slashes may help: the path decides.
            if all(pattern.search(path) for path in paths) and not any(
                pattern.search(urlsplit(address).path) for address in foreign
            ):
                return prefix + tail
    return ""


def commonest_shape(addresses: Sequence[str]) -> list[str]:
    """Those of the addresses that are built like most of them: what a page of links lists besides its menus."""
    shapes: dict[tuple[str, ...], list[str]] = {}
    for address in addresses:
        shapes.setdefault(_shape(address), []).append(address)
    return max(shapes.values(), key=len, default=[])


def _shape(address: str) -> tuple[str, ...]:
    segments = [segment for segment in urlsplit(unquote(address)).path.split("/") if segment]
    return tuple(
        segment if place == 0 and len(segments) > 1 and not any(c.isdigit() for c in segment) else _kind(segment)
        for place, segment in enumerate(segments)
    )


def _kind(segment: str) -> str:
    stem, dot, suffix = segment.rpartition(".")
    stem, ending = (stem, suffix) if dot and re.fullmatch(r"s?html?|php|aspx?", suffix) else (segment, "")
    if stem.isdigit():
        return f"{'year' if re.fullmatch('20[0-3][0-9]', stem) else 'number'} {ending}"
    kind = "slug" if len(re.split("[-_]", stem)) >= 3 else "word"
    return f"{kind}{' with a number' if re.search('[0-9]{4,}', stem) else ''} {ending}"


def section_links(addresses: Iterable[str]) -> list[str]:
    """Addresses that are plainly sections: one or two short words and no number."""
    return [
        address
        for address in addresses
        if 0 < len(_words(address)) <= 2
        and all(not re.search(r"\d", word) and len(re.split(r"[-_]", word)) <= 2 for word in _words(address))
    ]


def _words(address: str) -> list[str]:
    return [segment for segment in urlsplit(unquote(address)).path.split("/") if segment]


def links(tree: Any) -> Iterator[str]:
    """Every address an <a> of the page leads to, as it stands there."""
    for anchor in tree.iter("a"):
        if anchor.get("href"):
            yield anchor.get("href")


# --- for the file ----------------------------------------------------------------------------------------------------


def outlet_id(host: str, path: str, taken: Collection[str]) -> str:
    """A file name made of the host and, for an edition, of the first word of its path; never one of `taken`."""
    labels = [label for label in host.lower().split(".") if label not in ("www", "m", "news")] or [host]
    middle = labels[:-1] if len(labels) > 1 else labels
    if len(middle) > 1 and middle[-1] in ("com", "co", "org", "net", "gov", "edu"):
        middle = middle[:-1]
    edition = re.sub(r"[^a-z0-9]+", "", path.strip("/").partition("/")[0].lower())
    stem = "_".join([*reversed(middle), *([edition] if 0 < len(edition) <= 8 else [])])
    stem = re.sub(r"[^a-z0-9_]+", "_", stem.removeprefix("xn--")).strip("_") or "outlet"
    several = (stem, f"{stem}_{re.sub('[^a-z0-9]', '', labels[-1])}", *(f"{stem}_{n}" for n in range(2, 100)))
    return next(candidate for candidate in several if candidate not in taken)


def first_sentence(text: str, least: int = 40, most: int = 200) -> str:
    """How the text begins, on one line: its first sentence, or more where that is a dateline, cut where it is long."""
    spans = texts.sentences(text)
    end = next((end for _, end in spans if end >= least), len(text))
    sentence = " ".join(text[:end].split())
    return sentence if len(sentence) <= most else f"{sentence[: most - 1].rstrip()}…"
