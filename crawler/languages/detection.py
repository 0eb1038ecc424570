"""Which language a text is in: script first, then letters only one language has, then its commonest words."""

from __future__ import annotations

import re
from collections import Counter

from crawler.languages.tokens import tokenise

# A text is judged by its beginning: an article switches language less often than a site appends foreign boilerplate.
READ_CHARACTERS = 4000

_SHORT_WORDS = {
    "ru": "и в не на что с по это как его к но из у за от а о так же для был мы бы был он она они до после был были при или",
    "uk": "і в не на що з по це як його до але із у за від а та про для був ми б він вона вони після були або й",
    "en": "the of and to in a is that for on was with as by at from it he his be are were has have not this who will an said",
}
_ARABIC_ONLY = re.compile("[ةأإىؤ]")


def detect(text: str) -> str:
    """Code of the language `text` is in, "und" when it cannot be known."""
    tokens = [t for t in tokenise(text[:READ_CHARACTERS]) if t.script != "num"]
    if not tokens:
        return "und"
    script = Counter(t.script for t in tokens).most_common(1)[0][0]
    if script == "ar":
        return "ar"
    counted = Counter(t.folded for t in tokens)
    scores = {code: sum(counted[w] for w in words.split()) for code, words in _SHORT_WORDS.items()}
    code = max(sorted(scores), key=scores.__getitem__)
    return code if scores[code] else "ru" if script == "cyr" else "und"
