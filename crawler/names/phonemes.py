"""Reads a word of any script into sound units, and knows what it costs to take one unit for another.

A unit is a letter, or the letters that stand for one sound (ш, sh, تش), in its own script: ج stays ج, because only
the other side of a comparison says whether it was g or zh. `data/costs.tsv` holds, for every pair of units that can
stand for each other, the cost in nats; a person can read it and correct it. It was learned by `learn.py` from names
attested in several scripts, and `tests/names/test_phonemes.py` pins the pairs that matter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

COSTS = Path(__file__).parent / "data" / "costs.tsv"
LONGEST_WORD = 40  # units; what is longer is no name, and quadratic time must stay bounded

AR, CYR, LAT, OTHER = "ar", "cyr", "lat", "other"

# --- Cyrillic: one letter, one unit, but iotated vowels are a glide and a vowel
_CYR_PLAIN = dict.fromkeys("абвгдежзийклмнопрстуфхцчшщыэ", "") | {
    "ё": "е", "ґ": "г", "і": "и", "ї": "йи", "є": "е", "ў": "в", "ј": "й", "љ": "ль", "њ": "нь", "ћ": "ч", "ђ": "џ",
    "ќ": "к", "ѓ": "г", "ѕ": "дз", "қ": "к", "ғ": "г", "ә": "а", "ө": "о", "ү": "у", "ұ": "у", "ң": "н", "һ": "х",
    "џ": "џ",
}  # fmt: skip
_CYR_IOTATED = {"ю": "у", "я": "а"}
_CYR_VOWELS = frozenset("аеиоуыэюяёіїє")

# --- Latin: several letters may write one sound; longest first
_LAT_GROUPS = {
    "shch": ("sh", "ch"), "tsch": ("ch",), "sch": ("sch",), "tch": ("ch",), "dzh": ("dj",), "dsch": ("dj",),
    "sh": ("sh",), "ch": ("ch",), "zh": ("zh",), "kh": ("kh",), "ts": ("ts",), "tz": ("ts",), "cz": ("cz",), "sz": ("sz",),
    "rz": ("rz",), "ck": ("k",), "ph": ("f",), "th": ("th",), "gh": ("gh",), "dj": ("dj",), "dz": ("dz",), "dh": ("dh",),
    "qu": ("q",), "ou": ("ou",), "oo": ("ou",), "ee": ("ee",), "x": ("k",
    "s"), "eau": ("o",), "gn": ("gn",), "wh": ("w",),
}  # fmt: skip
_LAT_MARKED = {
    "š": "sh", "ş": "sh", "ș": "sh", "ś": "sh", "č": "ch", "ć": "ch", "ç": "ç", "ž": "zh", "ź": "zh", "ż": "zh",
    "đ": "dj",
    "ł": "l", "ø": "o", "ß": "s", "æ": "e", "œ": "e", "þ": "th", "ð": "th", "ñ": "gn", "ı": "i", "ğ": "gh", "ə": "a",
}  # fmt: skip
_LAT_VOWELS = frozenset("aeiouy")
_LAT_FINAL_IY = ("iy", "yi", "yy", "ij", "ii", "yj", "iĭ")

# --- Arabic (with the Persian and Kurdish letters): every letter keeps its own ambiguity
_AR_GROUPS = {"تش": "تش", "تس": "تس", "دج": "دج", "دز": "دز", "شت": "شت"}
_AR_SAME = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ئ": "ي", "ؤ": "و", "ۆ": "و", "ک": "ك",
    "ڪ": "ك",
    "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه", "ة": "ه", "ێ": "ي", "ۇ": "و", "ڭ": "ن", "ڨ": "گ", "ݣ": "گ", "ڕ": "ر",
    "ڵ": "ل",
    "ۋ": "ڤ", "ټ": "ت", "ډ": "د", "ښ": "ش",
}  # fmt: skip
_AR_LETTERS = frozenset("ابتثجحخدذرزسشصضطظعغفقكلمنهويءگچپڤژ")
_AR_LONG = frozenset("اوي")


def script_of(word: str) -> str:
    """The script of the first letter: "ar", "cyr", "lat" or "other"."""
    for letter in word:
        code = ord(letter)
        if 0x0400 <= code <= 0x052F:
            return CYR
        if 0x0600 <= code <= 0x06FF or 0x0750 <= code <= 0x077F or 0xFB50 <= code <= 0xFEFC:
            return AR
        if letter.isalpha():
            return LAT if code < 0x0250 or 0x1E00 <= code <= 0x1EFF else OTHER
    return OTHER


def _cyrillic(word: str) -> list[str]:
    units: list[str] = []
    before = ""
    end = len(word)
    if word.endswith(("ий", "ый")) and end > 3:
        end -= 2
    for at in range(end):
        letter = word[at]
        if letter in _CYR_IOTATED:
            units += ["ь" if before and before not in _CYR_VOWELS else "й", _CYR_IOTATED[letter]]
        elif letter in "ьъ":
            if at + 1 < end and word[at + 1] in "еиоёэ":
                units.append("ь")
        elif letter in _CYR_PLAIN:
            units += _CYR_PLAIN[letter].replace("ь", "") or letter
        before = letter
    if end < len(word):
        units.append("ий")
    joined: list[str] = []
    for unit in units:
        if unit == "ж" and joined and joined[-1] == "д":
            joined[-1] = "џ"
        else:
            joined.append(unit)
    return joined


def _latin(word: str) -> list[str]:
    letters = ""
    for letter in word:
        marked = _LAT_MARKED.get(letter)
        if marked is None:
            marked = "".join(part for part in unicodedata.normalize("NFKD", letter) if part.isalpha())
        letters += marked
    units: list[str] = []
    end = len(letters)
    if end > 3 and letters.endswith(_LAT_FINAL_IY):
        end -= 2
    at = 0
    while at < end:
        if at > 1 and letters[at : at + 2] == "ou" and letters[at + 2 : at + 3] in ("", "s"):
            units += ["o", "u"]  # Belarusian -ou, -ouski: Rybakou is Рыбаков
            at += 2
            continue
        for size in (4, 3, 2, 1):
            group = _LAT_GROUPS.get(letters[at : at + size]) if at + size <= end else None
            if group is not None:
                units += group
                at += size
                break
        else:
            letter = letters[at]
            at += 1
            if letter == "y" and at < end and letters[at] in _LAT_VOWELS:
                letter = "Y"
            units.append(letter)
    if end < len(letters):
        units.append("iy")
    return units


def arabic_letters(word: str) -> str:
    """The letters of an Arabic word, with the forms of alef, ya, kaf and ha written as one letter each."""
    letters = "".join(_AR_SAME.get(letter, letter) for letter in word)
    if max(letters, default="") >= "ﭐ":
        letters = "".join(_AR_SAME.get(part, part) for part in unicodedata.normalize("NFKC", letters))
    return "".join(letter for letter in letters if letter in _AR_LETTERS)


def _arabic(word: str) -> list[str]:
    letters = arabic_letters(word)
    units: list[str] = []
    at = 0
    while at < len(letters):
        pair = letters[at : at + 2]
        if pair in _AR_GROUPS:
            units.append(pair)
            at += 2
        else:
            units.append(letters[at])
            at += 1
    return units


_VOWEL_UNITS = frozenset(["а", "е", "и", "о", "у", "ы", "э", "a", "e", "i", "o", "u", "y", "ou", "ee", "ا", "و", "ي"])


def units_of(word: str) -> list[str]:
    """The sound units of one word: doubled consonants folded, a first vowel marked ^ and a last one $."""
    word = word.lower()
    script = script_of(word)
    if script == CYR:
        raw = _cyrillic(word)
    elif script == LAT:
        raw = _latin(word)
    elif script == AR:
        raw = _arabic(word)
    else:
        raw = [letter for letter in word if letter.isalnum()]
    units: list[str] = []
    for unit in raw:
        if not units or unit != units[-1] or unit in _VOWEL_UNITS:
            units.append(unit)
    if len(units) > 1 and units[-1] in _VOWEL_UNITS | {"ه"}:
        units[-1] += "$"
    if units and units[0] in _VOWEL_UNITS:
        units[0] = "^" + units[0]
    return units[:LONGEST_WORD]


# --- the table
MISFIT = 800  # cost of two units the table does not list, in hundredths of a nat
DROPPED = 600  # cost of a unit without a partner, where the table says nothing
STRANGE = 300  # weight of a unit the table does not know (a Greek or Georgian letter)
FAR = 10_000  # what `distance` returns when it gave up


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost table, by unit number. All figures are hundredths of a nat."""

    numbers: dict[str, int]
    pairs: list[list[int]]
    weights: dict[str, list[int]]  # by the script of the OTHER side
    dropped: dict[str, list[int]]  # by the script of the OTHER side

    def of(self, left: str, right: str) -> int:
        """Cost of reading unit `left` as unit `right`; for tests and explanations."""
        return self.pairs[self.numbers[left]][self.numbers[right]]


