"""A watched name is found in every shape, and not where another person stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    """Cases, Latin, initials, order, patronymic between and Arabic by ear: the span quotes the text as it was
    written."""
    (hit,) = hits(index_of("Кирилл Ананьев"), text)
    assert ("fires", shown) == (hit.band, text[hit.start : hit.end])


@pytest.mark.parametrize(
    "text", ["Михаил Ананьев", "М. Ананьев", "Кирилл Афанасьев", "كيريل لوغينوف", "Кирилл", "Kirill Petrov", ""]
)
def test_another_person_does_not_fire(text: str) -> None:
    """Given name and surname both have to agree."""
    assert [] == [hit for hit in hits(index_of("Кирилл Ананьев"), text) if hit.band == "fires"]


def test_ordinary_words_without_a_capital_are_no_name() -> None:
    """Новая is new and Вера is faith: in small letters they are no person, with capitals they are."""
    index = index_of("Вера Новая")
    assert [] == hits(index, "у него вера новая и крепкая")
    assert "fires" == hits(index, "Пришла Вера Новая")[0].band


def test_a_surname_alone_needs_a_second_signal() -> None:
    """A bare surname is reported and never fires, also after the full name."""
    found = hits(index_of("Кирилл Ананьев"), "قتل كيريل أنانيف. وقال إن أنانيف قتل")
    assert ["fires", "needs-second-signal"] == [hit.band for hit in found]


def test_an_initial_of_another_name_does_not_count() -> None:
    """After a comma or a full stop a capital letter is no initial."""
    index = index_of("Алексей Сидоров")
    assert [] == [hit for hit in hits(index, "Это Сидоров. А потом ушли.") if hit.band == "fires"]


@pytest.mark.parametrize(("name", "text"), [("Игорь Иванов", "Пришёл И. Иванов."), ("Анна Кузнецова", "А. Кузнецова")])
def test_an_initial_before_a_surname_many_bear_needs_a_second_signal(name: str, text: str) -> None:
    """И. Иванов may be Игорь, Илья or Иван, and there are thousands of each."""
    assert ["needs-second-signal"] == [hit.band for hit in hits(index_of(name), text)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("وقتل روسلان ما تفييف أمس", "روسلان ما تفييف"), ("قتل ما تفييف روسلان أمس", "ما تفييف روسلان")],
)
def test_an_arabic_surname_broken_by_a_space_is_read_as_one(text: str, shown: str) -> None:
    """Beside its given name, before or after it; the reasons say so."""
    (hit,) = [hit for hit in hits(index_of("Руслан Матвеев"), text) if hit.band == "fires"]
    assert shown == text[hit.start : hit.end]
    assert "split word joined" in hit.why


def test_words_after_a_given_name_are_not_joined_into_any_surname() -> None:
    """ما في البيت is "what is in the house", however Руслан stands before it."""
    assert [] == hits(index_of("Руслан Матвеев"), "روسلان ما في البيت")


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


def test_changing_the_list_in_any_order_is_building_it_anew() -> None:
    """Adding and removing leaves what a fresh list of the same names finds."""
    text = "Кирилл Ананьев и Максим Буга. كيريل أنانيف. Alexander Averin"
    changed = index_of("Максим Буга", "Сергей Лукин")
    hits(changed, text)
    changed.add("Кирилл Ананьев", "Кирилл Ананьев")
    changed.remove("Сергей Лукин")
    changed.add("x", "Александр Аверин")
    fresh = index_of("Кирилл Ананьев", "Максим Буга")
    fresh.add("x", "Александр Аверин")
    assert hits(fresh, text) == hits(changed, text)


def test_an_alias_fires_under_its_key() -> None:
    """Every way of writing an entry is watched; the hit names the way that was found."""
    index = NameIndex()
    index.add("utkin", "Дмитрий Уткин", aliases=["Дмитрий Вагнер"])
    (hit,) = hits(index, "Dmitry Wagner")
    assert ("utkin", "Дмитрий Вагнер", "fires") == (hit.key, hit.name, hit.band)


def test_another_patronymic_is_another_man() -> None:
    """With a patronymic on both sides it has to agree."""
    index = index_of("Сергей Иванович Лукин")
    assert [True, False] == [
        any(hit.band == "fires" for hit in hits(index, text))
        for text in ("Сергея Ивановича Лукина", "Сергея Анатольевича Лукина")
    ]


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    """Whatever the characters: no exception, and every hit quotes a place of the text."""
    index = index_of("Кирилл Ананьев", "Ли", "Мин Ко", "😀")
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits(index, text))


def test_ten_thousand_characters_without_a_space_are_read() -> None:
    """No quadratic time on noise."""
    assert [] == hits(index_of("Кирилл Ананьев"), "Ж" * 10_000 + " " + "ا" * 10_000)
