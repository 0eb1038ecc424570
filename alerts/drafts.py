"""What somebody is shown before it holds: watches with what they would have caught, an edit, and how long it is kept.

    read_lines / read_file      what was written -> watches and refusals
    look_back                   watches -> a table; long, in a reading transaction, of at most MOST_LOOKED articles
    keep                        the table's watches as a row, until [Save], [Cancel] or its end
    save / save_edit            what was stored meanwhile, and the watches: one transaction, so that nothing falls between

The caller opens the transactions.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from alerts import imports, lookback, match, watchlists
from alerts.lookback import WINDOW, Covered, Difference, PastHit, Seen, Step
from alerts.models import Draft
from alerts.monitor import Monitor
from alerts.query import Query
from crawler.errors import QueryError, UsageError
from crawler.models import Article
from crawler.outlets import Outlet

LIFE = timedelta(hours=24)
UNDO_LIFE = timedelta(days=7)
MOST_LOOKED = 20_000  # articles of one look back: about a minute; the window shrinks to as many
MOST_WATCHES = 2_000  # of one file or message
FORMS = 4  # spellings shown of what a watch found
_IN_FLIGHT = timedelta(minutes=2)  # a transaction that ended after the look may carry an earlier time

Outlets = Mapping[str, Outlet]
Edge = Mapping[str, int]
"""Articles stored just before a look that went through them: id, as JSON has it, -> revision."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that cannot become a watch. `column` is 0 where the mistake has none; `line` counts from 1."""

    line: int
    text: str
    reason: str
    column: int = 0
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: watches as texts with how they were read, and the lines that are none."""

    watches: Mapping[str, Query]
    definitions: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    skipped: int = 0  # entities of a file that are neither persons nor organisations

    @property
    def texts(self) -> list[str]:
        """What is saved, definitions first."""
        return [*self.definitions, *self.watches]


@dataclass(frozen=True, slots=True)
class Row:
    """A watch and what it would have caught: alerts, articles, and the spellings it was found in."""

    text: str
    understood: str
    fired: int
    articles: int
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a look back. `window` is how far it went, `store` what there was to look at."""

    rows: tuple[Row, ...]
    samples: tuple[PastHit, ...]
    store: Covered
    window: timedelta
    looked_at: datetime
    edge: Edge = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """What was saved, and what the watches hold for among the articles stored since the look."""

    watchlist: str
    count: int
    meanwhile: tuple[PastHit, ...] = ()
    listed: tuple[watchlists.Listed, ...] = field(default=())


def read_lines(session: Session, lines: Iterable[str], watchlist: str) -> Written:
    """One watch, or definition, a line, as it would be read in that list."""
    watches: dict[str, Query] = {}
    definitions: list[str] = []
    refused = []
    for number, text in enumerate((line.strip() for line in lines), start=1):
        if not text:
            continue
        if len(watches) == MOST_WATCHES:
            refused.append(
                Refusal(number, "…", f"more than {MOST_WATCHES} watches at once; send the others afterwards")
            )
            break
        try:
            line = watchlists.understood(session, text, watchlist)
        except QueryError as error:
            refused.append(Refusal(number, text, str(error), error.column, error.suggestion))
            continue
        if line.query is not None and not line.definition:
            watches[text] = line.query
        else:
            definitions.append(text)
    return Written(watches, tuple(definitions), tuple(refused))


def read_file(session: Session, name: str, content: bytes, watchlist: str) -> Written:
    """A list of persons and organisations, CSV or JSON lines by its name. UsageError when it is no such list."""
    try:
        lines = content.decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as cause:
        raise UsageError(f"{name}: not UTF-8 at byte {cause.start}; save it as UTF-8") from cause
    if name.casefold().endswith(".txt"):
        return read_lines(session, lines, watchlist)
    jsonl = name.casefold().endswith((".json", ".jsonl", ".ftm", ".ndjson"))
    texts: list[str] = []
    refused, skipped = [], 0
    for one in imports.read(lines, jsonl=jsonl):
        if isinstance(one, imports.Entry):
            if len(texts) == MOST_WATCHES:
                raise UsageError(f"more than {MOST_WATCHES} watches in one file; cut it, or use `rasad watch import`")
            texts.append(one.watch)
        elif isinstance(one, imports.Refused):
            refused.append(Refusal(one.line, one.text, one.reason))
        else:
            skipped += 1
    read = read_lines(session, dict.fromkeys(texts), watchlist)
    return Written(read.watches, read.definitions, (*refused, *read.refused), skipped)


