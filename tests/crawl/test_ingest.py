"""Storing drafts: new articles, edits, duplicates, stories."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from crawler.db import Database
from crawler.evidence import Capture
from crawler.ingest import ingest, unchanged
from crawler.models import Article, Evidence, Revision, Story
from crawler.types import Dating, Draft, Saved, Unchanged

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LONG = "The convoy crossed the river before dawn, and traders waited on both sides of the bridge for an hour. " * 3
OTHER = "Farmers on the east bank say that the price of seed has doubled and that no lorry came for two weeks. " * 3
DRAFT = Draft(
    url="https://news.example/1",
    canonical_url="https://news.example/1",
    title="Bridge opens",
    text=LONG,
    language="en",
    published=Dating(NOW, "minute", "meta"),
)
CAPTURE = Capture("https://news.example/1", NOW, "a.warc.gz", 7, "<urn:uuid:1>", "ab" * 32, True)


def store(database: Database, draft: Draft, outlet: str = "news", *, first: bool = False) -> Saved | Unchanged:
    with database.begin() as session:
        return ingest(session, draft, CAPTURE, outlet, NOW, from_first_crawl=first)


def count(database: Database, table: type[Article] | type[Revision] | type[Story] | type[Evidence]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_new_article_waits_to_be_matched(database: Database) -> None:
    """Revision 1 is stored with its evidence and nothing has matched it."""
    assert Saved(1, 1, new=True) == store(database, DRAFT, first=True)
    with database.read() as session:
        article = session.scalars(select(Article)).one()
        evidence = session.get_one(Evidence, article.evidence_id)
    assert (article.revision, article.matched_revision, article.from_first_crawl) == (1, 0, True)
    assert (evidence.warc_file, evidence.warc_offset) == ("a.warc.gz", 7)


def test_same_page_again_changes_nothing(database: Database) -> None:
    """Storing twice does no harm: one article, one piece of evidence."""
    store(database, DRAFT)
    assert Unchanged(1) == store(database, DRAFT)
    assert (count(database, Article), count(database, Evidence)) == (1, 1)


@pytest.mark.parametrize("change", [{"title": "Bridge opens (updated)"}, {"text": LONG + "The bridge closed again."}])
def test_edit_keeps_the_old_text_and_asks_for_a_new_match(database: Database, change: dict[str, str]) -> None:
    """The old revision moves aside; matched_revision is left where it was."""
    store(database, DRAFT)
    with database.begin() as session:
        session.scalars(select(Article)).one().matched_revision = 1
    assert Saved(1, 2, new=False) == store(database, replace(DRAFT, **change))
    with database.read() as session:
        article = session.scalars(select(Article)).one()
        old = session.scalars(select(Revision)).one()
    assert (article.revision, article.matched_revision) == (2, 1)
    assert (old.revision, old.title, old.text, old.stored_at) == (1, "Bridge opens", LONG, NOW)


def test_other_marks_and_spaces_are_no_edit(database: Database) -> None:
    """What folding takes for the same text is the same text."""
    store(database, replace(DRAFT, text=LONG + "قُتل أحمد."))
    assert isinstance(store(database, replace(DRAFT, text=LONG + "قتل  احمد.")), Unchanged)


def test_edit_that_lost_its_date_keeps_the_one_known(database: Database) -> None:
    """A template change that hides the date does not make the article undated."""
    store(database, DRAFT)
    store(database, replace(DRAFT, title="Bridge open", published=Dating(None, "none")))
    with database.read() as session:
        assert session.scalars(select(Article.published_at)).one() == NOW


def test_same_article_at_another_address_of_the_outlet_is_one(database: Database) -> None:
    """Headline and text alike at another address: the first one stands for both."""
    store(database, DRAFT)
    twin = replace(DRAFT, canonical_url="https://news.example/amp-1", url="https://news.example/amp-1")
    assert Unchanged(1, "same text at another address") == store(database, twin)
    with database.read() as session:
        assert Unchanged(1, "same text at another address") == unchanged(session, twin, "news")


def test_same_words_under_another_headline_are_another_article(database: Database) -> None:
    """A paywall's three lines are no reason to take two articles for one."""
    store(database, DRAFT)
    other = replace(DRAFT, canonical_url="https://news.example/2", title="Minister resigns")
    assert isinstance(store(database, other), Saved)


def test_same_text_of_two_outlets_is_one_story(database: Database) -> None:
    """An agency's text is one story wherever it stands, a sentence added or not; another text is another story."""
    store(database, DRAFT)
    store(database, replace(DRAFT, canonical_url="https://two.example/9"), "two")
    store(database, replace(DRAFT, canonical_url="https://three.example/8", text=LONG + "Other"), "three")
    store(database, replace(DRAFT, canonical_url="https://two.example/8", text=OTHER), "two")
    with database.read() as session:
        assert list(session.scalars(select(Article.story_id).order_by(Article.id))) == [1, 1, 1, 2]
        assert list(session.scalars(select(Article.origin_id).order_by(Article.id))) == [None, 1, 1, None]


def test_same_short_text_is_not_one_story(database: Database) -> None:
    """ "Photo report" under two headlines is two stories: one alert must not swallow the other."""
    short = replace(DRAFT, text="Photo report from the scene, by our correspondent in the city.")
    store(database, short)
    store(database, replace(short, canonical_url="https://two.example/9", title="Other"), "two")
    assert count(database, Story) == 2


def test_article_stored_by_another_process_meanwhile_is_revised(database: Database) -> None:
    """Two crawls of one page end in one article, whoever was first."""
    store(database, DRAFT)
    later = replace(DRAFT, text=LONG + "More.")
    with database.begin() as session:
        ingest(session, later, CAPTURE, "news", NOW + timedelta(minutes=1), from_first_crawl=False)
    assert (count(database, Article), count(database, Revision)) == (1, 1)
