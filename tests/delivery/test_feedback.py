"""What readers say, and what follows from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from alerts import feedback, outbox, recall
from alerts.channels import Sent
from alerts.feedback import Quality
from alerts.models import Delivery, Feedback
from crawler.db import Database
from crawler.errors import UsageError
from crawler.models import Story
from tests.delivery.world import NOW, alert, chat, delivery, watch

HERE, THERE = "telegram:11", "telegram:12"


def told(session: Session) -> tuple[Story, int, int]:
    """Both chats got alert a0 about a story; (story, the watch that fired, another watch)."""
    first, second = watch(session), watch(session, "deaths", "Deaths")
    story = alert(session, "a0", [first])
    for address in (HERE, THERE):
        chat(session, address)
        delivery(session, "a0", address)
    for outgoing in outbox.lease(session, NOW, "test", 9):
        outbox.settle(session, outgoing, Sent(), NOW)
    return story, first, second


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [("wrong person", ["muted", "pending"]), ("not relevant", ["muted", "pending"]), ("right", ["pending", "pending"])],
)
def test_a_story_called_wrong_is_muted_in_that_chat(database: Database, verdict: str, expected: list[str]) -> None:
    """What comes of it later stays out of this chat; others get it, and so does this one after "right"."""
    with database.begin() as session:
        story, _, second = told(session)
        feedback.judge(session, "a0", HERE, 7, verdict, NOW)
        alert(session, "a1", [second], story=story)
        ids = [delivery(session, "a1", address) for address in (HERE, THERE)]
        feedback.mute(session)
        assert [_status(session, delivery_id) for delivery_id in ids] == expected


def _status(session: Session, delivery_id: int) -> str:
    return session.get_one(Delivery, delivery_id, populate_existing=True).status


def test_other_stories_still_come(database: Database) -> None:
    """A verdict is about one story."""
    with database.begin() as session:
        _, first, _ = told(session)
        feedback.judge(session, "a0", HERE, 7, "not relevant", NOW)
        alert(session, "a1", [first])
        delivery_id = delivery(session, "a1", HERE)
        assert feedback.mute(session) == 0
        assert _status(session, delivery_id) == "pending"


@pytest.mark.parametrize(("alert_id", "verdict"), [("nosuch", "right"), ("a0", "great")])
def test_what_cannot_be_judged_is_refused(database: Database, alert_id: str, verdict: str) -> None:
    """An alert this chat never got, a word nobody knows."""
    with database.begin() as session:
        told(session)
        with pytest.raises(UsageError):
            feedback.judge(session, alert_id, HERE, 7, verdict, NOW)


def test_an_alert_told_in_a_digest_can_be_judged(database: Database) -> None:
    """What a digest told counts as told, under the lists of the digest."""
    with database.begin() as session:
        _, first, _ = told(session)
        alert(session, "b0", [first], held="old at first crawl")
        session.add(
            Delivery(
                alert_id=None, digest=["b0"], address=HERE, watchlists=["my-names"], not_before=NOW, created_at=NOW
            )
        )
        session.flush()
        assert recall.lists_told(session, "b0", HERE) is None
        (outgoing,) = outbox.lease(session, NOW + timedelta(seconds=2), "test", 9)
        outbox.settle(session, outgoing, Sent(), NOW)
        feedback.judge(session, "b0", HERE, 7, "right", NOW)
        assert recall.lists_told(session, "b0", HERE) == ("my-names",)
        assert recall.lists_told(session, "b0", THERE) is None


def test_quality_counts_one_word_a_reader(database: Database) -> None:
    """Two readers said wrong, one right; who changed the mind counts once."""
    with database.begin() as session:
        _, first, _ = told(session)
        for user, verdict in ((1, "right"), (2, "wrong person"), (3, "right"), (3, "not relevant")):
            feedback.judge(session, "a0", HERE, user, verdict, NOW)
        query = 'name:"secret query of my-names"'
        (found,) = feedback.quality(session)
        assert found == Quality(first, "my-names", query, right=1, wrong=2)
        assert round(found.precision, 2) == 0.33


def test_a_word_moves_with_its_chat(database: Database) -> None:
    """A group that grew has a new number, and may be known under both: each reader's word is kept once."""
    with database.begin() as session:
        told(session)
        feedback.judge(session, "a0", HERE, 7, "right", NOW)
        feedback.judge(session, "a0", THERE, 7, "wrong person", NOW)
        feedback.judge(session, "a0", HERE, 8, "right", NOW)
        outbox.move(session, HERE, THERE, NOW)
        rows = session.query(Feedback).order_by(Feedback.user_id).all()
        assert [(row.address, row.user_id, row.verdict) for row in rows] == [
            (THERE, 7, "wrong person"),
            (THERE, 8, "right"),
        ]
