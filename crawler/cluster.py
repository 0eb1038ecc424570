"""Whether two texts tell the same story: a copy of one another, or one the translation of the other. Pure.

    near = likeness(read(title, text), read(other_title, other_text))      # why they are one story, or None

A copy is known by the words it shares and by the absence of another event: in a pair of sentences that say nearly the
same, a number, name or place that only this text has, against one that only the other has, is another event told in the
same words. Texts of two languages share no words; only who is named, where and on which day can join them, and that
has to be rare and to agree. In doubt two texts are two stories: a message too many is a nuisance, one too few is a loss.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations, pairwise
from pathlib import Path

from crawler.languages import Token, keys, tokenise

SHINGLE = 4  # words
LEAST_WORDS = 25  # of what two texts share; "photo report" under two headlines is two stories
WHOLE = 0.85  # of the shorter text stands in the longer one: a copy, an excerpt
PART = 0.22  # enough when both begin alike or name the same agency as their source
LEAD = 50  # words a text begins with
LEAD_SHARED = 0.35
OF_THE_LONGER = 0.4  # an excerpt from the middle of a longer text has to be so much of it; a round-up is no copy
SENTENCE = 6  # words; shorter ones are a date line, a credit
ALIKE = 0.5  # share of the words of the shorter of two sentences that say the same
ORDINARY = 3.0  # nats above which a word is one of the language and no name; see data/common.tsv
FINE, COARSE, FINE_WORDS, MOST_KEYS = 8, 40, 120, 48


@dataclass(frozen=True)
class Sentence:
    """The words of a sentence, folded, and those of them that make an event another one."""

    words: tuple[str, ...]
    specifics: frozenset[str]

    @cached_property
    def bag(self) -> frozenset[str]:
        return frozenset(stem(word) for word in self.words)


@dataclass(frozen=True)
class Signature:
    """What is compared of one text. `title` and `sentences` are words in order, folded."""

    title: frozenset[str]
    sentences: tuple[Sentence, ...]
    script: str
    agencies: frozenset[str] = field(default=frozenset())

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(word for sentence in self.sentences for word in sentence.words)

    @cached_property
    def shingles(self) -> tuple[int, ...]:
        """A number for each run of four words, in order."""
        return tuple(_shingles(self.words))

    @cached_property
    def shingle_set(self) -> frozenset[int]:
        return frozenset(self.shingles)

    @cached_property
    def specifics(self) -> frozenset[str]:
        return frozenset().union(*(sentence.specifics for sentence in self.sentences))

    @cached_property
    def bag(self) -> frozenset[str]:
        return frozenset().union(*(sentence.bag for sentence in self.sentences))

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """Some of the shingles, the same ones wherever the same run of words stands: what an index finds a copy by.

        The least of every `FINE` neighbours at the start of the text, of every `COARSE` further on (winnowing,
        Schleimer et al. 2003): any run of eleven words two leads share gives a key they share.
        """
        chosen = dict.fromkeys(_least(self.shingles[:FINE_WORDS], FINE))
        chosen |= dict.fromkeys(_least(self.shingles[FINE_WORDS:], COARSE))
        return tuple(list(chosen)[:MOST_KEYS])


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two texts are one story, and how sure that is, 0..1. `copy`: the words are the same, so it is one source."""

    score: float
    why: str
    copy: bool = True


def read(title: str, text: str, language: str = "") -> Signature:
    """The signature of a text: about a millisecond per thousand characters."""
    tokens = tokenise(text, language)
    sentences = tuple(_sentences(tokens))
    scripts: list[str] = [token.script for token in tokens[:60] if token.script in ("ar", "cyr", "lat")]
    script = max(set(scripts), key=scripts.count) if scripts else ""
    heading = frozenset(stem(token.folded) for token in tokenise(title, language) if len(token.folded) > 3)
    return Signature(heading, sentences, script, frozenset(cited(text)))


