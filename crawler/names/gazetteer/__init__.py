"""Places and organisations this work is about, with their names in Arabic, Russian and English, and where a text has them. Pure.

    for hit in find(tokenise(text)):
        print(hit.kind, hit.name, text[hit.start : hit.end], hit.why)

The lists are the YAML files here, one entry a line, each with its source. `compile.py` joins them with CLDR's countries, spells
out the inflected forms, and writes `gazetteer.json.gz`, which is all that is read at run time (lazily, on first use).

Only listed names are found in a text, inflected and with clitics. A name asked for that is not listed as it is spelled goes
through `sound_alike`, which compares it by sound (`crawler.names.compare`) with every listed one.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from crawler.languages import Token, fold, keys, tokenise

__all__ = [
    "GazetteerHit", "Likeness", "Organisation", "Place", "find", "organisation", "organisations", "place", "places", "sound_alike",
]  # fmt: skip

COMPILED = "gazetteer.json.gz"

# Between two words of one name: a space, a hyphen, a quote and a space. More means that something else stands between them.
WIDEST_GAP = 3
# Below it two names are rather two places: the score at which crawler.names takes two spellings for one name.
LOWEST_LIKENESS = 0.8


@dataclass(frozen=True, slots=True)
class Place:
    """A place: `country` is its ISO 3166 code, `kind` one of city, village, field, base, governorate, country, ...

    `en`, `ru`, `ar` are its names, the one to show first; `ambiguous` those of them that also mean other things.
    """

    id: str
    kind: str
    country: str
    en: tuple[str, ...]
    ru: tuple[str, ...]
    ar: tuple[str, ...]
    ambiguous: frozenset[str]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """A company, army, unit, service, movement or mission; fields as in `Place`."""

    id: str
    kind: str
    en: tuple[str, ...]
    ru: tuple[str, ...]
    ar: tuple[str, ...]
    ambiguous: frozenset[str]
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GazetteerHit:
    """A listed name found in a text: `start`, `end` are half-open code-point offsets of the words it was found in.

    `kind` is the entry's; `name` the listed name that was met. `ambiguous`: the name also means other things (Вагнер the
    composer), so a hit says little without a second signal. Arabic clitics written on the word lie inside the span.
    """

    id: str
    kind: str
    name: str
    start: int
    end: int
    why: str
    ambiguous: bool = False
    is_place: bool = True


Entry = Place | Organisation


@dataclass(frozen=True, slots=True)
class Likeness:
    """An entry that sounds like a name that was asked for, the listed name that does, and how much, 0..1."""

    entry: Entry
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class _Alias:
    """One listed name, cut into words; a word matches when one of its forms is among the keys of the token."""

    entry: Entry
    name: str
    words: tuple[str, ...]
    capital: bool  # must start with a capital in a script that has them: Perm is a city, a perm is not
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class _Index:
    places: tuple[Place, ...]
    organisations: tuple[Organisation, ...]
    by_first: dict[str, tuple[_Alias, ...]]  # any form of a first word -> the names that begin with it, longest first
    forms: dict[str, frozenset[str]]  # word of a listed name -> all its folded forms


def places() -> tuple[Place, ...]:
    """All listed places, countries among them."""
    return _index().places


def organisations() -> tuple[Organisation, ...]:
    """All listed organisations."""
    return _index().organisations


def place(name: str) -> Place | None:
    """The place one of whose listed names is `name`, in any of its forms and in any case; the first listed when several."""
    return next((entry for entry in _named(name) if isinstance(entry, Place)), None)


def organisation(name: str) -> Organisation | None:
    """The organisation one of whose listed names is `name`, in any of its forms and in any case."""
    return next((entry for entry in _named(name) if isinstance(entry, Organisation)), None)


def sound_alike(name: str, limit: int = 3) -> list[Likeness]:
    """Entries one of whose names sounds like `name`, the likest first; [] when none does. About 0.4 s: for a name once, not a text."""
    from crawler.names.compare import similarity

    best: dict[str, Likeness] = {}
    entries: tuple[Entry, ...] = (*places(), *organisations())
    for entry in entries:
        score, listed = max((similarity(name, listed), listed) for listed in (*entry.en, *entry.ru, *entry.ar))
        if score >= LOWEST_LIKENESS:
            best[entry.id] = Likeness(entry, listed, score)
    return sorted(best.values(), key=lambda likeness: -likeness.score)[:limit]


def find(tokens: Sequence[Token]) -> list[GazetteerHit]:
    """Listed places and organisations in a tokenised text, in order, not overlapping, the longest name at each place."""
    by_first = _index().by_first
    hits: list[GazetteerHit] = []
    done = 0
    for at, token in enumerate(tokens):
        if at < done:
            continue
        best: _Alias | None = None
        for key in keys(token):
            for alias in by_first.get(key, ()):
                if best is not None and len(alias.words) <= len(best.words):
                    break  # longest first
                if _stands(alias, tokens, at):
                    best = alias
                    break
        if best is not None:
            done = at + len(best.words)
            hits.append(_hit(best, tokens[at:done]))
    return hits


def _named(name: str) -> list[Entry]:
    tokens = tokenise(name)
    if not tokens:
        return []
    found = [
        alias
        for key in keys(tokens[0])
        for alias in _index().by_first.get(key, ())
        if len(alias.words) == len(tokens) and _words_match(alias, tokens, 0)
    ]
    # As it is written first, inflected after: «Сирт» is the city, and also a form of others.
    folded = fold(name)
    return [alias.entry for alias in sorted(found, key=lambda alias: fold(alias.name) != folded)]


def _stands(alias: _Alias, tokens: Sequence[Token], at: int) -> bool:
    """Whether the name stands in the text from token `at` on."""
    if alias.capital and not tokens[at].capital:
        return False
    if at + len(alias.words) > len(tokens) or not _words_match(alias, tokens, at):
        return False
    stretch = tokens[at : at + len(alias.words)]
    return all(
        right.start - left.end <= WIDEST_GAP and left.sentence == right.sentence for left, right in pairwise(stretch)
    )


def _words_match(alias: _Alias, tokens: Sequence[Token], at: int) -> bool:
    forms = _index().forms
    return all(
        not forms[word].isdisjoint(keys(token))
        for word, token in zip(alias.words[1:], tokens[at + 1 : at + len(alias.words)], strict=False)
    )


def _hit(alias: _Alias, stretch: Sequence[Token]) -> GazetteerHit:
    listed = " ".join(alias.words)
    written = " ".join(token.folded for token in stretch)
    what = alias.entry.kind if isinstance(alias.entry, Organisation) else f"{alias.entry.kind}, {alias.entry.country}"
    why = f"listed ({what})" if written == listed else f"listed ({what}): {written} is a form of {listed}"
    if alias.ambiguous:
        why += "; the word also means other things"
    is_place = isinstance(alias.entry, Place)
    start, end = stretch[0].start, stretch[-1].end
    return GazetteerHit(alias.entry.id, alias.entry.kind, alias.name, start, end, why, alias.ambiguous, is_place)


@cache
def _index() -> _Index:
    packed = resources.files(__package__).joinpath(COMPILED).read_bytes()
    compiled: dict[str, Any] = json.loads(gzip.decompress(packed))
    forms = {word: frozenset(group) for word, group in compiled["forms"].items()}
    listed_places = tuple(Place(row["id"], row["kind"], row["country"], *_names(row)) for row in compiled["places"])
    listed_organisations = tuple(
        Organisation(row["id"], row["kind"], *_names(row)) for row in compiled["organisations"]
    )
    by_first: dict[str, list[_Alias]] = {}
    entries: tuple[Entry, ...] = (*listed_places, *listed_organisations)
    for entry in entries:
        for name in (*entry.en, *entry.ru, *entry.ar):
            words = tuple(compiled["words"][name])
            alias = _Alias(entry, name, words, len(words) == 1 and name[0].isupper(), name in entry.ambiguous)
            for form in forms[words[0]]:
                by_first.setdefault(form, []).append(alias)
    longest_first = {
        form: tuple(sorted(group, key=lambda alias: -len(alias.words))) for form, group in by_first.items()
    }
    return _Index(listed_places, listed_organisations, longest_first, forms)


def _names(
    row: dict[str, Any],
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], frozenset[str], tuple[str, ...]]:
    return tuple(row["en"]), tuple(row["ru"]), tuple(row["ar"]), frozenset(row["ambiguous"]), tuple(row["source"])
