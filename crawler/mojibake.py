"""Text that was decoded with the wrong table: "Ð¿Ñ€Ð¸", "оПХБЕР", "Ø§Ù„", "�". Pure.

A table of another script leaves letters that no language has in such numbers; a table of the same script leaves the right
letters in the wrong numbers, for the commonest of a language make up more than half of every text of it.
"""

from __future__ import annotations

import re

LOOKED_AT = 600  # characters of a text; a wrong table spoils all of them
FEWEST = 20  # letters; below that nothing is said

# Latin letters with marks, signs and line drawing: up to a third of a Turkish text, nearly all of a Russian one misread.
_STRANGE = re.compile(
    "[\u0080-\u00aa\u00ac-\u00ba\u00bc-\u017f\u0192\u02c6\u02dc\u2020-\u2022\u2030\u20ac\u2122\u2500-\u25a0]"
)
_SCRIPTS = (
    # letters of the script, the commonest of its languages, the least share they have in real text
    (re.compile("[\u0400-\u04ff]"), frozenset("оеаинтлвкмді"), 0.53),
    (re.compile("[\u0621-\u064a\u0671-\u06d3]"), frozenset("اليومنرتبةدأعیک"), 0.55),
)


def is_garbled(text: str) -> bool:
    """Whether the beginning of a text was decoded with the wrong table, so that no word of it can be found."""
    sample = text[:LOOKED_AT].lower()
    lost, strange = sample.count("\ufffd"), len(_STRANGE.findall(sample))
    letters = sum(letter.isalpha() for letter in sample)
    if letters + lost + strange < FEWEST:
        return False
    if lost * 20 > letters or strange * 2 > letters:
        return True
    for script, common, least in _SCRIPTS:
        found = script.findall(sample)
        if len(found) * 2 > letters:
            return sum(letter in common for letter in found) < least * len(found)
    return False