def likeness(a: Signature, b: Signature) -> Likeness | None:
    """Why `a` and `b` are copies of one text, wholly or in part; None when they are not, or when it is in doubt."""
    if a.script != b.script or min(len(a.words), len(b.words)) < SHINGLE:
        return None
    shared = a.shingle_set & b.shingle_set
    shorter, longer = sorted((a, b), key=lambda one: len(one.shingle_set))
    part = len(shared) / max(1, len(shorter.shingle_set))
    if part < PART or _shared_words(shorter, shared) < min(LEAST_WORDS, len(shorter.words)):
        return None
    if len(shorter.words) < LEAST_WORDS and not (part == 1 and a.title & b.title):
        return None
    if part < WHOLE and not _same_beginning(a, b, shared) and not _same_source(a, b, shared):
        return None
    if not _begins(longer, shared) and len(shared) / len(longer.shingle_set) < OF_THE_LONGER:
        return None
    if not (a.specifics & b.specifics or a.title & b.title):
        return None  # a paywall's three lines stand under any headline
    if another_event(a, b):
        return None
    return Likeness(part, f"{part:.0%} of the shorter text stands in the other")


def another_event(a: Signature, b: Signature) -> str:
    """The first two facts that tell two texts of one template apart ("12 / 15"), or ''.

    Compared sentence with sentence: two that say nearly the same, each with a number, name or place that the other
    text has nowhere.
    """
    for sentence in a.sentences:
        other = _counterpart(sentence, b)
        if other is None:
            continue
        mine = _missing(sentence.specifics, b)
        theirs = _missing(other.specifics, a)
        if mine and theirs:
            return f"{min(mine)} / {min(theirs)}"
    return ""


def _counterpart(sentence: Sentence, other: Signature) -> Sentence | None:
    """The sentence of the other text that says nearly the same, itself when it stands there word by word."""
    best, found = 0.0, None
    if len(sentence.words) < SENTENCE:
        return None
    for candidate in other.sentences:
        if len(candidate.words) < SENTENCE:
            continue
        shared = len(sentence.bag & candidate.bag) / min(len(sentence.bag), len(candidate.bag))
        if shared > best:
            best, found = shared, candidate
    return found if best >= ALIKE else None


def _missing(specifics: Iterable[str], text: Signature) -> set[str]:
    """Those of the facts that the text has in no form."""
    return {
        one for one in specifics if one not in text.specifics and stem(one) not in text.bag and not _spelled(one, text)
    }


def _spelled(word: str, text: Signature) -> bool:
    """Whether the text has the word with another ending or clitic: Хашаме, Хашама; والرقة, الرقة."""
    if word[:1].isdigit():
        return False
    bare = _bare(word)
    sound = _consonants(bare)
    return any(_related(bare, _bare(other)) or (sound and sound == _consonants(other)) for other in text.specifics)


def _related(a: str, b: str) -> bool:
    shorter, longer = sorted((a, b), key=len)
    return len(shorter) >= 4 and longer[: len(shorter) - 1] == shorter[:-1] and len(longer) - len(shorter) <= 3


@lru_cache(maxsize=50_000)
def _consonants(word: str) -> str:
    """How a name sounds, without its vowels; '' when too little of it is left."""
    from crawler.names.phonemes import read as phonemes

    sound = "" if word[:1].isdigit() else phonemes(stem_of_name(word)).skeleton
    return sound if len(sound) >= 3 else ""


def stem_of_name(word: str) -> str:
    from crawler.names.persons_words import stem as without_case

    return without_case(_bare(word))


def _bare(word: str) -> str:
    for clitic in ("وال", "بال", "لل", "ال"):
        if word.startswith(clitic) and len(word) - len(clitic) >= 3:
            return word[len(clitic) :]
    return word


def _shared_words(text: Signature, shared: frozenset[int]) -> int:
    """How many words of the text lie in shared runs."""
    covered: set[int] = set()
    for at, shingle in enumerate(text.shingles):
        if shingle in shared:
            covered.update(range(at, at + SHINGLE))
    return len(covered)


