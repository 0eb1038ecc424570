"""Which characters make words, and what each folds to: tables only, shared by all languages.

The strings are bodies of character classes for `re`. Invisible characters are written as escapes so that one sees them.
"""

from __future__ import annotations

ARABIC = (
    "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u06fc\u06ff"
    "\u0750-\u077f\u0870-\u0887\u0889-\u088e\u08a0-\u08c9\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdc7\ufdf0-\ufdf9\ufe70-\ufefc"
)
# The mathematical alphabets are here because posts write names in them to slip past moderation; NFKC reads them.
LATIN = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02c1\u02c6-\u02d1\u1d00-\u1d2a\u1d2c-\u1d77\u1d79-\u1dbf\u1e00-\u1eff\u2c60-\u2c7f"
    "\ua722-\ua788\uab30-\uab64\ufb00-\ufb06\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d6a5"
)
CYRILLIC = "\u0400-\u0481\u048a-\u052f\u1c80-\u1c8a\u1d2b\u1d78\ua640-\ua66e\ua680-\ua69d"

# Vowel signs, accents and the Arabic stretching line: part of a word, dropped from its folded form.
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0898-\u089f\u08ca-\u08e1\u08e3-\u08ff\u1ab0-\u1ace\u1dc0-\u1dff"
    "\u20d0-\u20f0\u2de0-\u2dff\ua66f-\ua672\ua674-\ua67d\ua69e\ua69f\ufe20-\ufe2f"
)
# Soft hyphen, joiners, zero-width spaces, bidirectional marks and overrides, variation selectors.
INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"

APOSTROPHES = "'`\u00b4\u02b9-\u02bf\u02c8\u02ca\u02cb\u2018\u2019\u201b\u2032\u2035\ua78b\ua78c\uff07"
TATWEEL = "\u0640"

# What stands between the letters of a word that was broken up against moderation: قـ.تل у_б_и_т у*били
INTRUDERS = frozenset("._*|/\\•·~-–—+=")

# One Arabic letter for its hamza seats and its Persian, Urdu and Kurdish code points. پ چ ڤ گ ژ keep their sound:
# `ar.strip` offers the Arabic letter beside them.
ARABIC_FOLDS = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ٵ": "ا",
    "ى": "ي", "ئ": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ۓ": "ي", "ێ": "ي", "ؽ": "ي", "ؾ": "ي", "ؿ": "ي",
    "ٸ": "ي", "ۍ": "ي",
    "ؤ": "و", "ۆ": "و", "ۇ": "و", "ۈ": "و", "ۋ": "و", "ۅ": "و", "ۏ": "و", "ۄ": "و", "ٶ": "و", "ٷ": "و",
    "ک": "ك", "ڪ": "ك", "ګ": "ك", "ڭ": "ك",
    "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه", "ۂ": "ه", "ۃ": "ة",
    "ڵ": "ل", "ڕ": "ر", "ۊ": "و", "ں": "ن", "ڥ": "ڤ", "ݐ": "پ", "ڨ": "گ", "ڬ": "گ",
}  # fmt: skip

LATIN_FOLDS = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n", "ƒ": "f",
    "ŧ": "t",
    "ɓ": "b", "ɗ": "d", "ɛ": "e", "ɔ": "o", "ə": "e", "ĸ": "k", "ȷ": "j",
}  # fmt: skip

CYRILLIC_FOLDS = {"ё": "е", "ѐ": "е", "ѝ": "и", "ѳ": "ф", "ѣ": "е", "ѵ": "и"}

# Latin letters that look like Cyrillic ones; a capital may look like another letter than its small form does (B, H).
LOOKS_CYRILLIC = dict(zip("aceopxyikmtABCEHKMOPTXYI", "асеорхуікмтАВСЕНКМОРТХУІ", strict=True))
LOOKS_LATIN = {cyrillic: latin for latin, cyrillic in LOOKS_CYRILLIC.items()} | {
    "ј": "j",
    "ѕ": "s",
    "һ": "h",
    "ԁ": "d",
    "ԛ": "q",
    "ԝ": "w",
}
