"""Russian words: queries are spelled out to their paradigms once; articles are never lemmatised.

Ordinary words go through pymorphy3, every parse and the whole lexeme of each. Names that its dictionary does not have go
through the ending table below: there pymorphy3 is right for little more than half of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from crawler.languages.folding import fold_word

NAME = "Russian"
SCRIPT = "cyr"

Gender = Literal["m", "f", ""]


def keys(folded: str) -> tuple[str, ...]:
    """The word itself: Russian endings are spelled out on the side of the query."""
    return (folded,)


@lru_cache(maxsize=1)
def _analyser() -> Any:
    """pymorphy3's analyser; 0.2 s and 15 MB, so only when the first Russian query word is compiled."""
    import pymorphy3

    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=50_000)
def forms(folded: str, word: str) -> frozenset[str]:
    """All forms a query word stands for: every lexeme of the dictionary it belongs to, else the paradigms of a name.

    What looks like an acronym (ЧВК, ВКС: capitals only, or no vowel) stands for itself, with and without case endings never.
    """
    if is_acronym(word):
        return frozenset({folded})
    parses = [parse for parse in _analyser().parse(word.casefold()) if parse.is_known]
    found = {folded}
    for parse in parses:
        found.update(fold_word(form.word) for form in parse.lexeme)
    if not parses:
        found |= paradigm(folded)
    return frozenset(found)


def is_acronym(word: str) -> bool:
    """Whether a word is written as an acronym and so never inflected."""
    return (len(word) > 1 and word.isupper()) or not set("аеёиоуыэюя") & set(word.casefold())


_HARD = ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах")


@lru_cache(maxsize=50_000)
def paradigm(name: str, gender: Gender = "") -> frozenset[str]:
    """Folded case forms of a name given in the nominative, singular and plural; of both genders when `gender` is ''."""
    folded = fold_word(name)
    return frozenset(folded + ending for ending in _HARD) | {folded}
