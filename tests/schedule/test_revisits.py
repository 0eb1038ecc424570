"""Articles asked for again: edits become revisions, a disappearance a fact with its evidence, nothing else says anything."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crawler import evidence, known, revisits, urls
from crawler.db import Database
from crawler.fetch import NotFetched
from crawler.models import Article, Evidence, Revision, Revisit
from crawler.revisits import AGES, MATCHED_AGES, NotThere, Unclear
from crawler.types import Page
from tests.crawl.fakes import Answer, Site, article, redirect
from tests.match.rows import article as stored_row
from tests.schedule.world import DAY, HOUR, START, gazette, look, published, rows, settings

MINUTE = timedelta(minutes=1)


def stored(site: Site, database: Database, folder: Path, **values: object) -> Article:
    """One article, published and stored at START."""
    published(site, 0)
    look(database, folder, gazette(site), START, **values)
    (one,) = rows(database, Article)
    site.log.clear()
    return one


def visits(site: Site) -> int:
    return site.paths().count("/0")


def row(database: Database) -> Revisit | None:
    with database.read() as session:
        return session.scalar(select(Revisit))


@pytest.mark.parametrize("matched", [False, True])
def test_ages_grow_and_end(matched: bool) -> None:
    """Each age once, however late the visit before it was; after the last none."""
    ages, at, had = (MATCHED_AGES if matched else AGES), START, []
    while (next_at := revisits.next_age(START, at, matched=matched)) is not None:
        had.append(next_at - START)
        at = next_at + MINUTE
    assert list(ages) == had
    assert START + DAY == revisits.next_age(START, START + 13 * HOUR, matched=matched)


def page(status: int, url: str = "https://gazette.example/0", body: bytes = b"x" * 9_000) -> Page:
    return Page(url, "https://gazette.example/0", status, (), body, START)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (page(200), Page),
        (page(304, body=b""), Page),
        (page(404), NotThere),
        (page(410), NotThere),
        (page(200, "https://gazette.example/"), NotThere),
        (page(403), Unclear),
        (page(401), Unclear),
        (page(429), Unclear),
        (page(500), Unclear),
        (page(503), Unclear),
        (page(302), Unclear),
        (NotFetched("timeout", "no answer"), Unclear),
        (NotFetched("rate-limited", "a pause", START + HOUR), Unclear),
        (NotFetched("robots.txt", "forbidden"), Unclear),
    ],
)
def test_only_some_answers_speak_of_the_article(answer: Page | NotFetched, verdict: type[object]) -> None:
    """A refusal, an error, a pause and a block are neither an edit nor a deletion."""
    assert verdict is type(revisits.judge(answer, START))


def test_edit_that_no_feed_tells_becomes_a_revision(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """The feed says the same as before; the page's new text is found an hour later and waits for the matcher."""
    stored(site, sqlite_database, tmp_path)
    site.answers["/0"] = article("Convoy 0 arrives", "The convoy was turned back at the crossing. " * 8)
    look(sqlite_database, tmp_path, gazette(site), START + HOUR + MINUTE)
    (now,) = rows(sqlite_database, Article)
    assert (2, True) == (now.revision, now.text.startswith("The convoy was turned back"))
    with sqlite_database.read() as session:
        assert [1] == list(session.scalars(select(Revision.revision)))
    assert now.matched_revision < now.revision


