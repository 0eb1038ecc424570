"""Leasing and settling: pacing, outcomes, killed senders, two senders."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from alerts import outbox
from alerts.channels import Closed, Failed, FormatRefused, Gone, Moved, Outcome, Retry, Sent, Uncertain
from alerts.models import Chat, Delivery, Subscription
from alerts.outbox import Outgoing
from crawler.db import Database
from tests.delivery.world import NOW, alert, chat, delivery, filled, rows, watch

PERSON, OTHER, GROUP = "telegram:11", "telegram:12", "telegram:-10077"


def lease(database: Database, after_s: float = 0, limit: int = 100, holder: str = "a") -> list[Outgoing]:
    with database.begin() as session:
        return outbox.lease(session, NOW + timedelta(seconds=after_s), holder, limit)


def settle(database: Database, outgoing: Outgoing, outcome: Outcome, after_s: float = 0) -> bool:
    with database.begin() as session:
        return outbox.settle(session, outgoing, outcome, NOW + timedelta(seconds=after_s))


def test_a_leased_row_is_nobody_elses(database: Database) -> None:
    """A second sender finds nothing while the first one sends."""
    filled(database, PERSON)
    assert len(lease(database, holder="first")) == 1
    assert lease(database, after_s=2, holder="second") == []


def test_a_sent_row_is_done(database: Database) -> None:
    """After Sent nothing is left to lease, and the row knows its message."""
    filled(database, PERSON)
    (outgoing,) = lease(database)
    assert settle(database, outgoing, Sent("7"))
    assert lease(database, after_s=3600) == []
    (row,) = rows(database)
    assert (row.status, row.message_id, row.sent_at) == ("sent", "7", NOW)


@pytest.mark.parametrize(("address", "pause_s"), [(PERSON, 1), (GROUP, 3), (f"{GROUP}/5", 3)])
def test_a_chat_is_paced(database: Database, address: str, pause_s: float) -> None:
    """One message a second to a person, twenty a minute to a group; the pause counts from the settling."""
    filled(database, address, each=2)
    (first,) = lease(database)
    settle(database, first, Sent(), after_s=10)
    assert lease(database, after_s=10 + pause_s - 0.1) == []
    assert [outgoing.alert_id for outgoing in lease(database, after_s=10 + pause_s)] == ["a1"]


def test_topics_share_the_pace_of_their_group(database: Database) -> None:
    """Two topics of one group are one chat to Telegram's limits."""
    filled(database, f"{GROUP}/5", f"{GROUP}/6", GROUP)
    assert len(lease(database)) == 1
    assert lease(database, after_s=2) == []


def test_a_chat_with_the_same_beginning_is_another_chat(database: Database) -> None:
    """telegram:11 does not hold up telegram:112."""
    filled(database, "telegram:11", "telegram:112")
    assert len(lease(database)) == 2


def test_no_second_has_more_than_thirty_messages(database: Database) -> None:
    """Five go at once, then one every 40 ms: in no second, wherever it begins, thirty-one."""
    filled(database, *(f"telegram:{number}" for number in range(1, 81)))
    taken = [(step * 0.02, len(lease(database, after_s=step * 0.02))) for step in range(101)]
    assert (5, 54) == (taken[0][1], sum(count for _, count in taken[:-1]))
    for start, _ in taken:
        assert 30 >= sum(count for at, count in taken if start <= at < start + 0.999)


def test_the_console_has_no_limit(database: Database) -> None:
    """Pacing is Telegram's; the console takes one after the other at once."""
    filled(database, "console:", each=2)
    for name in ("a0", "a1"):
        (outgoing,) = lease(database)
        assert name == outgoing.alert_id
        settle(database, outgoing, Sent())


def test_only_schemes_that_are_connected(database: Database) -> None:
    """Without a token the rows of Telegram wait; the console's go out."""
    filled(database, PERSON, "console:")
    with database.begin() as session:
        assert [o.address for o in outbox.lease(session, NOW, "a", 9, schemes=["console"])] == ["console:"]
        assert outbox.lease(session, NOW, "a", 9, schemes=[]) == []


@pytest.mark.parametrize("settings", [{"suspended": "blocked"}, {"allowed": False}])
def test_a_chat_that_must_not_be_written_to_keeps_its_rows(database: Database, settings: dict[str, object]) -> None:
    """Nothing is leased for it, nothing is lost."""
    with database.begin() as session:
        chat(session, PERSON, **settings)
        alert(session, "a0", [watch(session)])
        delivery(session, "a0", PERSON)
    assert lease(database) == []
    assert [row.status for row in rows(database)] == ["pending"]


