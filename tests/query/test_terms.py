"""Every word of the watch language keeps the promises of the table in its docstring."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from alerts.document import Document
from alerts.monitor import Monitor
from alerts.query import parse
from alerts.terms import known
from crawler.languages import detect

HEADER = "query | text | matches"


def examples() -> Iterator[tuple[str, str, str, bool]]:
    for word, term in known().items():
        lines = inspect.cleandoc(term.__doc__ or "").splitlines()
        rows = [line.rsplit(" | ", 2) for line in lines[lines.index(HEADER) + 1 :] if line.strip()]
        for query, text, answer in rows:
            yield word, query, text, {"yes": True, "no": False}[answer]


@pytest.mark.parametrize(("word", "query", "text", "matches"), list(examples()))
def test_example(word: str, query: str, text: str, matches: bool) -> None:
    """A text meets a query exactly when the term's docstring says so. `Title // text` sets a title."""
    title, slashes, body = text.partition(" // ")
    document = Document(
        title=title if slashes else "",
        text=body if slashes else text,
        outlet="example",
        language=detect(text),
        section="World news",
        country="SY",
        leaning="state",
        published=datetime(2026, 11, 20, 12, tzinfo=UTC),
    )
    assert matches is bool(Monitor([(word, parse(query))]).match(document))


def test_every_term_shows_when_it_holds_and_when_not() -> None:
    """Each table has a row of both kinds."""
    answers: dict[str, set[bool]] = {}
    for word, _, _, matches in examples():
        answers.setdefault(word, set()).add(matches)
    assert answers == {word: {True, False} for word in known()}


@pytest.mark.parametrize("query", sorted({query for _, query, _, _ in examples()}))
def test_written_out_it_is_the_same_query(query: str) -> None:
    """str() of a query reads back to an equal tree."""
    assert parse(query) == parse(str(parse(query)))