@lru_cache(maxsize=1)
def costs() -> Costs:
    """The cost table of `data/costs.tsv`, read once (about 5 ms)."""
    rows = [line.split("\t") for line in COSTS.read_text("utf-8").splitlines() if not line.startswith("#")]
    units = dict.fromkeys(row[1] for row in rows if row[0] == "weight")
    numbers = {"?": 0} | {unit: number for number, unit in enumerate(units, 1)}
    size = len(numbers)
    pairs = [[MISFIT] * size for _ in range(size)]
    for number in range(1, size):
        pairs[number][number] = 0
    weights = {script: [STRANGE] * size for script in (AR, CYR, LAT, OTHER)}
    dropped = {script: [DROPPED] * size for script in (AR, CYR, LAT, OTHER)}
    for kind, left, right, figure in rows:
        cost = round(float(figure) * 100)
        if kind == "pair":
            pairs[numbers[left]][numbers[right]] = pairs[numbers[right]][numbers[left]] = cost
        else:
            (weights if kind == "weight" else dropped)[right][numbers[left]] = cost
    return Costs(numbers, pairs, weights, dropped)


@dataclass(slots=True, eq=False)
class Reading:
    """One word, read. What it is worth as evidence and what dropping a unit costs depend on the other side's script."""

    word: str
    script: str
    units: tuple[str, ...]
    numbers: tuple[int, ...]
    weights: dict[str, int]  # hundredths of a nat, of all units together
    drops: dict[str, tuple[int, ...]]
    classes: int  # the consonant classes of the word, one bit each
    skeleton: str  # the consonant classes in order

    @property
    def weight(self) -> int:
        """What the word is worth against one of its own script."""
        return self.weights[self.script]


