"""Reading further back than the feeds reach: `rasad crawl OUTLET --since DAY`.

for archive in archives(outlet):             # its `archives:`, and entry points that can be turned back page by page
    trail = Trail(archive, since)
    while address := trail.after(reading):
        reading = page of the archive        # kept: what is dated within the days, or not dated
        articles of the reading              # as in any check; none is fetched again that is stored

The same way a hole is filled that a pause left behind (`fill`): what a list no longer reached when it was read again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from crawler import spiders
from crawler.outlets import EntryPointFact, Outlet
from crawler.paging import BACK_FILL_PAGES, Trail
from crawler.schedule import CheckEnd, DueEntryPoint, Hole
from crawler.spiders import Days

if TYPE_CHECKING:
    from crawler.crawl import Crawl, Limits

HOLE_REACH = timedelta(days=7)  # a longer pause is filled from here on; the rest stays a hole
OVERLAP = timedelta(days=1)  # read before a hole's beginning: an article from there shows that nothing was left out
HOLE_ARTICLES = 1_000

PAGED = frozenset({"section", "telegram", "wordpress"})  # entry points that lead back from their first page


def archives(outlet: Outlet) -> list[DueEntryPoint]:
    """The outlet's ways back, each once, on no schedule: what they bring counts as old news."""
    facts = {fact.url: fact for fact in _facts(outlet)}
    return [DueEntryPoint(None, outlet.id, fact.kind, fact.url) for fact in facts.values()]


def _facts(outlet: Outlet) -> Iterator[EntryPointFact]:
    yield from outlet.archives
    for fact in outlet.entry_points:
        if fact.kind in PAGED or fact.kind == "sitemap":
            yield fact


async def back_fill(crawl: Crawl, archive: DueEntryPoint, limits: Limits, counts: Counter[str]) -> CheckEnd:
    """Reads an archive back to `limits.since`; how it ended, with the reason it went no further. Adds to `counts`.

    Raises DatabaseError, SQLAlchemyError or OSError when nothing can be stored.
    """
    end, _ = await _walk(crawl, archive, limits, counts)
    return end


async def fill(crawl: Crawl, hole: Hole, outlet: Outlet, counts: Counter[str]) -> tuple[Hole | None, str]:
    """Reads the outlet's archives over a hole; what is left of it, and in words what was done.

    It is filled when an archive led back to articles from before it. What comes is news: nobody was told of it yet.
    Adds to `counts`. Raises as `back_fill`.
    """
    from crawler.crawl import Limits

    since = max(hole.since, hole.until - HOLE_REACH)
    length_h = (hole.until - hole.since).total_seconds() / 3600
    said = f"a pause of {length_h:.1f} h before this list"
    ways = archives(outlet)
    for archive in ways:
        brought = counts["saved"]
        limits = Limits(since - OVERLAP, hole.until, HOLE_ARTICLES)
        end, trail = await _walk(crawl, replace(archive, first=False), limits, counts)
        if crawl.stopping.is_set():
            return hole, said
        if end.outcome == "ok" and trail.oldest is not None and trail.oldest <= since and not trail.passed_over:
            left = Hole(hole.since, since) if since > hole.since else None
            return left, f"{said}, filled from the {archive.kind} with {counts['saved'] - brought} articles"
    return hole, f"{said} is a hole: " + ("no archive reached back over it" if ways else "the outlet has no archive")


async def _walk(crawl: Crawl, archive: DueEntryPoint, limits: Limits, counts: Counter[str]) -> tuple[CheckEnd, Trail]:
    days = Days(limits.since, limits.until)
    address = spiders.start(archive.kind, archive.url, days)
    trail = Trail(address, days.since, BACK_FILL_PAGES)
    dropped: Counter[str] = Counter()
    while address and not crawl.stopping.is_set():
        left = _left(limits, counts)
        if left.articles == 0:
            trail.ended = f"{limits.articles} articles, as asked for"
            trail.passed_over = True
            break
        outlet = crawl.outlets[archive.outlet]
        refused = await crawl.over_budget(outlet, "article")
        if refused:
            trail.passed_over = True
            trail.ended = refused
            break
        found = crawl.look(await crawl.get(crawl.ask(address, outlet)), archive, outlet, days)
        if isinstance(found, CheckEnd):
            if trail.pages == 0 or found.outcome == "rate-limited":
                return found, trail
            dropped[f"page not read ({found.outcome}: {found.reason})"] += 1
            address = trail.passed()
            continue
        dropped.update(found.dropped)
        # The others are not remembered either: a later check would fetch them.
        asked = tuple(one for one in trail.fresh(found) if not limits.excludes(one.published_at))
        kept = replace(found, listings=asked)
        counts["listed"] += len(kept.listings)
        paused, dates = await crawl.articles(archive, kept, left, counts)
        if paused is not None:
            return CheckEnd("rate-limited", paused.reason, not_before=paused.until), trail
        address = trail.after(found, [*dates, *await crawl.store.dates(found)])
    reason = ", ".join([*filter(None, [trail.ended]), *(f"{count} {why}" for why, count in dropped.items())])
    return CheckEnd("ok" if counts["listed"] else "empty", reason), trail


def _left(limits: Limits, counts: Counter[str]) -> Limits:
    """The limits with as many articles as are still asked for; of one page not more than a sitemap may name."""
    read = counts["saved"] + counts["unchanged"] + counts["rejected"] + counts["failed"]
    return replace(limits, articles=spiders.MOST_BACK if limits.articles is None else max(limits.articles - read, 0))
