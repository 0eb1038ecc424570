"""An Arabic or Latin spelling is read back into Russian, or not at all."""

from __future__ import annotations

import pytest

from crawler.names import candidates


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("كيريل أنانيف", "Кирилл Ананьев"),
        ("فلاديمير لوجينوف", "Владимир Логинов"),
        ("جريجوي يافلينسكي", "Григорий Явлинский"),
        ("ديمتري أوتكين", "Дмитрий Уткин"),
        ("روسلان ما تفييف", "Руслан Матвеев"),
        ("زابالوتي رومان", "Роман Заболотный"),
        ("آنا كوزنيتسوفا", "Анна Кузнецова"),
        ("Yevgeny Prigozhin", "Евгений Пригожин"),
        ("لوجينوف", "Логинов"),
        ("ليف إبراهيموف", "Лев Ибрагимов"),
        ("أليونا كوزلوفا", "Алена Козлова"),
    ],
)
def test_the_likeliest_reading_comes_first(heard: str, name: str) -> None:
    """Surname first, split words, garbled given names; given name and surname agree in gender."""
    assert name == candidates(heard, "ru")[0].text


@pytest.mark.parametrize(
    "heard",
    ["", "😀", "قفغق ثظذض", "xkcd qwrtp", "وزارة الدفاع", "رجب طيب أردوغان", "Xi Jinping", "а" * 10_000, "ا" * 10_000],
)
def test_what_is_no_russian_name_gets_no_reading(heard: str) -> None:
    """Garbled words, ordinary words and foreign names: an empty list, not a guess."""
    assert [] == [c for c in candidates(heard, "ru") if c.why != "already in Cyrillic"]


def test_a_surname_no_lexicon_holds_is_spelled_by_sound() -> None:
    """It has to end like a Russian surname, and says that it is in no lexicon."""
    found = candidates("سيرغي كراسنوخفوستوف", "ru")
    assert "Сергей Краснохвостов" in [candidate.text for candidate in found]
    assert "in no lexicon" in found[0].why


def test_readings_are_ranked_and_limited() -> None:
    """Scores are shares of all readings, falling; `why` names the bearers."""
    found = candidates("ماكسيم بوجا", "ru", limit=3)
    assert 3 == len(found)
    assert sorted((c.score for c in found), reverse=True) == [c.score for c in found]
    assert "bearers" in found[0].why


def test_readings_come_in_latin_on_request() -> None:
    """The same reading, spelled the plainest way."""
    assert "Dmitry Utkin" == candidates("ديمتري أوتكين", "en")[0].text


def test_another_script_is_refused() -> None:
    """Only "ru" and "en" are answered in."""
    with pytest.raises(ValueError, match="'ar'"):
        candidates("Уткин", "ar")