def _begins(text: Signature, shared: frozenset[int]) -> bool:
    """Whether the text's lead is in what is shared."""
    lead = text.shingles[:LEAD]
    return sum(shingle in shared for shingle in lead) >= LEAD_SHARED * len(lead)


def _same_beginning(a: Signature, b: Signature, shared: frozenset[int]) -> bool:
    return _begins(a, shared) and _begins(b, shared)


def _same_source(a: Signature, b: Signature, shared: frozenset[int]) -> bool:
    """Both name an agency as their source, the same one, and share a whole sentence in the lead of one of them."""
    return bool(a.agencies & b.agencies) and (_begins(a, shared) or _begins(b, shared))


# --- words ---------------------------------------------------------------------------------------------------------


def _sentences(tokens: Sequence[Token]) -> Iterator[Sentence]:
    first = 0
    for at in range(1, len(tokens) + 1):
        if at < len(tokens) and tokens[at].sentence == tokens[first].sentence:
            continue
        piece = tokens[first:at]
        words = tuple(_number(token.folded) or token.folded for token in piece)
        yield Sentence(words, frozenset(_specifics(piece)))
        first = at


# The two countries all of it is about: "in Syria" against a village is no other event.
_BACKDROP = ("сири", "росси", "syria", "russia")


def _specifics(tokens: Sequence[Token]) -> Iterator[str]:
    """Numbers, dates and names of a sentence: in Arabic, which has no capitals, every word that is not ordinary."""
    for at, token in enumerate(tokens):
        word = token.folded
        if number := _number(word):
            yield number
        elif word in _CALENDAR:
            yield _CALENDAR[word]
        elif token.script in ("cyr", "lat"):
            if (
                token.capital
                and (at > 0 or not _is_ordinary(word))
                and len(word) > 2
                and not word.startswith(_BACKDROP)
            ):
                yield word
        elif token.script == "ar" and len(word) > 2 and not any(_is_ordinary(key) for key in keys(token)):
            yield min(keys(token), key=len)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A word without most of its ending, good enough to tell that two forms are of one word."""
    if word[:1].isdigit():
        return word
    word = _bare(word)
    return word[: max(4, len(word) - 3)] if len(word) > 5 else word[:4] if len(word) == 5 else word


@lru_cache(maxsize=1)
def _ordinary() -> dict[str, float]:
    table = Path(__file__).parent / "names" / "data" / "common.tsv"
    lines = (line.split("\t") for line in table.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {word: float(nats) for word, nats in lines}


def _is_ordinary(word: str) -> bool:
    return word in _ordinary()


def _number(word: str) -> str:
    """A number in digits, written so or as a word; '' when it is none."""
    if word[:1].isdigit():
        return word
    return _NUMBERS.get(word, "")


def _counted(text: str) -> dict[str, str]:
    return {word: digits for digits, *words in map(str.split, text.strip().splitlines()) for word in words}


_NUMBERS = _counted(
    """
    2 два две двух двое двоих двумя two اثنين اثنان اثنتين
    3 три трех трое троих тремя three ثلاثه ثلاث
    4 четыре четырех четверо четверых four اربعه اربع
    5 пять пяти пятеро пятерых five خمسه خمس
    6 шесть шести шестеро шестерых six سته ست
    7 семь семи семеро семерых seven سبعه سبع
    8 восемь восьми восьмерых eight ثمانيه ثماني
    9 девять девяти девятерых nine تسعه تسع
    10 десять десяти ten عشره عشر
    11 одиннадцать одиннадцати eleven
    12 двенадцать двенадцати twelve
    13 тринадцать тринадцати thirteen
    14 четырнадцать четырнадцати fourteen
    15 пятнадцать пятнадцати fifteen
    16 шестнадцать шестнадцати sixteen
    17 семнадцать семнадцати seventeen
    18 восемнадцать восемнадцати eighteen
    19 девятнадцать девятнадцати nineteen
    20 двадцать двадцати twenty عشرين عشرون
    30 тридцать тридцати thirty ثلاثين ثلاثون
    40 сорок сорока forty اربعين اربعون
    50 пятьдесят пятидесяти fifty خمسين خمسون
    100 сто hundred مئه مائه
    """
)
_CALENDAR = _counted(
    """
    monday понедельник понедельника monday الاثنين
    tuesday вторник вторника tuesday الثلاثاء
    wednesday среду среды среда wednesday الاربعاء
    thursday четверг четверга thursday الخميس
    friday пятницу пятницы пятница friday الجمعه
    saturday субботу субботы суббота saturday السبت
    sunday воскресенье воскресенья sunday الاحد
    january январь января январе january كانون يناير
    february февраль февраля феврале february شباط فبراير
    march март марта марте march اذار مارس
    april апрель апреля апреле april نيسان ابريل
    may мая мае ايار مايو
    june июнь июня июне june حزيران يونيو
    july июль июля июле july تموز يوليو
    august август августа августе august اغسطس
    september сентябрь сентября сентябре september ايلول سبتمبر
    october октябрь октября октябре october اكتوبر
    november ноябрь ноября ноябре november نوفمبر
    december декабрь декабря декабре december ديسمبر
    """
)

# --- sources -------------------------------------------------------------------------------------------------------

_AGENCIES: tuple[tuple[str, str], ...] = (
    ("tass", r"\bтасс\b|\btass\b|\bتاس\b"),
    ("ria", r"\bриа[\s-]+«?новости|\bria novosti\b|ريا نوفوستي|نوفوستي"),
    ("interfax", r"интерфакс|\binterfax\b|إنترفاكس|انترفاكس"),
    ("reuters", r"рейтер|reuters|رويترز"),
    ("afp", r"\bафп\b|france[ -]presse|\bafp\b|فرانس برس|فرانس بريس"),
    ("ap", r"ассошиэйтед пресс|associated press|أسوشيتد برس|اسوشيتد برس"),
    ("sana", r"\bсана\b|\bsana\b|\bسانا\b"),
    ("dpa", r"\bdpa\b|د ب أ"),
    ("anadolu", r"анадолу|anadolu|الأناضول|الاناضول"),
    ("soh", r"\bsohr\b|сирийск\w+ (?:центр|обсерватори)\w+|syrian observatory|المرصد السوري"),
    ("sputnik", r"\bspu?tnik\b|\bспутник\b|سبوتنيك"),
    ("xinhua", r"синьхуа|xinhua|شينخوا"),
)
_SAYS = re.compile(
    r"(?i)\bсо ссылкой\b|\bпо (?:данным|информации|сообщени\w+|словам)\b|\bпереда[её]т\b|\bпереда[лв]\w*\b|\bсообща\w+\b"
    r"|\bсообщил\w*\b|\bпишет\b|\baccording to\b|\breport(?:s|ed)\b|\btold\b|\bsaid\b|\bciting\b|\bquoted\b"
    r"|نقل|وفق|بحسب|حسب|ذكرت|أفادت|قالت|أوردت|أعلنت"
)
NEARBY = 60  # characters between an agency's name and the word that makes it the source


def cited(text: str) -> Iterator[str]:
    """The agencies a text names as its source: an agency near a word of telling, or in the date line."""
    for name, pattern in _AGENCIES:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            around = text[max(0, found.start() - NEARBY) : found.end() + NEARBY]
            if found.start() < NEARBY or _SAYS.search(around):
                yield name
                break


# --- numbers for runs of words -------------------------------------------------------------------------------------


@lru_cache(maxsize=200_000)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8"))


def _shingles(words: Sequence[str]) -> Iterator[int]:
    """A 63-bit number for each run of SHINGLE words; the same in every process."""
    hashes = [_hash(word) for word in words]
    pairs = [_mixed(a, b) for a, b in pairwise(hashes)]
    return (_mixed(a, b) >> 1 for a, b in zip(pairs, pairs[SHINGLE - 2 :], strict=False))


def _mixed(a: int, b: int) -> int:
    value = (a * 0x9E3779B97F4A7C15 + b * 0xC2B2AE3D27D4EB4F + 0x165667B19E3779F9) & 0xFFFFFFFFFFFFFFFF
    return value ^ (value >> 29)


def _least(shingles: Sequence[int], window: int) -> Iterator[int]:
    """The least number of each window, once for each place it stands at."""
    if shingles and len(shingles) < window:
        yield min(shingles)
    least = -1
    for first in range(len(shingles) - window + 1):
        last = first + window - 1
        if least < first:
            least = min(range(first, last + 1), key=shingles.__getitem__)
        elif shingles[last] < shingles[least]:
            least = last
        else:
            continue
        yield shingles[least]


# --- translations --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and where: `persons` are full names as written, `places` gazetteer ids without countries, `numbers` above 9."""

    persons: tuple[str, ...]
    places: frozenset[str]
    numbers: frozenset[str]


