"""Where sentences end in Arabic, Russian and English text."""

from __future__ import annotations

import re
from bisect import bisect_right

_END = re.compile(r"[.!?؟۔…‼⁇⁈⁉]+[\"'»”’)\]]*|\n\s*")
_LAST_WORD = re.compile(r"[^\W_][^\W_.]*(?:\.[^\W_]{1,4})*\Z")

# A full stop after these never ends a sentence: a name, a number or a place follows.
# Words that can also be last («и т.д.», "Inc.") are absent: there the next letter decides.
ABBREVIATIONS = frozenset(
    ["г", "гг", "им", "ул", "пр", "пл", "д", "кв", "стр", "корп", "р", "с", "пос", "дер", "обл", "респ", "гр", "гос", "тов", "проф", "акад", "доц", "ст", "мл", "св", "см", "ср", "рис", "напр", "англ", "нем", "франц", "араб", "ген", "полк", "подп", "майор", "кап", "лейт", "серж", "ряд", "п", "ок", "т.е", "т.н", "т.к", "т.о", "в.ч", "н.э", "и.о", "вр", "mr", "mrs", "ms", "dr", "prof", "gen", "lt", "col", "maj", "sgt", "capt", "cpt", "cmdr", "adm", "pvt", "st", "sen", "rep", "gov", "pres", "hon", "rev", "vs", "no", "nos", "fig", "al", "e.g", "i.e", "cf", "approx", "est", "د", "أ", "م", "ا.د", "أ.د", "ج", "ص", "هـ"]
)


def ends(text: str, abbreviations: frozenset[str] = ABBREVIATIONS) -> list[int]:
    """Offsets just after each sentence end, in order; the last one is len(text) when text stands after the last mark."""
    found = [m.end() for m in _END.finditer(text) if _is_end(text, m.start(), m.end(), abbreviations)]
    if not found or found[-1] < len(text):
        found.append(len(text))
    return found


def _is_end(text: str, start: int, end: int, abbreviations: frozenset[str]) -> bool:
    mark = text[start]
    if mark == "\n" or end == len(text):
        return True
    if not text[end].isspace():
        return False
    following = text[end : end + 40].lstrip(' \t\u00a0\u202f«"“„(—–-')[:1]
    if following.islower():
        return False
    if mark != "." or end - start > 2:
        return True
    word = _LAST_WORD.search(text, max(0, start - 16), start)
    if word is None:
        return True
    last = word.group()
    # An initial: «А. В. Иванов», "J. Smith".
    initial = len(last.rsplit(".", 1)[-1]) == 1 and last[-1].isupper()
    return not initial and last.casefold() not in abbreviations


def sentences(text: str) -> list[tuple[int, int]]:
    """Half-open spans of the sentences of `text`, in order, without the white space between them."""
    spans = []
    start = 0
    for end in ends(text):
        piece = text[start:end]
        if piece and not piece.isspace():
            spans.append((start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
        start = end
    return spans


def sentence_at(ends_: list[int], offset: int) -> int:
    """Index of the sentence `offset` stands in."""
    return bisect_right(ends_, offset)
