"""Silence can be trusted: the daily line, outages, the heartbeat and what the operator hears."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import notices
from alerts.models import Chat, Delivery, Subscription
from alerts.notices import Operator, Reach
from crawler.coverage import Coverage, OutletCoverage
from crawler.db import Database
from crawler.models import Article, Check, EntryPoint, HealthChange
from crawler.outlets import Outlet
from tests.delivery.world import NOW, alert, chat, delivery, watch

HERE, THERE = "telegram:11", "webhook:https://hook.example/rasad"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OUTLETS = {
    name: Outlet(
        id=name, name=name.title(), home=f"https://{name}.example", languages=["ar"], country="SY", archive_only=True
    )
    for name in ("nahr", "reka")
}


def subscribe(session: Session, *addresses: str, since: datetime = NOW - timedelta(days=9), **settings: object) -> int:
    """Chats that get the list of a watch; its id."""
    watch_id = watch(session)
    for address in addresses:
        chat(session, address, **settings)
        session.add(Subscription(watchlist_id="my-names", address=address, source="user", created_at=since))
    session.flush()
    return watch_id


def check(session: Session, at: datetime, outcome: str = "ok") -> None:
    """An outlet was asked."""
    point = session.scalar(select(EntryPoint))
    if point is None:
        point = EntryPoint(
            outlet="nahr", kind="feed", url="https://nahr.example/feed", host="nahr.example", next_check_at=NOW,
            interval_s=600,
        )  # fmt: skip
        session.add(point)
        session.flush()
    session.add(Check(entry_point_id=point.id, at=at, first=False, outcome=outcome))
    session.flush()


def told(session: Session, *keys: str) -> list[tuple[str, str]]:
    """(address, key) of the notices there are, in order."""
    found = session.scalars(select(Delivery).where(Delivery.notice.is_not(None)).order_by(Delivery.id))
    pairs = [(row.address, (row.notice or {})["key"]) for row in found]
    return [pair for pair in pairs if not keys or pair[1] in keys]


# --- outages


def test_a_restart_of_minutes_is_no_news_and_an_hour_is(database: Database) -> None:
    """Each chat that gets a list hears once from when to when; others and those nobody can reach do not."""
    reach = Reach()
    with database.begin() as session:
        subscribe(session, HERE, THERE)
        chat(session, "telegram:12")
        session.get_one(Chat, THERE).suspended = "gone"
        check(session, NOW)
        assert 0 == notices.beat(session, NOW, reach, HOUR)
        assert 0 == notices.beat(session, NOW + 9 * MINUTE, reach, HOUR)
    for _ in range(2):
        with database.begin() as session:
            notices.beat(session, NOW + 2 * HOUR, Reach(), HOUR)
    with database.read() as session:
        row = session.scalars(select(Delivery)).one()
    assert (HERE, "outage") == (row.address, (row.notice or {})["key"])
    assert "2026-11-22T16:51:00+00:00" == (row.notice or {})["since"]["at"]


def test_outlets_that_answer_again_after_hours(database: Database) -> None:
    """We lived, but nothing could be read: told when the first outlet answers, with the hours in between."""
    reach, at = Reach(), NOW
    with database.begin() as session:
        subscribe(session, HERE)
        check(session, NOW)
        while at < NOW + 3 * HOUR:
            notices.beat(session, at, reach, HOUR)
            check(session, at, "unreachable")
            at += 9 * MINUTE
        assert [] == told(session)
        check(session, at)
        assert 1 == notices.beat(session, at, reach, HOUR)
        row = session.scalars(select(Delivery)).one()
    assert ("outage_reading", NOW.isoformat(), at.isoformat()) == (
        (row.notice or {})["key"],
        (row.notice or {})["since"]["at"],
        (row.notice or {})["until"]["at"],
    )


def test_a_channel_that_answers_again(database: Database) -> None:
    """Only its chats hear of it, also when the daemon was restarted meanwhile."""
    reach = Reach()
    with database.begin() as session:
        subscribe(session, HERE, THERE)
        reach.hear((), ("telegram",), NOW)
        notices.beat(session, NOW, reach, HOUR)
        successor = Reach()
        notices.beat(session, NOW + 9 * MINUTE, successor, HOUR)
        successor.hear(("telegram",), (), NOW + 15 * MINUTE)
        assert 1 == notices.beat(session, NOW + 16 * MINUTE, successor, HOUR)
        successor.back.clear()
        assert 0 == notices.beat(session, NOW + 17 * MINUTE, successor, HOUR)
        assert [(HERE, "outage_sending")] == told(session)


# --- the heartbeat


def test_well_means_progress_of_all_three(database: Database) -> None:
    """No outlet answering, an article that nobody matches, a channel that is silent: each is told by its name."""
    reach = Reach()
    with database.begin() as session:
        watch_id = watch(session)
        assert "no outlet answers since the start" == notices.well(session, NOW, reach, HOUR)
        check(session, NOW)
        assert "" == notices.well(session, NOW, reach, HOUR)
        check(session, NOW + 2 * HOUR, "unreachable")
        assert "no outlet answers" in notices.well(session, NOW + 2 * HOUR, reach, HOUR)
        alert(session, "a0", [watch_id])
        session.flush()
        assert "" == notices.well(session, NOW + 10 * MINUTE, reach, HOUR)
        assert "waits to be matched" in notices.well(session, NOW + 11 * MINUTE, reach, HOUR)
        session.scalars(select(Article)).one().matched_revision = 1
        session.flush()
        reach.hear((), ("telegram", THERE), NOW)
        assert "no answer from telegram" == notices.well(session, NOW + 11 * MINUTE, reach, HOUR)


@pytest.mark.parametrize(("status", "expected"), [(200, True), (404, False), (500, False), (None, False)])
def test_the_heartbeat_stops_nothing(status: int | None, expected: bool, caplog: pytest.LogCaptureFixture) -> None:
    """A failure is logged without the address, which is a secret of its own."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if status is None:
            raise httpx.ConnectError("no route to https://beat.example/secret")
        return httpx.Response(status)

    with caplog.at_level(logging.WARNING):
        taken = asyncio.run(notices.ping("https://beat.example/secret", httpx.MockTransport(answer)))
    assert (expected, ["https://beat.example/secret"]) == (taken, asked)
    assert "secret" not in caplog.text


