"""A pause longer than the list reaches: back-filled from an archive within the hole, or written down as a hole."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from crawler import known, schedule
from crawler.db import Database
from crawler.models import Article, Check, EntryPoint
from crawler.outlets import EntryPointFact
from crawler.spiders import Reading
from crawler.types import Listing
from tests.crawl.fakes import Answer, Site
from tests.schedule.world import DAY, HOUR, START, gazette, look, published, rows, settings


def sitemap(site: Site, *numbers: int) -> EntryPointFact:
    """An archive that names articles of these numbers with their dates."""
    entries = "".join(
        f"<url><loc>{site.url(f'/{n}')}</loc><lastmod>{(START + n * HOUR).isoformat()}</lastmod></url>" for n in numbers
    )
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    site.answers["/sitemap.xml"] = Answer(body.encode(), kind="application/xml")
    return EntryPointFact(kind="sitemap", url=site.url("/sitemap.xml"))


def titles(database: Database) -> set[str]:
    return {one.title for one in rows(database, Article)}


def convoys(*numbers: int) -> set[str]:
    return {f"Convoy {number} arrives" for number in numbers}


def test_hole_is_filled_from_an_archive(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """Two days without a look, a feed of five: what lies between comes from the sitemap, as news, and nothing older."""
    archive = sitemap(site)
    published(site, *range(-5, 0))
    look(sqlite_database, tmp_path, gazette(site, archive), START)
    published(site, *range(20, 43))  # all pages are there
    archive = sitemap(site, *range(-30, 43))
    published(site, *range(43, 48))
    look(sqlite_database, tmp_path, gazette(site, archive), START + 48 * HOUR)
    check = rows(sqlite_database, Check)[-1]
    assert convoys(*range(-5, 0), *range(20, 48)) == titles(sqlite_database)
    assert (None, None) == (check.hole_since, check.hole_until)
    assert "filled from the sitemap with 23 articles" in check.reason
    with sqlite_database.read() as session:
        first = session.scalars(
            select(Article.from_first_crawl).where(Article.title.in_(convoys(*range(20, 48))))
        ).all()
    assert {False} == set(first)


def test_hole_without_an_archive_is_written_down(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """The check says from when to when nothing is known; the next one has no hole any more."""
    published(site, *range(-5, 0))
    look(sqlite_database, tmp_path, gazette(site), START)
    published(site, *range(43, 48))
    look(sqlite_database, tmp_path, gazette(site), START + 48 * HOUR)
    look(sqlite_database, tmp_path, gazette(site), START + 49 * HOUR)
    _, hole, after = rows(sqlite_database, Check)
    (row,) = rows(sqlite_database, EntryPoint)
    assert hole.hole_since is not None and abs(hole.hole_since - START) < timedelta(minutes=1)
    assert START + 43 * HOUR == hole.hole_until
    assert "is a hole: the outlet has no archive" in hole.reason
    assert [None] * 4 == [after.hole_since, after.hole_until, row.hole_since, row.hole_until]


def test_archive_that_does_not_reach_back_leaves_the_hole(
    site: Site, sqlite_database: Database, tmp_path: Path
) -> None:
    """What it brings is stored, but nothing shows that nothing is missing."""
    published(site, *range(-5, 0))
    look(sqlite_database, tmp_path, gazette(site), START)
    published(site, *range(30, 43))
    archive = sitemap(site, *range(30, 43))
    published(site, *range(43, 48))
    look(sqlite_database, tmp_path, gazette(site, archive), START + 48 * HOUR)
    check = rows(sqlite_database, Check)[-1]
    assert convoys(*range(30, 48)) < titles(sqlite_database)
    assert START + 43 * HOUR == check.hole_until and "no archive reached back" in check.reason


def test_list_that_still_knows_what_we_know_has_no_hole(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """A pause of two days in which four articles came; and a list too short to have been cut off."""
    published(site, *range(-5, 0))
    look(sqlite_database, tmp_path, gazette(site), START)
    published(site, -1, 10, 20, 30, 40)
    look(sqlite_database, tmp_path, gazette(site), START + 48 * HOUR)
    published(site, 70, 71)
    look(sqlite_database, tmp_path, gazette(site), START + 96 * HOUR)
    assert [None] * 3 == [check.hole_since for check in rows(sqlite_database, Check)]


def test_longer_pause_than_is_filled_leaves_its_beginning(
    site: Site, sqlite_database: Database, tmp_path: Path
) -> None:
    """A fortnight away: the last week is read again, the first stays a hole."""
    published(site, *range(-5, 0))
    look(sqlite_database, tmp_path, gazette(site), START)
    hours = range(120, 330, 6)
    published(site, *hours)
    archive = sitemap(site, *hours)
    published(site, *range(331, 336))
    look(sqlite_database, tmp_path, gazette(site, archive), START + 336 * HOUR)
    check = rows(sqlite_database, Check)[-1]
    assert START + 331 * HOUR - 7 * DAY == check.hole_until
    assert "filled from the sitemap" in check.reason


def note(database: Database, now: datetime, *numbers: int) -> known.Noted:
    """A worker's reading of a feed with these articles, up to where the articles would be fetched."""
    with database.begin() as session:
        schedule.sync(session, [GAZETTE], settings(), now)
        session.flush()
        entry = schedule.as_due(session.scalars(select(EntryPoint)).one(), now)
        listings = tuple(Listing(f"https://g.example/{n}", f"Convoy {n}", START + n * HOUR) for n in numbers)
        return known.note(session, entry, Reading(listings, {}), now)


GAZETTE = gazette(Site())


def test_hole_outlives_the_worker_that_found_it(database: Database) -> None:
    """Killed while it filled the hole: the next worker finds a list it knows, and the hole beside it."""
    note(database, START, *range(-5, 0))
    with database.begin() as session:
        session.scalars(select(EntryPoint)).one().last_read_at = START
    found = note(database, START + 48 * HOUR, *range(43, 48))
    again = note(database, START + 48 * HOUR + timedelta(minutes=1), *range(44, 49))
    assert schedule.Hole(START, START + 43 * HOUR) == found.hole == again.hole
    assert 5 == len(found.new) and 1 == len(again.new)
