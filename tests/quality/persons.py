"""Persons named in a text: precision and recall on sentences of our own in three languages, natasha beside it on the Russian ones.

A mention is right when its span is exactly the marked one. Sentences whose SHA-1 begins with 0-4 are kept out: the rules
were never looked at on them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.quality.figure import Figure, Skipped

SENTENCES = Path(__file__).with_name("persons_sentences.txt")
KEPT_OUT = frozenset("01234")
LANGUAGES = ("ru", "en", "ar")

# The first case: whom the article names, as it spells them.
SEED = "seed-enabbaladi-2018-02-13.txt"
SEED_PERSONS = frozenset(
    ["ماكسيم بوجا", "فلاديمير لوجينوف", "كيريل أنانيف", "ألكسندر أفيرين", "جريجوي يافلينسكي", "فلاديمير بوتين"]
)
Span = tuple[int, int]

_MARK = re.compile(r"\[\[|\]\]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the spans of the persons it names."""

    language: str
    text: str
    persons: frozenset[Span]
    kept_out: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over sentences; `touched` are found mentions that overlap a marked one."""

    right: int
    found: int
    marked: int
    touched: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.marked if self.marked else 1.0


def sentences() -> Iterator[Sentence]:
    """The marked sentences, in the order of the file."""
    language = ""
    for line in SENTENCES.read_text("utf-8").splitlines():
        if line.startswith("## "):
            language = line[3:]
        elif line and not line.startswith("#"):
            yield parse(language, line)


def parse(language: str, line: str) -> Sentence:
    """A line with [[marks]] as text and spans."""
    text, spans, opened = "", [], 0
    for piece in re.split(r"(\[\[|\]\])", line):
        if piece == "[[":
            opened = len(text)
        elif piece == "]]":
            spans.append((opened, len(text)))
        else:
            text += piece
    first_digit = hashlib.sha1(text.encode()).hexdigest()[0]
    return Sentence(language, text, frozenset(spans), first_digit in KEPT_OUT)


def score(chosen: list[Sentence], finder: Callable[[str], Iterable[Span]]) -> Score:
    """What `finder` gets of `chosen`."""
    right = found = touched = 0
    for sentence in chosen:
        spans = set(finder(sentence.text))
        found += len(spans)
        right += len(spans & sentence.persons)
        touched += sum(any(start < b and a < end for a, b in sentence.persons) for start, end in spans)
    return Score(right, found, sum(len(sentence.persons) for sentence in chosen), touched)


def _ours(text: str) -> Iterator[Span]:
    from crawler.names.persons import persons

    for mention in persons(text):
        yield mention.start, mention.end


def _natasha() -> Callable[[str], Iterator[Span]]:
    """Natasha's recogniser; ImportError when it is not installed."""
    import natasha

    segmenter: Any = natasha.Segmenter()
    tagger: Any = natasha.NewsNERTagger(natasha.NewsEmbedding())

    def find(text: str) -> Iterator[Span]:
        document = natasha.Doc(text)
        document.segment(segmenter)
        document.tag_ner(tagger)
        for span in document.spans:
            if span.type == "PER":
                yield span.start, span.stop

    return find


def measure(data: Path | None) -> Iterable[Figure | Skipped]:
    """Precision and recall of all languages together and of each, on the kept-out sentences."""
    everything = list(sentences())
    kept = [sentence for sentence in everything if sentence.kept_out]
    yield from _figures("persons", kept, _ours, {"precision": 0.90, "recall": 0.85}, {})
    baselines: dict[str, Score] = {}
    try:
        baselines["natasha"] = score([sentence for sentence in kept if sentence.language == "ru"], _natasha())
    except ImportError:
        yield Skipped("persons: natasha on the Russian sentences", "natasha is not installed")
    for language in LANGUAGES:
        chosen = [sentence for sentence in kept if sentence.language == language]
        yield from _figures(f"persons.{language}", chosen, _ours, {}, baselines if language == "ru" else {})
    if data is None or not (data / SEED).exists():
        yield Skipped("persons: the seed", f"RASAD_EVAL_DATA/{SEED}")
    else:
        yield from _seed((data / SEED).read_text("utf-8"))


def _seed(text: str) -> Iterator[Figure]:
    """How many of the seed's six persons are found, and how many mentions are of nobody."""
    found = {text[start:end] for start, end in _ours(text)}
    surnames = {name.split()[-1] for name in SEED_PERSONS}
    yield Figure("persons.seed.found", len(found & SEED_PERSONS), 6, half="dev")
    yield Figure("persons.seed.false", len(found - SEED_PERSONS - surnames), 0, lower_is_better=True, half="dev")


def _figures(
    name: str,
    chosen: list[Sentence],
    finder: Callable[[str], Iterable[Span]],
    targets: dict[str, float],
    baselines: dict[str, Score],
) -> Iterator[Figure]:
    reached = score(chosen, finder)
    note = (
        f"{len(chosen)} sentences, {reached.marked} persons, {reached.found} found, {reached.touched} of them touch one"
    )
    for what in ("precision", "recall"):
        beside = {tool: getattr(other, what) for tool, other in baselines.items()}
        yield Figure(
            f"{name}.{what}", getattr(reached, what), targets.get(what), baselines=beside, half="kept-out", note=note
        )
