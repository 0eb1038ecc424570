"""What a quote alleges: the lexicons of death, capture, missing and wounds, and where they stand. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from alerts.document import Document, Place, Span
from alerts.terms import Reading
from alerts.terms.concept import Concept
from crawler.languages import detect

Allegation = Literal["death", "capture", "missing", "wound"]

# The gravest first. A text tells of several at once: two died, a third was wounded.
CONCEPTS: Mapping[Allegation, str] = {
    "death": "killed",
    "capture": "captured",
    "missing": "missing",
    "wound": "wounded",
}
CLAUSE = ",;:،؛—"
ANOTHER_CLAUSE = 6  # words a mark between two of them counts for
ANOTHER_SENTENCE = 1000


def alleged(quote: str, names: Sequence[Span] = ()) -> Allegation | Literal[""]:
    """What a quote alleges of the names that stand at `names` in it, or at all; '' for nothing."""
    document = Document("", quote, language=detect(quote))
    found = allegations(document)
    about = [document.place(start + 1, end + 1) for start, end in names]  # one for the line break behind the title
    order = list(CONCEPTS)

    def far(kind: Allegation) -> tuple[int, int]:
        near = min((apart(document, place, name) for place in found[kind] for name in about), default=0)
        return near, order.index(kind)

    return sorted(found, key=far)[0] if found else ""


def marks(quote: str) -> list[Span]:
    """Where the words stand in a quote that allege something."""
    document = Document("", quote, language=detect(quote))
    places = [place for places in allegations(document).values() for place in places]
    return [(start - 1, end - 1) for start, end in sorted(map(document.span, places))]


def allegations(document: Document) -> dict[Allegation, list[Place]]:
    """Where the text alleges what."""
    reading = Reading(document, {})
    found = {kind: _concept(name).find(reading) for kind, name in CONCEPTS.items()}
    return {kind: places for kind, places in found.items() if places}


def apart(document: Document, one: Place, other: Place) -> int:
    """Words between two places; a comma or a dash between them counts for several, the end of a sentence for many."""
    first, last = sorted([one, other])
    if document.sentence_at(first[0]) != document.sentence_at(last[0]):
        return ANOTHER_SENTENCE
    if last[0] < first[1]:
        return 0
    between = document.full[document.tokens[first[1] - 1].end : document.tokens[last[0]].start]
    return last[0] - first[1] + ANOTHER_CLAUSE * sum(char in CLAUSE for char in between)


@cache
def _concept(name: str) -> Concept:
    return Concept.read(name)
