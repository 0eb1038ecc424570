"""Known addresses: what is fetched, what is not fetched again, what is tried once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from crawler import known, schedule
from crawler.config import CrawlSection
from crawler.db import Database
from crawler.known import Wanted
from crawler.models import EntryPoint, KnownUrl
from crawler.outlets import EntryPointFact, Outlet
from crawler.schedule import DueEntryPoint
from crawler.spiders import Reading
from crawler.types import Listing

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FEED = "https://news.example/feed"
OUTLET = Outlet(
    id="news",
    name="News",
    home="https://news.example/",
    languages=["en"],
    country="XX",
    entry_points=[EntryPointFact(kind="feed", url=FEED)],
)


def entry_point(database: Database) -> DueEntryPoint:
    with database.begin() as session:
        schedule.sync(session, [OUTLET], CrawlSection(), NOW)
        session.flush()
        return schedule.as_due(session.scalars(select(EntryPoint)).one(), NOW)


def listing(n: int, title: str = "", *, hour: int = 8, updated: str = "") -> Listing:
    at = datetime(2026, 11, 22, hour, tzinfo=UTC)
    return Listing(f"https://www.news.example/{n}?utm_source=rss", title or f"Title {n}", at, updated)


def note(database: Database, *listings: Listing, now: datetime = NOW, exact: bool = True) -> list[Wanted]:
    entry = entry_point(database)
    with database.begin() as session:
        return known.note(session, entry, Reading(listings, {}, titles_are_exact=exact), now).wanted


def settle(database: Database, wanted: Wanted, end: known.End, now: datetime = NOW) -> None:
    with database.begin() as session:
        known.settle(session, wanted, end, "", now)


def keys(wanted: list[Wanted]) -> list[str]:
    return [one.key.rpartition("/")[2] for one in wanted]


def test_new_articles_are_wanted_newest_first_at_the_address_as_listed(database: Database) -> None:
    """The canonical address is the key; what is asked for is what the feed said."""
    wanted = note(database, listing(1, hour=6), listing(2, hour=8), listing(3, hour=7))
    assert keys(wanted) == ["2", "3", "1"]
    assert wanted[0].listing.url == "https://www.news.example/2?utm_source=rss"


def test_stored_article_is_not_wanted_again(database: Database) -> None:
    """A second reading of the same feed asks for nothing."""
    for one in note(database, listing(1), listing(2)):
        settle(database, one, "saved")
    assert note(database, listing(1), listing(2)) == []


def test_article_not_reached_yet_stays_wanted_when_the_feed_forgets_it(database: Database) -> None:
    """What was beyond the limit of a check is fetched at the next, also when the feed has moved on or says 304."""
    note(database, listing(1), listing(2))
    assert keys(note(database)) == ["1", "2"]


def test_failed_article_is_tried_again_after_growing_waits_and_then_given_up(database: Database) -> None:
    """Five tries after the first, each later than the last."""
    (one,) = note(database, listing(1))
    now, waits = NOW, []
    for wait in known.RETRY_AFTER:
        settle(database, one, "failed", now)
        assert note(database, now=now + wait - timedelta(seconds=1)) == []
        now += wait
        waits.append(keys(note(database, now=now)))
    settle(database, one, "failed", now)
    assert [["1"]] * len(known.RETRY_AFTER) == waits
    assert note(database, listing(1), now=now + timedelta(days=30)) == []


def test_changed_title_or_update_mark_is_fetched_again(database: Database) -> None:
    """The feed says that the article is another one now."""
    for one in note(database, listing(1), listing(2), listing(3)):
        settle(database, one, "saved")
    changed = note(database, listing(1, "Title 1 (updated)"), listing(2, updated="2026-11-22T09:00Z"), listing(3))
    assert sorted(keys(changed)) == ["1", "2"]


def test_update_marks_that_are_the_time_of_the_feed_are_not_believed(database: Database) -> None:
    """When nearly every mark changes at once and no title does, nothing is fetched again."""
    for one in note(database, *[listing(n, updated="8:00") for n in range(6)]):
        settle(database, one, "saved")
    assert note(database, *[listing(n, updated="9:00") for n in range(6)]) == []


def test_link_texts_of_a_section_page_do_not_count_as_titles(database: Database) -> None:
    """A counter in a link text changes all day and means nothing."""
    for one in note(database, listing(1, "Bridge opens 12"), exact=False):
        settle(database, one, "saved")
    assert note(database, listing(1, "Bridge opens 13"), exact=False) == []


def test_article_of_the_first_reading_stays_one_when_it_comes_late(database: Database) -> None:
    """It failed at the first crawl and is tried later: it still came with the first reading. A later one did not."""
    (one,) = note(database, listing(1))
    settle(database, one, "failed")
    later = note(database, listing(1), listing(2), now=NOW + timedelta(hours=1))
    assert {w.key[-1]: w.from_first_crawl for w in later} == {"1": True, "2": False}


def test_empty_first_reading_is_not_the_first(database: Database) -> None:
    """A feed that answered without items has not been read yet."""
    note(database)
    assert [one.from_first_crawl for one in note(database, listing(1))] == [True]


def test_page_that_killed_two_workers_is_quarantined(database: Database) -> None:
    """Once it is suspect and read apart; twice it is never fetched again, whatever its title says."""
    (one,) = note(database, listing(1))
    with database.begin() as session:
        assert known.blame(session, one.key, NOW) == 1
    assert [again.kills for again in note(database, listing(1))] == [1]
    with database.begin() as session:
        assert known.blame(session, one.key, NOW) == 2
    assert note(database, listing(1, "Another title")) == []
    with database.read() as session:
        assert session.execute(select(KnownUrl.outcome, KnownUrl.reason)).one() == (
            "quarantined",
            "killed 2 crawl workers",
        )


def test_page_that_was_read_well_after_all_is_no_suspect(database: Database) -> None:
    """A worker that was killed from outside condemns nothing for good."""
    (one,) = note(database, listing(1))
    with database.begin() as session:
        known.blame(session, one.key, NOW)
    settle(database, one, "saved")
    assert [again.kills for again in note(database, listing(1, "New title"))] == [0]
