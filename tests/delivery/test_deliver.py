"""send_due: the whole way of a message, with a channel that does what its script says."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from alerts import deliver, outbox
from alerts.channels import Closed, Failed, Outcome, Sent, Uncertain
from alerts.deliver import Sending
from alerts.models import Chat, Delivery
from alerts.render import AlertContent, DigestContent
from crawler.db import Database
from crawler.errors import DatabaseError
from tests.delivery.world import (
    NOW,
    OUTLETS,
    Clock,
    Outage,
    ScriptedChannel,
    alert,
    chat,
    delivery,
    filled,
    rows,
    watch,
)


def send(database: Database, channel: ScriptedChannel, clock: Clock, stopping: asyncio.Event | None = None) -> Sending:
    return asyncio.run(
        deliver.send_due(database, {"console": channel}, OUTLETS, clock, holder="test", stopping=stopping)
    )


def test_everything_due_is_sent_in_order(database: Database) -> None:
    """Three alerts to one chat come in the order they were made."""
    filled(database, "console:", each=3)
    channel = ScriptedChannel()
    assert send(database, channel, Clock()).counts == {"sent": 3}
    assert [message.plain.splitlines()[-1].split(" · ")[0] for _, message, _ in channel.sent] == ["a0", "a1", "a2"]
    assert [row.status for row in rows(database)] == ["sent"] * 3


def test_an_exception_of_a_channel_is_uncertain(database: Database) -> None:
    """Nobody knows whether the message went out before it was raised."""
    filled(database, "console:")
    assert send(database, ScriptedChannel(RuntimeError("torn")), Clock()).counts == {"uncertain": 1}
    assert [row.reason for row in rows(database)] == ["RuntimeError: torn"]


def test_the_repeat_names_the_alert(database: Database) -> None:
    """The second copy says that it may be one, with the id of the first."""
    filled(database, "console:")
    channel, clock = ScriptedChannel(Uncertain("cut")), Clock()
    send(database, channel, clock)
    clock.advance(seconds=30)
    send(database, channel, clock)
    first, second = (message.plain for _, message, _ in channel.sent)
    assert "May be a repeat of a0" not in first
    assert second.startswith("May be a repeat of a0\n")


def test_a_row_that_cannot_be_rendered_does_not_hold_up_the_others(database: Database) -> None:
    """It fails with its reason; the other chat gets its message."""
    filled(database, "console:", "telegram:1")
    with database.begin() as session:
        session.get_one(Chat, "console:").timezone = "Nowhere/Atall"
    channel = ScriptedChannel()
    channels = {"console": channel, "telegram": channel}
    ended = asyncio.run(deliver.send_due(database, channels, OUTLETS, Clock(), holder="test"))
    assert ended.counts == {"failed": 1, "sent": 1}
    assert "Nowhere/Atall" in rows(database)[0].reason


def test_a_channel_that_is_closed_is_asked_once(database: Database) -> None:
    """A wrong token stops its sender, keeps the rows and is reported to the caller."""
    filled(database, "console:", each=2)
    channel = ScriptedChannel(Closed("wrong token"))
    sending = send(database, channel, Clock())
    assert sending.closed == {"console": "wrong token"}
    assert len(channel.sent) == 1
    assert [row.status for row in rows(database)] == ["pending", "pending"]


def test_a_stop_finishes_the_message_on_its_way(database: Database) -> None:
    """SIGTERM while sending: that one is settled as sent, the rest is untouched, so nothing comes twice."""
    filled(database, "console:", each=3)
    stopping = asyncio.Event()
    channel = ScriptedChannel(meanwhile=stopping.set)
    assert send(database, channel, Clock(), stopping).counts == {"sent": 1}
    assert [row.status for row in rows(database)] == ["sent", "pending", "pending"]
    assert send(database, channel, Clock()).counts == {"sent": 2}
    assert len(channel.sent) == 3


def test_a_stop_after_the_lease_gives_the_row_back(database: Database) -> None:
    """Leased, not yet begun: it is pending again, unmarked, and comes once."""
    filled(database, "console:", "telegram:1")
    stopping = asyncio.Event()

    async def both() -> Sending:
        stop_before_sending = ScriptedChannel()
        clock = Clock()
        with database.begin() as session:
            leased = outbox.lease(session, clock(), "test", 9)
        stopping.set()
        channels = {"console": stop_before_sending, "telegram": stop_before_sending}
        outcomes = [
            await deliver._send_one(
                database, channels, OUTLETS, one, clock, stopping, outbox.UNCERTAIN_WAIT, deliver.Unsettled()
            )
            for one in leased
        ]
        assert stop_before_sending.sent == []
        return Sending({type(outcome).__name__: 1 for outcome in outcomes})

    assert asyncio.run(both()).counts == {"Retry": 1}
    assert [(row.status, row.repeat, row.attempts) for row in rows(database)] == [("pending", False, 0)] * 2


def test_killed_before_sending(database: Database) -> None:
    """A sender killed between lease and send: the message comes once, marked, when the lease has run out."""
    filled(database, "console:")
    channel, clock = ScriptedChannel(), Clock()
    with database.begin() as session:
        outbox.lease(session, clock(), "killed", 9)
    assert send(database, channel, clock).counts == {}
    clock.advance(seconds=30)
    assert send(database, channel, clock).counts == {"sent": 1}
    assert [message.plain.startswith("May be a repeat of a0") for _, message, _ in channel.sent] == [True]


def test_killed_between_send_and_settle(database: Database) -> None:
    """The message comes a second time, marked, with the same id; never unmarked, never a third time."""
    filled(database, "console:")
    channel, clock = ScriptedChannel(KeyboardInterrupt()), Clock()
    with contextlib.suppress(KeyboardInterrupt):
        send(database, channel, clock)
    for _ in range(3):
        clock.advance(seconds=30)
        send(database, channel, clock)
    assert [message.plain.startswith("May be a repeat of a0") for _, message, _ in channel.sent] == [False, True]


def test_two_senders_share_the_work(database: Database) -> None:
    """Two daemons on one database by mistake: every message once."""
    filled(database, *(f"telegram:{number}" for number in range(1, 13)), each=2)
    channel = ScriptedChannel()

    async def both() -> None:
        class Ticking(Clock):
            """A second a reading, so that pauses pass."""

            def __call__(self) -> object:  # type: ignore[override]
                self.advance(seconds=0.3)
                return self.now

        calls = (
            deliver.send_due(database, {"telegram": channel}, OUTLETS, Ticking(), holder=name)  # type: ignore[arg-type]
            for name in ("one", "two")
        )
        await asyncio.gather(*calls)

    asyncio.run(both())
    seen = [(address, message.plain.splitlines()[-1]) for address, message, _ in channel.sent]
    assert 24 == len(seen) == len(set(seen))
    assert {"sent"} == {row.status for row in rows(database)}


def test_refused_formatting_is_sent_plain(database: Database) -> None:
    """The channel is asked for plain text the second time."""
    filled(database, "console:")

    class Picky(ScriptedChannel):
        async def send(self, address: str, message: object, *, plain: bool = False) -> Outcome:
            from alerts.channels import FormatRefused

            return Sent() if plain else FormatRefused("can't parse entities")

    assert send(database, Picky(), Clock()).counts == {"formatrefused": 1, "sent": 1}


def test_a_notice_in_the_chats_own_language(database: Database) -> None:
    """A line of our own goes the way of an alert, without a sound when it was asked so, discreet chats included."""
    with database.begin() as session:
        chat(session, "console:", language="ru", discreet=True)
        outbox.notify(session, "console:", "status_failing", {"outlets": ["ria"]}, NOW, silent=True)
    channel = ScriptedChannel()
    assert send(database, channel, Clock()).counts == {"sent": 1}
    ((_, message, _),) = channel.sent
    assert ("Сейчас не читаются: ria", True) == (message.plain, message.silent)


def test_failed_rows_wait(database: Database) -> None:
    """One call does not try a refused message again and again."""
    filled(database, "console:")
    channel = ScriptedChannel(Failed("cursed"), Failed("cursed"))
    assert send(database, channel, Clock()).counts == {"failed": 1}


def test_content_shows_a_chat_only_its_own_lists(database: Database) -> None:
    """Two lists fired; the chat that gets one of them sees one quote and one name, and never a query."""
    with database.begin() as session:
        mine, other = watch(session, "my-names", "Names"), watch(session, "secret", "Secret plans")
        alert(session, "k3f9a2", [mine, other])
        chat(session, "console:")
        delivery(session, "k3f9a2", "console:")
        (outgoing,) = outbox.lease(session, NOW, "test", 1)
        told = deliver.content(session, outgoing, OUTLETS)
    assert isinstance(told, AlertContent)
    assert told.watchlists == ("Names",)
    assert (told.outlet, told.country, told.language, told.alleged) == ("نهر نيوز", "SY", "ar", True)
    assert "secret query" not in repr(told)


def test_content_of_a_digest(database: Database) -> None:
    """A delivery without an alert lists the alerts of its digest."""
    filled(database, "console:", each=2)
    with database.begin() as session:
        session.query(Delivery).delete()
        row = Delivery(
            alert_id=None,
            digest=["a0", "a1"],
            address="console:",
            watchlists=["my-names"],
            not_before=NOW,
            created_at=NOW,
        )
        session.add(row)
        session.flush()
        (outgoing,) = outbox.lease(session, NOW, "test", 1)
        told = deliver.content(session, outgoing, OUTLETS)
    assert isinstance(told, DigestContent)
    assert ([item.alert_id for item in told.items], told.count) == (["a0", "a1"], 2)


def away(database: Database) -> Outage:
    """The same database, which can be away."""
    return Outage(database.url.render_as_string(hide_password=False))


def test_what_was_sent_during_an_outage_is_settled_after_it(database: Database) -> None:
    """The database goes away while a message is on its way: it is known to have arrived, and comes once, unmarked."""
    filled(database, "console:")
    flaky, unsettled, clock = away(database), deliver.Unsettled(), Clock()
    channel = ScriptedChannel(meanwhile=lambda: setattr(flaky, "away", True))

    def again() -> Sending:
        call = deliver.send_due(flaky, {"console": channel}, OUTLETS, clock, holder="test", unsettled=unsettled)
        return asyncio.run(call)

    for _ in range(2):
        with pytest.raises(DatabaseError):
            again()
    assert [row.status for row in rows(database)] == ["leased"]
    flaky.away = False
    clock.advance(minutes=2)
    assert again().counts == {}
    assert [(row.status, row.repeat) for row in rows(database)] == [("sent", False)]
    assert (1, []) == (len(channel.sent), unsettled.ends)
    flaky.close()


def test_another_sender_that_is_faster_after_an_outage_marks_the_repeat(database: Database) -> None:
    """Its database came back first: the lease had run out, the message comes again and says so."""
    filled(database, "console:")
    flaky, unsettled, clock = away(database), deliver.Unsettled(), Clock()
    channel = ScriptedChannel(meanwhile=lambda: setattr(flaky, "away", True))
    with pytest.raises(DatabaseError):
        asyncio.run(
            deliver.send_due(flaky, {"console": channel}, OUTLETS, clock, holder="cut off", unsettled=unsettled)
        )
    clock.advance(seconds=31)
    send(database, channel, clock)
    assert [message.plain.startswith("May be a repeat of a0") for _, message, _ in channel.sent] == [False, True]
    flaky.away = False
    deliver.settle_left(flaky, unsettled)
    assert [(row.status, row.repeat) for row in rows(database)] == [("sent", True)]
    flaky.close()
