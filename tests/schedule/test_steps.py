"""The rows of the schedule: intervals that follow what came, validators that are not believed, named outcomes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from crawler import schedule
from crawler.db import Database
from crawler.models import Check, EntryPoint
from crawler.outlets import Expect, Outlet
from crawler.schedule import CheckEnd, DueEntryPoint, Hole, Listed
from tests.crawl.fakes import Answer, Site
from tests.schedule.world import DAY, HOUR, START, gazette, look, published, rows, settings

MINUTE = timedelta(minutes=1)
CRAWL = settings()


def outlet(name: str, **facts: object) -> Outlet:
    feed = {"kind": "feed", "url": f"https://{name}.example/feed"}
    known = {"id": name, "name": name, "home": f"https://{name}.example/", "languages": ["ar"], "country": "SY"}
    return Outlet.model_validate({**known, "entry_points": [feed], **facts})


def sync(database: Database, *outlets: Outlet, now: datetime = START) -> None:
    with database.begin() as session:
        schedule.sync(session, outlets, CRAWL, now)


def claim(database: Database, name: str, now: datetime) -> DueEntryPoint:
    with database.begin() as session:
        (found,) = schedule.claim(session, [(name, f"https://{name}.example/feed")], now)
        return found


def end(database: Database, name: str, ended: CheckEnd, now: datetime) -> EntryPoint:
    """One check of an outlet's feed, claimed and ended at that moment; its row afterwards."""
    entry_point = claim(database, name, now)
    with database.begin() as session:
        schedule.reschedule(session, entry_point, ended, CRAWL, now, Random(3))
        session.execute(
            EntryPoint.__table__.update().where(EntryPoint.id == entry_point.id).values(first_read_at=START)  # type: ignore[attr-defined]
        )
    with database.read() as session:
        return session.scalars(select(EntryPoint).where(EntryPoint.outlet == name)).one()


def ok(*new: datetime | None, etag: str = "", span: timedelta | None = None) -> CheckEnd:
    return CheckEnd("ok", etag=etag, learnt=Listed(new, span))


def test_busy_entry_points_are_read_more_often_than_slow_ones(database: Database) -> None:
    """A day of checks is enough: who brought ten an hour is read every few minutes, who brought none every half hour."""
    sync(database, outlet("busy"), outlet("slow"))
    for step in range(48):
        now = START + step * HOUR / 2
        end(database, "busy", ok(*[now - minute * MINUTE for minute in range(5)]), now)
        end(database, "slow", ok(), now)
    busy, slow = rows(database, EntryPoint)
    assert busy.interval_s < 11 * 60 < 20 * 60 < slow.interval_s <= 30 * 60


def test_first_list_is_a_history(sqlite_database: Database) -> None:
    """The dates of the first reading show the rate before anything was waited for, and how far the list reaches."""
    sync(sqlite_database, outlet("agency"), outlet("weekly"))
    end(sqlite_database, "agency", ok(*[START - k * MINUTE * 3 for k in range(40)], span=2 * HOUR), START)
    end(sqlite_database, "weekly", ok(*[START - k * DAY * 3 for k in range(9)], span=24 * DAY), START)
    agency, weekly = rows(sqlite_database, EntryPoint)
    assert agency.interval_s < weekly.interval_s / 2
    assert (2 * 3600, 24 * 86400) == (agency.span_s, weekly.span_s)


def test_never_longer_than_half_the_span_of_the_list(sqlite_database: Database) -> None:
    """A slow source whose list covers twenty minutes is read every ten."""
    sync(sqlite_database, outlet("a"))
    row = end(sqlite_database, "a", ok(span=20 * MINUTE), START)
    assert row.interval_s <= 600 and row.next_check_at <= START + 10 * MINUTE


def test_expectation_of_the_outlet_is_the_start(sqlite_database: Database) -> None:
    """Before anything is learnt an outlet's `expect` decides, then what came does."""
    sync(
        sqlite_database,
        outlet("many", expect=Expect(articles_a_day=300)),
        outlet("few", expect=Expect(articles_a_day=2)),
    )
    many, few = (end(sqlite_database, name, ok(), START).interval_s for name in ("many", "few"))
    assert many < few / 2


def test_interval_and_priority_of_the_yaml(sqlite_database: Database) -> None:
    """`every:` is kept whatever came; a changed one takes effect at the next sync."""
    feed = {"kind": "feed", "url": "https://a.example/feed"}
    sync(sqlite_database, outlet("a", entry_points=[{**feed, "every": "7m"}]), outlet("b", priority=4))
    assert 7 * 60 == end(sqlite_database, "a", ok(*[START] * 50), START).interval_s
    sync(sqlite_database, outlet("a", entry_points=[{**feed, "every": "3m"}]), outlet("b", priority=4))
    a, b = rows(sqlite_database, EntryPoint)
    assert START + 3 * MINUTE == a.next_check_at
    assert (86_400 / 96 / 4, 4.0) == (b.interval_s, b.priority)