def look_back(
    session: Session,
    queries: Mapping[str, Query],
    now: datetime,
    *,
    outlets: Outlets | None = None,
    step: Step | None = None,
) -> Table:
    """What each watch would have caught in the last 30 days, or in as many as MOST_LOOKED articles reach back."""
    window = reach(session, now)
    store = lookback.covered(session, now, window)
    asked = dict(enumerate(queries.values()))
    seen = lookback.look(session, asked, now, window=window, outlets=outlets, step=step)
    by_watch: dict[int, list[PastHit]] = {}
    for hit in seen.hits:
        by_watch.setdefault(hit.watch, []).append(hit)
    rows = tuple(
        Row(text, str(query), len({hit.story_id for hit in hits}), len(hits), forms(hits))
        for (text, query), hits in zip(queries.items(), (by_watch.get(key, []) for key in asked), strict=True)
    )
    newest: dict[int, PastHit] = {}
    for hit in sorted(seen.hits, key=lambda hit: hit.at, reverse=True):
        newest.setdefault(hit.story_id, hit)
    return Table(rows, tuple(newest.values())[:3], store, window, now, edge(session, now))


def edge(session: Session, now: datetime) -> Edge:
    """What a look of this transaction has seen of the last moments: others of them may be stored after it."""
    return {str(row.id): row.revision for row in session.execute(_since(now - _IN_FLIGHT))}


def _since(at: datetime) -> Select[int, int]:
    # By the index of the first column; the time of the last change lies behind long texts.
    recent = (Article.first_seen_at >= at - WINDOW, Article.changed_at >= at)
    return select(Article.id, Article.revision).where(*recent).order_by(Article.id.desc()).limit(MOST_LOOKED)


def reach(session: Session, now: datetime, most: int = MOST_LOOKED) -> timedelta:
    """How far back a look goes that must end: 30 days, or fewer when there are too many articles."""
    newest = select(Article.first_seen_at).order_by(Article.first_seen_at.desc()).offset(most).limit(1)
    oldest = session.scalar(newest)
    return WINDOW if oldest is None else min(WINDOW, now - oldest)


def forms(hits: Iterable[PastHit]) -> tuple[str, ...]:
    """The spellings the articles had, the most frequent first."""
    counts: dict[str, int] = {}
    for hit in hits:
        for why in hit.why:
            found, meant, _ = why.partition(" = ")
            if meant:
                counts[found] = counts.get(found, 0) + 1
    return tuple(sorted(counts, key=lambda found: -counts[found])[:FORMS])


def look_at_edit(
    session: Session,
    watch_id: int,
    text: str,
    now: datetime,
    *,
    outlets: Outlets | None = None,
    step: Step | None = None,
) -> tuple[Difference, Covered, Edge]:
    """What writing `text` in the place of a watch would newly catch and no longer catch. Raises as watchlists.edits."""
    edits = watchlists.edits(session, watch_id, text)
    window = reach(session, now)
    asked = {2 * index: one.before for index, one in enumerate(edits)}
    asked |= {2 * index + 1: one.after for index, one in enumerate(edits)}
    seen = lookback.look(session, asked, now, window=window, outlets=outlets, step=step)
    changes = [lookback.difference(seen, 2 * index, 2 * index + 1) for index in range(len(edits))]
    change = Difference(
        newly=tuple(hit for one in changes for hit in one.newly),
        no_longer=tuple(hit for one in changes for hit in one.no_longer),
        still=tuple(hit for one in changes for hit in one.still),
    )
    return change, lookback.covered(session, now, window), edge(session, now)


