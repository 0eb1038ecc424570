"""What a page, its address and its feed say about its date, ranked and judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from urllib.parse import unquote, urlsplit

from crawler.dates.text import AHEAD, EARLIEST_YEAR, at_minute, calendar_day, exact, on_day, parse_date, possible, rfc
from crawler.dates.visible import NOT_PUBLISHED, in_other_story, visible_date
from crawler.dates.words import TODAY_IS, YEAR_FIRST, fold, zone
from crawler.markup import Declared
from crawler.types import UNDATED, Dating, Listing

CRAWL_WINDOW = timedelta(minutes=3)  # a "publication" this close to the fetch is the template's own clock

META_NAMES = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "datecreated",
    "og:pubdate",
    "published_time", "publish-date", "publish_date", "publication_date", "publicationdate", "pubdate",
    "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dcterms.created", "dcterms.issued", "dcterms.date", "dc.date.created",
    "dc.date", "dcterms.available",
    "article.published", "article_date_original", "originalpublicationdate", "mediator_published_time",
    "cxenseparse:recs:publishtime",
    "cxenseparse:recs:articlepublishtime", "weibo:article:create_at", "ptime", "citation_publication_date",
    "rnews:datepublished",
    "shareaholic:article_published_time", "bt:pubdate", "analyticsattributes.articledate", "date", "og:release_date",
    "article:published",
)  # fmt: skip
UPDATED_NAMES = (
    "article:modified_time", "og:updated_time", "datemodified", "article:modified", "lastmod", "last-modified",
    "dcterms.modified",
    "mediator_modified_time",
)  # fmt: skip
OUTSIDE = ("url", "feed")  # witnesses that are not on the page
URL_DATES = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})[/\-_.](?P<month>0?[1-9]|1[0-2])[/\-_.](?P<day>[0-2]?\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})/(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>[0-2]?\d|3[01])[/\-_.](?P<month>0?[1-9]|1[0-2])[/\-_.](?P<year>(?:19|20)\d{2})(?!\d)"),
)
URL_SPLIT = re.compile(r"/(?P<year>20\d{2})/[a-z_\-.]+/(?P<month>0?[1-9]|1[0-2])/(?P<day>[0-2]?\d|3[01])(?=/)")
URL_LONG_NUMBER = re.compile(
    r"(?<!\d)(?P<year>20\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])\d{3,}"
)  # Sputnik: date and id in one


def published(
    declared: Declared,
    url: str,
    listing: Listing | None,
    language: str,
    timezone: str,
    now: datetime,
    selected: Iterable[str] = (),
    formats: Iterable[str] = (),
) -> Dating:
    """The publication date that the page's evidence carries best; `now` is the time of the crawl.

    Ranked: what the outlet's own selector found, JSON-LD, meta elements, <time>, visible text near the headline, the
    URL, the feed. A weaker witness of the same day adds the clock time; one that names another day is recorded as a
    conflict.
    """
    local = zone(timezone, url)
    name = getattr(local, "key", "UTC")
    evidence = list(_strong(declared, url, listing, language, name, now, selected, formats))
    if not _settled(evidence, now):
        # The date beside the headline goes before the feed's, which may be that of a later change: the feed adds the
        # clock.
        page = [item for item in evidence if item.witness not in OUTSIDE]
        said = [item for item in evidence if item.witness in OUTSIDE]
        evidence = page + visible_date(declared, language, name, now) + said
    return _judge(evidence, local, now)


def dateline(opening: Iterable[str], timezone: str, now: datetime) -> Dating | None:
    """The day an article's first sentences call today («اليوم، الثلاثاء 13 شباط»), or None. The weakest of all
    evidence.
    """
    for line in list(opening)[:4]:
        match = TODAY_IS.search(fold(line[:600]))
        reading = parse_date(match.group(), "", timezone, now, rare=False) if match else UNDATED
        if reading.at is not None:
            return Dating(on_day(reading.at.date()).at, "day", "dateline")
    return None


def updated(declared: Declared, url: str, timezone: str, now: datetime) -> datetime | None:
    """When the page says that it was last changed, or None."""
    texts = [str(declared.article.get("dateModified") or ""), declared.first(*UPDATED_NAMES)]
    for text in texts:
        reading = _machine(text, zone(timezone, url), now)
        if reading.at is not None and reading.precision == "minute":
            return reading.at
    return None


def url_date(url: str) -> date | None:
    """The calendar date in the URL's path, or None."""
    path = unquote(urlsplit(url).path)
    for pattern in (*URL_DATES, URL_SPLIT, URL_LONG_NUMBER):
        match = pattern.search(path)
        if match:
            day = calendar_day(int(match["year"]), int(match["month"]), int(match["day"]))
            if day and day.year >= EARLIEST_YEAR:
                return day
    return None


def _strong(
    declared: Declared, url: str, listing: Listing | None, language: str, name: str, now: datetime,
    selected: Iterable[str], formats: Iterable[str],
) -> Iterator[Dating]:  # fmt: skip
    """Evidence that is cheap to read, best first."""
    for text in selected:
        machine = _machine(text, zone(name), now)
        yield _named(machine if machine.at else parse_date(text, language, name, now, tuple(formats)), "selector")
    for item in (declared.article, *declared.linked):
        for key in ("datePublished", "dateCreated", "uploadDate"):
            if isinstance(item.get(key), str) and (item is declared.article or key == "datePublished"):
                yield _named(_machine(item[key], zone(name), now), "json-ld")
    for key in META_NAMES:
        for content in declared.meta.get(key, ())[:1]:
            reading = _machine(content, zone(name), now)
            yield _named(reading if reading.at else parse_date(content, language, name, now), "meta")
    for element in list(declared.tree.iter("time"))[:3]:
        stamp = element.get("datetime") or element.get("content") or ""
        marks = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if stamp and not NOT_PUBLISHED.search(marks) and not in_other_story(element):
            yield _named(_machine(stamp, zone(name), now), "time")
    day = url_date(url)
    if day is not None:
        yield _named(on_day(day), "url")
    if listing is not None and listing.published_at is not None and listing.published_at <= now + AHEAD:
        yield Dating(listing.published_at.astimezone(UTC), "minute", "feed")


