"""A name is spelled out in the forms it is met in."""

from __future__ import annotations

import pytest

from crawler.names import similarity, spellings


@pytest.mark.parametrize(
    ("name", "script", "among"),
    [
        ("Логинов", "ar", "لوغينوف"),
        ("Логинов", "ar", "لوجينوف"),
        ("Владимир Логинов", "ar", "فلاديمير لوجينوف"),
        ("Ананьев", "en", "ananyev"),
        ("Ананьев", "en", "ananiev"),
        ("Владимир Логинов", "ru", "владимира логинова"),
        ("Буга", "ru", "бугой"),
        ("Чеховский", "ar", "تشيخوفسكي"),
    ],
)
def test_an_attested_spelling_is_among_them(name: str, script: str, among: str) -> None:
    """By ear into Arabic, by the common tables into Latin, by case in Russian."""
    folded = [spelling.replace("أ", "ا").replace("إ", "ا") for spelling in spellings(name, script)]
    assert among in folded


@pytest.mark.parametrize("script", ["ar", "en"])
def test_every_spelling_sounds_like_the_name(script: str) -> None:
    """What is spelled out would be recognised again."""
    assert all(similarity("Кирилл Ананьев", spelling) > 0.8 for spelling in spellings("Кирилл Ананьев", script))


def test_nothing_has_no_spelling() -> None:
    """Empty and emoji names give an empty list."""
    assert [[], []] == [spellings("", "ar"), spellings("😀", "ru")]


def test_another_script_is_refused() -> None:
    """Only the three scripts are spelled."""
    with pytest.raises(ValueError, match="'el'"):
        spellings("Уткин", "el")