def test_failures_and_pauses_go_before_the_rhythm(sqlite_database: Database) -> None:
    """Back-off doubles the learnt interval and learns nothing; Retry-After is waited for."""
    sync(sqlite_database, outlet("a"))
    before = end(sqlite_database, "a", ok(START), START)
    failed = end(sqlite_database, "a", CheckEnd("error", "timeout"), START + HOUR)
    assert before.rhythm == failed.rhythm
    assert failed.next_check_at - START - HOUR > timedelta(seconds=failed.interval_s * 1.7)
    paused = end(sqlite_database, "a", CheckEnd("rate-limited", not_before=START + DAY), START + 2 * HOUR)
    assert START + DAY == paused.next_check_at


def test_etag_that_stays_the_same_over_new_items_is_distrusted_for_a_month(sqlite_database: Database) -> None:
    """A 304 would have hidden them; the validators are not sent until a month has gone."""
    sync(sqlite_database, outlet("a"))
    end(sqlite_database, "a", ok(START, etag='"1"'), START)
    assert claim(sqlite_database, "a", START + HOUR).conditional
    row = end(sqlite_database, "a", ok(START + HOUR, etag='"1"'), START + HOUR)
    assert START + HOUR == row.distrusted_at
    asked = []
    for days in (1, 29, 32):
        now = START + days * DAY
        end(sqlite_database, "a", ok(etag='"1"'), now)
        asked.append(claim(sqlite_database, "a", now + MINUTE).conditional)
    assert [False, False, True] == asked


@pytest.mark.parametrize(("new", "etag"), [((), '"1"'), ((START + HOUR,), '"2"')])
def test_honest_validators_are_trusted(new: tuple[datetime, ...], etag: str, sqlite_database: Database) -> None:
    """The same list under the same ETag, a new one under another."""
    sync(sqlite_database, outlet("a"))
    end(sqlite_database, "a", ok(START, etag='"1"'), START)
    assert end(sqlite_database, "a", ok(*new, etag=etag), START + HOUR).distrusted_at is None


def test_304_for_ever_hides_nothing_longer_than_two_hours(sqlite_database: Database) -> None:
    """However seldom it is checked, two hours after the last whole answer none is asked for on condition."""
    sync(sqlite_database, outlet("a"))
    end(sqlite_database, "a", ok(etag='"1"'), START)
    asked = []
    for minutes in (30, 60, 90, 119, 121):
        asked.append(claim(sqlite_database, "a", START + minutes * MINUTE).conditional)
        end(sqlite_database, "a", CheckEnd("not modified"), START + minutes * MINUTE)
    assert [True, True, True, True, False] == asked


def test_304_does_not_end_a_failure(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """After a failure the whole list is asked for; a 304 all the same is an error of its own."""
    one = gazette(site)
    published(site, 0)
    site.answers["/feed.xml"] = Answer(site.answers["/feed.xml"].body, 200, (("ETag", '"1"'),), "application/rss+xml")
    look(sqlite_database, tmp_path, one, START)
    was, site.answers["/feed.xml"] = site.answers["/feed.xml"], Answer(b"down", 500)
    look(sqlite_database, tmp_path, one, START + HOUR)
    site.answers["/feed.xml"] = Answer(b"", 304)
    look(sqlite_database, tmp_path, one, START + 2 * HOUR)
    site.answers["/feed.xml"] = was
    look(sqlite_database, tmp_path, one, START + 6 * HOUR)
    checks = [(check.outcome, check.reason) for check in rows(sqlite_database, Check)]
    assert [
        ("ok", ""),
        ("error", "HTTP 500"),
        ("error", "HTTP 304 to a request that set no condition"),
        ("ok", ""),
    ] == checks
    assert 0 == rows(sqlite_database, EntryPoint)[0].failures


def test_hole_stands_on_the_check_and_is_settled_on_the_entry_point(database: Database) -> None:
    """What is left of a hole is written once; one that was interrupted is kept for the next check."""
    sync(database, outlet("a"))
    hole = Hole(START - DAY, START)
    with database.begin() as session:
        row = session.scalars(select(EntryPoint)).one()
        row.hole_since, row.hole_until = hole.since, hole.until
    kept = end(database, "a", CheckEnd("ok", learnt=Listed()), START)
    assert (hole.since, hole.until) == (kept.hole_since, kept.hole_until)
    settled = end(database, "a", CheckEnd("ok", learnt=Listed(), hole=hole, hole_settled=True), START + MINUTE)
    assert (None, None) == (settled.hole_since, settled.hole_until)
    assert [None, hole.since] == [check.hole_since for check in rows(database, Check)]


def test_what_came_after_a_pause_is_no_burst(sqlite_database: Database) -> None:
    """Of two days' absence the list tells the last hours only: the rate is counted over those."""
    sync(sqlite_database, outlet("a"), outlet("b"))
    later = START + 2 * DAY
    told = [later - k * MINUTE * 15 for k in range(8)]
    for name, since in (("a", later - 2 * HOUR), ("b", None)):
        end(sqlite_database, name, ok(), START)
        end(sqlite_database, name, CheckEnd("ok", learnt=Listed(tuple(told), None, since)), later)
    known, blurred = (row.rhythm["watched"] for row in rows(sqlite_database, EntryPoint))
    assert sum(known[:24]) == pytest.approx(2, abs=0.1)
    assert sum(blurred[:24]) == pytest.approx(48, abs=0.1)
