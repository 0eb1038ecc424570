"""Given names: which spellings are one name (Александр, Alexander, إسكندر) and which are its short forms (Саша)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from crawler.languages import fold
from crawler.languages.ru import Gender, paradigm

TABLE = Path(__file__).parent / "data" / "given.tsv"


@dataclass(frozen=True, slots=True)
class Given:
    """One row of `data/given.tsv`, folded; `full` includes the name itself."""

    name: str
    gender: str
    full: frozenset[str]
    short: frozenset[str]


@lru_cache(maxsize=1)
def rows() -> tuple[Given, ...]:
    """All rows of the table, in its order."""
    found = []
    for line in TABLE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            name, gender, full, short, *_ = line.split("\t") + ["", ""]
            found.append(Given(name, gender, frozenset(fold(word) for word in [name, *full.split()]), _folded(short)))
    return tuple(found)


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


@lru_cache(maxsize=1)
def _by_spelling() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    full: dict[str, set[str]] = {}
    short: dict[str, set[str]] = {}
    for row in rows():
        for word in row.full:
            full.setdefault(word, set()).add(row.name)
        for word in row.short:
            short.setdefault(word, set()).add(row.name)
    words = full.keys() | short.keys()
    return {word: (frozenset(full.get(word, ())), frozenset(short.get(word, ()))) for word in words}


def names_of(folded: str) -> tuple[frozenset[str], frozenset[str]]:
    """The given names a folded word is (a spelling of, a short form of); both empty when it is not in the table."""
    return _by_spelling().get(folded, _NONE)


def spellings_of(name: str) -> frozenset[str]:
    """All folded spellings, short forms not among them, of the given names `name` is a spelling of."""
    names, _ = names_of(fold(name))
    return frozenset(word for row in rows() if row.name in names for word in row.full)


def shorts_of(name: str) -> frozenset[str]:
    """All folded short forms of the given names `name` is a spelling of."""
    names, _ = names_of(fold(name))
    return frozenset(word for row in rows() if row.name in names for word in row.short)


@lru_cache(maxsize=1)
def _by_case_form() -> dict[str, frozenset[str]]:
    forms: dict[str, set[str]] = {}
    for row in rows():
        for word in row.full:
            if "а" <= word[0] <= "я":
                for form in paradigm(word, cast(Gender, row.gender)):
                    forms.setdefault(form, set()).add(row.name)
    return {form: frozenset(names) for form, names in forms.items()}


def names_in_case(folded: str) -> frozenset[str]:
    """The given names a Russian word is a case form of (Андрея: андрей)."""
    return _by_case_form().get(folded, _NONE[0])


_NONE: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
