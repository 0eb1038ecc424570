"""Bytes of one outlet and day: counted, spent on lists before pages, and what is over waits by name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler import budget
from crawler.db import Database
from crawler.models import Article, Check, EntryPoint, KnownUrl, Traffic
from crawler.run import Order, crawl_once
from tests.crawl.fakes import Answer, Site, article, outlets
from tests.schedule.world import DAY, HOUR, START, gazette, look, published, rows, settings

FULL = DAY - 9 * HOUR  # from START to midnight


def test_bytes_of_a_day_add_up(database: Database) -> None:
    """Per outlet and day of UTC; asking spends nothing."""
    with database.begin() as session:
        spent = [budget.spend(session, "a", size, 1, START) for size in (100, 20)]
        spent.append(budget.spend(session, "b", 7, 1, START))
        spent.append(budget.spend(session, "a", 0, 0, START))
        spent.append(budget.spend(session, "a", 5, 1, START + FULL))
    assert [100, 120, 7, 120, 5] == spent


@pytest.mark.parametrize(
    ("spent", "purposes"),
    [
        (0, ["list", "article", "matched revisit", "revisit"]),
        (500, ["list", "article", "matched revisit"]),
        (800, ["list", "article"]),
        (900, ["list"]),
        (1000, []),
    ],
)
def test_lists_come_before_pages_and_pages_before_visits(spent: int, purposes: list[str]) -> None:
    """The last tenth is kept for lists, half for what is new."""
    assert purposes == [purpose for purpose in budget.SHARES if budget.affords(purpose, spent, 1000)]


def test_day_ends_at_midnight_utc() -> None:
    """What waits, waits for the next day."""
    assert START + FULL == budget.next_day(START) == budget.next_day(START + FULL - timedelta(seconds=1))


def test_what_is_fetched_is_counted(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """Feed, page and robots.txt: more than their bodies, and each answer once."""
    published(site, 0)
    look(sqlite_database, tmp_path, gazette(site), START)
    bodies = sum(len(site.answers[path].body) for path in ("/feed.xml", "/0"))
    with sqlite_database.read() as session:
        (row,) = session.scalars(select(Traffic)).all()
    assert ("gazette", START.date(), 2) == (row.outlet, row.day, row.answers)
    assert bodies < row.size_bytes < bodies + 3_000


def test_pages_over_budget_wait_for_the_next_day_while_the_feed_is_read(
    site: Site, sqlite_database: Database, tmp_path: Path
) -> None:
    """The check says how many wait and why; after midnight they are fetched."""
    published(site, *range(6), start=START - 6 * HOUR)
    for number in range(6):
        site.answers[f"/{number}"] = article(f"Convoy {number} arrives", f"Story {number}. " * 1_500)
    look(sqlite_database, tmp_path, gazette(site), START, bytes_per_day=60_000)
    some = len(rows(sqlite_database, Article))
    (check,) = rows(sqlite_database, Check)
    assert 0 < some < 6
    assert ("over budget", f"{6 - some} articles wait") == (check.outcome, check.reason.split(":")[0])
    site.log.clear()
    look(sqlite_database, tmp_path, gazette(site), START + HOUR, bytes_per_day=60_000)
    assert ["/feed.xml"] == site.paths()
    look(sqlite_database, tmp_path, gazette(site), START + FULL + HOUR, bytes_per_day="1MB", revisits="none")
    assert 6 == len(rows(sqlite_database, Article))


def test_spent_budget_ends_the_checks_of_the_day(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """Nothing is asked, the check is a row with its reason, and the next one comes soon after midnight."""
    published(site, 0)
    one = gazette(site, bytes_per_day=1)
    with sqlite_database.begin() as session:
        budget.spend(session, "gazette", 1, 1, START)
    look(sqlite_database, tmp_path, one, START)
    (check,), (row,) = rows(sqlite_database, Check), rows(sqlite_database, EntryPoint)
    assert ([], "over budget", "1e-06 of 1e-06 MB fetched of this outlet today") == (
        site.paths(),
        check.outcome,
        check.reason,
    )
    assert START + FULL <= row.next_check_at <= START + FULL + timedelta(minutes=10)
    assert (0, None) == (row.failures, row.not_before)


def test_larger_budget_in_the_configuration_takes_effect_at_once(
    site: Site, sqlite_database: Database, tmp_path: Path
) -> None:
    """Who raises the budget need not wait for midnight."""
    published(site, 0)
    with sqlite_database.begin() as session:
        budget.spend(session, "gazette", 1, 1, START)
    look(sqlite_database, tmp_path, gazette(site, bytes_per_day=1), START)
    look(sqlite_database, tmp_path, gazette(site, bytes_per_day=10**6), START + timedelta(minutes=5))
    assert ["/feed.xml", "/0"] == site.paths()


def test_what_a_person_asks_for_is_counted_and_not_held_back(
    site: Site, sqlite_database: Database, tmp_path: Path
) -> None:
    """A crawl by hand reads on over the budget; the day's bytes know of it."""
    published(site, 0)
    look(sqlite_database, tmp_path, gazette(site, bytes_per_day=1), START, by_hand=True)
    with sqlite_database.read() as session:
        assert 500 < (session.scalar(select(Traffic.size_bytes)) or 0)
        assert ["saved"] == list(session.scalars(select(KnownUrl.outcome)))


def test_compressed_answers_count_as_they_came(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """What the outlet had to send is what is counted, not what it unpacks to."""
    import gzip

    published(site, 0)
    page = article("Convoy 0 arrives", "The same line again and again. " * 3_000)
    site.answers["/0"] = Answer(gzip.compress(page.body), headers=(("Content-Encoding", "gzip"),))
    look(sqlite_database, tmp_path, gazette(site), START)
    with sqlite_database.read() as session:
        assert len(page.body) / 10 > (session.scalar(select(Traffic.size_bytes)) or 0) > 0
    assert 1 == len(rows(sqlite_database, Article))


def test_address_given_by_hand_is_counted_too(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """An article that no entry point named costs its outlet the same bytes."""
    published(site, 0)
    order = Order([site.url("/0")], outlets(gazette(site)))
    crawl_once(order, settings(), lambda: START, database=sqlite_database, evidence=tmp_path)
    with sqlite_database.read() as session:
        assert ["gazette"] == list(session.scalars(select(Traffic.outlet)))
