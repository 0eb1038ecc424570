"""A watched name is found in every shape, and not where another person stands."""

from __future__ import annotations

import pytest

from crawler.languages import tokenise
from crawler.names import NameHit, NameIndex


def index_of(*names: str) -> NameIndex:
    index = NameIndex()
    for name in names:
        index.add(name, name)
    return index


def hits(index: NameIndex, text: str) -> list[NameHit]:
    return index.find(tokenise(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Похоронили Кирилла Ананьева.", "Кирилла Ананьева"),
        ("Kirill Ananyev was killed.", "Kirill Ananyev"),
        ("Погиб К. Ананьев.", "К. Ананьев"),
        ("Погиб Ананьев К. П.", "Ананьев К"),
        ("Погиб К. П. Ананьев.", "К. П. Ананьев"),
        ("Ананьев Кирилл Петрович", "Ананьев Кирилл"),
        ("Кириллу Петровичу Ананьеву", "Кириллу Петровичу Ананьеву"),
        ("ويدعى كيريل أنانيف، قتل", "كيريل أنانيف"),
        ("وكيريل أنانييف قتل", "وكيريل أنانييف"),
        ("кирилл ананьев убит", "кирилл ананьев"),
    ],
)
def test_a_full_name_fires_in_every_shape(text: str, shown: str) -> None:
    """Cases, Latin, initials, order, patronymic between and Arabic by ear: the span quotes the text as it was written."""
    (hit,) = hits(index_of("Кирилл Ананьев"), text)
    assert ("fires", shown) == (hit.band, text[hit.start : hit.end])


@pytest.mark.parametrize(
    "text", ["Михаил Ананьев", "М. Ананьев", "Кирилл Афанасьев", "كيريل لوغينوف", "Кирилл", "Kirill Petrov", ""]
)
def test_another_person_does_not_fire(text: str) -> None:
    """Given name and surname both have to agree."""
    assert [] == [hit for hit in hits(index_of("Кирилл Ананьев"), text) if hit.band == "fires"]


def test_a_surname_alone_needs_a_second_signal() -> None:
    """A bare surname is reported and never fires, also after the full name."""
    found = hits(index_of("Кирилл Ананьев"), "قتل كيريل أنانيف. وقال إن أنانيف قتل")
    assert ["fires", "needs-second-signal"] == [hit.band for hit in found]


def test_removing_a_name_stops_finding_it() -> None:
    """`remove` undoes `add`, also for words another name of the list shares."""
    index = index_of("Кирилл Ананьев", "Кирилл Петров", "Максим Буга")
    assert 1 == len(hits(index, "Кирилл Ананьев"))
    index.remove("Кирилл Ананьев")
    assert [] == hits(index, "Кирилл Ананьев")
    assert 1 == len(hits(index, "Кирилл Петров"))


def test_the_reasons_name_clitic_and_letters() -> None:
    """`why` can be checked by a person who reads both scripts."""
    (hit,) = hits(index_of("Владимир Логинов"), "وفلاديمير لوجينوف")
    assert "و+فلاديمير = владимир: one given name; clitic و · لوجينوف = логинов: ج~г · 1.00" == hit.why