def cast(title: str, text: str) -> Cast:
    """The cast of a text: what a translation of it has in common. About twice the cost of `read`."""
    from crawler.names import gazetteer, persons

    full = f"{title}\n{text}"[:TOLD_BY]
    tokens = tokenise(full)
    named = dict.fromkeys(one.text for one in persons(full) if len(one.text.split()) > 1 and one.score >= 0.7)
    hits = gazetteer.find(tokens)
    places = frozenset(hit.id for hit in hits if hit.is_place and hit.kind != "country" and not hit.ambiguous)
    numbers = frozenset(n for n in (_number(token.folded) for token in tokens) if n and len(n) > 1 and not _is_year(n))
    return Cast(tuple(named)[:MOST_PERSONS], places, numbers)


MOST_PERSONS = 12
TOLD_BY = 2500  # characters; whom a report is about stands in its first half, and a long read is no translation of news
SAME_PERSON = 0.85


def cast_keys(told: Cast) -> tuple[int, ...]:
    """Keys a translation shares: the sounds of two persons, or of a person and a place."""
    sounds = sorted({_sound(name) for name in told.persons} - {""})
    pairs = [f"{a}+{b}" for a, b in combinations(sounds[:6], 2)]
    pairs += [f"{sound}@{place}" for sound in sounds[:6] for place in sorted(told.places)[:6]]
    return tuple(_hash(pair) | 1 << 62 for pair in pairs[:MOST_KEYS])


