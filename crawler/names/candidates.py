"""From an Arabic or Latin spelling back to the Russian name it most likely is, or to nothing.

    every word -> given names, surnames, patronymics of the lexicon that sound like it, and readings made up by sound
    word by word, given name first or surname first, split words joined -> persons agreeing in gender -> the likeliest

What a reading is ranked by is how well it sounds plus how common the name is, in nats. For an Arabic word the sound is
`channel`: how likely the name is to be written so. `costs.tsv` only picks the names worth asking about, and stays the
measure for a Latin word. For a name no lexicon holds, how Russian its sounds follow each other takes the place of its
frequency, and a surname few bear has to end like one of Russia or its neighbours.

How common a name is counts in full for whether there is a good reading at all, and a little less for which is first:
those who are looked for are not all called Иванов.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from crawler.languages import fold, tokenise
from crawler.names.channel import channel
from crawler.names.compare import part_of
from crawler.names.given import names_of
from crawler.names.given import rows as given_rows
from crawler.names.phonemes import (
    AR,
    CYR,
    FAR,
    LAT,
    SKELETON_LETTERS,
    Reading,
    arabic_letters,
    costs,
    distance,
    evidence,
    read,
    script_of,
    skeleton_of,
)
from crawler.names.spellings import to_latin

DATA = Path(__file__).parent / "data"

# In nats. Chosen on the development half.
MADE_UP = {"given": 7.0, "surname": 3.5, "patronymic": 6.0}  # what a name outside the lexicon starts with
SURNAME_FIRST = 3.0
JOINED = 2.5  # two words of the text read as one
GENDER_AGAINST = 6.0
SHARPER = 1.2  # a difference of sound counts this much more than in comparing, where any of two spellings may be odd
PRIOR = 1.0  # how much a name's frequency counts
POOREST = 0.55  # of a word's evidence, the most that differences may cost before there is no good reading
LEAST_ODDS = -6.0  # log odds of the whole name below this: no good reading
LEAST_UNSURE = 5.0  # the same when the given name is not one of our table
LEAST_MADE_UP = -9.0  # and of a surname that no lexicon holds
PRIOR_AR = {"given": 0.9, "surname": 0.8, "patronymic": 0.9}  # the same where the channel says how likely a spelling is
LETTER = 2.5  # nats an Arabic letter costs that comes from nowhere
SPELLED = 4.0  # nats that the table of given names holding a spelling adds
FEW = 100  # bearers; below this a surname has to end like one
OUTLANDISH = 6.0  # what it loses if not
ENDINGS = (
    "ов", "ев", "ин", "ын", "ова", "ева", "ина", "ына", "ский", "цкий", "ская", "цкая", "ой", "ий", "ый", "ых", "их", "ко",
    "ук", "юк", "ик", "як", "ак", "ич", "ец", "ян", "янц", "дзе", "швили", "иа", "уа", "ава",
)  # fmt: skip
SINGLE = 0.5  # taken off the bearers of every name
WELL_HEARD = 1.2  # nats a letter; a word heard worse is looked for among looser skeletons too
REHEARD = 60  # readings weighed by the channel, the best by sound
KEPT = 12
MADE_UP_MOST = 12
WIDTH = 24  # hypotheses kept while making a name up
SKELETON_MOST = 500  # names of one skeleton that are measured, most common first
SURE = 4.0  # nats; a word this well explained needs no looser skeletons


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reading of a name: `score` is its share of all readings found (0 to 1), `why` what it rests on."""

    text: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class _Reading:
    name: str
    gender: str  # "m", "f" or "" for either
    sound: float  # nats: how well it sounds like what was heard
    common: float  # nats: how common the name is, ln of its share
    odds: float  # nats: what it is ranked by
    count: int  # bearers in the lexicon; 0 for a name made up by sound
    spelled: bool = False  # the table of given names holds this spelling


@dataclass(frozen=True, slots=True)
class _Lexicon:
    lines: dict[tuple[str, str], str]
    totals: dict[str, int]

    def of(self, role: str, skeleton: str) -> list[tuple[str, int, str]]:
        """(name, bearers, gender) of a skeleton, most borne first."""
        line = self.lines.get((role, skeleton), "")
        entries = (entry.split(":") for entry in line.split("\t", SKELETON_MOST)[:SKELETON_MOST] if entry)
        return [(name, int(count), gender) for name, count, gender in entries]


