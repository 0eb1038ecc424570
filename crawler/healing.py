"""Entry points that die, move or were never proven: looking at the outlet's home page for a better one, and saying so.

check ends -> noted(...)      redirects for good are counted; from the second on the new address is asked
           -> why(...)        dead, stale, or nothing proven; at most once a day and outlet, less often in vain
           -> claim(...)      a row of `healings` that only one process gets
           -> look(...)       robots.txt's sitemaps, the home page, lists of feeds, the usual places: a handful of requests
           -> believable(...) this outlet's articles, dated, newer than what we have
           -> settled(...)    an entry point row with source "found", a row of `healings`, a word in the check's reason

The YAML is never touched: `moves` gives a person the line to write.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crawler import discovery, languages, markup, urls
from crawler.config import CrawlSection
from crawler.log import get_log
from crawler.models import Article, Check, EntryPoint, Healing, KnownUrl
from crawler.outlets import EntryPointFact, Outlet, Outlets
from crawler.proving import Disproof, Proof, prove
from crawler.rows import insert_missing
from crawler.schedule import FAILURES, MOVED_CHECKS, CheckEnd, DueEntryPoint, first_interval, terms
from crawler.types import Page

if TYPE_CHECKING:
    from crawler.crawl import Crawl

Why = Literal["dead", "stale", "unproven"]

TRIED = 6  # places that are asked in one look, besides the home page and one list of feeds
STALE_AFTER = timedelta(days=7)  # without a new item; no outlet of ours is silent for a week
RECENT = timedelta(days=30)  # what an outlet of which nothing is stored must have published in
FIRST_PATIENCE = timedelta(days=1)
LONGEST_PATIENCE = timedelta(days=16)
KINDS = frozenset({"feed", "sitemap", "section", "wordpress"})  # what a home page may lead to a successor of

_GONE = re.compile(r"^HTTP (?:404|410)\b|^unknown host\b|^no (?:XML|sitemap)\b|^redirects\b")


@dataclass(frozen=True, slots=True)
class Need:
    """That an outlet is to be looked at now. `have` is its newest article's date."""

    healing_id: int
    outlet: str
    entry_point_id: int
    lost: str
    why: Why
    have: datetime | None


@dataclass(frozen=True, slots=True)
class Move:
    """An entry point that is read and that the YAML does not name. `instead_of` is '' for one that is an addition."""

    outlet: str
    kind: str
    url: str
    instead_of: str
    since: datetime | None

    @property
    def yaml(self) -> str:
        """What to write under `entry_points:`."""
        return f"- {{kind: {self.kind}, url: {self.url}, confidence: proven}}"


# --- when ------------------------------------------------------------------------------------------------------------


def is_dead(end: CheckEnd) -> bool:
    """Whether a check ended as it does where nothing is listed any more."""
    return end.outcome in ("not a feed", "REST disabled") or (end.outcome == "error" and bool(_GONE.match(end.reason)))


def patience(fruitless: int) -> timedelta:
    """How long after a look the next may follow, when that many in a row found nothing."""
    return min(FIRST_PATIENCE * int(2**fruitless), LONGEST_PATIENCE)


def may_be_needed(entry_point: DueEntryPoint, end: CheckEnd, outlet: Outlet) -> bool:
    """What can be told without asking the database: most checks end well and bring something."""
    if entry_point.id is None or entry_point.kind not in KINDS:
        return False
    nothing_new = not end.saved and end.outcome in ("ok", "not modified", "empty")
    return is_dead(end) or nothing_new or all(fact.confidence == "unproven" for fact in outlet.entry_points)


def why(session: Session, entry_point: DueEntryPoint, end: CheckEnd, outlet: Outlet, now: datetime) -> Why | None:
    """Why the outlet should be looked at now; None when it need not be, or was not long ago. Writes nothing."""
    row = session.get(EntryPoint, entry_point.id) if entry_point.id is not None else None
    found = _why(session, row, end, outlet, now) if row is not None and row.kind in KINDS else None
    return found if found is not None and _patient(session, outlet.id, now) else None


def claim(session: Session, entry_point: DueEntryPoint, why: Why, now: datetime) -> Need | None:
    """The look as this process's own; None when another process looks."""
    row = session.get_one(EntryPoint, entry_point.id)
    fresh = {"outlet": row.outlet, "day": now.date(), "why": why, "at": now, "lost": row.url, "outcome": "looking"}
    if not insert_missing(session, Healing, [fresh | dict.fromkeys(("kind", "url", "reason"), "")]):
        return None
    claimed = session.scalars(
        select(Healing).where(Healing.outlet == row.outlet, Healing.day == now.date(), Healing.why == why)
    ).one()
    return Need(claimed.id, row.outlet, row.id, row.url, why, _newest(session, row.outlet, now))


