"""Words are read into sound units, and the cost table says what a person would."""

from __future__ import annotations

import pytest

from crawler.names.phonemes import FAR, align, costs, distance, read, units_of


@pytest.mark.parametrize(
    ("word", "units"),
    [
        ("Логинов", "л о г и н о в"),
        ("Ананьев", "^а н а н ь е в"),
        ("Явлинский", "й а в л и н с к ий"),
        ("Джабраил", "џ а б р а и л"),
        ("Кирилл", "к и р и л"),
        ("لوجينوف", "ل و ج ي ن و ف"),
        ("تشيخوف", "تش ي خ و ف"),
        ("أنانيف", "^ا ن ا ن ي ف"),
        ("Ananyev", "^a n a n Y e v"),
        ("Shcherbakov", "sh ch e r b a k o v"),
        ("Kovač", "k o v a ch"),
        ("Rybakou", "r y b a k o u$"),
        ("😀", ""),
        ("", ""),
    ],
)
def test_a_word_is_read_into_sound_units(word: str, units: str) -> None:
    """Digraphs are one unit, iotated vowels two, doubled consonants one; ^ and $ mark the vowels at the ends."""
    assert units == " ".join(units_of(word))


@pytest.mark.parametrize(
    ("cheap", "dear"),
    [
        (("ج", "г"), ("ج", "к")),
        (("غ", "г"), ("غ", "в")),
        (("ف", "в"), ("ف", "п")),
        (("ب", "п"), ("ب", "в")),
        (("تش", "ч"), ("تش", "с")),
        (("و", "о"), ("و", "а")),
        (("ي", "и"), ("ي", "о")),
        (("ه", "х"), ("ه", "к")),
        (("kh", "х"), ("kh", "к")),
        (("zh", "ж"), ("zh", "з")),
        (("и", "ы"), ("и", "у")),
        (("о", "а"), ("о", "к")),
    ],
)
def test_the_table_prefers_what_sounds_alike(cheap: tuple[str, str], dear: tuple[str, str]) -> None:
    """Of two readings of a unit the likelier one costs at least a nat less."""
    assert costs().of(*cheap) + 100 <= costs().of(*dear)


def test_every_cost_is_sane() -> None:
    """No cost is negative, and a unit taken for itself is free."""
    table = costs()
    assert all(cost >= 0 for row in table.pairs for cost in row)
    assert all(table.pairs[number][number] == 0 for number in table.numbers.values() if number)


def test_distance_is_the_cost_of_the_alignment() -> None:
    """The alignment shown to a person adds up to the distance that was used."""
    a, b = read("Логинов"), read("لوجينوف")
    assert distance(a, b) == sum(cost for _, _, cost in align(a, b))


def test_distance_gives_up_beyond_the_limit() -> None:
    """Past the limit the figure is FAR, whatever the rest of the words."""
    assert FAR == distance(read("Логинов"), read("تشيخوف"), 200)
