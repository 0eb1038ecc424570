"""The guide and the language say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alerts.query import parse
from alerts.terms import known

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "watch.md").read_text("utf-8")
EXAMPLES = [
    example.replace("\\|", "|")
    for row in re.findall(r"^\| (`.*?) \|", GUIDE.replace("\\|", "\x00"), re.M)
    for example in re.findall(r"`([^`]+)`", row.replace("\x00", "\\|"))
]


@pytest.mark.parametrize("example", [example for example in EXAMPLES if " " not in example or '"' in example])
def test_examples_can_be_read(example: str) -> None:
    """Whatever the tables tell people to write is understood."""
    parse(example, watch=False)


@pytest.mark.parametrize("word", sorted(known()))
def test_every_word_is_in_the_guide(word: str) -> None:
    """A word of the language nobody can read about does not exist."""
    assert word in GUIDE