def _why(session: Session, row: EntryPoint, end: CheckEnd, outlet: Outlet, now: datetime) -> Why | None:
    if is_dead(end):
        # One bad answer is chance, unless there never was a good one.
        return "dead" if row.failures >= 2 or row.checks == 1 else None
    if end.outcome not in ("ok", "not modified", "empty"):
        return None
    others = session.scalars(select(EntryPoint).where(EntryPoint.outlet == outlet.id, EntryPoint.retired_at.is_(None)))
    found = [one for one in others if one.source == "found"]
    if not found and all(fact.confidence == "unproven" for fact in outlet.entry_points):
        return "unproven"
    if end.saved or row.first_read_at is None or any(one.failures == 0 for one in found):
        return None
    newest = _newest(session, outlet.id, now)
    return "stale" if newest is not None and now - newest > STALE_AFTER else None


def _patient(session: Session, outlet_id: str, now: datetime) -> bool:
    """Whether the last look is long enough ago."""
    looks = select(Healing).where(Healing.outlet == outlet_id, Healing.why != "moved")
    past = session.scalars(looks.order_by(Healing.at.desc()).limit(8)).all()
    if not past:
        return True
    fruitless = next((n for n, one in enumerate(past) if one.outcome == "healed"), len(past))
    return now - past[0].at >= patience(max(fruitless - 1, 0))


def _newest(session: Session, outlet_id: str, now: datetime) -> datetime | None:
    """The newest date known of the outlet's articles."""
    stored = session.scalar(
        select(func.max(Article.published_at)).where(Article.outlet == outlet_id, Article.published_at <= now)
    )
    listed = session.scalar(
        select(func.max(KnownUrl.published_at)).where(KnownUrl.outlet == outlet_id, KnownUrl.published_at <= now)
    )
    return max((at for at in (stored, listed) if at is not None), default=None)


# --- the look --------------------------------------------------------------------------------------------------------


async def look(crawl: Crawl, outlet: Outlet, need: Need, known: Outlets, asked: Collection[str]) -> Proof | str:
    """A better entry point of the outlet, or why none was found. `asked` are the addresses that are read already.

    At most eight requests, robots.txt aside, each with the outlet's pauses.
    """
    home = await crawl.get(crawl.ask(outlet.home, outlet))
    if not isinstance(home, Page) or home.status != 200:
        return f"the home page cannot be read: {f'HTTP {home.status}' if isinstance(home, Page) else home.reason}"
    places = _places(crawl, home)
    for address in discovery.feed_lists(_text(home), home.url)[:1]:
        listed = await crawl.get(crawl.ask(address, outlet))
        if isinstance(listed, Page) and listed.status == 200:
            places = [*_likely(discovery.entry_points(_text(listed), listed.url)), *places]
    reasons: list[str] = []
    for place in _untried(places, asked, known)[:TRIED]:
        if crawl.stopping.is_set():
            return "stopped"
        ended = await prove(crawl, outlet, place)
        reason = ended.reason if isinstance(ended, Disproof) else believable(ended, outlet, known, need)
        if isinstance(ended, Proof) and not reason:
            return ended
        reasons.append(f"{urlsplit(place.url).path}: {reason}")
    return "; ".join(reasons)[:400] or "the home page names no place that is not read already"


def _places(crawl: Crawl, home: Page) -> list[EntryPointFact]:
    parts = urlsplit(home.url)
    rules = crawl.fetcher.robots.get(f"{parts.scheme}://{parts.netloc}")
    sitemaps = list(rules.parsed.sitemaps) if rules is not None and rules.parsed is not None else []
    found = discovery.entry_points(_text(home), home.url, "\n".join(f"Sitemap: {address}" for address in sitemaps))
    return [place for place in found if place.kind != "section"]


def _likely(places: Iterable[EntryPointFact]) -> list[EntryPointFact]:
    return [place for place in places if place.confidence != "unproven"]


def _untried(places: Iterable[EntryPointFact], asked: Collection[str], known: Outlets) -> list[EntryPointFact]:
    """What nobody reads already, neither this outlet nor another."""
    taken = {urls.canonical(address) for address in asked}
    taken |= {urls.canonical(fact.url) for outlet in known.by_id.values() for fact in outlet.entry_points}
    once = {urls.canonical(place.url): place for place in reversed(list(places))}
    return [place for key, place in reversed(once.items()) if key not in taken]


