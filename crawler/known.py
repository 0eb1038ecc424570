"""Which article addresses were named, and how each ended: what keeps a second reading from fetching anything again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crawler import urls
from crawler.models import Article, EntryPoint, KnownUrl
from crawler.rows import insert_missing
from crawler.schedule import DueEntryPoint, Hole
from crawler.spiders import Reading
from crawler.types import Listing

End = Literal["pending", "saved", "unchanged", "rejected", "blocked", "failed", "quarantined"]
UNFINISHED: tuple[End, ...] = ("pending", "failed", "blocked")

# After the first, second, ... failure. Then it stays failed until its listing changes.
RETRY_AFTER = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
)
KILLS_TO_QUARANTINE = 2
CUT_FROM = 5  # articles: a shorter list ends because there is no more, not because it was cut off
UNDATED_PAUSE = timedelta(hours=6)  # without dates only the length of a pause makes a list of strangers suspicious
_AT_ONCE = 500  # keys in one IN (...): SQLite's limit is 32,766 variables


@dataclass(frozen=True, slots=True)
class Wanted:
    """An article that is to be fetched. `key` is the canonical address, `listing.url` the one to ask."""

    key: str
    outlet: str
    listing: Listing
    from_first_crawl: bool
    kills: int = 0


@dataclass(frozen=True, slots=True)
class Noted:
    """What a reading named: the articles to fetch, newest first; those nobody had named before; the hole before it."""

    wanted: list[Wanted]
    new: tuple[Listing, ...] = ()
    hole: Hole | None = None


def mark(listing: Listing) -> str:
    """What an entry point said of an article; when it changes, the article is fetched again."""
    return f"{listing.title}\n{listing.updated}"


def note(session: Session, entry_point: DueEntryPoint, reading: Reading, now: datetime) -> Noted:
    """Remembers what a reading named and returns what is to be fetched, newest first.

    Besides what was named now these are the articles of earlier readings that are still open: beyond the limit of a
    check, not fetched because the worker stopped, or failed and due again.
    """
    listed = {urls.canonical(listing.url): listing for listing in reading.listings}
    rows = _rows(session, listed)
    # Marks of what was told whole are made of the text and never of the hour.
    restless = reading.titles_are_exact and reading.told is None and _restless(rows, listed)
    for key, row in rows.items():
        _update(row, listed[key], entry_point, watch_titles=reading.titles_are_exact, watch_updates=not restless)
    session.flush()
    insert_missing(
        session,
        KnownUrl,
        [_new(key, listing, entry_point, now) for key, listing in listed.items() if key not in rows],
    )
    hole = None
    read = session.get(EntryPoint, entry_point.id) if entry_point.id is not None else None
    if read is not None:
        if listed and not rows:
            _note_hole(read, reading, now)
        if listed and read.first_read_at is None:
            read.first_read_at = now
        if read.hole_since is not None and read.hole_until is not None:
            hole = Hole(read.hole_since, read.hole_until)
    new = tuple(listing for key, listing in listed.items() if key not in rows)
    return Noted(_open(session, entry_point, listed, now), new, hole)


def _note_hole(read: EntryPoint, reading: Reading, now: datetime) -> None:
    """Writes down the hole before a list that names nothing any earlier check had, in the transaction that forgets it.

    A worker that is killed while it fills the hole would else find a list it knows.
    """
    last, cut = read.last_read_at, len(reading.listings) >= CUT_FROM
    if last is None or not cut:
        return
    dates = [listing.published_at for listing in reading.listings if listing.published_at is not None]
    until = min(dates, default=now if now - last > UNDATED_PAUSE else last)
    if until > last:
        read.hole_since, read.hole_until = read.hole_since or last, until


def _rows(session: Session, keys: Collection[str]) -> dict[str, KnownUrl]:
    found: dict[str, KnownUrl] = {}
    ordered = list(keys)
    for start in range(0, len(ordered), _AT_ONCE):
        part = ordered[start : start + _AT_ONCE]
        found.update((row.url, row) for row in session.scalars(select(KnownUrl).where(KnownUrl.url.in_(part))))
    return found


def _restless(rows: Mapping[str, KnownUrl], listed: Mapping[str, Listing]) -> bool:
    """Whether the update marks only tell when the feed was made: most of them changed, and no title did."""
    changed = [
        key
        for key, row in rows.items()
        if row.listed.partition("\n")[2] != listed[key].updated and row.listed.partition("\n")[0] == listed[key].title
    ]
    return len(changed) >= 3 and len(changed) * 2 > len(rows)


def _update(
    row: KnownUrl, listing: Listing, entry_point: DueEntryPoint, *, watch_titles: bool, watch_updates: bool
) -> None:
    """An open article belongs to the entry point that named it last; a finished one is opened again when it changed."""
    if entry_point.id is not None and (row.outcome in UNFINISHED or row.entry_point_id is None):
        row.entry_point_id = entry_point.id  # what a back-fill or a person brought is listened to from now on
    if row.entry_point_id != entry_point.id or not watch_titles or row.outcome == "quarantined":
        return  # two feeds may name one article by two titles: only the one it came from is listened to
    title, _, updated = row.listed.partition("\n")
    if title != listing.title or (watch_updates and updated != listing.updated):
        row.outcome, row.attempts, row.next_try_at = "pending", 0, None
    row.listed, row.address = mark(listing), listing.url
    row.published_at = listing.published_at or row.published_at


def _new(key: str, listing: Listing, entry_point: DueEntryPoint, now: datetime) -> dict[str, object]:
    return {
        "url": key,
        "address": listing.url,
        "outlet": entry_point.outlet,
        "entry_point_id": entry_point.id,
        "listed": mark(listing),
        "published_at": listing.published_at,
        "from_first_crawl": entry_point.first,
        "outcome": "pending",
        "reason": "",
        "attempts": 0,
        "kills": 0,
        "seen_at": now,
    }


def _open(session: Session, entry_point: DueEntryPoint, listed: Mapping[str, Listing], now: datetime) -> list[Wanted]:
    query = select(KnownUrl).where(
        KnownUrl.outcome.in_(UNFINISHED), or_(KnownUrl.next_try_at.is_(None), KnownUrl.next_try_at <= now)
    )
    if entry_point.id is not None:
        rows: Sequence[KnownUrl] = session.scalars(query.where(KnownUrl.entry_point_id == entry_point.id)).all()
    else:
        rows = [row for row in _rows(session, listed).values() if row.outcome in UNFINISHED]
    rows = [row for row in rows if not _given_up(row)]
    place = {key: position for position, key in enumerate(listed)}
    newest_first = sorted(rows, key=lambda row: place.get(row.url, len(place)))
    newest_first.sort(key=lambda row: row.published_at or now, reverse=True)
    return [as_wanted(row) for row in newest_first]


def reached(session: Session, reading: Reading) -> bool:
    """Whether a page names an article that an earlier check had: there the way back ends.

    Of articles told whole only finished ones count. They are stored oldest first, so what a killed worker left open
    lies this side of them and is told again.
    """
    rows = _rows(session, [urls.canonical(listing.url) for listing in reading.listings]).values()
    return any(reading.told is None or row.outcome not in UNFINISHED for row in rows)


def dates(session: Session, reading: Reading) -> list[datetime]:
    """Publication dates of those articles of a page that are stored."""
    keys = [urls.canonical(listing.url) for listing in reading.listings]
    ids = [row.article_id for row in _rows(session, keys).values() if row.article_id is not None]
    found: list[datetime] = []
    for first in range(0, len(ids), _AT_ONCE):
        part = ids[first : first + _AT_ONCE]
        query = select(Article.published_at).where(Article.id.in_(part), Article.published_at.is_not(None))
        found.extend(at for at in session.scalars(query) if at is not None)
    return found


def _given_up(row: KnownUrl) -> bool:
    return row.outcome in ("failed", "blocked") and row.next_try_at is None


def as_wanted(row: KnownUrl) -> Wanted:
    title, _, updated = row.listed.partition("\n")
    listing = Listing(row.address, title, row.published_at, updated)
    return Wanted(row.url, row.outlet, listing, row.from_first_crawl, row.kills)


def unknown(listing: Listing, outlet: str, *, first: bool) -> Wanted:
    """An article that no row knows yet."""
    return Wanted(urls.canonical(listing.url), outlet, listing, first)


def settle(
    session: Session, wanted: Wanted, end: End, reason: str, now: datetime, *, article_id: int | None = None
) -> None:
    """Writes how an article ended. A failed or blocked one is tried again after a growing wait, then given up."""
    insert_missing(session, KnownUrl, [_ad_hoc(wanted, now)])
    row = session.get_one(KnownUrl, wanted.key, with_for_update=True)
    row.outcome, row.reason, row.seen_at = end, reason[:500], now
    row.kills = KILLS_TO_QUARANTINE if end == "quarantined" else 0
    row.article_id = article_id if article_id is not None else row.article_id
    if end in ("failed", "blocked"):
        row.attempts += 1
        row.next_try_at = now + RETRY_AFTER[row.attempts - 1] if row.attempts <= len(RETRY_AFTER) else None
    else:
        row.attempts, row.next_try_at = 0, None


def _ad_hoc(wanted: Wanted, now: datetime) -> dict[str, object]:
    """The row of an article that no entry point named."""
    entry_point = DueEntryPoint(None, wanted.outlet, "", "", first=wanted.from_first_crawl)
    return _new(wanted.key, wanted.listing, entry_point, now)


def postpone(session: Session, wanted: Wanted, until: datetime) -> None:
    """The host asked for a pause: the article waits without having failed."""
    row = session.get(KnownUrl, wanted.key)
    if row is not None:
        row.next_try_at = until


def blame(session: Session, key: str, now: datetime) -> int:
    """Counts a crawl worker that died while it read this page and returns how many did.

    From the first on the page is read in a process of its own (see `isolation`), so a worker that was killed from
    outside does not condemn a page; at the second it is quarantined.
    """
    row = session.get(KnownUrl, key, with_for_update=True)
    if row is None:
        return 0
    row.kills += 1
    if row.kills >= KILLS_TO_QUARANTINE:
        row.outcome, row.reason, row.next_try_at = "quarantined", f"killed {row.kills} crawl workers", None
        row.seen_at = now
    return row.kills
