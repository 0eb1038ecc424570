"""The sentence that denies or confirms what an alert tells of, cut to what a message can show. Pure.

A denial counts when it speaks of the matter: a death, a capture ..., soldiers or mercenaries, or what the watch found;
a short one ("Minister denied it") when the sentence before does. A confirmation has to have the death in its object.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from alerts.document import Document, Place, Span
from alerts.facts.allegations import allegations, apart
from alerts.query import parse
from alerts.terms import Reading, Term
from alerts.terms.concept import Concept

LONGEST = 220  # characters of a sentence that is shown whole
HEAD = 70  # of a longer one: its beginning, where the speaker stands
TAIL = 130  # and what follows the word of denial
SHORT = 12  # words of a sentence that may lean on the one before it
OBJECT = 10  # words from a confirmation to what it confirms
GAP = " … "

# What a denial in such a text is about, beside the dead themselves.
MATTERS = ("soldier", "mercenary", "russian-pmc")


# The lexicon asks for these Arabic verbs in their bare form; here an "and" may be written to them.
JOINED = {"denial": "=ونفت OR =ونفى OR =وتنفي OR =وينفي OR =فنفت OR =فنفى"}


def denial(document: Document, subject: Sequence[Span]) -> str:
    """The first sentence of the text that denies the matter; '' when none does."""
    found = _places(document, "denial")
    if not found:
        return ""
    matter = _matter(document, subject)
    for place in found:
        first, last = _sentence(document, place)
        if any(first <= start and end <= last for start, end in matter):
            return _shown(document, (first, last), place)
        before = _sentence(document, (first - 1, first)) if first else None
        if before and last - first <= SHORT and any(before[0] <= start and end <= before[1] for start, end in matter):
            return _shown(document, (first, last), place)
    return ""


def confirmation(document: Document, subject: Sequence[Span]) -> str:
    """The first sentence that confirms a death, a capture ...; '' when none does."""
    told = [place for places in allegations(document).values() for place in places]
    denied = {document.sentence_at(place[0]) for place in _places(document, "denial")}
    for place in _places(document, "confirmation"):
        at = document.sentence_at(place[0])
        if at in denied:
            continue
        here = [one for one in told if document.sentence_at(one[0]) == at]
        if any(place[1] <= one[0] <= place[1] + OBJECT and apart(document, place, one) <= 2 * OBJECT for one in here):
            return _shown(document, document.sentences[at], place)
    return ""


def _matter(document: Document, subject: Sequence[Span]) -> list[Place]:
    """Places of what the alert is about."""
    told = [place for places in allegations(document).values() for place in places]
    spoken = [place for name in MATTERS for place in _places(document, name)]
    return told + spoken + [document.place(*span) for span in subject]


def _sentence(document: Document, place: Place) -> Place:
    return document.sentences[document.sentence_at(place[0])]


def _places(document: Document, concept: str) -> list[Place]:
    reading = Reading(document, {})
    return sorted({place for term in _terms(concept) for place in term.find(reading) or ()})


def _shown(document: Document, sentence: Place, at: Place) -> str:
    """The sentence; of a long one its beginning and the clause of the word that matters."""
    start, end = document.span(sentence)
    while end < len(document.full) and document.full[end] in '.!?؟»"”)':
        end += 1
    if end - start <= LONGEST:
        return " ".join(document.full[start:end].split())
    low, high = document.span(at)
    tail = document.full[low : _border(document.full, min(end, high + TAIL), end)]
    if low - start <= HEAD * 2:
        return " ".join(document.full[start:low].split() + tail.split()) + ("" if high + TAIL >= end else "…")
    head = document.full[start : _border(document.full, start + HEAD, end)]
    return " ".join(head.split()) + GAP + " ".join(tail.split()) + ("" if high + TAIL >= end else "…")


def _border(text: str, at: int, end: int) -> int:
    """The end of the last whole word in front of `at`."""
    if at >= end or text[at].isspace():
        return min(at, end)
    back = text.rfind(" ", 0, at)
    return back if back > 0 else at


@cache
def _terms(concept: str) -> tuple[Term, ...]:
    joined = JOINED.get(concept)
    return (Concept.read(concept), *([parse(joined, watch=False).root] if joined else []))
