"""Floods become digests, and nothing is lost on the way."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from alerts import deliver
from alerts.fold import Decision, Folding, decide, fold
from alerts.models import Chat, Delivery
from crawler.db import Database
from tests.delivery.world import NOW, OUTLETS, Clock, ScriptedChannel, filled, rows

M = timedelta(minutes=1)
FOLDING = Folding()


@pytest.mark.parametrize(
    ("waiting", "oldest", "sent", "since_digest", "expected"),
    [
        (1, 0 * M, 0, None, "single"),
        (10, 0 * M, 0, None, "single"),
        (11, 0 * M, 0, None, "fold"),
        (5000, 600 * M, 0, None, "fold"),  # downtime
        (3, 30 * M, 0, None, "fold"),  # a mute of half an hour
        (2, 300 * M, 0, None, "single"),  # nobody needs a digest of two
        (1, 0 * M, 9, None, "single"),
        (1, 0 * M, 10, None, 30 * M),  # the eleventh of an hour waits for company
        (1, 12 * M, 10, None, 18 * M),
        (2, 30 * M, 10, None, "fold"),
        (1, 30 * M, 10, None, "single"),  # and goes alone when none came
        (11, 0 * M, 0, 10 * M, 20 * M),  # the next digest is half an hour after the last
        (11, 0 * M, 0, 30 * M, "fold"),
    ],
)
def test_when_messages_become_a_digest(
    waiting: int, oldest: timedelta, sent: int, since_digest: timedelta | None, expected: Decision
) -> None:
    """More than ten waiting, three or more stale ones, or more than ten an hour; digests half an hour apart."""
    assert decide(waiting, oldest, sent, since_digest, FOLDING) == expected


def send(database: Database, clock: Clock, folding: Folding = FOLDING) -> ScriptedChannel:
    channel = ScriptedChannel()
    asyncio.run(deliver.send_due(database, {"console": channel}, OUTLETS, clock, holder="test", folding=folding))
    return channel


def test_after_downtime_one_message_tells_of_all(database: Database) -> None:
    """How many, the newest ten, and where the others are; every row knows its digest."""
    filled(database, "console:", each=25)
    (message,) = (message.plain for _, message, _ in send(database, Clock()).sent)
    assert message.startswith("25 alerts in one message\n")
    assert sum(line.startswith("• ") for line in message.splitlines()) == 10
    assert "and 15 more" in message
    assert Counter(row.status for row in rows(database)) == {"folded": 25, "sent": 1}
    digest = rows(database)[-1]
    assert {row.reason for row in rows(database)[:-1]} == {f"in digest {digest.id}"}
    assert sorted(digest.digest) == sorted(f"a{number}" for number in range(25))


def test_what_comes_after_a_digest_comes_singly_again(database: Database) -> None:
    """A digest does not count as a flood itself."""
    filled(database, "console:", each=12)
    send(database, Clock())
    with database.begin() as session:
        session.execute(update(Delivery).where(Delivery.alert_id == "a3").values(status="pending", reason=""))
    clock = Clock(NOW + timedelta(minutes=5))
    assert [message.plain.splitlines()[-1].split(" · ")[0] for _, message, _ in send(database, clock).sent] == ["a3"]


def test_the_eleventh_of_an_hour_waits_for_the_digest(database: Database) -> None:
    """Ten go singly; the other two come half an hour later in one message."""
    filled(database, "console:", each=12)
    patient, clock = Folding(above=100), Clock()
    assert len(send(database, clock, patient).sent) == 10
    clock.advance(minutes=29)
    assert send(database, clock, patient).sent == []
    clock.advance(minutes=1)
    (message,) = (message.plain for _, message, _ in send(database, clock, patient).sent)
    assert message.startswith("2 alerts in one message\n")


def test_a_possible_repeat_is_never_folded(database: Database) -> None:
    """It must say itself that it may be one."""
    filled(database, "console:", each=12)
    with database.begin() as session:
        session.execute(update(Delivery).where(Delivery.alert_id == "a5").values(status="uncertain", repeat=True))
    messages = [message.plain for _, message, _ in send(database, Clock()).sent]
    assert [message.startswith("May be a repeat of a5\n") for message in messages] == [True, False]
    assert messages[1].startswith("11 alerts in one message")


def test_a_chat_that_cannot_be_reached_is_left_alone(database: Database) -> None:
    """Suspended or silent: its rows wait singly until it is back."""
    filled(database, "console:", each=12)
    with database.begin() as session:
        session.get_one(Chat, "console:").suspended = "gone"
        assert fold(session, NOW, FOLDING) == 0
        session.get_one(Chat, "console:").suspended = ""
        session.get_one(Chat, "console:").muted_until = NOW + timedelta(hours=1)
        session.flush()
        assert fold(session, NOW, FOLDING) == 0
        assert fold(session, NOW + timedelta(hours=1), FOLDING) == 1