def test_a_killed_sender_is_repeated_and_says_so(database: Database) -> None:
    """A lease that ran out goes out again under the same alert, marked as a possible repeat."""
    filled(database, PERSON)
    (first,) = lease(database)
    assert lease(database, after_s=29) == []
    (again,) = lease(database, after_s=30)
    assert (first.alert_id, True, 1) == (again.alert_id, again.repeat, again.attempts)


def test_who_lost_the_lease_settles_nothing(database: Database) -> None:
    """A sender that slept through its lease cannot overwrite what the next one does."""
    filled(database, PERSON)
    (slept,) = lease(database)
    (again,) = lease(database, after_s=31)
    assert not settle(database, slept, Failed("too late"))
    assert settle(database, again, Sent())
    assert [row.status for row in rows(database)] == ["sent"]


def test_a_message_whose_every_sender_dies_is_set_aside(database: Database) -> None:
    """A row that kills its senders ends with a reason for a person to see."""
    filled(database, PERSON)
    for number in range(outbox.ATTEMPTS):
        assert len(lease(database, after_s=number * 30)) == 1
    assert lease(database, after_s=outbox.ATTEMPTS * 30) == []
    assert [(row.status, row.reason) for row in rows(database)] == [("failed", "every sender of it was killed")]


def test_uncertain_goes_out_again_after_a_wait(database: Database) -> None:
    """It is repeated half a minute later, and the repeat is marked."""
    filled(database, PERSON)
    (outgoing,) = lease(database)
    settle(database, outgoing, Uncertain("cut"))
    assert [row.status for row in rows(database)] == ["uncertain"]
    assert lease(database, after_s=29) == []
    assert [again.repeat for again in lease(database, after_s=30)] == [True]


def test_an_uncertain_row_stays_marked_through_refusals(database: Database) -> None:
    """What may have been delivered once is a possible repeat for ever, whatever came in between."""
    filled(database, PERSON)
    (outgoing,) = lease(database)
    settle(database, outgoing, Uncertain("cut"))
    for hour, outcome in enumerate((Retry(timedelta(0)), FormatRefused("no"), Failed("no")), start=1):
        (outgoing,) = lease(database, after_s=hour * 3600)
        settle(database, outgoing, outcome)
        assert [(row.status, row.repeat) for row in rows(database)] == [("uncertain", True)]


def test_retry_counts_no_attempt_and_holds_the_chat(database: Database) -> None:
    """A chat asked to slow down waits with all its rows; others go on."""
    filled(database, PERSON, OTHER, each=2)
    first, other = lease(database)
    settle(database, first, Retry(timedelta(seconds=40)))
    settle(database, other, Sent())
    assert [outgoing.address for outgoing in lease(database, after_s=39)] == [OTHER]
    (again,) = (outgoing for outgoing in lease(database, after_s=40) if outgoing.address == PERSON)
    assert (again.alert_id, again.attempts, again.repeat) == ("a0", 0, False)


def test_gone_suspends_the_chat_and_keeps_its_rows(database: Database) -> None:
    """The subscription and the rows stay; nothing more is sent there."""
    filled(database, PERSON, each=2)
    (outgoing,) = lease(database)
    settle(database, outgoing, Gone("blocked by the user"))
    assert lease(database, after_s=3600) == []
    assert [row.status for row in rows(database)] == ["pending", "pending"]
    with database.read() as session:
        assert session.get_one(Chat, PERSON).suspended == "blocked by the user"


def test_moved_takes_everything_along(database: Database) -> None:
    """Rows and subscriptions have the new address at once, and the message goes there."""
    filled(database, GROUP, each=2)
    with database.begin() as session:
        session.add(Subscription(watchlist_id="my-names", address=GROUP, source="user", created_at=NOW))
    (outgoing,) = lease(database)
    settle(database, outgoing, Moved("telegram:-100500"))
    assert {"telegram:-100500"} == {row.address for row in rows(database)}
    assert [outgoing.address for outgoing in lease(database, after_s=3)] == ["telegram:-100500"]
    with database.read() as session:
        assert session.query(Subscription).one().address == "telegram:-100500"