TOTALS = {"surname": 4_000_000, "given": 2_600_000, "patronymic": 1_800_000}  # bearers of all names of a role


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    lines: dict[tuple[str, str], str] = {}
    for line in gzip.decompress((DATA / "lexicon.tsv.gz").read_bytes()).decode().split("\n"):
        role, skeleton, members = line.split("\t", 2)
        lines[role, skeleton] = members
    return _Lexicon(lines, TOTALS)


def held_surnames() -> frozenset[str]:
    """Folded surnames of the lexicon; a second to make, for measuring."""
    lines = (line for (role, _), line in _lexicon().lines.items() if role == "surname")
    return frozenset(entry.split(":")[0] for line in lines for entry in line.split("\t"))


class _Sounds:
    """How likely one sound unit follows three others in a Russian name (interpolated counts, Witten and Bell 1991)."""

    def __init__(self) -> None:
        self.counts: list[dict[tuple[str, ...], dict[str, int]]] = [{}, {}, {}, {}]
        for line in gzip.decompress((DATA / "sounds.tsv.gz").read_bytes()).decode().split("\n"):
            run, figure = line.split("\t")
            units = tuple(run.split(" "))
            for size in range(4):
                context = units[3 - size : 3]
                row = self.counts[size].setdefault(context, {})
                row[units[3]] = row.get(units[3], 0) + int(figure)
        self.known: dict[tuple[tuple[str, ...], str], float] = {}

    def log(self, context: tuple[str, ...], unit: str) -> float:
        """ln P(unit | the three units before it)."""
        slot = (context, unit)
        value = self.known.get(slot)
        if value is None:
            share = 1 / 80
            for size in range(4):
                row = self.counts[size].get(context[3 - size :])
                if row:
                    total = sum(row.values())
                    share = (row.get(unit, 0) + len(row) * share) / (total + len(row))
            value = self.known[slot] = math.log(share)
        return value

    def of(self, units: tuple[str, ...]) -> float:
        """ln P of a whole name."""
        padded = ("<", "<", "<", *units, ">")
        return sum(self.log(padded[at - 3 : at], padded[at]) for at in range(3, len(padded)))


@lru_cache(maxsize=1)
def _sounds() -> _Sounds:
    return _Sounds()


# --- reading one word
def _looser(skeleton: str) -> Iterator[str]:
    """Skeletons one consonant away."""
    for at in range(len(skeleton)):
        yield skeleton[:at] + skeleton[at + 1 :]
        for letter in SKELETON_LETTERS:
            yield skeleton[:at] + letter + skeleton[at + 1 :]
    for at in range(len(skeleton) + 1):
        for letter in SKELETON_LETTERS:
            yield skeleton[:at] + letter + skeleton[at:]


def _heard_odds(heard: Reading, name: str) -> float:
    """Log odds, in nats, that `name` was written as `heard` and not any letters at all; Arabic only."""
    letters = arabic_letters(heard.word)
    return max(channel().log(form, letters) for form in {name, _with_yo().get(name, name)}) + LETTER * len(letters)


@lru_cache(maxsize=1)
def _with_yo() -> dict[str, str]:
    """Given names of our table that are written with ё, by their folded form."""
    return {fold(row.name): row.name for row in given_rows() if "ё" in row.name}


def _odds(heard: Reading, name: str, poorest: float = POOREST) -> float | None:
    """How well a name sounds like what was heard, in nats; None when differences cost more than `poorest` of it."""
    written = read(name)
    worth = evidence(heard, written)
    most = round(worth * poorest)
    if (heard.classes ^ written.classes).bit_count() >= 4:
        return None
    apart = distance(heard, written, most)
    return None if apart == FAR else (worth - apart) / 100 - (SHARPER - 1) * apart / 100


def _other_gender(name: str, gender: str) -> tuple[str, str]:
    """The surname of the wife or the husband, and its gender; ("", "") when both bear the same."""
    if name.endswith(("ов", "ев", "ин", "ын")):
        return name + "а", "f"
    if name.endswith(("ова", "ева", "ина", "ына")):
        return name[:-1], "m"
    if name.endswith(("ский", "цкий")):
        return name[:-2] + "ая", "f"
    return (name[:-2] + "ий", "m") if name.endswith(("ская", "цкая")) else ("", gender)


