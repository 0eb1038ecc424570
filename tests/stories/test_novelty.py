"""What is new to a chat that was told these matters of a story."""

from __future__ import annotations

import pytest

from alerts.facts import Facts, Named
from alerts.novelty import Telling, matters, news

FIRST = Telling(Facts(persons=(Named("Кирилл Ананьев"), Named("Логинов"))))


def telling(*persons: Named, denial: str = "", confirmation: str = "", outlet: str = "") -> Telling:
    return Telling(Facts(persons=persons, denial=denial, confirmation=confirmation), outlet)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (telling(Named("Кирилл Ананьев")), []),
        (telling(Named("كيريل أنانيف", "Кирилл Ананьев")), []),
        (telling(Named("Kirill Ananyev")), []),
        (telling(Named("Владимир Логинов")), []),
        (telling(Named("Сомов")), []),
        (telling(Named("Олег Сомов"), Named("Oleg Somov")), [("person", "Олег Сомов")]),
        (telling(denial="Опровергли."), [("denial", "Опровергли.")]),
        (telling(confirmation="Подтвердили.", outlet="SANA"), [("confirmation", "Подтвердили."), ("outlet", "SANA")]),
    ],
    ids=["same", "arabic", "latin", "surname was told", "surname alone", "once", "denial", "state outlet"],
)
def test_what_is_news(said: Telling, expected: list[tuple[str, str]]) -> None:
    """Persons by sound, everything else once."""
    told = {one.matter for one in matters(FIRST)}
    assert expected == [(one.kind, one.text) for one in news(said, told)]


def test_told_is_told() -> None:
    """What was news is none the second time."""
    said = telling(Named("Олег Сомов"), denial="Опровергли.", outlet="SANA")
    assert [] == news(said, {one.matter for one in matters(said)})
