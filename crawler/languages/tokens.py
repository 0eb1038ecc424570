"""Tokens of a text in any script, with offsets into the text as it was written.

What is one token:

- A run of letters with its accents, invisible characters and inner apostrophes: `Sana'a`, `об’єкт`, `قُتـل`.
- Letters and digits are apart, and so are the parts of a hyphenated word: Дейр-эз-Зор, Дейр эз Зор and Дейр–эз–Зор are
  all three tokens, Су-24 and Су24 both two. A phrase of adjacent tokens then finds every way of writing them, and the
  parts (майор in генерал-майор) are found alone.
- A number with its inner points and commas: 1,500 folds to 1500, 2.5 stays.
- Arabic letters are apart from all others. Latin and Cyrillic in one word stay together, see `folding.one_script`.
- A word broken up against moderation is one token over all its pieces: قـ.تل, у_б_и_т, у б и т.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crawler.languages.ends import ends
from crawler.languages.folding import Script, fold_word, script_of
from crawler.languages.letters import APOSTROPHES, ARABIC, CYRILLIC, INTRUDERS, INVISIBLE, LATIN, MARKS, TATWEEL


class Token(NamedTuple):
    """One word or number of a text.

    A NamedTuple and not a dataclass because an article has 500 of them: it is built eight times faster.
    """

    start: int  # half-open code-point offsets into the original text
    end: int
    folded: str  # the string that is compared
    script: Script
    capital: bool  # first letter was upper case in the original; False in Arabic
    sentence: int  # index of the sentence it stands in


_ALPHABETIC = LATIN + CYRILLIC
_INNER = MARKS + INVISIBLE
_WORD = re.compile(
    f"[{_ALPHABETIC}][{_ALPHABETIC}{_INNER}]*(?:[{APOSTROPHES}][{INVISIBLE}]*[{_ALPHABETIC}][{_ALPHABETIC}{_INNER}]*)*"
    f"|[{ARABIC}][{ARABIC}{_INNER}]*"
    r"|\d+(?:[.,٫٬]\d+)*"
    rf"|[^\W\d_{_ALPHABETIC}{ARABIC}]+"
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")

# Longer words than this are pasted keys or noise: folded each time, not remembered.
LONGEST_REMEMBERED = 40
MOST_REMEMBERED = 200_000

Reading = tuple[str, Script, bool, int]  # folded, script, capital, invisible characters at the end
_READINGS: dict[str, Reading] = {}


def _read(surface: str) -> Reading:
    folded = fold_word(surface)
    visible = len(surface)
    while visible and _INVISIBLE.match(surface, visible - 1):
        visible -= 1
    reading: Reading = (
        folded,
        script_of(folded),
        surface[0].isupper() or surface[0].istitle(),
        len(surface) - visible,
    )
    if len(surface) <= LONGEST_REMEMBERED:
        if len(_READINGS) >= MOST_REMEMBERED:
            _READINGS.clear()
        _READINGS[surface] = reading
    return reading


def tokenise(text: str, language: str = "") -> list[Token]:
    """The words and numbers of `text` in order, not overlapping, each with its place in the original.

    Cut by script, so an Arabic article's Latin and Cyrillic words follow their own rules. `language` chooses whose
    abbreviations do not end a sentence; those of all languages when ''.
    """
    tokens: list[Token] = []
    append, new, remembered = tokens.append, tuple.__new__, _READINGS
    stops = ends(text, language)
    sentence, stop = 0, stops[0]
    for match in _WORD.finditer(text):
        surface = match.group()
        start, end = match.span()
        while start >= stop:
            sentence += 1
            stop = stops[sentence]
        reading = remembered.get(surface)
        if reading is None:
            reading = _read(surface)
        folded, script, capital, trailing = reading
        if folded:
            append(new(Token, (start, end - trailing, folded, script, capital, sentence)))
    return _rejoin(text, tokens)


# Of single letters these are words by themselves; a run of them alone is not a broken word («а я и в»).
_ONE_LETTER_WORDS = frozenset("авикосуяжбюaiou") | {"و"}


def _rejoin(text: str, tokens: list[Token]) -> list[Token]:
    """`tokens` with words that were broken up against moderation as one token each."""
    runs = _single_letter_runs(text, tokens)
    if TATWEEL in text or "*" in text or "_" in text:
        runs += _stitched(text, tokens)
    if not runs:
        return tokens
    joined: list[Token] = []
    done = 0
    for first, last in sorted(runs):
        if first < done:
            continue
        joined += tokens[done:first]
        joined.append(_one(tokens[first : last + 1]))
        done = last + 1
    return joined + tokens[done:]


def _one(pieces: list[Token]) -> Token:
    folded = "".join([piece.folded for piece in pieces])
    return pieces[0]._replace(end=pieces[-1].end, folded=folded)


def _single_letter_runs(text: str, tokens: list[Token]) -> list[tuple[int, int]]:
    """First and last index of each run of single letters one and the same separator apart."""
    singles = [i for i, token in enumerate(tokens) if len(token[2]) == 1 and token[3] != "num"]
    runs = []
    at = 0
    while at < len(singles) - 2:
        stretch = at
        gap = _gap(text, tokens, singles[at])
        while (
            stretch + 1 < len(singles)
            and singles[stretch + 1] == singles[stretch] + 1
            and tokens[singles[stretch + 1]].script == tokens[singles[at]].script
            and _gap(text, tokens, singles[stretch]) == gap
        ):
            stretch += 1
        if _is_broken_word([tokens[i] for i in singles[at : stretch + 1]], gap):
            runs.append((singles[at], singles[stretch]))
        at = stretch + 1
    return runs


def _gap(text: str, tokens: list[Token], index: int) -> str:
    """What stands between a token and the next one; '' after the last."""
    return text[tokens[index].end : tokens[index + 1].start] if index + 1 < len(tokens) else ""


def _is_broken_word(letters: list[Token], gap: str) -> bool:
    if gap == " ":
        enough = 3 if letters[0].script == "ar" else 4
        return len(letters) >= enough and any(letter.folded not in _ONE_LETTER_WORDS for letter in letters)
    return len(letters) >= 3 and gap in INTRUDERS


def _stitched(text: str, tokens: list[Token]) -> list[tuple[int, int]]:
    """First and last index of each run of pieces held together by a tatweel, a star or an underscore."""
    runs: list[tuple[int, int]] = []
    for i in range(len(tokens) - 1):
        if not _held_together(text, tokens[i], tokens[i + 1]):
            continue
        if runs and runs[-1][1] == i:
            runs[-1] = (runs[-1][0], i + 1)
        else:
            runs.append((i, i + 1))
    return runs


def _held_together(text: str, left: Token, right: Token) -> bool:
    gap = text[left.end : right.start]
    if left.script != right.script or left.script not in ("ar", "cyr", "lat") or not 0 < len(gap) <= 3:
        return False
    if any(c not in INTRUDERS and c != TATWEEL for c in gap):
        return False
    if gap == "*":
        return True
    if left.script != "ar":
        return False
    if gap == "_":  # a hashtag puts _ between whole words: #مجلس_الأمن
        return (
            (len(left.folded) == 1) != (len(right.folded) == 1)
            and left.folded != "و"
            and text[left.start - 1 : left.start] != "#"
        )
    # «هـ» before a full stop is the mark of the Hijri year, not a broken word.
    return (text[left.end - 1] == TATWEEL and left.folded != "ه") or TATWEEL in gap


def fold(text: str) -> str:
    """`text` with every word in its folded form and what stands between them kept; folding twice changes nothing."""
    return _fold_remembered(text) if len(text) <= LONGEST_REMEMBERED else _fold(text)


def _fold(text: str) -> str:
    folded = _fold_once(text)
    while (again := _fold_once(folded)) != folded:
        folded = again
    return folded


_fold_remembered = lru_cache(maxsize=50_000)(_fold)  # a name is folded each time it is compared

_BETWEEN = re.compile(f"[{MARKS}{INVISIBLE}]")


def _fold_once(text: str) -> str:
    pieces = []
    done = 0
    for token in tokenise(text):
        pieces += [_BETWEEN.sub("", text[done : token.start]), token.folded]
        done = token.end
    pieces.append(_BETWEEN.sub("", text[done:]))
    return "".join(pieces)