def _listed(role: str, skeleton: str, most: int) -> Iterator[tuple[str, int, str]]:
    """(name, bearers, gender) of the lexicon, and the other gender's form of its surnames."""
    for name, count, gender in _lexicon().of(role, skeleton)[:most]:
        yield name, count, gender
        if role == "surname":
            other, its = _other_gender(name, gender)
            if other:
                yield other, max(1, count // 2), its


@lru_cache(maxsize=1 << 14)
def _readings(word: str, role: str) -> tuple[_Reading, ...]:
    """What one word may be in a role, likeliest first."""
    heard = read(word)
    found: dict[str, _Reading] = {}

    def weigh(skeleton: str, most: int) -> None:
        for name, count, gender in _listed(role, skeleton, most):
            held = found.get(name)
            if held and held.count >= count:
                continue
            odds = held.sound if held else _odds(heard, name)
            if odds is not None:
                common = _commonness(count, role) - (_outlandish(name, role) if count < FEW else 0.0)
                found[name] = _Reading(name, gender, odds, common, odds + PRIOR * common, count)

    for skeleton in _skeletons(heard):
        weigh(skeleton, SKELETON_MOST)
    if role == "given":
        found |= {reading.name: reading for reading in _spelled(word, found)}
    if not _is_sure(heard, found.values()):
        for skeleton in dict.fromkeys(_looser(heard.skeleton)):
            weigh(skeleton, 12)
    for name, likelihood in _made_up(word):
        odds = _odds(heard, name)
        if odds is not None and name not in found:
            common = likelihood - MADE_UP[role] - _outlandish(name, role)
            found[name] = _Reading(name, _gender_of(name, role), odds, common, odds + PRIOR * common, 0)
    ranked = sorted(found.values(), key=lambda reading: -reading.odds)
    if heard.script == AR:
        ranked = [_reheard(heard, reading, role) for reading in ranked[:REHEARD]]
        ranked.sort(key=lambda reading: -reading.odds)
    return tuple(ranked[:KEPT])


def _is_sure(heard: Reading, readings: Iterable[_Reading]) -> bool:
    """Whether some name explains a word so well that none with other consonants needs to be looked for."""
    if not readings:
        return False
    if heard.script == AR:
        likeliest = sorted(readings, key=lambda reading: -reading.odds)[:4]
        least = WELL_HEARD * len(arabic_letters(heard.word))
        return any(_heard_odds(heard, reading.name) >= least for reading in likeliest)
    return max(reading.sound for reading in readings) >= SURE


def _skeletons(heard: Reading) -> list[str]:
    """The skeleton of a word, and those where an Arabic ه is г or х and a و is в: Ибрагимов, Гальперин."""
    found = [heard.skeleton]
    if heard.script == AR:
        for at, unit in enumerate(heard.units[:-1]):
            for letter in _UNSURE.get(unit.strip("^"), ""):
                before = len(skeleton_of(heard.units[:at]))
                found += [skeleton[:before] + letter + skeleton[before:] for skeleton in found[:1]]
    return list(dict.fromkeys(found))


_UNSURE = {"ه": "gx", "ح": "x", "و": "v"}


def _reheard(heard: Reading, reading: _Reading, role: str) -> _Reading:
    """A reading weighed by how likely its name is written so."""
    sound = _heard_odds(heard, reading.name)
    if reading.spelled:
        sound += SPELLED
    return replace(reading, sound=sound, odds=sound + PRIOR_AR[role] * reading.common)


def _outlandish(name: str, role: str) -> float:
    """What a rare surname loses that does not end like those of Russia and its neighbours."""
    return 0.0 if role != "surname" or name.endswith(ENDINGS) else OUTLANDISH


def _commonness(count: int, role: str) -> float:
    """ln of the share of those who bear a name; one bearer may be a slip of the pen."""
    return math.log((count - SINGLE) / TOTALS[role])


def _spelled(word: str, found: dict[str, _Reading]) -> Iterator[_Reading]:
    """Given names that our table spells so."""
    heard = read(word)
    for name in map(fold, names_of(word)[0]):
        if heard.script != AR and _odds(heard, name, 0.8) is None:
            continue  # John is no way to write a Russian Иван
        gender = found[name].gender if name in found else ""
        entry = next((entry for entry in _lexicon().of("given", read(name).skeleton) if entry[0] == name), None)
        count, gender = (entry[1], entry[2]) if entry else (100, gender)
        same = evidence(heard, read(name)) / 100
        common = _commonness(count, "given")
        yield _Reading(name, gender, same, common, same + PRIOR * common, count, True)


def _gender_of(name: str, role: str) -> str:
    if role == "surname":
        if name.endswith(("ова", "ева", "ина", "ына", "ская", "цкая", "ая")):
            return "f"
        return "m" if name.endswith(("ов", "ев", "ин", "ын", "ий", "ый", "ой")) else ""
    return "f" if name.endswith(("а", "я")) else "m"


# --- making a name up by sound
@lru_cache(maxsize=1024)
def _stand_ins(unit: str, script: str) -> tuple[tuple[str, float], ...]:
    """Cyrillic units a heard unit can stand for, with the log odds of it."""
    table = costs()
    number = table.numbers.get(unit, 0)
    row = table.pairs[number]
    options = [
        (other, (table.weights[CYR][number] + table.weights[script][at]) / 200 - row[at] / 100)
        for other, at in _cyrillic_units()
        if row[at] <= 350
    ]
    return tuple(sorted(options, key=lambda option: -option[1])[:9])


@lru_cache(maxsize=1)
def _cyrillic_units() -> tuple[tuple[str, int], ...]:
    return tuple((unit, number) for unit, number in costs().numbers.items() if "а" <= unit.strip("^$")[:1] <= "џ")


_SILENT = ("а", "е", "и", "о", "ь", "у", "й")


@lru_cache(maxsize=1 << 13)
def _made_up(word: str) -> tuple[tuple[str, float], ...]:
    """Names that would be heard like `word`, with ln P of their sounds following each other; a beam search."""
    heard = read(word)
    if not heard.units or len(heard.units) > 20:
        return ()
    table, sounds = costs(), _sounds()
    silent = [
        (
            unit,
            (table.weights[heard.script][table.numbers[unit]] / 2 - table.dropped[heard.script][table.numbers[unit]])
            / 100,
        )
        for unit in _SILENT
    ]
    beam: dict[tuple[str, ...], float] = {("<", "<", "<"): 0.0}
    for number, unit in zip(heard.numbers, heard.units, strict=True):
        dropped = (table.weights[CYR][number] / 2 - table.dropped[CYR][number]) / 100
        grown: dict[tuple[str, ...], float] = {}
        starts = dict(beam)
        for units, odds in beam.items():
            if units[-1] != "<" and units[-1] not in _SILENT:
                for vowel, cost in silent:
                    starts[(*units, vowel)] = odds + cost + sounds.log(units[-3:], vowel)
        for units, odds in starts.items():
            if grown.get(units, -1e9) < odds + dropped:
                grown[units] = odds + dropped
            for other, gain in _stand_ins(unit, heard.script):
                if (other[0] == "^") != (units[-1] == "<") and other[0] == "^":
                    continue
                value = odds + gain + sounds.log(units[-3:], other)
                longer = (*units, other)
                if grown.get(longer, -1e9) < value:
                    grown[longer] = value
        beam = dict(sorted(grown.items(), key=lambda pair: -pair[1])[:WIDTH])
    ended = sorted(((odds + sounds.log(units[-3:], ">"), units) for units, odds in beam.items()), reverse=True)
    return tuple((letters_of(units[3:]), sounds.of(units[3:])) for _, units in ended[:MADE_UP_MOST] if len(units) > 4)


_GLIDES = {"ьа": "я", "ьу": "ю", "йа": "я", "йу": "ю"}
_HUSH = frozenset("кгхжшщч")
_SOFTENS_L = frozenset("еияюуа")
_CONSONANTS = frozenset("бвгджзклмнпрстфхцчшщ")


def letters_of(units: tuple[str, ...]) -> str:
    """Spells sound units as a Russian name; the soft sign of л before a consonant follows the vowel before it."""
    plain = [unit.strip("^$") for unit in units]
    text = ""
    at = 0
    while at < len(plain):
        pair = plain[at] + (plain[at + 1] if at + 1 < len(plain) else "")
        if pair in _GLIDES:
            text += _GLIDES[pair]
            at += 2
            continue
        unit = {"џ": "дж", "ий": "ий" if text[-1:] in _HUSH else "ый"}.get(plain[at], plain[at])
        text += unit
        follows = plain[at + 1][:1] if at + 1 < len(plain) else ""
        if unit == "л" and len(text) > 1 and text[-2] in _SOFTENS_L and follows in _CONSONANTS:
            text += "ь"
        at += 1
    return text


# --- persons
@dataclass(frozen=True, slots=True)
class _PersonReading:
    words: tuple[_Reading, ...]  # given name, patronymic if any, surname
    odds: float
    belief: float  # nats: sound and frequency in full, whatever the ranking takes of it
    order: str

    @property
    def has_given(self) -> bool:
        """Whether the given name is one our table holds."""
        return len(self.words) > 1 and bool(names_of(self.words[0].name)[0])


def _ways(words: list[str]) -> Iterator[tuple[tuple[tuple[str, str], ...], float, str]]:
    """((role, word) ..., what it loses, how to say it) for every way to take the words of a name."""
    count = len(words)
    if count == 1:
        yield (("surname", words[0]),), 0.0, ""
        yield (("given", words[0]),), 0.0, ""
    if count == 2:
        yield (("given", words[0]), ("surname", words[1])), 0.0, ""
        yield (("given", words[1]), ("surname", words[0])), SURNAME_FIRST, "surname first"
    if count == 3:
        a, b, c = words
        yield (("given", a), ("patronymic", b), ("surname", c)), 0.0, ""
        yield (("given", b), ("patronymic", c), ("surname", a)), SURNAME_FIRST, "surname first"
        yield (("given", a), ("surname", b + c)), JOINED, "split word joined"
        yield (("given", a + b), ("surname", c)), JOINED, "split word joined"
        yield (("given", c), ("surname", a + b)), JOINED + SURNAME_FIRST, "surname first, split word joined"
    if count == 4:
        a, b, c, d = words
        yield (("given", a), ("patronymic", b), ("surname", c + d)), JOINED, "split word joined"
        yield (("given", a + b), ("surname", c + d)), 2 * JOINED, "split words joined"


def _persons(words: list[str]) -> list[_PersonReading]:
    found: list[_PersonReading] = []
    for way, loss, order in _ways(words):
        partial: list[tuple[tuple[_Reading, ...], float]] = [((), -loss)]
        for role, word in way:
            options = _readings(word, role)
            partial = [((*held, option), odds + option.odds) for held, odds in partial for option in options]
            partial = sorted(partial, key=lambda pair: -pair[1])[:60]
        for held, odds in partial:
            genders = {reading.gender for reading in held if reading.gender}
            against = GENDER_AGAINST if len(genders) > 1 else 0.0
            belief = sum(reading.sound + reading.common for reading in held) - loss - against
            found.append(_PersonReading(held, odds - against, belief, order))
    return sorted(found, key=lambda person: -person.odds)


def candidates(name: str, script: str, limit: int = 5) -> list[Candidate]:
    """Russian names an Arabic or Latin spelling may stand for, likeliest first; [] when there is no good reading.

    `script` is the one to answer in: "ru" or "en" (ValueError for another). `score` is each reading's share of all
    that were found; `why` names what it rests on.
    """
    if script not in ("ru", "en"):
        raise ValueError(f"candidates answer in 'ru' or 'en', not {script!r}")
    if script_of(name.strip()) == CYR:
        return [Candidate(name if script == "ru" else to_latin(name), 1.0, "already in Cyrillic")]
    words = _words(name)
    if not 1 <= len(words) <= 4:
        return []
    ranked = _persons(words)
    if not ranked or ranked[0].belief < (LEAST_ODDS if ranked[0].has_given else LEAST_UNSURE):
        return []
    surname = ranked[0].words[-1]
    if surname.count == 0 and surname.sound + surname.common < LEAST_MADE_UP:
        return []
    best = ranked[0].odds
    weights = {}
    for person in ranked:
        text = " ".join(reading.name.capitalize() for reading in person.words)
        if text not in weights:
            weights[text] = (math.exp(person.odds - best), person)
    total = sum(weight for weight, _ in weights.values())
    answers = [
        Candidate(text if script == "ru" else to_latin(text), weight / total, _why(person))
        for text, (weight, person) in weights.items()
    ]
    return answers[:limit]


def _words(name: str) -> list[str]:
    """The words of a name as heard; a leading و, ل or ب comes off when the rest is a given name better known."""
    words = []
    for token in tokenise(name[:200]):
        if token.script in (AR, LAT) and len(token.folded) > 1 and not part_of(token.folded, token.folded).particle:
            words.append(token.folded)
        elif token.script in (CYR, "num", "other"):
            return []
    return words


def _why(person: _PersonReading) -> str:
    reasons = [
        f"{reading.name}: {reading.count} bearers" if reading.count else f"{reading.name}: by sound, in no lexicon"
        for reading in person.words
    ]
    return "; ".join([*reasons, person.order] if person.order else reasons)
