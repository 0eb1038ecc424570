"""Cutting and folding: every token knows its place in the original text."""

from __future__ import annotations

import pytest

from crawler.languages import fold, forms, keys, tokenise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Дейр-эз-Зор", ["дейр", "эз", "зор"]),
        ("قـ.تل", ["قتل"]),
        ("у_б_и_т", ["убит"]),
        ("у б и т", ["убит"]),
        ("а я и в", ["а", "я", "и", "в"]),
        ("Sana’a", ["sanaa"]),
        ("Wagner’s", ["wagner's"]),
        ("Bагнер", ["вагнер"]),
        ("0Казнь", ["0", "казнь"]),
    ],
)
def test_words_are_cut_and_folded(text: str, expected: list[str]) -> None:
    """Each spelling folds to the words a reader sees in it."""
    assert expected == [token.folded for token in tokenise(text)]


def test_a_query_word_meets_its_inflected_token() -> None:
    """forms(query) & keys(token) is how a word is found."""
    for query, text in (
        ("наёмник", "наемниками"),
        ("soldier", "soldiers'"),
        ("مرتزقة", "وبالمرتزقة"),
        ("Wagner", "Wagner's"),
    ):
        assert any(forms(query) & set(keys(token)) for token in tokenise(text)), query


def test_folding_twice_changes_nothing() -> None:
    """fold is idempotent."""
    assert fold(fold("قـ.تل Ёлка’s")) == fold("قـ.تل Ёлка’s")