# --- rows


def keep(
    session: Session,
    kind: str,
    user_id: int,
    address: str,
    what: Mapping[str, Any],
    now: datetime,
    *,
    looked_at: datetime,
    life: timedelta = LIFE,
) -> str:
    """The id of a new draft. Drafts that ran out are taken away."""
    session.execute(delete(Draft).where(Draft.expires_at <= now))
    draft = Draft(
        id=secrets.token_urlsafe(9),
        kind=kind,
        user_id=user_id,
        address=address,
        what=dict(what),
        looked_at=looked_at,
        expires_at=now + life,
    )
    session.add(draft)
    session.flush()
    return draft.id


def find(session: Session, draft_id: str, kind: str, user_id: int, address: str, now: datetime) -> Draft:
    """The draft, for the one it was shown to, in that chat. UsageError when it is another's, done, or ran out."""
    return find_any(session, draft_id, (kind,), user_id, address, now)


def find_any(
    session: Session, draft_id: str, kinds: Collection[str], user_id: int, address: str, now: datetime
) -> Draft:
    """As `find`, of any of these kinds."""
    draft = session.get(Draft, draft_id)
    if draft is None or draft.kind not in kinds or draft.expires_at <= now:
        raise UsageError("this is over: it was done already, or waited too long; ask again")
    if (draft.user_id, draft.address) != (user_id, address):
        raise UsageError("only the one who asked can decide this")
    return draft


def save(session: Session, draft: Draft, now: datetime, *, title: str = "", outlets: Outlets | None = None) -> Saved:
    """The watches of an "add" draft, saved in its maker's list; the draft is gone afterwards."""
    match.one_at_a_time(session)
    watchlist, texts = draft.what["watchlist"], list(draft.what["texts"])
    queries = read_lines(session, texts, watchlist).watches
    missed = _meanwhile(session, list(queries.values()), draft.looked_at, draft.what["edge"], outlets)
    count = watchlists.add_all(session, texts, now, watchlist=watchlist, title=title, owner=draft.user_id)
    session.delete(draft)
    session.flush()
    return Saved(watchlist, count, tuple(missed))


def save_edit(session: Session, draft: Draft, now: datetime, *, outlets: Outlets | None = None) -> Saved:
    """The edit of an "edit" draft; stories the old watch told stay told. Raises as watchlists.edits."""
    number, text = draft.what["watch_id"], draft.what["text"]
    match.one_at_a_time(session)
    after = [one.after for one in watchlists.edits(session, number, text)]
    missed = _meanwhile(session, after, draft.looked_at, draft.what["edge"], outlets)
    written = change(session, number, text, now, outlets=outlets)
    session.delete(draft)
    session.flush()
    return Saved(written.watchlist, 1, tuple(missed), (written,))


def change(
    session: Session, number: int, text: str, now: datetime, *, outlets: Outlets | None = None
) -> watchlists.Listed:
    """A watch, replaced by `text`; stories the old one told stay told. Raises as watchlists.edits."""
    return lookback.replace(session, Seen({}, now, now), number, text, now, outlets)


def _meanwhile(
    session: Session, queries: Sequence[Query], looked_at: datetime, seen: Edge, outlets: Outlets | None
) -> list[PastHit]:
    """What they hold for among the articles stored or edited since the look, one hit a story, the newest first."""
    monitor = Monitor(enumerate(queries))
    missed = session.execute(_since(looked_at - _IN_FLIGHT))
    ids = [row.id for row in missed if seen.get(str(row.id)) != row.revision]
    found: dict[int, PastHit] = {}
    for article_id in ids:
        article = session.get_one(Article, article_id)
        for hit in lookback.past_hits(monitor, article, outlets):
            found.setdefault(hit.story_id, hit)
        session.expunge(article)
    return list(found.values())
