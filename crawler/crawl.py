"""The flow of a crawl: one coroutine per entry point, the same code for the worker and for `rasad crawl`.

page = get(entry_point)                      # conditional; the host's turn, the guard, robots.txt
reading = outcomes.of_entry_point(page)      # listings, or how the check ended
reading += older pages                       # until one names what an earlier check had
fill(hole)                                   # when nobody had looked for longer than the list reaches
for wanted in store.listed(reading):         # new, changed or still open; newest first
    page = get(wanted)                       # unless the entry point told the article whole
    draft = extract(page)
    store.save(draft) | store.settle(why not)
store.check_ended(...)                       # Check row, time of the next one
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.exc import SQLAlchemyError

from crawler import budget, healing, isolation, joining, outcomes, revisits, rhythm, spiders, urls
from crawler.backfill import back_fill, fill
from crawler.budget import Purpose
from crawler.config import CrawlSection
from crawler.errors import DatabaseError
from crawler.extract import extract
from crawler.fetch import Ask, NotFetched
from crawler.known import Noted, Wanted
from crawler.log import get_log
from crawler.outlets import EntryPointFact, Outlet
from crawler.paging import Trail
from crawler.reading import rules_of
from crawler.revisits import DueRevisit
from crawler.schedule import CheckEnd, DueEntryPoint, Hole, Listed, Outcome
from crawler.spiders import LATEST, Days, Reading, Told
from crawler.store import Store
from crawler.types import Blocked, Draft, Page, Rejected, Saved, Unchanged

if TYPE_CHECKING:
    from crawler.fetch.fetcher import Fetcher

MORE_PAGES = 50  # of one entry point in one check: sitemaps of an index, pages of a section

Extracted = Draft | Rejected | Blocked


@dataclass(frozen=True, slots=True)
class Failed:
    """An expected end: the article could not be had (now); it is tried again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """An expected end: the host asked for a pause; the article stays open."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ArticleEnded:
    """One article of a crawl and how it ended. `stored` is set for a Draft that was stored (or found unchanged).

    `published` is its date where the article was read far enough to know it.
    """

    outlet: str
    url: str
    end: Extracted | Failed | Postponed
    page: Page | None = None
    stored: Saved | Unchanged | None = None
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckEnded:
    """One entry point of a crawl and how its reading ended."""

    entry_point: DueEntryPoint
    end: CheckEnd


Event = ArticleEnded | CheckEnded


@dataclass(frozen=True, slots=True)
class Limits:
    """Which articles a crawl is about: published within [since, until), at most `articles` per entry point."""

    since: datetime | None = None
    until: datetime | None = None
    articles: int | None = None

    def excludes(self, published: datetime | None) -> bool:
        """Whether an article of that date is not asked for; an undated one always is."""
        if published is None:
            return False
        return (self.since is not None and published < self.since) or (
            self.until is not None and published >= self.until
        )


NO_LIMITS = Limits()


class Attention(Protocol):
    """Says aloud what is being worked on, so that somebody knows when the process dies over it."""

    def __call__(self, subject: str) -> AbstractContextManager[object]: ...


def unattended(subject: str) -> AbstractContextManager[object]:
    return nullcontext()


class Crawl:
    """One process's crawl. `stop()` lets what is in flight end and starts nothing new.

    `bounded` holds outlets to their bytes a day; what a person asks for by hand is not held back.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        store: Store,
        outlets: Mapping[str, Outlet],
        crawl: CrawlSection,
        *,
        on_event: Callable[[Event], None] = lambda event: None,
        attention: Attention = unattended,
        extract: isolation.Extract = extract,
        bounded: bool = False,
    ) -> None:
        self.fetcher = fetcher
        self.store = store
        self.outlets = outlets
        self.stopping = asyncio.Event()
        self._crawl = crawl
        self._on_event = on_event
        self._attention = attention
        self._extract = extract
        self._bounded = bounded
        self._answers: Counter[str] = Counter()  # by outlet, not written down yet
        self._log = get_log()

    def stop(self) -> None:
        self.stopping.set()

    async def read(self, entry_point: DueEntryPoint, limits: Limits = NO_LIMITS, page: Page | None = None) -> CheckEnd:
        """One check of one entry point, from the fetch to the row. Raises nothing but cancellation.

        `page` is the entry point's own page where it has been fetched already.
        """
        counts: Counter[str] = Counter()
        return await self._checked(entry_point, counts, self._read(entry_point, limits, counts, page))

    async def back_fill(self, archive: DueEntryPoint, limits: Limits) -> CheckEnd:
        """One archive read back to `limits.since`. Raises nothing but cancellation."""
        counts: Counter[str] = Counter()
        return await self._checked(archive, counts, back_fill(self, archive, limits, counts))

    async def _checked(
        self, entry_point: DueEntryPoint, counts: Counter[str], reading: Coroutine[None, None, CheckEnd]
    ) -> CheckEnd:
        """How a reading ended, whatever happened in it, with its counts: in the row, in the log, as an event."""
        started = self.fetcher.clock()
        try:
            end = await reading
        except (DatabaseError, SQLAlchemyError, OSError) as error:
            end = CheckEnd("error", f"nothing could be stored: {_first_line(error)}")
        except Exception as error:
            self._log.exception("surprise", outlet=entry_point.outlet, url=entry_point.url)
            end = CheckEnd("error", _surprise(error))
        now = self.fetcher.clock()
        took_ms = int((now - started).total_seconds() * 1000)
        end = _counted(end, counts, took_ms)
        try:
            await self.spent(entry_point.outlet)
            await self.store.check_ended(entry_point, end, now)
        except (DatabaseError, SQLAlchemyError, OSError) as error:
            end = replace(end, outcome="error", reason=f"nothing could be stored: {_first_line(error)}")
        self._log.info(
            "checked",
            outlet=entry_point.outlet,
            url=entry_point.url,
            outcome=end.outcome,
            reason=end.reason,
            took_ms=took_ms,
            **counts,
        )
        self._on_event(CheckEnded(entry_point, end))
        await self._healed(entry_point, end)
        return end

    async def _healed(self, entry_point: DueEntryPoint, end: CheckEnd) -> None:
        """Looks for a better entry point where this one lists nothing; a surprise over it costs no check."""
        if self.stopping.is_set():
            return
        try:
            await healing.heal(self, entry_point, end)
        except (DatabaseError, SQLAlchemyError, OSError) as error:
            self._log.error("cannot heal", outlet=entry_point.outlet, reason=_first_line(error))
        except Exception:
            self._log.exception("surprise", outlet=entry_point.outlet, url=entry_point.url)

    async def _read(
        self, entry_point: DueEntryPoint, limits: Limits, counts: Counter[str], page: Page | None
    ) -> CheckEnd:
        outlet = self.outlets[entry_point.outlet]
        address = spiders.start(entry_point.kind, entry_point.address or entry_point.url)
        ask = replace(self.ask(address, outlet), etag=entry_point.etag, last_modified=entry_point.last_modified)
        refused = "" if page else await self.over_budget(outlet, "list")
        if refused:
            return CheckEnd("over budget", refused, not_before=budget.next_day(self.fetcher.clock()))
        got = page or await self.get(ask)
        moved_to = got.url if isinstance(got, Page) and got.moved else ""
        found = await self._listing(got, entry_point, outlet)
        if isinstance(found, CheckEnd) and found.outcome == "not modified" and not entry_point.conditional:
            return CheckEnd("error", "HTTP 304 to a request that set no condition")
        if isinstance(found, CheckEnd) and found.outcome != "not modified":
            return found
        reading = found if isinstance(found, Reading) else Reading((), {})
        counts["listed"] = len(reading.listings)
        noted = await self.store.listed(entry_point, reading, self.fetcher.clock())
        paused, _ = await self._read_all(noted.wanted, entry_point, reading, limits, counts)
        end = found if isinstance(found, CheckEnd) else self._of_list(got, reading, noted)
        if moved_to:
            end = replace(
                end, moved_to=moved_to, reason=", ".join(filter(None, [end.reason, f"moved for good to {moved_to}"]))
            )
        if paused is not None:
            return replace(end, outcome="rate-limited", reason=paused.reason, not_before=paused.until)
        if counts["waiting"]:
            refused = await self.over_budget(outlet, "article")
            end = replace(end, outcome="over budget", reason=f"{counts['waiting']} articles wait: {refused}")
        return end if noted.hole is None else await self._filled(end, noted.hole, outlet, counts)

    def _of_list(self, got: Page | NotFetched, reading: Reading, noted: Noted) -> CheckEnd:
        """The end of a check whose list was read."""
        outcome: Outcome = "ok" if reading.listings else "empty"
        reason = ", ".join(f"{count} {why}" for why, count in reading.dropped.items())
        now = self.fetcher.clock()
        span = rhythm.span_of((one.published_at for one in reading.listings if one.published_at), now)
        new = tuple(listing.published_at for listing in noted.new)
        end = CheckEnd(outcome, reason, learnt=Listed(new, span, noted.hole.until if noted.hole else None))
        # An index that stays the same says nothing of what it leads to, nor a page of what older posts became.
        if reading.more or reading.told is not None or not isinstance(got, Page):
            return end
        return replace(end, etag=got.header("etag"), last_modified=got.header("last-modified"))

    async def _filled(self, end: CheckEnd, hole: Hole, outlet: Outlet, counts: Counter[str]) -> CheckEnd:
        """The end of a check that came after a pause longer than the list reaches."""
        listed = counts["listed"]
        left: Hole | None = hole
        try:
            left, said = await fill(self, hole, outlet, counts)
        except (DatabaseError, SQLAlchemyError, OSError):
            raise
        except Exception as error:  # tried once: it would raise at every check
            self._log.exception("surprise", outlet=outlet.id, url=outlet.home)
            said = _surprise(error)
        counts["listed"] = listed  # health compares lists with lists
        if self.stopping.is_set():
            return end
        reason = ", ".join(filter(None, [end.reason, said]))
        return replace(end, hole=left, hole_settled=True, reason=reason)

    async def revisit(self, due: DueRevisit) -> None:
        """One visit to an article that is known. Raises nothing but cancellation; what went wrong is logged."""
        try:
            await revisits.revisit(self, due)
            await self.spent(due.outlet)
        except (DatabaseError, SQLAlchemyError, OSError) as error:
            self._log.error("not revisited", outlet=due.outlet, url=due.url, reason=_first_line(error))
        except Exception:
            self._log.exception("surprise", outlet=due.outlet, url=due.url)
            await self.store.revisit_later(due.article_id, self.fetcher.clock() + revisits.UNCLEAR_AGAIN)

    def revised(self, draft: Draft, page: Page, outlet_id: str, stored: Saved) -> None:
        """Tells that a visit brought a new revision, as of any article: the matcher is woken by it."""
        self._ended(ArticleEnded(outlet_id, draft.url, draft, page, stored, draft.published.at))

    async def get(self, ask: Ask) -> Page | NotFetched:
        """The page; `fetcher.meter` counts its bytes, which `spent` writes down."""
        self._answers[ask.outlet] += 1
        return await self.fetcher.get(ask)

    async def spent(self, outlet_id: str) -> int:
        """Writes down what was fetched of an outlet; the bytes of its day, other processes' too."""
        size_bytes, answers = self.fetcher.meter.pop(outlet_id, 0), self._answers.pop(outlet_id, 0)
        return await self.store.spent(outlet_id, size_bytes, answers, self.fetcher.clock())

    async def all_spent(self) -> None:
        """Writes down what was fetched and is not written down yet."""
        for outlet_id in [*self.fetcher.meter]:
            await self.spent(outlet_id)

    async def over_budget(self, outlet: Outlet, purpose: Purpose) -> str:
        """Why nothing more is fetched of the outlet today for this purpose; '' while something is."""
        if not self._bounded:
            return ""
        most = outlet.bytes_per_day if outlet.bytes_per_day is not None else self._crawl.bytes_per_day
        spent = await self.spent(outlet.id)
        return "" if budget.affords(purpose, spent, most) else budget.refused(spent, most)

    async def _listing(self, got: Page | NotFetched, entry_point: DueEntryPoint, outlet: Outlet) -> Reading | CheckEnd:
        """What the entry point's page and the pages it leads to named."""
        found = self.look(got, entry_point, outlet)
        if isinstance(found, CheckEnd):
            return found
        seen, queue = {entry_point.url}, list(found.more)
        while queue and len(seen) <= MORE_PAGES and not self.stopping.is_set():
            address = queue.pop(0)
            if address in seen:
                continue
            seen.add(address)
            further = await self._further(address, entry_point, outlet)
            if further is not None:
                found = _joined(found, further)
                queue.extend(further.more)
        return found if entry_point.first else await self._caught_up(found, entry_point, outlet)

    async def _caught_up(self, found: Reading, entry_point: DueEntryPoint, outlet: Outlet) -> Reading:
        """What was named since the last check, when that is more than the first page holds."""
        trail, latest = Trail(spiders.start(entry_point.kind, entry_point.url)), found
        while latest.older and not self.stopping.is_set() and not await self.store.reached(latest):
            address = trail.after(latest)
            further = await self._further(address, entry_point, outlet) if address else None
            if further is None:
                break
            found, latest = _joined(found, further), further
        return found

    async def _further(self, address: str, entry_point: DueEntryPoint, outlet: Outlet) -> Reading | None:
        further = self.look(await self.get(self.ask(address, outlet)), entry_point, outlet)
        return further if isinstance(further, Reading) else None

    def look(
        self, got: Page | NotFetched, entry_point: DueEntryPoint, outlet: Outlet, days: Days = LATEST
    ) -> Reading | CheckEnd:
        """What an answer of the entry point named, or how the reading ended."""
        with self._attention(entry_point.url):
            return outcomes.of_entry_point(got, _fact(entry_point, outlet), outlet, self.fetcher.clock(), days)

    def ask(self, url: str, outlet: Outlet) -> Ask:
        """A request with the outlet's delay and proxy."""
        delay = outlet.delay if outlet.delay is not None else self._crawl.delay
        proxy = self._crawl.proxies.get(outlet.id) or outlet.proxy or self._crawl.proxy
        return Ask(url, delay.total_seconds(), outlet.id, proxy)

    async def articles(
        self, entry_point: DueEntryPoint, reading: Reading, limits: Limits, counts: Counter[str]
    ) -> tuple[Postponed | None, list[datetime]]:
        """Reads what is wanted of a reading; the pause, when the entry point's own host asked for one, and the dates.

        A pause of another host costs only the articles that lie there.
        """
        noted = await self.store.listed(entry_point, reading, self.fetcher.clock())
        return await self._read_all(noted.wanted, entry_point, reading, limits, counts)

    async def _read_all(
        self,
        wanted: list[Wanted],
        entry_point: DueEntryPoint,
        reading: Reading,
        limits: Limits,
        counts: Counter[str],
    ) -> tuple[Postponed | None, list[datetime]]:
        outlet, dates = self.outlets[entry_point.outlet], list[datetime]()
        asked = _asked(wanted, reading, limits, self._crawl.articles_per_check)
        for place, one in enumerate(asked):
            if self.stopping.is_set():
                break
            if reading.told is None and await self.over_budget(outlet, "article"):
                counts["waiting"] += len(asked) - place
                break
            ended = await self._surely(one, outlet, limits, reading.told)
            dates.extend([ended.published] if ended.published else [])
            if not isinstance(ended.end, Postponed):
                counts[_COUNTED[type(ended.stored or ended.end)]] += 1
            elif urls.host(one.listing.url) == entry_point.host:
                return ended.end, dates
        return None, dates

    async def _surely(
        self, wanted: Wanted, outlet: Outlet, limits: Limits, told: Mapping[str, Told] | None
    ) -> ArticleEnded:
        """As `article`; a surprise over one article is its own end and not the check's."""
        try:
            if told is not None:
                return await self._told(wanted, told[wanted.key])
            return await self.article(wanted, outlet, limits)
        except (DatabaseError, SQLAlchemyError, OSError):
            raise
        except Exception as error:
            await self.store.settle(wanted, "failed", _surprise(error), self.fetcher.clock())
            return self.surprised(outlet.id, wanted.listing.url, error)

    def surprised(self, outlet_id: str, url: str, error: Exception) -> ArticleEnded:
        """The end of an article over which something happened that nobody foresaw; the traceback is logged."""
        self._log.exception("surprise", outlet=outlet_id, url=url)
        return self._ended(ArticleEnded(outlet_id, url, Failed(_surprise(error))))

    async def _told(self, wanted: Wanted, told: Told) -> ArticleEnded:
        """One article that the entry point told whole, from there to the row."""
        stored = await self.store.save(wanted, told.page, told.draft, self.fetcher.clock())
        at = told.draft.published.at
        return self._ended(ArticleEnded(wanted.outlet, told.draft.url, told.draft, told.page, stored, at))

    async def article(self, wanted: Wanted, outlet: Outlet, limits: Limits = NO_LIMITS) -> ArticleEnded:
        """One article from the fetch to the row. Raises DatabaseError or OSError when it cannot be stored."""
        ask = replace(self.ask(wanted.listing.url, outlet), listing=wanted.listing)
        return await self.finish(wanted, await self.get(ask), outlet, limits)

    async def finish(
        self, wanted: Wanted, fetched: Page | NotFetched, outlet: Outlet, limits: Limits = NO_LIMITS
    ) -> ArticleEnded:
        """As `article`, of what has been fetched."""
        now = self.fetcher.clock()
        got = outcomes.of_article(fetched, now)
        ended = ArticleEnded(outlet.id, wanted.listing.url, Failed(""))
        if isinstance(got, outcomes.Postponed):
            await self.store.postpone(wanted, got.until)
            return self._ended(replace(ended, end=Postponed(got.reason, got.until)))
        if isinstance(got, outcomes.Ended):
            await self.store.settle(wanted, got.end, got.reason, now)
            end = Failed(got.reason) if got.end == "failed" else Rejected(got.reason)
            return self._ended(replace(ended, end=end))
        return self._ended(await self._extract_and_store(replace(ended, page=got), wanted, got, outlet, limits))

    async def _extract_and_store(
        self, ended: ArticleEnded, wanted: Wanted, page: Page, outlet: Outlet, limits: Limits
    ) -> ArticleEnded:
        now = self.fetcher.clock()
        extracted = await self.extracted(wanted, page, outlet)
        if isinstance(extracted, isolation.Died):
            await self.store.settle(wanted, "quarantined", extracted.reason, now)
            return replace(ended, end=Rejected(f"quarantined: {extracted.reason}"))
        if isinstance(extracted, Blocked):
            await self.store.settle(wanted, "blocked", extracted.reason, now)
        elif isinstance(extracted, Rejected):
            await self.store.settle(wanted, "rejected", extracted.reason, now)
        elif limits.excludes(extracted.published.at):
            end = Rejected("published outside of the days asked for")
            return replace(ended, end=end, published=extracted.published.at)
        else:
            whole = await joining.whole(self, wanted, extracted, outlet)
            draft = whole.draft
            if whole.lacking:
                draft = replace(draft, notes=(*draft.notes, whole.lacking))
            stored = await self.store.save(wanted, page, draft, now, further=whole.pages)
            return replace(ended, end=draft, stored=stored, published=draft.published.at)
        return replace(ended, end=extracted)

    async def extracted(self, wanted: Wanted, page: Page, outlet: Outlet) -> Extracted | isolation.Died:
        """The extraction; of a page that a worker died on, in a process of its own."""
        rules, now = rules_of(outlet), self.fetcher.clock()
        if wanted.kills:
            return await isolation.extract_alone(self._extract, page, rules, now)
        with self._attention(wanted.key):
            return self._extract(page, rules, now)

    def _ended(self, ended: ArticleEnded) -> ArticleEnded:
        outcome, reason = _words(ended)
        self._log.info("ingested", outlet=ended.outlet, url=ended.url, outcome=outcome, reason=reason)
        self._on_event(ended)
        return ended


