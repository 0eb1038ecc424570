"""The folded form of one word: the string that is compared, the same however the word was typed."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from crawler.languages.letters import (
    APOSTROPHES,
    ARABIC,
    ARABIC_FOLDS,
    CYRILLIC,
    CYRILLIC_FOLDS,
    INVISIBLE,
    LATIN_FOLDS,
    LOOKS_CYRILLIC,
    LOOKS_LATIN,
    MARKS,
)

Script = Literal["ar", "cyr", "lat", "num", "other"]

_DROPPED = re.compile(f"[{MARKS}{INVISIBLE}{APOSTROPHES}]")
_POSSESSIVE = re.compile(f"[{APOSTROPHES}][{INVISIBLE}]*[sSｓＳ][{INVISIBLE}]*$")
_ARABIC = re.compile(f"[{ARABIC}]")
_CYRILLIC = re.compile(f"[{CYRILLIC}]")
_LATIN = re.compile("[A-Za-z]")
_GROUPS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


class _CharacterFolds(dict[str, str]):
    """What one case-folded character becomes, computed once for each character met."""

    def __missing__(self, character: str) -> str:
        if _DROPPED.match(character):
            folded = ""
        elif character.isdecimal():
            folded = str(unicodedata.decimal(character))
        elif character < "\u0400" or "\u1e00" <= character <= "\u1fff":
            bare = "".join(c for c in unicodedata.normalize("NFD", character) if not _DROPPED.match(c))
            folded = "".join(LATIN_FOLDS.get(c, c) for c in bare)
        else:
            folded = character
        self[character] = folded
        return folded


_FOLDS = _CharacterFolds(ARABIC_FOLDS | LATIN_FOLDS | CYRILLIC_FOLDS)


def script_of(folded: str) -> Script:
    """The script a folded word is compared in; of a mixed word, the first of Arabic, Cyrillic, Latin it holds."""
    if folded[:1].isdecimal():
        return "num"
    if _ARABIC.search(folded):
        return "ar"
    if _CYRILLIC.search(folded):
        return "cyr"
    return "lat" if _LATIN.search(folded) else "other"


def one_script(word: str) -> str:
    """A word mixing Latin and Cyrillic, written in the one it imitates; unchanged when it imitates neither.

    "Bагнер" with a Latin B is Cyrillic, "Wаgner" with a Cyrillic а is Latin; what could be either is Cyrillic.
    """
    if not _CYRILLIC.search(word) or not _LATIN.search(word):
        return word
    cyrillic = _CYRILLIC.findall(word)
    latin = _LATIN.findall(word)
    if all(c in LOOKS_CYRILLIC for c in latin):
        return "".join(LOOKS_CYRILLIC.get(c, c) for c in word)
    if all(c in LOOKS_LATIN for c in cyrillic):
        return "".join(LOOKS_LATIN.get(c, c) for c in word)
    return word


def fold_word(surface: str) -> str:
    """The folded form of one token as it stands in the text; '' when nothing comparable is left.

    NFKC, one script, case, then character by character: marks, invisible characters and apostrophes off, variants of a
    letter to one, digits to ASCII. The English possessive keeps its apostrophe, as `'s`, for `en.strip` to take off.
    """
    if surface.isascii() and surface.isalpha():
        return surface.lower()
    composed = unicodedata.normalize("NFKC", surface)
    if composed[:1].isdecimal():
        return _fold_number(composed)
    if not composed.isascii():
        composed = one_script(composed)
    ending = ""
    if possessive := _POSSESSIVE.search(composed):
        composed, ending = composed[: possessive.start()], "'s"
    folded = "".join([_FOLDS[c] for c in unicodedata.normalize("NFKC", composed.casefold()) if not c.isspace()])
    return folded + ending if folded else ending[1:]


def _fold_number(number: str) -> str:
    """A number with ASCII digits, the Arabic decimal mark as a point and without separators of thousands."""
    plain = "".join([_FOLDS[c] for c in number.replace("٫", ".").replace("٬", ",")])
    return plain.replace(",", "") if _GROUPS.fullmatch(plain) else plain


def folding_steps(surface: str) -> list[tuple[str, str]]:
    """What `fold_word` changes in a token, in order: (what was done, the word after it)."""
    steps: list[tuple[str, str]] = []
    word = surface

    def step(done: str, result: str) -> str:
        if result != word:
            steps.append((done, result))
        return result

    word = step("compatibility forms and accents composed (NFKC)", unicodedata.normalize("NFKC", word))
    word = step("look-alike letters of the other script", one_script(word))
    word = step("small letters", word.casefold())
    marks = sorted({f"U+{ord(c):04X}" for c in word if _DROPPED.match(c)})
    bare = _DROPPED.sub("", word)
    word = step(f"marks and invisible characters off ({', '.join(marks)})", bare)
    step("one letter for its variants, ASCII digits", fold_word(surface))
    return steps
