"""What readers say of alerts: right, wrong person, not relevant. The last two mute the story in that chat at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts import recall
from alerts.models import Alert, AlertMatch, Delivery, Feedback, Watch
from crawler.errors import UsageError

Verdict = Literal["right", "wrong person", "not relevant"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class Quality:
    """How readers judged the alerts of one watch; one word per alert and reader."""

    watch_id: int
    watchlist: str
    query: str
    right: int
    wrong: int

    @property
    def precision(self) -> float:
        """Share of "right" among all words."""
        return self.right / (self.right + self.wrong)


def judge(session: Session, alert_id: str, address: str, user_id: int, verdict: str, now: datetime) -> None:
    """Stores the reader's word, in place of an earlier one. UsageError for an alert this chat never got."""
    if verdict not in VERDICTS:
        raise UsageError(f"{verdict!r} is no verdict; say one of: {', '.join(VERDICTS)}")
    if recall.lists_told(session, alert_id, address) is None:
        raise UsageError(f"this chat got no alert {alert_id}")
    said = session.scalar(
        select(Feedback).where(Feedback.alert_id == alert_id, Feedback.address == address, Feedback.user_id == user_id)
    )
    if said is None:
        said = Feedback(alert_id=alert_id, address=address, user_id=user_id, verdict=verdict, at=now)
        session.add(said)
    said.verdict, said.at = verdict, now
    session.flush()


def mute(session: Session) -> int:
    """Takes out of the queue what chats have called none of theirs: later alerts of the same stories. How many."""
    unwanted = (
        select(Alert.story_id)
        .join(Feedback, Feedback.alert_id == Alert.id)
        .where(Feedback.address == Delivery.address, Feedback.verdict != "right")
        .correlate(Delivery)
    )
    stories = select(Alert.id).where(Alert.story_id.in_(unwanted)).correlate(Delivery)
    muted = session.execute(
        update(Delivery)
        .where(
            Delivery.status == "pending",
            Delivery.address.in_(select(Feedback.address)),
            Delivery.alert_id.in_(stories),
        )
        .values(status="muted", reason="a reader here called the story wrong or not relevant")
        .execution_options(synchronize_session=False)
    )
    return int(muted.rowcount)  # type: ignore[attr-defined]


def quality(session: Session) -> list[Quality]:
    """Every watch somebody has judged, the worst first."""
    said: Counter[tuple[int, bool]] = Counter()
    rows = select(AlertMatch.watch_id, Feedback.verdict).join(Feedback, Feedback.alert_id == AlertMatch.alert_id)
    for watch_id, verdict in session.execute(rows):
        said[watch_id, verdict == "right"] += 1
    judged = session.scalars(select(Watch).where(Watch.id.in_({watch_id for watch_id, _ in said})))
    found = [Quality(w.id, w.watchlist_id, w.query, said[w.id, True], said[w.id, False]) for w in judged]
    return sorted(found, key=lambda one: (one.precision, -one.wrong, one.watch_id))