def _text(page: Page) -> str:
    return markup.decode(page.body, page.header("content-type"))


def believable(proof: Proof, outlet: Outlet, known: Outlets, need: Need) -> str:
    """Why a place is not taken up as this outlet's; '' when it is: its own articles, dated, newer than what we have."""
    listings, now = proof.reading.listings, proof.page.fetched_at
    if len(listings) < 2 or proof.dated * 2 < len(listings):
        return f"{len(listings)} articles, {proof.dated} dated, is too little to believe"
    home_sites = {urls.site(address) for address in (outlet.home, *outlet.mirrors)}
    foreign = [one for one in listings if urls.site(one.url) not in home_sites or _anothers(one.url, outlet, known)]
    if len(foreign) * 2 > len(listings):
        return f"lists articles of others, such as {foreign[0].url}"
    spoken = [
        code for code in (languages.detect(one.title) for one in listings if len(one.title) > 20) if code != "und"
    ]
    strange = [code for code in spoken if code not in outlet.languages]
    if len(strange) * 2 > len(spoken) > 0:
        return f"written in {strange[0]}"
    newest = proof.newest
    assert newest is not None  # half of them are dated
    if need.have is None:
        return "" if now - newest <= RECENT else f"its newest article is of {newest:%Y-%m-%d}"
    # A dead feed's last article may well be the outlet's newest; a stale one is only beaten by what is newer.
    least = need.have + timedelta(hours=1) if need.why == "stale" else need.have - timedelta(days=1)
    return "" if newest >= least else f"its newest article, of {newest:%Y-%m-%d}, is not newer than what we have"


def _anothers(address: str, outlet: Outlet, known: Outlets) -> bool:
    found = known.of_url(address)
    return found is not None and found.id != outlet.id


# --- the rows --------------------------------------------------------------------------------------------------------


def settled(
    session: Session, need: Need, found: Proof | str, outlet: Outlet, crawl: CrawlSection, now: datetime
) -> Move | None:
    """Writes how a look ended; the entry point that was taken up."""
    row = session.get_one(Healing, need.healing_id)
    if isinstance(found, str):
        row.outcome, row.reason = "nothing found", found
        return None
    fact = found.fact
    row.outcome, row.kind, row.url = "healed", fact.kind, fact.url
    dead = select(EntryPoint).where(
        EntryPoint.outlet == need.outlet, EntryPoint.source == "found", EntryPoint.failures > 0
    )
    for former in session.scalars(dead):
        former.retired_at = now
    _take_up(session, need, fact, outlet, crawl, now)
    move = Move(need.outlet, fact.kind, fact.url, need.lost if need.why != "unproven" else "", now)
    check = session.scalars(
        select(Check).where(Check.entry_point_id == need.entry_point_id).order_by(Check.id.desc()).limit(1)
    ).first()
    if check is not None:
        said = f"healed: {fact.kind} {fact.url} is read {'instead' if move.instead_of else 'too'}"
        check.reason = f"{check.reason}; {said}" if check.reason else said
    return move


def _take_up(
    session: Session, need: Need, fact: EntryPointFact, outlet: Outlet, crawl: CrawlSection, now: datetime
) -> None:
    row = session.scalars(
        select(EntryPoint).where(EntryPoint.outlet == need.outlet, EntryPoint.url == fact.url)
    ).one_or_none()
    if row is None:
        row = EntryPoint(outlet=need.outlet, url=fact.url)
        session.add(row)
    row.kind, row.host, row.source = fact.kind, urls.host(fact.url), "found"
    row.instead_of = need.lost if need.why != "unproven" else ""
    asked = terms(fact, outlet, crawl)
    row.every_s = int(asked.every.total_seconds()) if asked.every is not None else None
    row.priority, row.expected_a_day = asked.priority, asked.expected_a_day
    row.next_check_at, row.interval_s = now, int(first_interval(asked, crawl).total_seconds())
    row.retired_at, row.failures = None, 0


def noted(session: Session, entry_point: DueEntryPoint, end: CheckEnd, now: datetime) -> Move | None:
    """Counts redirects for good and puts back what recovered; the move, when it was seen often enough just now.

    Called before the schedule writes the check, in its transaction.
    """
    row = session.get(EntryPoint, entry_point.id) if entry_point.id is not None else None
    if row is None:
        return None
    if end.outcome == "ok" and end.listed and row.failures and row.source == "yaml":
        session.execute(  # the old one lists again: what stood in for it is not needed
            update(EntryPoint)
            .where(EntryPoint.outlet == row.outlet, EntryPoint.source == "found", EntryPoint.instead_of == row.url)
            .values(retired_at=now)
        )
    return _moved(session, row, end, now)