_CLASS_OF = {unit: letter for letter, units in {
    "b": ["б", "п", "b", "p", "ب", "پ"], "v": ["в", "ф", "v", "f", "w", "ف", "ڤ"],
    "d": ["д", "т", "d", "t", "th", "dh", "ت", "ث", "د", "ذ", "ط", "ض"],
    "g": ["г", "g", "gh", "غ", "گ", "ж", "џ", "zh", "j", "dj", "ج", "ژ", "دج", "rz"],
    "k": ["к", "k", "q", "ق", "ك"], "x": ["х", "kh", "خ"], "l": ["л", "l", "ل"], "m": ["м", "m", "م"],
    "n": ["н", "n", "gn", "ن"], "r": ["р", "r", "ر"], "s": ["с", "s", "س", "ص", "ц", "ts", "تس", "c", "ç", "з", "z",
    "ز", "ظ", "دز", "dz"], "c": ["ч", "ш", "щ", "ch", "sh", "sch", "cz", "sz", "تش", "ش", "شت", "چ"],
}.items() for unit in units}  # fmt: skip


def skeleton_of(units: Iterable[str]) -> str:
    """The consonant classes of units, in order."""
    return "".join([_CLASS_OF.get(unit, "") for unit in units])


@lru_cache(maxsize=1 << 17)
def read(word: str) -> Reading:
    """The reading of one word (cached; case does not matter)."""
    table = costs()
    units = units_of(word)
    numbers = tuple([table.numbers.get(unit, 0) for unit in units])
    drops = {script: tuple([row[number] for number in numbers]) for script, row in table.dropped.items()}
    skeleton = skeleton_of(units)
    classes = 0
    for letter in skeleton:
        classes |= 1 << (ord(letter) - 97)
    weights = {script: sum([row[number] for number in numbers]) for script, row in table.weights.items()}
    return Reading(word, script_of(word), tuple(units), numbers, weights, drops, classes, skeleton)


