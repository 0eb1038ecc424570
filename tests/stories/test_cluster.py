"""What makes two texts one story, as a table: the words, and the facts that speak against it."""

from __future__ import annotations

import pytest

from crawler import cluster

REPORT = (
    "Two contractors were killed near Khasham when a convoy of 12 lorries was shelled, relatives said. Kirill Ananyev and "
    "Vladimir Loginov had left Rostov in autumn. Their families were told on Thursday that the bodies would come home soon. "
    "Nobody in the company would speak about the contract they had signed."
)
ROUND_UP = (
    "Prices of bread rose again in the capital, where bakers blame the cost of diesel and the lack of flour for long queues. "
    "Farmers on the east bank say that the price of seed has doubled and that no lorry came for two weeks. "
    "The ministry promised relief by the new year and asked traders for patience in the meantime, as it did last winter. "
    "A new bridge was opened over the canal after seven years of works that had been planned to take two of them. "
)


def same(text: str, other: str, title: str = "Contractors killed", other_title: str = "Dead in Syria") -> bool:
    return cluster.likeness(cluster.read(title, text), cluster.read(other_title, other)) is not None


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (REPORT, True),
        (REPORT[: REPORT.index(" Nobody")], True),
        ("From our correspondent in the region. " + REPORT + " Follow us for more.", True),
        (REPORT.replace("Two", "2"), True),
        (REPORT.replace("Loginov", "Loginow"), True),
        (REPORT.replace("12 lorries", "30 lorries"), False),
        (REPORT.replace("Thursday", "Monday"), False),
        (REPORT.replace("Kirill Ananyev and Vladimir Loginov", "Oleg Somov and Pavel Drozdov"), False),
        (REPORT.replace("Khasham", "Palmyra"), False),
        (ROUND_UP, False),
        (ROUND_UP + REPORT, False),
    ],
    ids=[
        "itself", "cut", "intro and outro", "number in digits", "another spelling", "other number", "other day",
        "other persons", "other place", "other text", "round-up that ends with it",
    ],
)  # fmt: skip
def test_copies_and_twins(other: str, expected: bool) -> None:
    """Cut, framed and respelt copies are one story; one other number, day, person or place is another one."""
    assert expected == same(REPORT, other) == same(other, REPORT)


def test_a_paywall_joins_nothing() -> None:
    """The same words without a fact in them stand under any headline."""
    wall = (
        "this text is for subscribers only, please log in or choose one of our plans to go on reading and support us "
        * 2
    )
    assert not same(wall, wall, "Bridge opens", "Minister resigns")


def test_an_excerpt_shares_a_key_with_the_long_text() -> None:
    """What the index is asked for is found from either side, wherever in the text the excerpt stands."""
    long = cluster.read("", REPORT + " " + ROUND_UP)
    for excerpt in (REPORT, ROUND_UP):
        assert set(long.keys) & set(cluster.read("", excerpt).keys)
    assert len(long.keys) <= cluster.MOST_KEYS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Об этом сообщает ТАСС со ссылкой на источник.", {"tass"}),
        ("نقلاً عن وكالة رويترز", {"reuters"}),
        ("Three people died, according to Reuters.", {"reuters"}),
        ("Здание агентства построено в прошлом веке на этой улице, и рядом с ним стоит памятник; у входа висит вывеска ТАСС", set()),
    ],
)  # fmt: skip
def test_agencies_named_as_the_source(text: str, expected: set[str]) -> None:
    """An agency is a source where something is told by it."""
    assert expected == set(cluster.cited(text))


def test_a_translation_needs_person_place_and_number() -> None:
    """Names and place alone, or the place and the numbers alone, are a saga and not an event."""
    arabic = cluster.cast("", "قتل كيريل أنانيف قرب خشام في قصف على رتل من 12 سيارة.")
    russian = "Под Хашамом погиб {}, обстреляна колонна из {} машин."
    told = [
        cluster.translation(arabic, cluster.cast("", russian.format(*words))) is not None
        for words in (("Кирилл Ананьев", 12), ("Кирилл Ананьев", 30), ("Олег Сомов", 12))
    ]
    assert [True, False, False] == told