def _sound(name: str) -> str:
    """The consonants of the surname, the same in three scripts more often than not."""
    from crawler.names.phonemes import read as phonemes

    words = tokenise(name)
    return phonemes(stem_of_name(words[-1].folded)).skeleton[:5] if words else ""


def translation(a: Cast, b: Cast) -> Likeness | None:
    """Why two texts of different languages tell one event; the caller has seen that they are of one day.

    A person, a place and a number above nine, or three persons and a place; at least half of all persons and places
    and of the numbers of the shorter list are shared: anything less is a saga, not an event.
    """
    from crawler.names import similarity

    if not a.persons or not b.persons or not a.places & b.places:
        return None
    pairs = [(x, y) for x in a.persons for y in b.persons if similarity(x, y) >= SAME_PERSON]
    same = min(len({x for x, _ in pairs}), len({y for _, y in pairs}))
    places, numbers = a.places & b.places, a.numbers & b.numbers
    if same * 2 < max(len(a.persons), len(b.persons)) or len(places) * 2 < max(len(a.places), len(b.places)):
        return None
    if len(numbers) * 2 < min(len(a.numbers), len(b.numbers)):
        return None
    if same and (numbers or same >= 3):
        return Likeness(0.5, f"names {same} persons, {len(places)} places, {len(numbers)} numbers alike", copy=False)
    return None


def _is_year(number: str) -> bool:
    return len(number) == 4 and number[:2] in ("19", "20")