def evidence(a: Reading, b: Reading) -> int:
    """Log odds (hundredths of a nat) of two words that agree throughout; what their differences cost comes off this."""
    return (a.weights[b.script] + b.weights[a.script]) // 2


def distance(a: Reading, b: Reading, limit: int = FAR) -> int:
    """Weighted edit distance of two readings in hundredths of a nat; FAR as soon as it must exceed `limit`."""
    if len(a.numbers) > len(b.numbers):
        a, b = b, a
    pairs = costs().pairs
    drops_b = b.drops[a.script]
    numbers_b = b.numbers
    previous = [0]
    total = 0
    for drop in drops_b:
        total += drop
        previous.append(total)
    for number, drop_a in zip(a.numbers, a.drops[b.script], strict=True):
        row = pairs[number]
        diagonal = previous[0]
        left = diagonal + drop_a
        current = [left]
        append = current.append
        for other, drop, above in zip(numbers_b, drops_b, previous[1:], strict=True):
            best = diagonal + row[other]
            left += drop
            diagonal = above
            above += drop_a
            if above < best:
                best = above
            if left < best:
                best = left
            left = best
            append(best)
        if left > limit and min(current) > limit:
            return FAR
        previous = current
    return previous[-1] if previous[-1] <= limit else FAR


def align(a: Reading, b: Reading) -> tuple[tuple[str, str, int], ...]:
    """The cheapest alignment: (unit of a, unit of b, cost) from left to right, "" where one side has nothing."""
    pairs = costs().pairs
    drops_a, drops_b = a.drops[b.script], b.drops[a.script]
    rows, columns = len(a.numbers), len(b.numbers)
    grid = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(1, rows + 1):
        grid[i][0] = grid[i - 1][0] + drops_a[i - 1]
    for j in range(1, columns + 1):
        grid[0][j] = grid[0][j - 1] + drops_b[j - 1]
    for i in range(1, rows + 1):
        row = pairs[a.numbers[i - 1]]
        for j in range(1, columns + 1):
            grid[i][j] = min(
                grid[i - 1][j - 1] + row[b.numbers[j - 1]],
                grid[i - 1][j] + drops_a[i - 1],
                grid[i][j - 1] + drops_b[j - 1],
            )
    steps: list[tuple[str, str, int]] = []
    i, j = rows, columns
    while i or j:
        paired = pairs[a.numbers[i - 1]][b.numbers[j - 1]] if i and j else FAR
        if i and j and grid[i][j] == grid[i - 1][j - 1] + paired:
            i, j = i - 1, j - 1
            steps.append((a.units[i], b.units[j], paired))
        elif i and grid[i][j] == grid[i - 1][j] + drops_a[i - 1]:
            i -= 1
            steps.append((a.units[i], "", drops_a[i]))
        else:
            j -= 1
            steps.append(("", b.units[j], drops_b[j]))
    return tuple(reversed(steps))


SKELETON_LETTERS = "".join(sorted(set(_CLASS_OF.values())))