def _moved(session: Session, row: EntryPoint, end: CheckEnd, now: datetime) -> Move | None:
    settled_there = row.moved_checks >= MOVED_CHECKS
    if end.outcome in FAILURES:
        if settled_there:  # the new address fails: the old one is asked again
            row.moved_to, row.moved_checks, row.host = "", 0, urls.host(row.url)
        return None
    if not end.moved_to or end.outcome not in ("ok", "not modified"):
        if not settled_there:
            row.moved_to, row.moved_checks = "", 0
        return None
    row.moved_checks = row.moved_checks + 1 if end.moved_to == row.moved_to else 1
    row.moved_to = end.moved_to
    if row.moved_checks != MOVED_CHECKS:
        return None
    row.host = urls.host(row.moved_to)
    insert_missing(
        session,
        Healing,
        [
            {
                "outlet": row.outlet,
                "day": now.date(),
                "why": "moved",
                "at": now,
                "lost": row.url,
                "outcome": "moved",
                "kind": row.kind,
                "url": row.moved_to,
                "reason": "",
            }
        ],
    )
    return Move(row.outlet, row.kind, row.moved_to, row.url, now)


def moves(session: Session) -> dict[str, list[Move]]:
    """By outlet, what is read and stands in no YAML: found by looking, or reached by redirects for good."""
    rows = session.scalars(select(EntryPoint).where(EntryPoint.retired_at.is_(None)).order_by(EntryPoint.id)).all()
    when: dict[tuple[str, str], datetime] = {
        (outlet, url): at
        for outlet, url, at in session.execute(select(Healing.outlet, Healing.url, Healing.at).order_by(Healing.at))
    }
    found: dict[str, list[Move]] = {}
    for row in rows:
        if row.source == "found":
            move = Move(row.outlet, row.kind, row.url, row.instead_of, when.get((row.outlet, row.url)))
        elif row.moved_checks >= MOVED_CHECKS:
            move = Move(row.outlet, row.kind, row.moved_to, row.url, when.get((row.outlet, row.moved_to)))
        else:
            continue
        found.setdefault(row.outlet, []).append(move)
    return found


def last_looks(session: Session) -> dict[str, str]:
    """By outlet, when and why it was looked at last and what came of it, for a person."""
    rows = session.scalars(select(Healing).where(Healing.why != "moved").order_by(Healing.at, Healing.id))
    return {row.outlet: f"{row.at:%Y-%m-%d}, {row.why}: {_ended(row)}" for row in rows}


def _ended(row: Healing) -> str:
    return f"{row.kind} {row.url}" if row.outcome == "healed" else ": ".join(filter(None, [row.outcome, row.reason]))


def addresses(session: Session, outlet_id: str) -> list[str]:
    """Everything that is or was read of an outlet."""
    rows = session.execute(select(EntryPoint.url, EntryPoint.moved_to).where(EntryPoint.outlet == outlet_id)).all()
    return [address for row in rows for address in row if address]


# --- the hook --------------------------------------------------------------------------------------------------------


async def heal(crawl: Crawl, entry_point: DueEntryPoint, end: CheckEnd) -> None:
    """After a check: looks for a better entry point where one is needed, and says what came of it."""
    outlet = crawl.outlets[entry_point.outlet]
    if not may_be_needed(entry_point, end, outlet) or await crawl.over_budget(outlet, "list"):
        return
    begun = await crawl.store.healing_needed(entry_point, end, outlet, crawl.fetcher.clock())
    if begun is None:
        return
    need, asked = begun
    found = await look(crawl, outlet, need, Outlets(crawl.outlets), asked)
    await crawl.spent(outlet.id)
    move = await crawl.store.healing_ended(need, found, outlet, crawl.fetcher.clock())
    said: Mapping[str, object] = {"outlet": outlet.id, "why": need.why, "lost": need.lost}
    if move is None:
        get_log().info("not healed", **said, reason=found)
    else:
        get_log().warning("healed", **said, kind=move.kind, found=move.url, yaml=move.yaml)


def say_moved(move: Move | None) -> None:
    """One log line for a permanent redirect that is believed now."""
    if move is not None:
        get_log().warning("moved", outlet=move.outlet, lost=move.instead_of, found=move.url, yaml=move.yaml)
