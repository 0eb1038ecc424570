"""Two names are one name when given name and surname both sound alike, in any scripts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.names import FIRES, compare, similarity

SAME = [
    ("Кирилл Ананьев", "كيريل أنانيف"),
    ("Кирилл Ананьев", "Ананьев Кирилл Петрович"),
    ("Кирилл Ананьев", "Kirill Ananyev"),
    ("Кирилл Ананьев", "К. Ананьев"),
    ("Владимир Логинов", "فلاديمير لوجينوف"),
    ("Максим Буга", "ماكسيم بوجا"),
    ("Григорий Явлинский", "جريجوي يافلينسكي"),
    ("Александр Аверин", "إسكندر أفيرين"),
    ("Саша Иванов", "Александр Иванов"),
    ("Igor Ivanov", "إيغور إيفانوف"),
    ("Siarhei Rybakou", "Сергей Рыбаков"),
    ("Вероника Мікалаеўна Зубкова", "Veronika Mikalaeuna Zubkova"),
    ("Матвеев", "ما تفييف"),
    ("Башар аль-Асад", "بشار الأسد"),
    ("Логинов", "لوغينوف"),
]
OTHERS = [
    ("Кирилл Ананьев", "Михаил Ананьев"),
    ("Кирилл Ананьев", "Кирилл Афанасьев"),
    ("Кирилл Ананьев", "كيريل لوغينوف"),
    ("Владимир Логинов", "فلاديمير لاغونوف"),
    ("Александр Петров", "Александра Петрова"),
    ("Сергей Иванович Лукин", "Sergey Anatolyevich Lukin"),
    ("Андрей Анатольевич Александров", "Andrei Aleksandrovich Belyaev"),
    ("Кирилл Ананьев", "Ананьев"),
    ("Логинов", "لاغونوف"),
    ("Кирилл", "😀"),
    ("", "Кирилл"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_one_name_in_two_shapes_fires(a: str, b: str) -> None:
    """Scripts, order, initials, short forms, exonyms, Belarusian passports, a split word."""
    assert similarity(a, b) >= FIRES


@pytest.mark.parametrize(("a", "b"), OTHERS)
def test_another_name_does_not_fire(a: str, b: str) -> None:
    """One part wrong, another patronymic, a surname alone, a near surname."""
    assert similarity(a, b) < FIRES


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_compare_is_symmetric_and_one_on_itself(a: str, b: str) -> None:
    """Whatever the characters, the order of the arguments does not matter and a name is itself."""
    assert similarity(a, b) == similarity(b, a)
    assert 1.0 == similarity(a, a)
    assert compare(a, b).score == similarity(a, b)


NAMELIKE = st.text(alphabet="абвгикнояьйلوجينكاف أтшч klmnoy.'-", max_size=30)


@settings(deadline=None)
@given(NAMELIKE, NAMELIKE)
def test_namelike_strings_compare_symmetrically(a: str, b: str) -> None:
    """The same over strings that reach the rules: several words, initials, three scripts."""
    assert similarity(a, b) == similarity(b, a)
    assert 0.0 <= similarity(a, b) <= 1.0
    assert str(compare(a, b))


@pytest.mark.parametrize(
    "text", ["а" * 10_000, "ا" * 10_000, "x" * 10_000, "\ud800", "\u202eвонигол", "К" + "о\u0301" * 5000]
)
def test_hostile_strings_are_only_compared_so_far(text: str) -> None:
    """Ten thousand characters without a space, lone surrogates and overrides neither raise nor take quadratic time."""
    assert similarity(text, "Логинов") < FIRES


def test_the_explanation_shows_the_unlike_sounds() -> None:
    """A person sees which letter was taken for which, the rule and the score."""
    assert "логинов = لوجينوف: г~ج · by sound, 0.98" == str(compare("Логинов", "لوجينوف"))
    assert "initial" == compare("К. Ананьев", "Кирилл Ананьев").rule
    assert "surname alone" == compare("Ананьев", "Кирилл Ананьев").rule
