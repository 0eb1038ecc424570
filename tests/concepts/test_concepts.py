"""Every lexicon keeps the promises of its example sentences."""

from __future__ import annotations

import pytest

from alerts.concepts import concept, names
from alerts.document import Document
from alerts.monitor import Monitor
from alerts.query import parse
from crawler.errors import QueryError


@pytest.mark.parametrize("name", names())
def test_examples(name: str) -> None:
    """Each positive sentence holds, each negative one does not."""
    monitor = Monitor([(name, parse(f"@{name}"))])
    examples = concept(name).examples
    assert [text for text in examples.yes if not monitor.match(Document("", text))] == []
    assert [text for text in examples.no if monitor.match(Document("", text))] == []


@pytest.mark.parametrize("name", names())
def test_three_languages(name: str) -> None:
    """A lexicon has words of Russian, Arabic and English."""
    assert set(concept(name).words) == {"ru", "ar", "en"}


def test_an_unknown_concept_names_the_nearest() -> None:
    """A slip of the pen is answered with what was meant."""
    with pytest.raises(QueryError, match="did you mean `killed`") as raised:
        parse("@kiled AND Wagner")
    assert raised.value.suggestion == "@killed AND Wagner"
