"""Where sentences end in Arabic, Russian and English text."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?؟۔…‼⁇⁈⁉]+[\"'»”’)\]]*|\n\s*")
_OPENING = ' \t\u00a0\u202f«"“„(—–-'
_LAST_WORD = re.compile(r"[^\W_][^\W_.]*(?:\.[^\W_]{1,4})*\Z")

# A full stop after these never ends a sentence: a name, a number or a place follows.
# What can also stand last («и т.д.», "Inc.", "a.m.") is absent: there the case of the next letter decides.
_LISTED = {
    "ru": "г гг им ул пр пл д кв стр корп р с пос дер обл респ гос тов проф акад доц ст мл св см ср рис напр англ нем "
    "франц араб ген полк подп майор кап лейт серж ряд п т.е т.н т.к т.о в.ч н.э и.о вр тел",
    "en": "mr mrs ms dr prof gen lt col maj sgt capt cpt cmdr adm pvt st sen rep gov pres hon rev vs nos fig e.g i.e",
    "ar": "د أ م أ.د م.د ج ص ت هـ",
}
_NUMBERED = "no vol p pp art ч т"  # the same, before a number only: "No. 5", but "he said no."
ABBREVIATIONS = {language: frozenset(row.split()) for language, row in _LISTED.items()}
NUMBERED = frozenset(_NUMBERED.split())
_ALL = frozenset().union(*ABBREVIATIONS.values())


def ends(text: str, language: str = "") -> list[int]:
    """Offsets just after each sentence end, in order; the last is len(text)."""
    abbreviations = ABBREVIATIONS.get(language, _ALL)
    found: list[int] = []
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        # Blank lines between paragraphs are no sentences.
        if _is_end(text, match.start(), end, abbreviations) and not text[start:end].isspace():
            found.append(end)
            start = end
    if start < len(text) or not found:
        found.append(len(text))
    return found


def _is_end(text: str, start: int, end: int, abbreviations: frozenset[str]) -> bool:
    mark = text[start]
    if mark == "\n" or end == len(text):
        return True
    if not text[end].isspace():
        return False
    following = text[end : end + 40].lstrip(_OPENING)[:1]
    if following.islower():
        return False
    if mark != "." or text[start + 1 : start + 2] == ".":
        return True
    word = _LAST_WORD.search(text, max(0, start - 16), start)
    if word is None:
        return True
    last = word.group().casefold()
    initial = word.group().rsplit(".", 1)[-1]  # «А. В. Иванов», "J. Smith"
    if (len(initial) == 1 and initial.isupper()) or (following.isdigit() and last in NUMBERED):
        return False
    return last not in abbreviations


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