# --- the daily line


def coverage() -> Coverage:
    hours = "+" * 24
    outlets = (OutletCoverage("nahr", "Nahr", hours, "ok"), OutletCoverage("reka", "Reka", hours, "blocked", "qrator"))
    return Coverage(NOW - timedelta(days=1), NOW, outlets)


def test_one_silent_line_a_day_by_the_clock_of_the_chat(database: Database) -> None:
    """At 21:00 in Berlin and not again before the next evening; the alerts of the day are counted."""
    evening = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    with database.begin() as session:
        watch_id = subscribe(session, HERE, timezone="Europe/Berlin")
        alert(session, "a0", [watch_id])
        delivery(session, "a0", HERE)
        assert [] == notices.due_lines(session, evening - MINUTE, "21:00")
        due = notices.due_lines(session, evening, "21:00")
        assert [notices.DueLine(HERE, "daily:2026-11-22", 1)] == due
        assert 1 == notices.daily(session, due, coverage(), evening)
        assert [] == notices.due_lines(session, evening + HOUR, "21:00")
        assert 1 == len(notices.due_lines(session, evening + timedelta(days=1), "21:00"))
        assert [] == notices.due_lines(session, evening + timedelta(days=1), "")
        row = session.scalars(select(Delivery).where(Delivery.once.is_not(None))).one()
    assert row.silent
    assert {"key": "daily_one", "count": 1, "read": 1, "of": 2, "blocked": ["reka"]} == row.notice


