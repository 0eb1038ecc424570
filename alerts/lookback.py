"""What a watch would have caught in the articles that are stored already. The caller opens the transactions.

    seen = look(read_session, queries)       # long; blocks nobody
    with database.begin() as session:
        catch_up(session, seen)              # what was stored meanwhile: in the look-back, or matched later
        save

A watch that looks back and is saved in one transaction behind `match.one_at_a_time` leaves no gap: the matcher, which
asks for the version of the watchlists in every batch, meets whatever is stored afterwards with the watch in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts import match, watchlists
from alerts.models import Alert, AlertMatch, Match, Watch
from alerts.monitor import Hit, Monitor
from alerts.query import Query
from alerts.quote import quote
from crawler.models import Article
from crawler.outlets import Outlet

WINDOW = timedelta(days=30)
MARKED = "marked as told"  # Alert.held of one that was made to tell nobody
REPLAYED = "replayed"  # Alert.held of one on its way into a digest of past hits
_CHUNK = 200  # articles read at a time
_THIN = 0.9  # of the window; a store that covers less says so

Step = Callable[[int, int], None]
"""Told (articles asked, articles there are) now and then."""


@dataclass(frozen=True, slots=True)
class PastHit:
    """An article a watch holds for. `watch` is the key it was asked under."""

    watch: int
    article_id: int
    story_id: int
    title: str
    outlet: str
    url: str
    at: datetime  # of publication, or else when it was first seen
    quote: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """What the store holds of the window: how far back it goes, and how much there is."""

    window: timedelta
    reach: timedelta  # since the first article was stored, at most `window`
    articles: int
    outlets: int

    @property
    def thin(self) -> bool:
        return not self.articles or self.reach < _THIN * self.window


@dataclass(slots=True)
class Seen:
    """A look back: what was asked, what was found, and which revisions it has been through."""

    queries: Mapping[int, Query]
    since: datetime
    now: datetime
    hits: list[PastHit] = field(default_factory=list)
    revisions: dict[int, int] = field(default_factory=dict)  # of the articles asked about

    def of(self, watch: int) -> list[PastHit]:
        """The hits of one watch, newest first."""
        return sorted((hit for hit in self.hits if hit.watch == watch), key=lambda hit: hit.at, reverse=True)

    def samples(self, watch: int, most: int = 5) -> list[PastHit]:
        """The newest hits of a watch, one a story."""
        newest: dict[int, PastHit] = {}
        for hit in self.of(watch):
            newest.setdefault(hit.story_id, hit)
        return list(newest.values())[:most]

    def fired(self, watch: int) -> int:
        """How many alerts that would have been: a watch fires once a story."""
        return len({hit.story_id for hit in self.hits if hit.watch == watch})


def look(
    session: Session,
    queries: Mapping[int, Query],
    now: datetime,
    *,
    window: timedelta = WINDOW,
    outlets: Mapping[str, Outlet] | None = None,
    step: Step | None = None,
) -> Seen:
    """What the queries hold for among the articles first seen in the window before `now`."""
    seen = Seen(queries, now - window, now)
    catch_up(session, seen, outlets=outlets, step=step)
    return seen


def catch_up(
    session: Session, seen: Seen, *, outlets: Mapping[str, Outlet] | None = None, step: Step | None = None
) -> int:
    """Asks about the revisions the look has not been through, and puts what they bring into it; how many there were."""
    stored = session.execute(select(Article.id, Article.revision).where(Article.first_seen_at >= seen.since))
    waiting = sorted(row.id for row in stored if seen.revisions.get(row.id) != row.revision)
    monitor = Monitor(seen.queries.items())
    edited = seen.revisions.keys() & waiting
    seen.hits[:] = [hit for hit in seen.hits if hit.article_id not in edited]
    for start in range(0, len(waiting), _CHUNK):
        if step is not None:
            step(start, len(waiting))
        query = select(Article).where(Article.id.in_(waiting[start : start + _CHUNK])).order_by(Article.id)
        for article in session.scalars(query):
            seen.revisions[article.id] = article.revision
            seen.hits += past_hits(monitor, article, outlets)
            session.expunge(article)  # a month of texts must not stay in memory
    return len(waiting)


def past_hits(monitor: Monitor[int], article: Article, outlets: Mapping[str, Outlet] | None) -> Iterable[PastHit]:
    document = match.document(article, outlets)
    return [_past(hit, article, quote(document, hit)[0]) for hit in monitor.match(document)]


def _past(hit: Hit[int], article: Article, quoted: str) -> PastHit:
    return PastHit(
        hit.watch,
        article.id,
        article.story_id,
        article.title.strip(),
        article.outlet,
        article.url,
        article.published_at or article.first_seen_at,
        quoted,
        tuple(hit.why),
    )


def covered(session: Session, now: datetime, window: timedelta = WINDOW) -> Covered:
    """How much of the window the store can speak of."""
    since = now - window
    inside = (func.count(), func.count(Article.outlet.distinct()))
    articles, outlets = session.execute(select(*inside).where(Article.first_seen_at >= since)).one()
    first = session.scalar(select(func.min(Article.first_seen_at)))
    reach = timedelta(0) if first is None else min(window, max(timedelta(0), now - first))
    return Covered(window, reach, articles, outlets)


@dataclass(frozen=True, slots=True)
class Difference:
    """What an edited watch would catch in the window that the old one did not, and the other way round."""

    newly: tuple[PastHit, ...]
    no_longer: tuple[PastHit, ...]
    still: tuple[PastHit, ...]


def difference(seen: Seen, old: int, new: int) -> Difference:
    """Of a look that asked both under these keys, by article."""
    before, after = ({hit.article_id: hit for hit in seen.of(key)} for key in (old, new))
    return Difference(
        newly=tuple(hit for key, hit in after.items() if key not in before),
        no_longer=tuple(hit for key, hit in before.items() if key not in after),
        still=tuple(hit for key, hit in after.items() if key in before),
    )


def carry_over(
    session: Session, old: int, new: int, query: Query, now: datetime, outlets: Mapping[str, Outlet] | None = None
) -> int:
    """Makes the new watch count as told wherever the old one fired for an article it holds for too; how many stories."""
    monitor = Monitor([(new, query)])
    told = session.execute(
        select(AlertMatch, Article)
        .join(Match, Match.id == AlertMatch.match_id)
        .join(Article, Article.id == Match.article_id)
        .where(AlertMatch.watch_id == old, AlertMatch.story_id.is_not(None))
    ).all()
    there = set(session.scalars(select(AlertMatch.story_id).where(AlertMatch.watch_id == new)))
    carried = 0
    for row, article in told:
        if row.story_id in there:
            continue
        hits = monitor.match(match.document(article, outlets))
        matches = match.note(session, article, hits, now, outlets=outlets)
        session.add_all(
            AlertMatch(alert_id=row.alert_id, match_id=one.id, story_id=row.story_id, watch_id=new) for one in matches
        )
        carried += len(matches)
    session.flush()
    return carried


def save(
    session: Session,
    seen: Seen | None,
    text: str,
    now: datetime,
    *,
    watchlist: str = watchlists.DEFAULT,
    title: str = "",
    alleged: bool = False,
    outlets: Mapping[str, Outlet] | None = None,
) -> watchlists.Listed:
    """As `watchlists.add`, with the look brought up to this moment: what is stored later meets the watch."""
    match.one_at_a_time(session)
    if seen is not None:
        catch_up(session, seen, outlets=outlets)
    return watchlists.add(session, text, now, watchlist=watchlist, title=title, alleged=alleged)


def replace(
    session: Session, seen: Seen, number: int, text: str, now: datetime, outlets: Mapping[str, Outlet] | None = None
) -> watchlists.Listed:
    """As `watchlists.edit`, with the look brought up to this moment; stories the old watch told stay told."""
    match.one_at_a_time(session)
    catch_up(session, seen, outlets=outlets)
    own = [edit.after for edit in watchlists.edits(session, number, text) if edit.id == number]
    written = watchlists.edit(session, number, text, now)
    for query in own:
        carry_over(session, number, written.id, query, now, outlets)
    return written


def replay(
    session: Session,
    article_ids: Iterable[int],
    monitor: Monitor[int],
    now: datetime,
    *,
    mark: bool,
    outlets: Mapping[str, Outlet] | None = None,
) -> list[str]:
    """Writes down what stored articles hold for the watches; ids of the alerts made, held until `match.release`.

    With `mark` they are told to nobody, ever. A story told before stays told, so this may be called twice. Articles
    that wait to be matched are left to the matcher.
    """
    match.one_at_a_time(session)
    made = []
    for article_id in article_ids:
        article = session.get(Article, article_id, populate_existing=True)
        if article is None or article.matched_revision < article.revision:
            continue
        hits = monitor.match(match.document(article, outlets))
        alert = match.hold(session, article, hits, now, reason=MARKED if mark else REPLAYED, outlets=outlets)
        if alert is None:
            continue
        made.append(alert.id)
        if mark:
            alert.released_at = now
    session.flush()
    return made


def told(session: Session, watches: Iterable[int]) -> dict[tuple[int, int], str]:
    """(story, watch) -> the id of the alert that told it."""
    wanted = set(watches)
    rows = session.execute(
        select(AlertMatch.story_id, AlertMatch.watch_id, Alert.id)
        .join(Alert, Alert.id == AlertMatch.alert_id)
        .join(Watch, Watch.id == AlertMatch.watch_id)
        .where(Watch.removed_at.is_(None))
    )
    return {(story, watch): alert for story, watch, alert in rows if story is not None and watch in wanted}
