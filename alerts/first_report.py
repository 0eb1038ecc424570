"""What a person sees after the first crawl: one table, what was held back, and one alert as it will look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.content import alert_content
from alerts.models import Alert, Match, Note, Watch, Watchlist
from alerts.render import render
from crawler.db import Database
from crawler.models import Article, Check, EntryPoint, KnownUrl
from crawler.outlets import Outlet
from crawler.rows import insert_missing

PATIENCE = timedelta(minutes=3)  # an outlet that has not ended its first check by then is reported as still being read
KEY = "first report"


@dataclass(frozen=True, slots=True)
class Reading:
    """One entry point after its first check."""

    outlet: str
    kind: str  # of the entry point, since an outlet may have several
    outcome: str
    reason: str
    articles: int


@dataclass(frozen=True, slots=True)
class Report:
    """All of it. `hits` is per watchlist title; `sample` a real alert as text, or '' when nothing fired."""

    readings: tuple[Reading, ...]
    hits: Mapping[str, int]
    held: int
    sample: str


class FirstReport:
    """Prints the report once in the life of a database, as soon as every entry point has been read once."""

    def __init__(self, outlets: Mapping[str, Outlet], say: Callable[[Report], None], started_at: datetime) -> None:
        self.outlets = outlets
        self.say = say
        self.started_at = started_at
        self.done = False

    def print_when_ready(self, database: Database, now: datetime) -> None:
        """Cheap to call often."""
        if self.done:
            return
        with database.read() as session:
            if session.get(Note, KEY) is not None:
                self.done = True
                return
            if not ready(session, self.started_at, now):
                return
            told = report(session, self.outlets)
        with database.begin() as session:
            first = insert_missing(session, Note, [{"key": KEY, "value": {"at": now.isoformat()}}])
        self.done = True
        if first:  # another daemon on this database may have said it
            self.say(told)


def ready(session: Session, started_at: datetime, now: datetime) -> bool:
    """Whether every entry point was read once and everything stored is matched, or patience has run out."""
    active = EntryPoint.retired_at.is_(None)
    known = session.scalar(select(func.count()).select_from(EntryPoint).where(active)) or 0
    unread = session.scalar(select(func.count()).select_from(EntryPoint).where(active, EntryPoint.checks == 0)) or 0
    unmatched = session.scalar(
        select(func.count()).select_from(Article).where(Article.matched_revision < Article.revision)
    )
    if known == 0:
        return False
    return not unmatched if not unread else now - started_at > PATIENCE


def report(session: Session, outlets: Mapping[str, Outlet]) -> Report:
    """What the first crawl brought."""
    named = select(KnownUrl.entry_point_id, func.count()).where(KnownUrl.article_id.is_not(None))
    stored = dict(session.execute(named.group_by(KnownUrl.entry_point_id)).tuples().all())
    readings = []
    for point in session.scalars(select(EntryPoint).where(EntryPoint.retired_at.is_(None)).order_by(EntryPoint.id)):
        check = session.scalar(select(Check).where(Check.entry_point_id == point.id).order_by(Check.id).limit(1))
        name = outlets[point.outlet].name if point.outlet in outlets else point.outlet
        readings.append(
            Reading(
                name,
                point.kind,
                check.outcome if check else "still being read",
                check.reason if check else "",
                stored.get(point.id, 0),
            )
        )
    per_list = (
        select(Watchlist.id, Watchlist.title, func.count(Match.id))
        .join(Watch, Watch.watchlist_id == Watchlist.id)
        .outerjoin(Match, Match.watch_id == Watch.id)
        .where(Watchlist.removed_at.is_(None))
        .group_by(Watchlist.id, Watchlist.title)
        .order_by(Watchlist.id)
    )
    hits = {title or name: count for name, title, count in session.execute(per_list)}
    held = session.scalar(select(func.count()).select_from(Alert).where(Alert.held != "", Alert.released_at.is_(None)))
    newest = session.scalar(select(Alert.id).order_by(Alert.held, Alert.created_at.desc()).limit(1))
    sample = render(alert_content(session, newest, outlets)).plain if newest else ""
    return Report(tuple(readings), hits, held or 0, sample)
