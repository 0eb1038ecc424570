"""When an entry point is read: a column that moves on before anything is fetched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from crawler import rhythm, schedule
from crawler.config import CrawlSection
from crawler.db import Database
from crawler.models import Check, EntryPoint
from crawler.outlets import EntryPointFact, Outlet
from crawler.schedule import CheckEnd, DueEntryPoint, Listed

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CRAWL = CrawlSection()


def outlet(name: str, *urls: str, archive_only: bool = False) -> Outlet:
    return Outlet(
        id=name,
        name=name,
        home=f"https://{name}.example/",
        languages=["ar"],
        country="SY",
        archive_only=archive_only,
        entry_points=[EntryPointFact(kind="feed", url=url) for url in urls],
    )


A = outlet("a", "https://a.example/feed")
B = outlet("b", "https://b.example/feed", "https://b.example/feed2")


def sync(database: Database, *outlets: Outlet, now: datetime = NOW, retire: bool = True) -> None:
    with database.begin() as session:
        schedule.sync(session, outlets, CRAWL, now, retire=retire)


def due(database: Database, now: datetime = NOW, limit: int = 10) -> list[DueEntryPoint]:
    with database.begin() as session:
        return schedule.due(session, now, limit)


def end(database: Database, entry_point: DueEntryPoint, ended: CheckEnd, now: datetime = NOW) -> EntryPoint:
    with database.begin() as session:
        if ended.outcome in ("ok", "empty"):
            ended = replace(ended, learnt=Listed())
        schedule.reschedule(session, entry_point, ended, CRAWL, now, Random(1))
    with database.read() as session:
        return session.scalars(select(EntryPoint).where(EntryPoint.id == entry_point.id)).one()


def test_due_entry_point_is_claimed_before_it_is_read(database: Database) -> None:
    """A second question finds nothing, so a process that dies over the check costs one interval and no loop."""
    sync(database, A)
    assert [found.url for found in due(database)] == ["https://a.example/feed"]
    assert due(database) == []
    assert len(due(database, NOW + timedelta(minutes=15))) == 1


def test_one_entry_point_per_host_at_a_time(database: Database) -> None:
    """A host is asked for one thing at a time, so its second feed waits for another tick."""
    sync(database, A, B)
    assert sorted(found.host for found in due(database)) == ["a.example", "b.example"]
    assert [found.url for found in due(database)] == ["https://b.example/feed2"]


def test_entry_point_that_left_the_configuration_is_retired_and_comes_back_with_its_memory(database: Database) -> None:
    """Retired rows are not read; back again they are due at once and know what they had."""
    sync(database, A)
    end(database, due(database)[0], CheckEnd("ok", etag='"7"'))
    sync(database, B)
    assert {"b"} == {found.outlet for found in due(database, NOW + timedelta(days=1))}
    sync(database, A, now=NOW + timedelta(hours=1))
    (back,) = [found for found in due(database, NOW + timedelta(hours=1)) if found.outlet == "a"]
    assert back.etag == '"7"'


def test_ad_hoc_sync_retires_nothing_and_archives_are_not_scheduled(database: Database) -> None:
    """A crawl of one outlet is no new configuration; a defunct outlet is never read."""
    sync(database, A)
    sync(database, outlet("old", "https://old.example/feed", archive_only=True), retire=False)
    assert [found.outlet for found in due(database)] == ["a"]


@pytest.mark.parametrize("failures", [0, 1, 2, 5, 50])
def test_wait_doubles_with_each_failure_up_to_a_limit(failures: int) -> None:
    """Ten minutes, twenty, forty, ... and never more than four times every_max, within the jitter."""
    wait = schedule.next_wait(600, failures, CRAWL, Random(failures))
    expected = min(10 * MINUTE * 2 ** min(failures, 10), 4 * CRAWL.every_max)
    assert abs(wait - expected) <= expected * rhythm.JITTER


def test_check_is_a_row_and_success_forgets_failures(database: Database) -> None:
    """Each reading is told with its counts; failures in a row are counted and end with the first success."""
    sync(database, A)
    (entry_point,) = due(database)
    assert end(database, entry_point, CheckEnd("error", "timeout")).failures == 1
    assert end(database, entry_point, CheckEnd("not a feed", "HTML instead of a feed")).failures == 2
    assert end(database, entry_point, CheckEnd("ok", listed=3, saved=2)).failures == 0
    with database.read() as session:
        checks = session.scalars(select(Check).order_by(Check.id)).all()
    assert [(check.outcome, check.saved) for check in checks] == [("error", 0), ("not a feed", 0), ("ok", 2)]


def test_pause_asked_for_goes_before_the_interval(database: Database) -> None:
    """After Retry-After the next check is not before that time, and it is no failure."""
    sync(database, A)
    row = end(database, due(database)[0], CheckEnd("rate-limited", not_before=NOW + timedelta(hours=3)))
    assert (NOW + timedelta(hours=3), 0) == (row.next_check_at, row.failures)
    assert due(database, NOW + timedelta(hours=2)) == []


def test_validators_are_left_out_now_and_then(database: Database) -> None:
    """Some servers never change their ETag: every Nth check asks without."""
    sync(database, A)
    now, asked = NOW, []
    for _ in range(2 * schedule.UNCONDITIONAL_EVERY):
        (entry_point,) = due(database, now)
        asked.append(bool(entry_point.etag))
        now = end(database, entry_point, CheckEnd("ok", etag='"7"'), now).next_check_at
    every = schedule.UNCONDITIONAL_EVERY
    assert [place % every != 0 for place in range(2 * every)] == asked


def test_not_modified_keeps_the_validators(database: Database) -> None:
    """A 304 says nothing new, so what was known of the feed stays."""
    sync(database, A)
    (entry_point,) = due(database)
    end(database, entry_point, CheckEnd("ok", etag='"7"'))
    assert end(database, entry_point, CheckEnd("not modified")).etag == '"7"'


def test_check_of_a_killed_worker_is_resumed_at_once(database: Database) -> None:
    """What was claimed and not ended is due again when a worker starts; what ended is not."""
    sync(database, A, B)
    ended, killed = due(database)
    end(database, ended, CheckEnd("ok"))
    with database.begin() as session:
        assert schedule.resume(session, NOW) == 1
    assert killed.url in [found.url for found in due(database)]


def test_entry_point_that_killed_two_workers_waits_an_hour(database: Database) -> None:
    """Once may be chance and costs the wait of a failure; twice in a row is poison."""
    sync(database, A)
    for kills in (1, 2):
        with database.begin() as session:
            assert kills == schedule.blame(session, A.entry_points[0].url, CRAWL, NOW)
    assert due(database, NOW + 59 * MINUTE) == []
