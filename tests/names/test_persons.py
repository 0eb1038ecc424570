"""Persons named in a text, on a list or not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.names.persons import persons


def named(text: str) -> list[str]:
    """The mentions of `text`, as written."""
    return [mention.text for mention in persons(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Погиб Степан Гордеев из Ревды.", ["Степан Гордеев"]),
        ("Тело Степана Ильича Гордеева доставили в Ревду.", ["Степана Ильича Гордеева"]),
        ("Гордеев Степан Ильич уехал весной.", ["Гордеев Степан Ильич"]),
        ("Скончался Гордеев С. И.", ["Гордеев С. И."]),
        ("Погиб С. И. Гордеев.", ["С. И. Гордеев"]),
        ("Ефрейтор Гордеев награждён.", ["Гордеев"]),
        ("Степан Г., 31 год, вернулся.", ["Степан Г."]),
        ("Он взял позывной «Лесник».", ["Лесник"]),
        ("Приехал Махмуд аль-Хатиб.", ["Махмуд аль-Хатиб"]),
    ],
)
def test_russian(text: str, expected: list[str]) -> None:
    """Given names, patronymics, initials, ranks, call signs, and the surname first."""
    assert expected == named(text)


@pytest.mark.parametrize(
    "text",
    [
        "Мост на улице Гордеева закрыт.",
        "Корабль «Степан Гордеев» вышел в море.",
        "Надежда на мир не угасла.",
        "Театр имени Гордеева открылся в Ростове.",
        "Министр обороны России прибыл в Пальмиру во вторник.",
        "Губернатор Свердловской области молчит.",
        "Газета «Труд» и агентство РИА Новости сообщили об этом.",
    ],
)
def test_russian_without_a_person(text: str) -> None:
    """Streets, ships, theatres, titles, places, weekdays and outlets are no persons."""
    assert [] == named(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ivan Gordeyev died near Palmyra.", ["Ivan Gordeyev"]),
        ("Ivan Gordeyev's brother waited.", ["Ivan Gordeyev"]),
        ("A fighter known as Lesnik left.", ["Lesnik"]),
        ("Lt. Col. Pelletier spoke in Gao.", ["Pelletier"]),
        ("Mr Okonkwo denied it.", ["Okonkwo"]),
        ("We met Omar Ould Hamaha in Kidal.", ["Omar Ould Hamaha"]),
        ("His mother, Larisa, wept.", ["Larisa"]),
    ],
)
def test_english(text: str, expected: list[str]) -> None:
    """Full names, possessives, titles, call signs, particles and kinship."""
    assert expected == named(text)


@pytest.mark.parametrize(
    "text",
    [
        "Traffic stopped on Robert Burns Avenue.",
        "USS Harry S. Truman entered the Red Sea.",
        "Will the Grand Mosque reopen in May?",
        "Prime Minister's Questions were cancelled.",
        "The New York Times and Deutsche Welle reported losses in Hong Kong.",
        "Real Madrid beat Manchester City on Sunday.",
    ],
)
def test_english_without_a_person(text: str) -> None:
    """Streets, ships, ordinary words, titles, outlets, cities and clubs are no persons."""
    assert [] == named(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("وقتل روسي يدعى ستيبان غوردييف قرب تدمر.", ["ستيبان غوردييف"]),
        ("وقال المصدر إن ألكسندر كوفالوف قتل.", ["ألكسندر كوفالوف"]),
        ("ونعى الأهالي العقيد حسان محمود الأسمر.", ["حسان محمود الأسمر"]),
        ('وشوهد القيادي الملقب بـ"أبو الليث" في المدينة.', ["أبو الليث"]),
        ("وصل وأحمد الخطيب إلى حماة.", ["أحمد الخطيب"]),
        ("سلم غوردييف رومان نفسه.", ["غوردييف رومان"]),
        ("واسمه ماكسيم زوتوف، وصرح زوتوف أن القتال مستمر.", ["ماكسيم زوتوف", "زوتوف"]),
    ],
)
def test_arabic(text: str, expected: list[str]) -> None:
    """Russian and Arab names, cues, ranks, kunyas, clitics off, the surname first, and a surname again."""
    assert expected == named(text)


@pytest.mark.parametrize(
    "text",
    [
        "وانفجرت عبوة في شارع أحمد شوقي وسط المدينة.",
        "وتراجعت كتيبة خالد بن الوليد نحو البادية.",
        "وقالت وزارة الدفاع الروسية إن القاعدة آمنة.",
        "وعلى الجميع أن يتحلى بالصبر في عيد الفطر السعيد.",
        "وزار وفد دير الزور وحلب يوم الخميس.",
    ],
)
def test_arabic_without_a_person(text: str) -> None:
    """Streets, units, ministries, prose and places are no persons."""
    assert [] == named(text)


def test_a_full_name_explains_the_surname_alone() -> None:
    """A surname in another case is found again and says of whom."""
    mentions = persons("Погиб Степан Гордеев. Вдова Гордеева живёт в Ревде; о Гордееве молчат.")
    assert ["Степан Гордеев", "Гордеева", "Гордееве"] == [mention.text for mention in mentions]
    assert "surname of Степан Гордеев" == mentions[-1].why


def test_two_surnames_side_by_side_are_two_persons() -> None:
    """In Arabic subject and object stand side by side without a preposition."""
    text = "قال كيريل زوتوف إن إيفان لابوتين عاد. وينافس زوتوف لابوتين في المدينة."
    assert ["كيريل زوتوف", "إيفان لابوتين", "زوتوف", "لابوتين"] == named(text)


def test_offsets_are_those_of_the_original() -> None:
    """Diacritics, stretched letters and clitics before a name do not shift its span."""
    text = "وقـال لِفلاديمير زوتوف: «نعم»."
    [mention] = persons(text)
    assert "فلاديمير زوتوف" == text[mention.start : mention.end] == mention.text


@settings(max_examples=300, deadline=None)
@example("Иван " * 500)
@example("أبو " * 500)
@example("A. " * 500)
@example("\ud800Иван\u202eПетров")
@example("«" * 300 + "Иван")
@given(st.text(max_size=120) | st.text(alphabet="Иванов Ptr.-'’«»\"اأبحمدو،ـ\u200f\n", max_size=120))
def test_never_raises_and_spans_are_apart(text: str) -> None:
    """Any string gives mentions in order, apart, inside the text and equal to what stands there."""
    mentions = persons(text)
    assert all(mention.text == text[mention.start : mention.end] for mention in mentions)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in mentions)
    assert all(left.end <= right.start for left, right in pairwise(mentions))
    assert all(0.0 <= mention.score <= 1.0 for mention in mentions)
