"""Lexicons: one YAML a concept, found by its name here. What `@killed` stands for in three languages.

about: one line
words:    {ru: [...], ar: [...], en: [...]}   watch-language parts: a word or "phrase" in all forms, =form, prefix*, near/...
exclude:  {ru: [...], ...}                    a place found by `words` inside one of these does not count
examples: {"yes": [...], "no": [...]}         its tests; every sentence stands alone
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import Field

from crawler.config import Section, did_you_mean, read_yaml
from crawler.errors import QueryError

FOLDER = Path(__file__).parent


class Examples(Section):
    """Sentences the concept stands in, and sentences that only look so."""

    yes: list[str] = Field(min_length=1)
    no: list[str] = Field(min_length=1)


class Concept(Section):
    """One YAML of this folder."""

    about: str
    words: Mapping[str, list[str]]
    exclude: Mapping[str, list[str]] = {}
    examples: Examples


@cache
def names() -> tuple[str, ...]:
    """The concepts there are, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def concept(name: str) -> Concept:
    """The lexicon of that name. QueryError with a "did you mean" when there is none."""
    if name not in names():
        near = did_you_mean(name, names()) or f"; known: {', '.join(names())}"
        guess = "@" + near.partition("`")[2].rstrip("`?") if "did you mean" in near else name
        raise QueryError(f"there is no concept `@{name}`{near}", column=1, suggestion=guess)
    return read_yaml(FOLDER / f"{name}.yaml", Concept)
