"""The persons of a text, each once in all its spellings, without those whom every article names. Pure.

mentions = crawler.names.persons(text)
groups   = mentions of a listed name | repeats of a surname | the same name by `compare`
dropped  : officials, spokesmen, journalists, experts, and who tells of the dead; not when he is said to be dead himself
order    : the nearer to a word of death, capture ... the sooner
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from alerts.document import Document, Place, Span
from alerts.facts.allegations import allegations, apart
from alerts.monitor import Hit
from alerts.query import parse
from alerts.terms import Reading, Term
from crawler.config import Section, read_yaml
from crawler.languages import detect
from crawler.names import FIRES, PersonMention, candidates, compare
from crawler.names import persons as mentions_in

MOST = 6  # persons kept
MOST_COMPARED = 60  # mentions of one text that are looked at
FAIR_MENTION = 0.75
FAIR_READING = 0.6  # share of all readings found
NEAR = 6  # words between a person and what is said of it
TITLE = 5  # words between a title and its name


class Words(Section):
    """`people.yaml`."""

    titles: Mapping[str, list[str]]
    speech: Mapping[str, list[str]]
    officials: list[str]


@dataclass(frozen=True, slots=True)
class Listed:
    """A name some watch looks for, where the text has it at fullest."""

    name: str
    span: Span
    again: tuple[Span, ...] = ()  # the other places


@dataclass
class _Person:
    """One person: spans and spellings, in the order of the text."""

    spans: list[Span]
    texts: list[str]
    listed: bool = False

    @property
    def text(self) -> str:
        """The fullest of the spellings, the first of them."""
        return max(self.texts, key=lambda text: len(text.split()))


@dataclass(frozen=True)
class People:
    """The persons of one document, in the order in which they are told."""

    document: Document
    found: Sequence[_Person] = field(repr=False)

    @cached_property
    def shown(self) -> list[tuple[str, str]]:
        """Name and reading of each."""
        return [(" ".join(person.text.split()), reading(person.text)) for person in self.found]

    def number(self, span: Span) -> int:
        """Which person stands at `span`."""
        return next(at for at, person in enumerate(self.found) if span in person.spans)

    def said_of(self, quote: str) -> list[int]:
        """The persons of whom something is alleged, in the quote or else anywhere in the text, as far as words tell:
        near it, in one clause, and not the one who says it."""
        document = Document("", quote, language=detect(quote))
        there = [(at, quote.find(person.text), len(person.text)) for at, person in enumerate(self.found)]
        quoted = [(at, (start + 1, start + 1 + length)) for at, start, length in there if start >= 0]
        return _struck_near(document, quoted) or _struck_near(
            self.document, [(at, span) for at, person in enumerate(self.found) for span in person.spans]
        )


def listed(document: Document, hit: Hit[Any]) -> list[Listed]:
    """The names a watch that fired looks for, where they stand."""
    found = []
    for name in hit.query.names():
        spans = [document.span(place) for place in name.find(hit.reading) or ()]
        if spans:
            fullest = max(spans, key=lambda span: span[1] - span[0])
            found.append(Listed(name.spellings[0], fullest, tuple(spans)))
    return found


def persons(document: Document, names: Sequence[Listed]) -> People:
    """Everybody worth telling, those who are listed among them."""
    found = _grouped(document, names)
    told = [place for places in allegations(document).values() for place in places]
    titles, speech = places(document, "titles"), places(document, "speech")

    def kept(person: _Person) -> bool:
        if person.listed or _struck(document, person, told, titles):
            return True
        if told and any(speaks(document, document.place(*span), speech) for span in person.spans):
            return False  # who tells of the dead is not one of them
        return not _public(document, person, titles, speech + told)

    def rank(person: _Person) -> tuple[int, int]:
        here = [document.place(*span) for span in person.spans]
        return min((apart(document, name, place) for name in here for place in told), default=0), person.spans[0][0]

    ordered = sorted(filter(kept, found), key=rank)
    few = [person for person in ordered if not person.listed][:MOST]
    return People(document, [person for person in ordered if person.listed or person in few])


def reading(name: str) -> str:
    """The Russian name an Arabic spelling most likely stands for; '' when none is good enough, or one word alone."""
    if len(name.split()) < 2 or not any("\u0600" <= char <= "\u06ff" for char in name):
        return ""
    best = next(iter(candidates(name, "ru", 1)), None)
    return best.text if best is not None and best.score >= FAIR_READING else ""


def places(document: Document, words: str) -> list[Place]:
    """Where the text has one of the `titles` or words of `speech` of people.yaml."""
    return sorted(_term(words).find(Reading(document, {})) or ())


def speaks(document: Document, name: Place, speech: Sequence[Place]) -> bool:
    """Whether a word of speech stands beside the name: قال فلان, Иванов сообщил, Smith said."""
    return any(apart(document, name, place) <= 1 for place in speech)


def _struck_near(document: Document, spans: Sequence[tuple[int, Span]]) -> list[int]:
    """Of numbered spans, the numbers of the two nearest to a word of death, capture ..."""
    told = [place for found in allegations(document).values() for place in found]
    speech = places(document, "speech")
    near: list[tuple[int, int]] = []
    for at, span in spans:
        name = document.place(*span)
        distance = min((apart(document, name, place) for place in told), default=NEAR + 1)
        if distance <= NEAR and not speaks(document, name, speech):
            near.append((distance, at))
    return list(dict.fromkeys(at for _, at in sorted(near)))[:2]


def _grouped(document: Document, names: Sequence[Listed]) -> list[_Person]:
    groups = {name: _Person([], [], listed=True) for name in dict.fromkeys(one.name for one in names)}
    for one in names:
        group = groups[one.name]
        for start, end in (one.span, *one.again):
            if (start, end) not in group.spans:
                group.spans.append((start, end))
                group.texts.append(document.full[start:end])
    found = list(groups.values())
    for mention in mentions_in(document.full)[:MOST_COMPARED]:
        if mention.score >= FAIR_MENTION:
            _join(found, mention)
    return found


def _join(found: list[_Person], mention: PersonMention) -> None:
    for person in found:
        if _same(person, mention):
            if (mention.start, mention.end) not in person.spans:
                person.spans.append((mention.start, mention.end))
                person.texts.append(mention.text)
            return
    found.append(_Person([(mention.start, mention.end)], [mention.text]))


def _same(person: _Person, mention: PersonMention) -> bool:
    if any(start < mention.end and mention.start < end for start, end in person.spans):
        return True
    whole = mention.why.removeprefix("surname of ")
    if whole != mention.why:
        return whole in person.texts
    return any(
        mention.text == text or compare(mention.text, text).score >= FIRES for text in dict.fromkeys(person.texts)
    )


def _struck(document: Document, person: _Person, told: Sequence[Place], titles: Sequence[Place]) -> bool:
    """Whether a word of death, capture ... stands right beside the name: مقتل فلان, Иванов погиб, убит журналист Иванов."""
    here = [document.place(*span) for span in person.spans]
    titled = {(title[0], title[1]) for title in titles}
    return any(apart(document, name, place) == 0 or (place[1], name[0]) in titled for name in here for place in told)


def _public(document: Document, person: _Person, titles: Sequence[Place], verbs: Sequence[Place]) -> bool:
    """Whether it is one of those whom every article names: by title or by name."""
    here = [document.place(*span) for span in person.spans]
    if any(_titled(document, name, title, verbs) for name in here for title in titles):
        return True
    return any(
        compare(text, spelling).score >= FIRES
        for text in dict.fromkeys(person.texts)
        if len(text.split()) > 1
        for official in _words().officials
        for spelling in official.split("|")
    )


def _titled(document: Document, name: Place, title: Place, verbs: Sequence[Place]) -> bool:
    """Whether a title belongs to a name: in front of it with no verb between them, or behind it after a comma."""
    if not name[0] < len(document.tokens) or document.sentence_at(name[0]) != document.sentence_at(title[0]):
        return False
    if title[1] <= name[0] <= title[1] + TITLE:
        between = document.full[document.tokens[title[1] - 1].end : document.tokens[name[0]].start]
        inside = between.strip().rstrip(",،—-:").strip()
        return not any(char in inside for char in ",،;؛") and not any(title[1] <= verb[0] < name[0] for verb in verbs)
    if name[1] <= title[0] <= name[1] + 2:
        between = document.full[document.tokens[name[1] - 1].end : document.tokens[title[0]].start]
        return between.lstrip()[:1] in (",", "،", "—", "–", "(")
    return False


@cache
def _words() -> Words:
    return read_yaml(Path(__file__).with_name("people.yaml"), Words)


@cache
def _term(words: str) -> Term:
    by_language: Mapping[str, list[str]] = getattr(_words(), words)
    return parse(" OR ".join(part for parts in by_language.values() for part in parts), watch=False).root
