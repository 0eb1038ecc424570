"""What Arabic letters a Russian name is written with, and how likely."""

from __future__ import annotations

import math

import pytest

from crawler.names.channel import Channel, channel, contexts, learn
from crawler.names.phonemes import arabic_letters


@pytest.mark.parametrize(
    ("spelling", "likelier", "other"),
    [
        ("لوجينوف", "логинов", "лагунов"),
        ("لاغونوف", "лагунов", "логинов"),
        ("كوزنتسوف", "кузнецов", "казанцев"),
        ("بتروفا", "петрова", "петров"),
        ("يافلينسكي", "явлинский", "явлинская"),
        ("أليونا", "алёна", "алина"),
    ],
)
def test_a_spelling_is_likelier_of_its_own_name(spelling: str, likelier: str, other: str) -> None:
    """Vowels that are written count, and so does the end of the word."""
    letters = arabic_letters(spelling)
    assert channel().log(likelier, letters) > channel().log(other, letters) + 3


def test_two_vowels_arabic_writes_alike_are_about_as_likely() -> None:
    """و is о as willingly as у: Козин and Кузин are told apart by how common they are alone."""
    letters = arabic_letters("كوزين")
    assert abs(channel().log("козин", letters) - channel().log("кузин", letters)) < 1


def test_shares_of_a_letter_sum_to_one() -> None:
    """Whatever stands beside it, seen or not."""
    for name in ("щукин", "ъъъ", "аэропорт"):
        for context in contexts(name):
            assert 1 == pytest.approx(sum(channel().shares(context).values()) or 1)


@pytest.mark.parametrize(("name", "spelling"), [("", "لوجينوف"), ("логинов", ""), ("", ""), ("x", "لوجينوف" * 20)])
def test_nothing_and_the_impossible_have_a_finite_figure(name: str, spelling: str) -> None:
    """No exception, and never above certainty."""
    assert -math.inf < channel().log(name, spelling) <= 0.1


def test_learning_finds_what_letters_write() -> None:
    """Three names are enough to learn that н is ن and ч تش."""
    rows = [("чин", "تشين", 4.0), ("нич", "نيتش", 4.0), ("чан", "تشان", 4.0)]
    shares = Channel(learn(rows)).shares(("_", "ч", "и"))
    assert "تش" == max(shares, key=lambda piece: shares[piece])