def test_who_subscribed_tonight_hears_tomorrow(sqlite_database: Database) -> None:
    """A chat without a list never; one that is new not before its first whole day has an evening."""
    evening = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
    with sqlite_database.begin() as session:
        subscribe(session, HERE, since=evening - 10 * MINUTE)
        chat(session, THERE)
        assert [] == notices.due_lines(session, evening, "21:00")
        assert [HERE] == [one.address for one in notices.due_lines(session, evening + timedelta(days=1), "21:00")]


# --- the operator

BOTH = Operator((HERE, THERE), ("telegram", "webhook"))


def change(session: Session, outlet: str, number: int, was: str, state: str) -> None:
    session.add(
        HealthChange(
            outlet=outlet,
            number=number,
            was=was,
            state=state,
            since=NOW,
            cause="it answers 401",
            advice="try a proxy",
            at=NOW,
        )
    )
    session.flush()


def test_a_list_that_loses_an_outlet_interrupts_at_once(database: Database) -> None:
    """The operator hears it within the minute, and that it is mended; the rest comes once a day, folded."""
    morning = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    with database.begin() as session:
        subscribe(session, "telegram:12")
        change(session, "nahr", 1, "new", "ok")
        change(session, "reka", 1, "new", "ok")
        assert 0 == notices.report_health(session, OUTLETS, BOTH, NOW, "21:00")
        change(session, "nahr", 2, "ok", "blocked")
        assert 1 == notices.report_health(session, OUTLETS, BOTH, NOW, "21:00")
        assert 0 == notices.report_health(session, OUTLETS, BOTH, NOW, "21:00")
        change(session, "nahr", 3, "blocked", "ok")
        change(session, "reka", 2, "ok", "undated")
        assert 1 == notices.report_health(session, OUTLETS, BOTH, NOW, "21:00")
        assert 1 == notices.report_health(session, OUTLETS, BOTH, morning, "09:00")
        assert 0 == notices.report_health(session, OUTLETS, BOTH, morning + HOUR, "09:00")
        assert [(HERE, key) for key in ("health_lost", "health_back", "health_daily")] == told(session)
        daily = session.scalars(select(Delivery).where(Delivery.once.contains("health:"))).one()
    assert ["Reka"] == [line["outlet"] for line in (daily.notice or {})["lines"]]


def test_without_an_operator_nothing_is_said(sqlite_database: Database) -> None:
    """Nobody asked for it."""
    with sqlite_database.begin() as session:
        change(session, "nahr", 1, "new", "blocked")
        assert 0 == notices.report_health(session, OUTLETS, Operator((), ("telegram",)), NOW, "21:00")
        assert not notices.tell_operator(session, Operator((), ()), "channel_closed", {}, NOW, unique="x")


@pytest.mark.parametrize("broken", ["closed", "suspended", "failed", "in vain"])
def test_the_second_address_when_the_first_is_broken(database: Database, broken: str) -> None:
    """What could not be told by the first goes by the second, once; a first that works keeps what it has."""
    params = {"channel": "email", "reason": "x"}
    operator = Operator((HERE, THERE), ("webhook",)) if broken == "closed" else BOTH
    with database.begin() as session:
        assert notices.tell_operator(session, BOTH, "channel_closed", params, NOW, unique="x")
        assert not notices.tell_operator(session, BOTH, "channel_closed", params, NOW, unique="x")
        row = session.scalars(select(Delivery)).one()
        assert 0 == notices.reroute(session, BOTH, NOW + HOUR)
        if broken == "suspended":
            session.get_one(Chat, HERE).suspended = "blocked by user"
        if broken in ("failed", "in vain"):
            row.status, row.reason = ("failed" if broken == "failed" else "pending"), "timed out"
        session.flush()
        assert 1 == notices.reroute(session, operator, NOW + HOUR)
        assert 0 == notices.reroute(session, operator, NOW + HOUR)
        assert [(HERE, "failed"), (THERE, "pending")] == [
            (one.address, one.status) for one in session.scalars(select(Delivery).order_by(Delivery.id))
        ]
    with database.begin() as session:
        assert notices.tell_operator(session, operator, "channel_closed", params, NOW, unique="y")
        last = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
        assert (THERE if broken in ("closed", "suspended") else HERE) == last.address
