"""The gazetteer: what is listed, and where a text has it."""

from __future__ import annotations

import gzip
import json
from importlib import resources
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.languages import tokenise
from crawler.names import gazetteer
from crawler.names.gazetteer import compile as compiling


def found(text: str) -> list[tuple[str, str]]:
    """Id and words of each listed name in `text`."""
    return [(hit.id, text[hit.start : hit.end]) for hit in gazetteer.find(tokenise(text))]


def test_lists_the_places_and_organisations_of_this_work() -> None:
    """At least 400 places beside the countries, and 60 organisations, each with a source."""
    listed = [place for place in gazetteer.places() if place.kind != "country"]
    assert len(listed) >= 400
    assert len(gazetteer.organisations()) >= 60
    assert all(entry.source for entry in (*gazetteer.places(), *gazetteer.organisations()))


def test_no_two_entries_have_one_id() -> None:
    """An id means one place or organisation."""
    ids = [entry.id for entry in (*gazetteer.places(), *gazetteer.organisations())]
    assert len(ids) == len(set(ids))


def test_the_compiled_file_is_that_of_the_lists() -> None:
    """gazetteer.json.gz was written after the last change of a YAML list: run python -m crawler.names.gazetteer.compile."""
    shipped = json.loads(gzip.decompress(resources.files(gazetteer).joinpath(gazetteer.COMPILED).read_bytes()))
    fresh = json.loads(json.dumps(compiling.compiled()))
    assert listed(fresh) == listed(shipped)


def listed(compiled: dict[str, Any]) -> list[tuple[dict[str, Any], list[list[str]]]]:
    """Entries with the words of their names; countries are CLDR's and may differ between versions of babel."""
    entries = [row for row in compiled["places"] if row["kind"] != "country"] + compiled["organisations"]
    return [
        (row, [compiled["words"][name] for script in ("en", "ru", "ar") for name in row[script]]) for row in entries
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("погибли под Дейр-эз-Зором", [("sy-deir-ez-zor", "Дейр-эз-Зором")]),
        ("у завода «Коноко»", [("sy-conoco-gas-plant", "Коноко")]),
        ("бойцы ЧВК «Вагнер»", [("wagner-group", "ЧВК «Вагнер")]),
        ("с 25-й дивизией", [("tiger-forces", "25-й дивизией")]),
        ("Сирийскими демократическими силами", [("syrian-democratic-forces", "Сирийскими демократическими силами")]),
        ("قصف خشام وبحلب", [("sy-khasham", "خشام"), ("sy-aleppo", "وبحلب")]),
        ("في قاعدة حميميم وطرطوس", [("sy-khmeimim", "قاعدة حميميم"), ("sy-tartus", "وطرطوس")]),
        ("مرتزقة فاغنر", [("wagner-group", "مرتزقة فاغنر")]),
        (
            "قوات سوريا الديمقراطية (قسد)",
            [("syrian-democratic-forces", "قوات سوريا الديمقراطية"), ("syrian-democratic-forces", "قسد")],
        ),
        ("troops at the T4 air base", [("sy-t4", "T4")]),
        ("in the Central African Republic", [("cf", "Central African Republic")]),
        ("fell at Tin Zaouatine", [("ml-tinzaouaten", "Tin Zaouatine")]),
    ],
)
def test_finds_a_listed_name_in_any_form(text: str, expected: list[tuple[str, str]]) -> None:
    """Cases, hyphens, quotes and clitics do not hide a listed name."""
    assert expected == found(text)


@pytest.mark.parametrize("text", ["she had a perm", "на тропу войны", "a bang on the door", "Deir. Ez Zor"])
def test_finds_nothing_in_an_ordinary_word(text: str) -> None:
    """A small letter is not the city of Perm, and a name does not go over the end of a sentence."""
    assert [] == [pair for pair in found(text) if pair[0] in {"ru-perm", "cf-bang", "sy-deir-ez-zor"}]


@pytest.mark.parametrize(
    ("text", "ambiguous"), [("Вагнер", True), ("ЧВК Вагнера", False), ("Perm", True), ("حلب", False)]
)
def test_says_when_a_name_also_means_other_things(text: str, ambiguous: bool) -> None:
    """Вагнер alone may be the composer; ЧВК Вагнера is not."""
    [hit] = gazetteer.find(tokenise(text))
    assert ambiguous == hit.ambiguous


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Пальмира", "sy-palmyra"),
        ("Пальмиры", "sy-palmyra"),
        ("تدمر", "sy-palmyra"),
        ("TADMUR", "sy-palmyra"),
        ("сирия", "sy"),
        ("", None),
        ("qwerty", None),
    ],
)
def test_place_knows_a_place_by_each_of_its_names(name: str, expected: str | None) -> None:
    """Exonyms in three scripts, in any case, are one place."""
    place = gazetteer.place(name)
    assert expected == (place.id if place else None)


def test_sound_alike_reads_an_unlisted_spelling() -> None:
    """A spelling that is not listed is compared by sound with those that are."""
    assert gazetteer.place("Popasnaja") is None
    assert "ua-popasna" == gazetteer.sound_alike("Popasnaja")[0].entry.id


def test_sound_alike_abstains() -> None:
    """What sounds like nothing listed gets no answer."""
    assert [] == gazetteer.sound_alike("Xylophonqua")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_hits_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    """Whatever the text, hits are in order, apart and not empty."""
    hits = gazetteer.find(tokenise(text))
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert all(left.end <= right.start for left, right in pairwise(hits))