def _asked(wanted: list[Wanted], reading: Reading, limits: Limits, most: int) -> list[Wanted]:
    """Which articles are read now, and in which order.

    Newest first where each costs a request. What was told whole costs none and is stored oldest first, see
    `known.reached`; what is open but not told any more waits.
    """
    asked = [one for one in wanted if not limits.excludes(one.listing.published_at)]
    if reading.told is None:
        return asked[: limits.articles or most]
    return [one for one in asked if one.key in reading.told][: limits.articles][::-1]


_COUNTED: Mapping[type[object], str] = {
    Saved: "saved",
    Unchanged: "unchanged",
    Rejected: "rejected",
    Blocked: "failed",
    Failed: "failed",
}


def _words(ended: ArticleEnded) -> tuple[str, str]:
    """(outcome, reason) for the log."""
    if isinstance(ended.stored, Saved):
        return ("new" if ended.stored.new else "edited"), ""
    if isinstance(ended.stored, Unchanged):
        return "unchanged", ended.stored.reason
    if isinstance(ended.end, Draft):
        return "read", ""
    return type(ended.end).__name__.lower(), ended.end.reason


def _counted(end: CheckEnd, counts: Counter[str], took_ms: int) -> CheckEnd:
    return replace(
        end,
        took_ms=took_ms,
        listed=counts["listed"],
        saved=counts["saved"],
        unchanged=counts["unchanged"],
        rejected=counts["rejected"],
        failed=counts["failed"],
    )


def _surprise(error: BaseException) -> str:
    return f"surprise: {type(error).__name__}: {_first_line(error)}"


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _fact(entry_point: DueEntryPoint, outlet: Outlet) -> EntryPointFact:
    facts = (*outlet.entry_points, *outlet.archives)
    found = next((f for f in facts if (f.kind, f.url) == (entry_point.kind, entry_point.url)), None)
    return found or EntryPointFact(kind=entry_point.kind, url=entry_point.url)


def _joined(a: Reading, b: Reading) -> Reading:
    known = {listing.url for listing in a.listings}
    listings = a.listings + tuple(listing for listing in b.listings if listing.url not in known)
    told = None if a.told is None or b.told is None else {**b.told, **a.told}
    dropped = dict(Counter(a.dropped) + Counter(b.dropped))
    return replace(a, listings=listings, dropped=dropped, told=told)
