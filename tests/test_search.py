"""Full-text search finds stored words by their forms, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.db import Database
from crawler.errors import UsageError
from crawler.languages import fold
from crawler.models import Article, Story
from crawler.search import search

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)


def store(database: Database, number: int, title: str, text: str, language: str) -> None:
    with database.begin() as session:
        story = Story(first_seen_at=NOW)
        session.add(story)
        session.flush()
        address = f"https://outlet.example/{number}"
        row = Article(url=address, canonical_url=address, outlet="outlet", story_id=story.id, title=title, text=text)
        row.authors, row.tags, row.notes = [], [], []
        row.published_at, row.published_precision, row.language = NOW, "minute", language
        row.folded, row.text_hash = fold(f"{title}\n{text}"), str(number)
        row.first_seen_at = row.changed_at = NOW
        row.from_first_crawl = False
        session.add(row)


@pytest.fixture
def stored(database: Database) -> Database:
    store(database, 1, "Бой под Хашамом", "О гибели наёмников рассказали их сослуживцы.", "ru")
    store(database, 2, "قتلى في دير الزور", "وبالمرتزقة الروس استعانت القوات في المعركة.", "ar")
    store(database, 3, "Harvest", "The wheat harvest was good this year, farmers say.", "en")
    return database


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("наемник", [1]),
        ("НАЁМНИКИ сослуживец", [1]),
        ("المرتزقة", [2]),
        ("مرتزقة روس", [2]),
        ("farmer", [3]),
        ("наемник wheat", []),
        ('"; DROP TABLE articles; --', []),
    ],
)
def test_finds_words_in_any_form(stored: Database, question: str, expected: list[int]) -> None:
    """A dictionary form finds inflected and clitic-laden ones; quotes and operators are only words."""
    with stored.read() as session:
        assert expected == [int(article.text_hash) for article in search(session, question)]


def test_an_edit_is_searched_by_its_new_text(stored: Database) -> None:
    """The index follows an article's text: the old words are gone, the new ones found."""
    with stored.begin() as session:
        article = search(session, "harvest")[0]
        article.folded = fold("Drought\nNo rain fell.")
    with stored.read() as session:
        assert [] == search(session, "harvest")
        assert ["3"] == [article.text_hash for article in search(session, "drought")]


def test_narrowing(stored: Database) -> None:
    """Outlet, language and time narrow the answer."""
    with stored.read() as session:
        assert [] == search(session, "harvest", language="ru")
        assert [] == search(session, "harvest", outlet="other")
        assert [] == search(session, "harvest", until=NOW)
        assert 1 == len(search(session, "harvest", since=NOW))


def test_no_word_is_an_error(stored: Database) -> None:
    """A question of punctuation alone is answered, not run."""
    with stored.read() as session, pytest.raises(UsageError, match="at least one word"):
        search(session, "?!")
