"""Ukrainian words: queries are spelled out by an ending table; there is no dictionary behind it.

The table makes the case forms of regular nouns, adjectives and names. What it does not know, verbs above all and the
change of і to о and е in a closed syllable beyond the endings listed, must be given as words of their own.
"""

from __future__ import annotations

from functools import lru_cache

from crawler.languages.folding import Script
from crawler.languages.ru import is_acronym

NAME = "Ukrainian"
SCRIPT: Script = "cyr"

# The longest ending decides: (letters cut, endings after the stem; "-" is the bare stem).
_HARD = "- а у ові ом е і и ів ам ами ах"
_ADJECTIVE = "ий ого ому им ім а ої ій у ою е і их ими"
_BY_ENDING: dict[str, tuple[int, str]] = {
    "ий": (2, _ADJECTIVE),
    "ій": (2, "ій його йому ім їм я ьої ій ю ьою є і їх їми ього ьому іх іми"),
    "ія": (1, "я ї ю єю й ям ями ях є"),
    "ння": (1, "я ю ям і ів ями ях"),
    "ття": (1, "я ю ям і ів ями ях"),
    "я": (1, "я і ю ею є ь ям ями ях"),
    "а": (1, "а и і у ою о - ам ами ах"),
    "га": (2, "га ги зі гу гою го г гам гами гах"),
    "ка": (2, "ка ки ці ку кою ко к ок кам ками ках"),
    "ха": (2, "ха хи сі ху хою хо х хам хами хах"),
    "ко": (1, "о а у ові ом и ів ам ами ах"),
    "о": (1, "о а у ом і - ам ами ах"),
    "ець": (3, "ець ця цю цеві цем ці ців цям цями цях"),
    "єць": (3, "єць йця йцю йцеві йцем йці йців йцям йцями йцях"),
    "ь": (1, "ь я ю еві ем і ів ям ями ях ю ей"),
    "ість": (4, "ість ості істю остей остям остями остях"),
    "й": (1, "й я ю єві єм ї їв ям ями ях"),
    "ів": (2, "ів ова ову ові овим овом ови ових ев ева еву евим"),
    "їв": (2, "їв єва єву єві євим єви євих"),
    **dict.fromkeys("бвгдзклмнпрстфх", (0, _HARD)),
    **dict.fromkeys("жчшщц", (0, "- а у еві ем е і ів ам ами ах")),
}


def strip(folded: str) -> list[tuple[str, str]]:
    """The word itself: Ukrainian endings are spelled out on the side of the query."""
    return [(folded, "as it stands")]


def entries(folded: str) -> tuple[str, ...]:
    """None: there is no list of Ukrainian words."""
    return ()


@lru_cache(maxsize=50_000)
def forms(folded: str, word: str) -> frozenset[str]:
    """The case forms the ending of a query word calls for; an acronym stands for itself."""
    if is_acronym(word) or len(folded) < 3:
        return frozenset({folded})
    for size in (4, 3, 2, 1):
        if (row := _BY_ENDING.get(folded[-size:])) is not None:
            cut, endings = row
            stem = folded[: len(folded) - cut]
            return frozenset({folded} | {stem + ending.replace("-", "") for ending in endings.split()})
    return frozenset({folded})
