"""Narrower queries from what readers called wrong: pure, on texts of our own."""

from __future__ import annotations

import pytest

from alerts.document import Document
from alerts.narrow import Narrower, Past, Verdict, narrower


def past(text: str, verdict: Verdict = "", language: str = "ru") -> Past:
    return Past(Document("Новость", text, language=language), verdict)


RIGHT = "Наёмник Пётр Залесный погиб под Пальмирой, сообщили родственники."
WRONG = "Хоккеист Пётр Залесный забил шайбу в финале."


def texts(found: list[Narrower]) -> list[str]:
    return [one.text for one in found]


def test_a_word_of_the_wrong_one_is_left_out() -> None:
    """What stands beside the name in the wrong text and in no right one; the effect is counted, nothing right is lost."""
    found = narrower('name:"Пётр Залесный"', [past(WRONG, "wrong"), past(RIGHT, "right"), past(RIGHT)])
    (first,) = [one for one in found if one.kind == "without"]
    assert first.text.startswith('name:"Пётр Залесный" NOT "')
    assert (first.total, first.dropped, first.dropped_wrong, first.dropped_right) == (3, 1, 1, 0)


def test_at_most_two_of_different_kinds() -> None:
    """A reader has a phone: two lines, not ten."""
    found = narrower('name:"Пётр Залесный"', [past(WRONG, "wrong"), past(RIGHT, "right")])
    assert len(found) == len({one.kind for one in found}) == 2


def test_nothing_marked_right_is_lost() -> None:
    """The same text called right and wrong cannot be told apart: no offer is better than a bad one."""
    assert narrower('name:"Пётр Залесный"', [past(WRONG, "wrong"), past(WRONG, "right")]) == []


def test_words_anywhere_are_wanted_in_one_sentence() -> None:
    """Two words of one text need not belong together."""
    apart = "Вагнера играли в театре. В пожаре на складе человек погиб."
    together = "Боец Вагнера погиб."
    found = narrower("Вагнер AND погиб", [past(apart, "wrong"), past(together, "right")])
    assert {"same-sentence(Вагнер, погиб)"} <= set(texts(found)) | set(
        texts(narrower("Вагнер AND погиб", [past(apart, "wrong"), past(together, "right")], most=5))
    )
    assert all(one.dropped_right == 0 and one.dropped_wrong == 1 for one in found)


def test_the_patronymic_of_the_right_one_is_added() -> None:
    """A namesake with another patronymic is another person."""
    right = "Погиб Пётр Сергеевич Залесный, сообщили в посёлке."
    wrong = "Пётр Олегович Залесный открыл выставку."
    found = narrower('name:"Пётр Залесный"', [past(wrong, "wrong"), past(right, "right")], most=5)
    assert 'name:"Пётр Сергеевич Залесный"' in texts(found)


def test_without_a_word_of_anybody_some_hits_are_dropped_and_not_most() -> None:
    """[Narrow] under a digest: nobody said what is wrong, only that it is too much."""
    many = [past(RIGHT), past(RIGHT), past(WRONG), past("Залесный Пётр приехал в Пальмиру.")]
    found = narrower('name:"Пётр Залесный"', many)
    assert found
    assert all(0 < one.dropped < one.total for one in found)


@pytest.mark.parametrize("query", ["Вагнер OR погиб", "@killed", 'title("Новость")', "lang:ru AND Пальмира", "наём*"])
def test_every_offer_can_be_read_and_drops_the_wrong_one(query: str) -> None:
    """Whatever the watch is made of."""
    hits = [past("Вагнер погиб в Пальмире, наёмник найден.", "wrong"), past("Вагнер погиб в Пальмире, наёмник.", "")]
    for one in narrower(query, hits):
        again = narrower(one.text, hits)
        assert one.dropped_wrong == 1
        assert again == []


def test_definitions_stay_definitions() -> None:
    """A watch written with `$noise` is narrowed as it is written."""
    from alerts.query import parse

    macros = {"noise": parse("хоккеист", watch=False)}
    found = narrower('name:"Пётр Залесный" NOT $noise', [past(RIGHT, "wrong")], macros)
    assert all("$noise" in one.text or "same-sentence" in one.text for one in found)
    assert found