def _machine(text: str, local: tzinfo, now: datetime) -> Dating:
    """A date written for machines: ISO in all its forms, RFC 2822, seconds since 1970."""
    folded = fold(text)[:80]
    if re.fullmatch(r"1\d{9}(?:\d{3})?", folded):
        reading: Dating | None = at_minute(datetime.fromtimestamp(int(folded[:10]), UTC))
    elif re.fullmatch(r"(?:19|20)\d{6}", folded):
        day = calendar_day(int(folded[:4]), int(folded[4:6]), int(folded[6:]))
        reading = on_day(day) if day else None
    else:
        reading = exact(folded, local) or _rfc_like(folded)
        whole = YEAR_FIRST.match(folded)
        if reading is None and whole:
            day = calendar_day(int(whole["year"]), int(whole["month"]), int(whole["day"]))
            reading = on_day(day) if day else None
    return reading if reading and reading.at and possible(reading.at, now) else UNDATED


def _rfc_like(folded: str) -> Dating | None:
    return rfc(folded) if re.match(r"(?:[a-z]{3},? )?\d{1,2} [a-z]{3} \d{2,4} \d", folded) else None


def _named(reading: Dating, witness: str) -> Dating:
    return Dating(reading.at, reading.precision, witness)


def _settled(evidence: list[Dating], now: datetime) -> bool:
    """Whether no visible date is needed: the page declares a believable moment, and no other day was found."""
    believable = [item for item in evidence if item.at is not None and not _suspect(item, now)]
    days = {item.at.date() for item in believable if item.at}
    stated = any(item.precision == "minute" and item.witness not in OUTSIDE for item in believable)
    return stated and (len(days) == 1 or len(believable) > 2)


def _suspect(item: Dating, now: datetime) -> bool:
    """1 January at midnight and the time of the crawl need a second witness."""
    if item.at is None:
        return True
    first_of_january = (item.at.month, item.at.day) == (1, 1) and (
        item.precision != "minute" or item.at.hour + item.at.minute == 0
    )
    # Local midnight of 1 January in a zone east of Greenwich is still December in UTC.
    eve = (
        (item.at.month, item.at.day) == (12, 31)
        and item.at.hour >= 12
        and item.at.minute == 0
        and item.witness != "feed"
    )
    crawl_time = (
        item.precision == "minute" and abs(now - item.at) < CRAWL_WINDOW and item.witness not in ("feed", "text")
    )
    return first_of_january or eve or crawl_time


def _judge(evidence: list[Dating], local: tzinfo, now: datetime) -> Dating:
    known = [item for item in evidence if item.at is not None]
    chosen = next((item for item in known if not _suspect(item, now) or _seconded(item, known, local)), None)
    if chosen is None or (at := chosen.at) is None:
        refused = tuple(
            dict.fromkeys(f"{item.witness} {_show(item)} refused without a second witness" for item in known)
        )
        return Dating(None, "none", "", refused)
    same = [item for item in known if item is not chosen and _same_day(item, chosen, local)]
    if chosen.precision == "day" or _local_midnight(chosen, local):
        # A date stamped at midnight carries no time; a witness of the same day that has one is better.
        finer = next((item for item in same if item.precision == "minute" and not _local_midnight(item, local)), None)
        if finer is not None:
            chosen = Dating(finer.at, "minute", f"{chosen.witness}+{finer.witness}")
        elif chosen.precision == "minute" and any(item.precision == "day" for item in same):
            chosen = Dating(on_day(at.astimezone(local).date()).at, "day", chosen.witness)
    conflicts = dict.fromkeys(f"{item.witness} {_show(item)}" for item in known if not _same_day(item, chosen, local))
    return Dating(chosen.at, chosen.precision, chosen.witness, tuple(conflicts))


def _seconded(item: Dating, known: list[Dating], local: tzinfo) -> bool:
    return any(other.witness != item.witness and _same_day(other, item, local) for other in known)


def _local_midnight(item: Dating, local: tzinfo) -> bool:
    if item.at is None or item.precision != "minute":
        return False
    here = item.at.astimezone(local)
    return (here.hour, here.minute) == (0, 0) or (item.at.hour, item.at.minute) == (0, 0)


def _local_days(item: Dating, local: tzinfo) -> set[date]:
    if item.at is None:
        return set()
    if item.precision != "minute":
        return {item.at.date()}
    return {item.at.astimezone(local).date(), item.at.date()}


def _same_day(a: Dating, b: Dating, local: tzinfo) -> bool:
    if "month" in (a.precision, b.precision) and a.at and b.at:
        return (a.at.year, a.at.month) == (b.at.year, b.at.month)
    return bool(_local_days(a, local) & _local_days(b, local))


def _show(item: Dating) -> str:
    assert item.at is not None
    return item.at.strftime("%Y-%m-%d %H:%MZ" if item.precision == "minute" else "%Y-%m-%d")