def test_moved_to_a_chat_we_know_merges_the_two(database: Database) -> None:
    """What both have stays once."""
    filled(database, GROUP, "telegram:-100500")
    outgoing = next(one for one in lease(database) if one.address == GROUP)
    settle(database, outgoing, Moved("telegram:-100500"))
    assert [row.address for row in rows(database)] == ["telegram:-100500"]
    with database.read() as session:
        assert [row.address for row in session.query(Chat)] == ["telegram:-100500"]


def test_refused_formatting_goes_out_plain(database: Database) -> None:
    """At once, without counting as an attempt."""
    filled(database, PERSON)
    (outgoing,) = lease(database)
    settle(database, outgoing, FormatRefused("can't parse entities"))
    (again,) = lease(database, after_s=1)
    assert (again.plain, again.attempts) == (True, 0)


def test_a_poison_row_waits_longer_each_time_and_blocks_nobody(database: Database) -> None:
    """The next row of the same chat goes out meanwhile; the third attempt of the bad one is two minutes later."""
    filled(database, PERSON, each=2)
    (bad,) = lease(database)
    settle(database, bad, Failed("cursed"))
    (good,) = lease(database, after_s=1)
    assert good.alert_id == "a1"
    settle(database, good, Sent(), after_s=1)
    (bad,) = lease(database, after_s=30)
    settle(database, bad, Failed("cursed"), after_s=30)
    assert lease(database, after_s=89) == []
    assert [outgoing.alert_id for outgoing in lease(database, after_s=90)] == ["a0"]


def test_after_the_last_attempt_it_is_set_aside_with_its_reason(database: Database) -> None:
    """Neither retried for ever nor dropped in silence."""
    filled(database, PERSON)
    for number in range(outbox.ATTEMPTS):
        (outgoing,) = lease(database, after_s=number * 7200)
        settle(database, outgoing, Failed("cursed"), after_s=number * 7200)
    assert lease(database, after_s=10**7) == []
    assert [(row.status, row.reason) for row in rows(database)] == [("failed", "given up after 10 attempts: cursed")]


def test_a_closed_channel_loses_nothing(database: Database) -> None:
    """The row is as it was."""
    filled(database, PERSON)
    (outgoing,) = lease(database)
    settle(database, outgoing, Closed("wrong token"))
    assert [(row.status, row.attempts) for row in rows(database)] == [("pending", 0)]


def test_next_due_knows_rows_and_pauses(database: Database) -> None:
    """The earliest moment a row may go: its own, or that of its chat."""
    filled(database, PERSON)
    with database.begin() as session:
        assert outbox.next_due(session, NOW) == NOW
        session.get_one(Chat, PERSON).next_send_at = NOW + timedelta(seconds=5)
    with database.begin() as session:
        assert NOW + timedelta(seconds=5) == outbox.next_due(session, NOW)
        session.get_one(Delivery, rows(database)[0].id).status = "sent"
    with database.begin() as session:
        assert outbox.next_due(session, NOW) is None


def test_a_chat_hears_of_one_matter_once(database: Database) -> None:
    """A notice is a row like any other; asking for the same matter again changes nothing, another chat's is its own."""
    with database.begin() as session:
        chat(session, PERSON)
        told = [
            outbox.notify(session, address, "judged", {}, NOW, unique="outage:1", silent=True)
            for address in (PERSON, GROUP, PERSON)
        ]
        without = [outbox.notify(session, PERSON, "judged", {}, NOW) for _ in range(2)]
        leased = outbox.lease(session, NOW, "test", 9)
    assert ([True, True, False], [True, True]) == (told, without)
    assert [(PERSON, True), (GROUP, True)] == [(one.address, one.silent) for one in leased]
    assert [{"key": "judged"}] * 4 == [row.notice for row in rows(database)]


def test_a_reply_names_the_message_it_answers(database: Database) -> None:
    """The first message of the story, or the digest that told it; nothing while neither has a name there."""
    filled(database, PERSON, each=3)
    with database.begin() as session:
        first, digest, reply = session.scalars(select(Delivery).order_by(Delivery.id))
        reply.reply_to = first.id
        session.flush()
        assert "" == outbox._answered(session, reply)
        first.status, first.message_id = "sent", "11"
        assert "11" == outbox._answered(session, reply)
        first.status, first.message_id, first.folded_into = "folded", "", digest.id
        digest.message_id = "12"
        assert "12" == outbox._answered(session, reply)
