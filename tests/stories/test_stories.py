"""Where an article is put, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import func, select

from crawler import stories
from crawler.db import Database
from crawler.ingest import ingest
from crawler.models import Article, StoryKey
from crawler.types import Dating, Draft
from tests.match.rows import NOW
from tests.stories.test_cluster import REPORT, ROUND_UP


def store(database: Database, text: str, outlet: str = "a", *, day: int = 0, title: str = "Dead", url: str = "") -> int:
    at = NOW + timedelta(days=day)
    with database.begin() as session:
        url = url or f"https://{outlet}.example/{session.scalar(select(func.count()).select_from(Article))}"
        draft = Draft(url, url, title, text, "en", Dating(at, "minute"))
        stored = ingest(session, draft, None, outlet, at, from_first_crawl=False)
        return session.get_one(Article, stored.article_id).story_id


def test_copies_are_one_story_and_one_origin(database: Database) -> None:
    """Three outlets with one text are three outlets and one origin; a text of its own is another story."""
    first = store(database, REPORT)
    assert [first, first] == [store(database, "Update. " + REPORT, "b"), store(database, REPORT, "c")]
    assert first != store(database, ROUND_UP, "d")
    with database.read() as session:
        assert stories.Counts(3, 1) == stories.counts(session, first)


def test_the_window_passes(database: Database) -> None:
    """The same text eleven days later is news of its own, and keys of the window before are dropped."""
    first = store(database, REPORT)
    assert first != store(database, REPORT, "b", day=11)
    with database.begin() as session:
        stories.forget(session, NOW + timedelta(days=11))
        assert {2} == set(session.scalars(select(StoryKey.article_id)))


def test_an_edit_stays_in_its_story_and_is_found_anew(database: Database) -> None:
    """An edited article keeps its story whatever it says now; copies of the new text join it."""
    first = store(database, REPORT, url="https://a.example/x")
    assert first == store(database, ROUND_UP, url="https://a.example/x")
    assert first == store(database, ROUND_UP, "b")
    assert first != store(database, REPORT, "c")


def test_two_processes_make_one_story(database: Database) -> None:
    """Two copies stored at the same moment end in one story."""
    start = threading.Barrier(4)
    found: list[int] = []

    def run(outlet: str) -> None:
        start.wait()
        found.append(store(database, REPORT, outlet, url=f"https://{outlet}.example/1"))

    threads = [threading.Thread(target=run, args=(outlet,)) for outlet in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (4, 1) == (len(found), len(set(found)))
