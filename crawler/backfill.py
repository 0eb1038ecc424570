"""Reading further back than the feeds reach: `rasad crawl OUTLET --since DAY`.

for archive in archives(outlet):             # its `archives:`, and entry points that can be turned back page by page
    trail = Trail(archive, since)
    while address := trail.after(reading):
        reading = page of the archive        # kept: what is dated within the days, or not dated
        articles of the reading              # as in any check; none is fetched again that is stored
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler import spiders
from crawler.outlets import EntryPointFact, Outlet
from crawler.paging import BACK_FILL_PAGES, Trail
from crawler.schedule import CheckEnd, DueEntryPoint
from crawler.spiders import Days

if TYPE_CHECKING:
    from crawler.crawl import Crawl, Limits

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
    days = Days(limits.since, limits.until)
    address = spiders.start(archive.kind, archive.url, days)
    trail = Trail(address, days.since, BACK_FILL_PAGES)
    dropped: Counter[str] = Counter()
    while address and not crawl.stopping.is_set():
        left = _left(limits, counts)
        if left.articles == 0:
            trail.ended = f"{limits.articles} articles, as asked for"
            break
        outlet = crawl.outlets[archive.outlet]
        found = crawl.look(await crawl.fetcher.get(crawl.ask(address, outlet)), archive, outlet, days)
        if isinstance(found, CheckEnd):
            if trail.pages == 0 or found.outcome == "rate-limited":
                return found
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
            return CheckEnd("rate-limited", paused.reason, not_before=paused.until)
        address = trail.after(found, [*dates, *await crawl.store.dates(found)])
    reason = ", ".join([*filter(None, [trail.ended]), *(f"{count} {why}" for why, count in dropped.items())])
    return CheckEnd("ok" if counts["listed"] else "empty", reason)


def _left(limits: Limits, counts: Counter[str]) -> Limits:
    """The limits with as many articles as are still asked for; of one page not more than a sitemap may name."""
    read = counts["saved"] + counts["unchanged"] + counts["rejected"] + counts["failed"]
    return replace(limits, articles=spiders.MOST_BACK if limits.articles is None else max(limits.articles - read, 0))
