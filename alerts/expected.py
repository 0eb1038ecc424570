"""How many messages a day a watchlist brings, as the last weeks had it. The caller opens the transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.lookback import covered
from alerts.models import Match, Watch, Watchlist
from crawler.models import Article

WINDOW = timedelta(days=14)
_ENOUGH = timedelta(days=1)  # less says nothing of a day


@dataclass(frozen=True, slots=True)
class Expected:
    """Stories a list fired for in `span`, the time it was asked and something was read; at most two weeks."""

    stories: int
    span: timedelta

    @property
    def a_day(self) -> float | None:
        """None when nobody can tell yet."""
        return None if self.span < _ENOUGH else self.stories / (self.span / timedelta(days=1))

    @property
    def thin(self) -> bool:
        """Whether it rests on less than the two weeks."""
        return self.span < WINDOW * 0.9


def expected(session: Session, now: datetime) -> Mapping[str, Expected]:
    """By watchlist, for every list there is."""
    reach = covered(session, now, WINDOW).reach
    counts = (
        select(Watch.watchlist_id, func.count(Article.story_id.distinct()))
        .join(Match, Match.watch_id == Watch.id)
        .join(Article, Article.id == Match.article_id)
        .where(Match.matched_at >= now - WINDOW)
        .group_by(Watch.watchlist_id)
    )
    stories = {row[0]: row[1] for row in session.execute(counts)}
    lists = session.execute(select(Watchlist.id, Watchlist.created_at).where(Watchlist.removed_at.is_(None)))
    return {
        watchlist: Expected(stories.get(watchlist, 0), min(reach, max(timedelta(0), now - created)))
        for watchlist, created in lists
    }
