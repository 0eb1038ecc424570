"""Who hears of an alert at once, who with the next digest, and who not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts import deliver, fold, outbox, telling
from alerts.models import Alert, Chat, Delivery, Subscription, Watchlist
from alerts.telling import Hearer
from crawler.db import Database
from crawler.errors import UsageError
from crawler.models import Article
from tests.delivery.world import NOW, OUTLETS, Clock, ScriptedChannel, alert, chat, filled, rows, watch

HERE, THERE = "console:", "telegram:11"
EVERY_LIST = ("calm", "loud")


def world(session: Session, **subscribed: Mapping[str, object]) -> dict[str, int]:
    """A digest list `calm` and an urgent one `loud`, both coming HERE; the watch of each."""
    watches = {name: watch(session, name, name.title()) for name in EVERY_LIST}
    session.get_one(Watchlist, "calm").deliver = "digest"
    session.get_one(Watchlist, "loud").urgent = True
    chat(session, HERE, timezone="Europe/Berlin")
    for name in EVERY_LIST:
        settings = subscribed.get(name, {})
        session.add(Subscription(watchlist_id=name, address=HERE, source="user", created_at=NOW, **settings))
    session.flush()
    return watches


def told(session: Session, alert_id: str, *watchlists: str, now: datetime = NOW) -> list[Hearer]:
    """Writes the rows of an alert as the matcher does."""
    article = session.get_one(Article, session.get_one(Alert, alert_id).article_id)
    found = telling.hearers(session, article, watchlists)
    session.add_all(telling.delivery(alert_id, one, now) for one in found)
    session.flush()
    return found


@pytest.mark.parametrize(
    ("fired", "settings", "expected"),
    [
        (["calm"], {}, Hearer(HERE, ("calm",), "digest")),
        (["loud"], {}, Hearer(HERE, ("loud",), "instant", urgent=True)),
        (["loud", "calm"], {}, Hearer(HERE, ("calm", "loud"), "instant", urgent=True)),
        (["calm"], {"calm": {"deliver": "instant"}}, Hearer(HERE, ("calm",), "instant")),
        (["loud"], {"loud": {"deliver": "digest", "wakes": True}}, Hearer(HERE, ("loud",), "digest")),
        (["calm"], {"calm": {"deliver": "instant", "wakes": True}}, Hearer(HERE, ("calm",), "instant")),
        (["loud"], {"loud": {"wakes": True}}, Hearer(HERE, ("loud",), "instant", urgent=True, wakes=True)),
    ],
)
def test_how_a_chat_hears(
    sqlite_database: Database, fired: list[str], settings: dict[str, dict[str, object]], expected: Hearer
) -> None:
    """The list says how, the subscription may say otherwise; an instant list takes the others with it."""
    with sqlite_database.begin() as session:
        watches = world(session, **settings)
        alert(session, "a0", [watches[name] for name in fired])
        assert [expected] == told(session, "a0", *fired)


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ([], True),
        (["outlet:sana"], True),
        (["outlet:ria"], False),
        (["outlet:ria", "outlet:sana"], True),
        (["lang:ru"], False),
        (["lang:ru", "lang:ar"], True),
        (["outlet:sana", "lang:ru"], False),
        (["outlet:sana", "lang:ar"], True),
    ],
)
def test_only_some_outlets_and_languages(only: list[str], expected: bool) -> None:
    """Of each kind that is named, one must fit."""
    assert expected == telling.within(only, "sana", "ar")


def test_what_lies_outside_is_kept_and_not_sent(database: Database) -> None:
    """The row says why, and is never leased; the other chat gets its message."""
    with database.begin() as session:
        watches = world(session)
        chat(session, THERE, only=["outlet:elsewhere"])
        session.add(Subscription(watchlist_id="loud", address=THERE, source="user", created_at=NOW))
        alert(session, "a0", [watches["loud"]])
        told(session, "a0", "loud")
        assert [HERE] == [one.address for one in outbox.lease(session, NOW, "test", 9)]
    assert ["leased", "outside"] == [row.status for row in rows(database)]


def send(database: Database, clock: Clock) -> list[str]:
    channel = ScriptedChannel()
    asyncio.run(deliver.send_due(database, {"console": channel}, OUTLETS, clock, holder="test"))
    return [message.plain for _, message, _ in channel.sent]


def test_a_digest_list_waits_for_the_hour_of_the_chat(database: Database) -> None:
    """Found at 17:42 in Berlin, told at 08:00 there, one line per story; what comes later waits for the next day."""
    with database.begin() as session:
        watches = world(session)
        story = alert(session, "a0", [watches["calm"]])
        for number in (1, 2):
            alert(session, f"a{number}", [], story=story if number == 1 else None)
        for number in range(3):
            told(session, f"a{number}", "calm")
    clock = Clock(datetime(2026, 11, 23, 6, 59, tzinfo=UTC))
    assert [] == send(database, clock)
    clock.advance(minutes=1)
    (message,) = send(database, clock)
    assert message.startswith("2 alerts in one message\n")
    assert ["a2", "a1"] == rows(database)[-1].digest
    with database.begin() as session:
        alert(session, "a3", [])
        told(session, "a3", "calm", now=clock())
    clock.advance(hours=23)
    assert [] == send(database, clock)
    clock.advance(hours=1)
    assert 1 == len(send(database, clock))


def test_the_hour_may_be_changed_while_rows_wait(sqlite_database: Database) -> None:
    """The digest keeps to the clock the chat has now, and to its quiet hours."""
    with sqlite_database.begin() as session:
        watches = world(session)
        alert(session, "a0", [watches["calm"]])
        told(session, "a0", "calm")
        row = session.get_one(Chat, HERE)
        row.digest_at, row.quiet = "18:00", "17:00-19:00"
        session.flush()
        assert 0 == fold.fold(session, NOW + timedelta(hours=1))
        assert 1 == fold.fold(session, NOW + timedelta(hours=1, minutes=20))


@pytest.mark.parametrize(
    ("after", "at", "zone", "expected"),
    [
        ("2026-11-22T16:42", "", "UTC", "2026-11-23T08:00"),
        ("2026-11-22T07:59", "08:00", "UTC", "2026-11-22T08:00"),
        ("2026-11-22T08:00", "08:00", "UTC", "2026-11-23T08:00"),
        ("2026-11-22T16:42", "20:30", "Asia/Damascus", "2026-11-22T17:30"),
        ("2026-03-28T12:00", "02:30", "Europe/Berlin", "2026-03-29T01:30"),  # an hour that does not exist that night
        ("2026-10-24T12:00", "02:30", "Europe/Berlin", "2026-10-25T00:30"),  # one that comes twice: the first
    ],
)
def test_the_next_digest(after: str, at: str, zone: str, expected: str) -> None:
    """By the clock of the chat's zone, also in the nights the clocks change."""
    found = fold.next_digest(datetime.fromisoformat(after).replace(tzinfo=UTC), at, zone)
    assert datetime.fromisoformat(expected).replace(tzinfo=UTC) == found