def test_same_text_is_no_revision_and_no_second_copy(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """Other HTML around the same text changes nothing."""
    stored(site, sqlite_database, tmp_path)
    before = site.answers["/0"]
    site.answers["/0"] = Answer(before.body.replace(b"<nav>", b"<nav class=new>"))
    look(sqlite_database, tmp_path, gazette(site), START + HOUR + MINUTE)
    with sqlite_database.read() as session:
        assert 1 == session.scalar(select(func.count(Evidence.id)))
    assert (1, 1) == (visits(site), rows(sqlite_database, Article)[0].revision)


def test_each_age_is_one_visit_and_the_last_ends_it(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """Four visits to an ordinary article, then its row is gone and it is left alone."""
    stored(site, sqlite_database, tmp_path)
    for age in (HOUR / 2, *AGES, 10 * DAY):
        look(sqlite_database, tmp_path, gazette(site), START + age + MINUTE)
    assert (4, None) == (visits(site), row(sqlite_database))


def test_visits_are_conditional_where_they_may_be(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """The validators of the last answer are sent, but not at every third visit: a 304 may be false."""
    published(site, 0)
    site.answers["/0"] = Answer(site.answers["/0"].body, headers=(("ETag", '"5"'),))
    look(sqlite_database, tmp_path, gazette(site), START)
    site.log.clear()
    for age in AGES:
        look(sqlite_database, tmp_path, gazette(site), START + age + MINUTE)
    asked = [one.headers.get("if-none-match", "") for one in site.log if one.path == "/0"]
    assert ['"5"', '"5"', "", '"5"'] == asked


def test_gone_is_what_was_twice_not_there(site: Site, database: Database, tmp_path: Path) -> None:
    """The first 404 is noted, the second an hour later is the fact; text and copy stay, the answer is preserved."""
    before = stored(site, database, tmp_path)
    site.answers["/0"] = Answer(b"<html>No such page</html>", 404)
    look(database, tmp_path, gazette(site), START + HOUR + MINUTE)
    assert rows(database, Article)[0].gone_at is None
    look(database, tmp_path, gazette(site), START + 2 * HOUR + 2 * MINUTE)
    (now,) = rows(database, Article)
    assert now.gone_at is not None
    assert ("HTTP 404", before.text, before.evidence_id, 1) == (
        now.gone_reason,
        now.text,
        now.evidence_id,
        now.revision,
    )
    with database.read() as session:
        answer = session.get_one(Evidence, now.gone_evidence_id)
    assert b"<html>No such page</html>" == evidence.read(answer, tmp_path)


def test_what_is_back_is_not_gone(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """An article that was gone and answers again at a later age is there."""
    stored(site, sqlite_database, tmp_path)
    was = site.answers.pop("/0")
    for age in (HOUR, 2 * HOUR + MINUTE):
        look(sqlite_database, tmp_path, gazette(site), START + age + MINUTE)
    assert rows(sqlite_database, Article)[0].gone_at is not None
    site.answers["/0"] = was
    look(sqlite_database, tmp_path, gazette(site), START + 6 * HOUR + MINUTE)
    (now,) = rows(sqlite_database, Article)
    assert (None, "", None) == (now.gone_at, now.gone_reason, now.gone_evidence_id)


def test_redirect_to_the_home_page_is_a_disappearance(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """Some sites have no 404: what leads home twice is gone."""
    stored(site, sqlite_database, tmp_path)
    site.answers.update({"/0": redirect("/"), "/": article("Gazette", "All the news of the day. " * 20)})
    for age in (HOUR, 2 * HOUR + MINUTE):
        look(sqlite_database, tmp_path, gazette(site), START + age + MINUTE)
    (now,) = rows(sqlite_database, Article)
    assert ("redirected to the home page", True) == (now.gone_reason, now.gone_at is not None)


@pytest.mark.parametrize("kind", ["another article", "challenge", "error", "empty"])
def test_nothing_else_changes_an_article(kind: str, site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """Led to another story, blocked, broken or emptied: neither an edit nor a deletion, and no second article."""
    before = stored(site, sqlite_database, tmp_path)
    site.answers["/other"] = article("Another story", "Something else happened in another town. " * 9)
    site.answers["/0"] = {
        "another article": redirect("/other"),
        "challenge": Answer(b"<html><script src='/__qrator/qauth.js'></script></html>", 401),
        "error": Answer(b"down", 500),
        "empty": Answer(b"<html><body></body></html>"),
    }[kind]
    for age in (HOUR, 3 * HOUR, 8 * HOUR):
        look(sqlite_database, tmp_path, gazette(site), START + age + MINUTE)
    (now,) = rows(sqlite_database, Article)
    assert (before.text, 1, None) == (now.text, now.revision, now.gone_at)
    assert visits(site) >= 1


def test_404_of_an_outlet_that_is_down_is_not_believed(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """A site whose feed has failed too has lost more than an article."""
    stored(site, sqlite_database, tmp_path)
    site.answers.clear()
    for hours in (1, 2, 3, 4):
        look(sqlite_database, tmp_path, gazette(site), START + hours * HOUR + hours * MINUTE)
    assert (None, True) == (rows(sqlite_database, Article)[0].gone_at, visits(site) >= 2)


def test_matched_articles_are_asked_for_first_and_more_often(site: Site, database: Database, tmp_path: Path) -> None:
    """A quarter of an hour after a watch fired, and before others of the host that are due as long."""
    published(site, -1, 0)
    look(database, tmp_path, gazette(site), START)
    with database.begin() as session:
        one = session.scalars(select(Article).where(Article.url == site.url("/0"))).one()
        revisits.favour(session, one.id, START + MINUTE)
        revisits.favour(session, one.id, START + 2 * MINUTE)
    with database.begin() as session:
        assert [] == revisits.due(session, START + 14 * MINUTE, 9)
        assert [one.id] == [due.article_id for due in revisits.due(session, START + 5 * HOUR, 9)]


@pytest.mark.parametrize(("which", "asked"), [("all", 1), ("matched", 0), ("none", 0)])
def test_visits_can_be_switched_off(
    which: str, asked: int, site: Site, sqlite_database: Database, tmp_path: Path
) -> None:
    """Nothing is asked for again that the configuration leaves out."""
    stored(site, sqlite_database, tmp_path, revisits=which)
    look(sqlite_database, tmp_path, gazette(site), START + HOUR + MINUTE, revisits=which)
    assert asked == visits(site)


@pytest.mark.parametrize(("age", "planned"), [(HOUR / 2, True), (2 * DAY, True), (4 * DAY, False)])
def test_old_news_of_a_first_crawl_had_its_ages(
    age: timedelta, planned: bool, site: Site, sqlite_database: Database, tmp_path: Path
) -> None:
    """What was days old when it was first seen is not asked for again."""
    published(site, 0, start=START - age)
    look(sqlite_database, tmp_path, gazette(site), START)
    assert planned == (row(sqlite_database) is not None)


def test_visits_end_at_half_the_budget(site: Site, sqlite_database: Database, tmp_path: Path) -> None:
    """What was not asked for because of the bytes is asked for on the next day."""
    stored(site, sqlite_database, tmp_path)
    look(sqlite_database, tmp_path, gazette(site), START + HOUR + MINUTE, bytes_per_day=2_000)
    found = row(sqlite_database)
    assert found is not None
    assert (0, datetime(2026, 11, 24, tzinfo=START.tzinfo)) == (visits(site), found.next_at)


def test_claim_of_a_killed_worker_comes_back(site: Site, database: Database, tmp_path: Path) -> None:
    """The visit is claimed for an hour before anything is fetched; nobody else makes it meanwhile."""
    stored(site, database, tmp_path)
    with database.begin() as session:
        assert 1 == len(revisits.due(session, START + HOUR, 9))
    with database.begin() as session:
        assert [] == revisits.due(session, START + HOUR + 59 * MINUTE, 9)
    with database.begin() as session:
        assert 1 == len(revisits.due(session, START + 2 * HOUR, 9))
    assert settings().revisits == "all"


def test_visits_that_say_nothing_end_a_day_after_the_last_age(
    sqlite_database: Database, site: Site, tmp_path: Path
) -> None:
    """An outlet that blocks us for ever leaves no row behind for ever."""
    stored(site, sqlite_database, tmp_path)
    with sqlite_database.begin() as session:
        article_id = session.scalars(select(Article.id)).one()
        revisits.later(session, article_id, START + 4 * DAY - MINUTE)
    assert row(sqlite_database) is not None
    with sqlite_database.begin() as session:
        revisits.later(session, article_id, START + 4 * DAY + MINUTE)
    assert row(sqlite_database) is None


def test_page_that_killed_a_worker_is_read_apart_again(sqlite_database: Database, site: Site, tmp_path: Path) -> None:
    """A visit knows of the kills its article is suspected of, so the next one does not kill again."""
    stored(site, sqlite_database, tmp_path)
    with sqlite_database.begin() as session:
        article_id = session.scalars(select(Article.id)).one()
        known.blame(session, urls.canonical(site.url("/0")), START)
        canonical_url, wanted = revisits.of_article(session, article_id)
    assert (urls.canonical(site.url("/0")), 1) == (canonical_url, wanted.kills)


def test_host_with_a_thousand_visits_hides_no_other(database: Database) -> None:
    """One visit per host and question, matched ones first, whoever has waited longest."""
    with database.begin() as session:
        for number in range(60):
            one = stored_row(session, f"{number}", outlet="many" if number < 58 else f"few{number}")
            host = "many.example" if number < 58 else f"few{number}.example"
            session.add(
                Revisit(
                    article_id=one.id,
                    outlet=one.outlet,
                    url=one.url,
                    host=host,
                    born_at=START,
                    matched=number == 59,
                    next_at=START + number * MINUTE,
                )
            )
        session.flush()
        found = revisits.due(session, START + DAY, 3)
    assert ["few59.example", "many.example", "few58.example"] == [one.host for one in found]
