"""The spellings a name is likely met in: its cases, its Latin variants, its Arabic spellings by ear."""

from __future__ import annotations

from itertools import islice, product

from crawler.languages import tokenise
from crawler.languages.ru import paradigm
from crawler.names.given import spellings_of
from crawler.names.phonemes import AR, CYR, LAT, script_of, units_of

# Cyrillic sound unit -> the letters it is written with, commonest first. Counts on the development half of attested
# names:
# г -> غ 75, ج 44, ه 10; в -> ف 177, و 49; х -> خ 39, ه 23; ч -> تش 136, ش 24; ц -> تس 39.
_ARABIC = {
    "а": "ا", "б": "ب", "в": "ف", "г": "غ ج", "д": "د", "е": "ي", "ж": "ج", "з": "ز", "и": "ي", "й": "ي", "к": "ك",
    "л": "ل",
    "м": "م", "н": "ن", "о": "و", "п": "ب", "р": "ر", "с": "س", "т": "ت", "у": "و", "ф": "ف", "х": "خ ه", "ц": "تس",
    "ч": "تش",
    "ш": "ش", "щ": "شتش ش", "ы": "ي", "э": "ي", "ь": "ي", "џ": "ج", "ий": "ي",
    "^а": "أ ا", "^и": "إي", "^о": "أو", "^у": "أو", "^э": "إ", "^е": "ي إي", "а$": "ا", "е$": "ي ه", "и$": "ي",
    "о$": "و",
    "у$": "و", "ы$": "ي", "э$": "ي", "я": "يا",
}  # fmt: skip
_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh h",
    "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "shch", "ы": "y", "э": "e", "ь": "y i", "џ": "dzh j", "ий": "y iy ii i", "^е": "e ye",
}  # fmt: skip
_VOWELS = frozenset("аеиоуыэ")
MOST = 24  # spellings of one word


def _dropped_vowel(units: list[str], at: int) -> bool:
    """Whether Arabic may leave out the vowel: е between consonants, or next to another vowel sign."""
    return units[at] == "е" and 0 < at < len(units) - 1


def _arabic_options(word: str) -> list[list[str]]:
    units = units_of(word)
    options = []
    for at, unit in enumerate(units):
        letters = _ARABIC.get(unit, _ARABIC.get(unit.strip("^$"), "")).split()
        if _dropped_vowel(units, at):
            letters = [*letters, ""]
        if unit == "й" and at and units[at - 1].strip("^") in _VOWELS:
            letters = ["ي", ""]
        options.append(letters or [""])
    return options


def _latin_options(word: str) -> list[list[str]]:
    units = units_of(word)
    return [_LATIN.get(unit, _LATIN.get(unit.strip("^$"), unit)).split() for unit in units]


def _products(options: list[list[str]]) -> list[str]:
    """Whole words, the likeliest letters first: those that differ from the first choice in the fewest places."""
    many = islice(product(*[list(enumerate(letters)) for letters in options]), 4096)
    ranked = sorted(many, key=lambda choice: sum(place for place, _ in choice))
    return list(dict.fromkeys("".join(letters for _, letters in choice) for choice in ranked))[:MOST]


def to_latin(name: str) -> str:
    """A Russian name in Latin letters, the plainest way (Ананьев: Ananyev), capitals kept."""
    words = []
    for word in name.split(" "):
        latin = "".join(letters[0] for letters in _latin_options(word.lower()) if letters)
        words.append(latin.capitalize() if word[:1].isupper() else latin)
    return " ".join(words)


def _of_word(word: str, script: str) -> list[str]:
    if script == "ru":
        forms = paradigm(word) if script_of(word) == CYR else frozenset()
        return [word, *sorted(forms - {word})] if script_of(word) == CYR else _table(word, CYR)
    target, options = (AR, _arabic_options) if script == "ar" else (LAT, _latin_options)
    made = _products(options(word)) if script_of(word) == CYR else [word] if script_of(word) == target else []
    return list(dict.fromkeys([*made[:1], *_table(word, target), *made]))[:MOST]


def _table(word: str, script: str) -> list[str]:
    return sorted(spelling for spelling in spellings_of(word) if script_of(spelling) == script)


def spellings(name: str, script: str) -> list[str]:
    """Spellings of a name in a script ("ar", "ru" or "en"), likeliest first, folded (lower case).

    In "ru" its case forms. A name of several words gives the words' spellings combined, the likeliest of each first;
    a word that is not Cyrillic is spelled only in its own script and as the table of given names knows it. ValueError
    for another script.
    """
    if script not in ("ar", "ru", "en"):
        raise ValueError(f"spellings are made in 'ar', 'ru' or 'en', not {script!r}")
    words = [token.folded for token in tokenise(name[:200])][:6]
    each = [_of_word(word, script) or [word] for word in words]
    if script == "ru" and len(each) > 1:
        return list(dict.fromkeys(_in_one_case(words)))
    ranked = sorted(
        islice(product(*[list(enumerate(options)) for options in each]), 20_000),
        key=lambda choice: sum(place for place, _ in choice),
    )
    return [" ".join(word for _, word in choice) for choice in ranked][: MOST * 4] if words else []


def _in_one_case(words: list[str]) -> list[str]:
    """The case forms of all words combined, the nominatives first."""
    tables = [[word, *sorted(paradigm(word) - {word})] for word in words]
    return [" ".join(choice) for choice in islice(product(*tables), 4096)][: MOST * 8]