def test_a_long_digest_comes_in_pages(database: Database) -> None:
    """Ten stories a message; the third tells how many more there are. Every row knows its digest."""
    with database.begin() as session:
        watches = world(session)
        for number in range(35):
            alert(session, f"a{number}", [watches["calm"]] if number == 0 else [])
            told(session, f"a{number}", "calm")
    clock = Clock(NOW + timedelta(days=1))
    messages = send(database, clock)
    assert ["10 alerts", "10 alerts", "15 alerts"] == [message[:9] for message in messages]
    assert "and 5 more" in messages[2]
    digests = [row for row in rows(database) if row.alert_id is None]
    assert [f"a{number}" for number in range(34, -1, -1)] == [one for row in digests for one in row.digest]
    assert all(row.folded_into in {digest.id for digest in digests} for row in rows(database) if row.alert_id)


def test_urgent_rows_come_singly_in_a_flood(database: Database) -> None:
    """Twelve alerts after downtime are one message, the thirteenth is urgent and comes by itself."""
    filled(database, HERE, each=13)
    with database.begin() as session:
        session.execute(update(Delivery).where(Delivery.alert_id == "a7").values(urgent=True))
    messages = send(database, Clock())
    assert ["12 alerts in one message"] == [message.splitlines()[0] for message in messages if "alerts in" in message]
    assert 2 == len(messages)


def test_who_wants_to_be_woken_is(database: Database) -> None:
    """A row that wakes goes through quiet hours, the older one behind it does not; nothing goes through a mute."""
    filled(database, THERE, each=2)
    with database.begin() as session:
        session.execute(update(Delivery).where(Delivery.alert_id == "a1").values(urgent=True, wakes=True))
        row = session.get_one(Chat, THERE)
        row.quiet, row.muted_until = "16:00-20:00", NOW + timedelta(minutes=5)
        session.flush()
        assert [] == outbox.lease(session, NOW, "test", 9)
        later = NOW + timedelta(minutes=5)
        assert NOW == outbox.next_due(session, later)
        assert ["a1"] == [one.alert_id for one in outbox.lease(session, later, "test", 9)]


def test_the_buttons_of_a_digest(database: Database) -> None:
    """A flood asks what to do about it; a digest the chat asked for only offers its alerts and narrower watches."""
    filled(database, HERE, each=12)
    with database.begin() as session:
        fold.fold(session, NOW)
        digest = session.scalars(select(Delivery).where(Delivery.alert_id.is_(None))).one()
        (row,) = fold.buttons(session, digest.id, "en")
        assert [f"digest:{digest.id}:{word}" for word in ("all", "digest", "narrow")] == [one.data for one in row]
        session.execute(update(Delivery).where(Delivery.folded_into == digest.id).values(deliver="digest"))
        assert ["All", "Narrow"] == [one.text for one in fold.buttons(session, digest.id, "en")[0]]


def test_all_sends_the_alerts_of_a_digest_singly(database: Database) -> None:
    """The newest first come, the rest at another press; they are not folded again. Nobody opens another chat's digest."""
    filled(database, HERE, each=12)
    clock = Clock()
    assert 1 == len(send(database, clock))
    digest = rows(database)[-1].id
    with database.begin() as session:
        assert fold.Unfolded(8, 4) == fold.unfold(session, digest, HERE, NOW, limit=8)
        assert fold.Unfolded(4, 0) == fold.unfold(session, digest, HERE, NOW, limit=8)
        assert fold.Unfolded(0, 0) == fold.unfold(session, digest, HERE, NOW, limit=8)
        with pytest.raises(UsageError, match="no digest"):
            fold.unfold(session, digest, THERE, NOW)
    assert 12 == len(send(database, clock))
    assert {"sent"} == {row.status for row in rows(database)}


def test_all_of_what_was_held_back(database: Database) -> None:
    """Alerts of a first reading had no rows of their own; a press makes them, with the lists that fired."""
    with database.begin() as session:
        watches = world(session)
        alert(session, "a0", [watches["calm"], watches["loud"]], held="old at first crawl")
        digest = Delivery(digest=["a0"], address=HERE, watchlists=["calm"], not_before=NOW, created_at=NOW)
        session.add(digest)
        session.flush()
        assert ["All"] == [one.text for one in fold.buttons(session, digest.id, "en")[0]]
        assert fold.Unfolded(1, 0) == fold.unfold(session, digest.id, HERE, NOW)
        row = session.scalars(select(Delivery).where(Delivery.alert_id == "a0")).one()
        assert (["calm"], "pending", True) == (row.watchlists, row.status, row.urgent)


def test_digest_and_narrow(database: Database) -> None:
    """One press makes the loud lists daily for this chat; the other names the watches that filled the digest."""
    with database.begin() as session:
        watches = world(session)
        session.get_one(Watchlist, "loud").urgent = False
        for number in range(12):
            alert(session, f"a{number}", [watches["loud"]] + ([watches["calm"]] if number < 3 else []))
            told(session, f"a{number}", "loud", *(["calm"] if number < 3 else []))
        fold.fold(session, NOW)
        digest = session.scalars(select(Delivery.id).where(Delivery.alert_id.is_(None))).one()
        assert [("loud", 12), ("calm", 3)] == [
            (one.watchlist, one.count) for one in fold.loudest(session, digest, HERE)
        ]
        assert ("calm", "loud") == fold.prefer_digest(session, digest, HERE)
        alert(session, "z0", [])
        assert ["digest"] == [one.deliver for one in told(session, "z0", "loud")]
