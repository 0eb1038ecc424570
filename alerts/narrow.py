"""Narrower queries from what readers called wrong, judged against the past hits of the watch. Pure.

candidates    leave out what the wrong ones have and the right ones have not; the same sentence; near each other; a
              second signal beside it; the name in full
effect        each asked about every past hit: what it drops, and how much of that was marked right
at most two   of different kinds; none that drops what was marked right, none that keeps the wrong one
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from alerts.document import Document
from alerts.monitor import Hit, Monitor
from alerts.query import Macros, Query, parse
from alerts.terms import forms, frequency, quote
from alerts.terms._frequent import is_stop_word
from alerts.terms.every import Every
from alerts.terms.name import Name
from alerts.terms.same_sentence import SameSentence
from alerts.terms.without import Without
from crawler.errors import QueryError
from crawler.languages import fold, tokenise

Verdict = Literal["right", "wrong", ""]
Kind = Literal["without", "sentence", "near", "signal", "name"]

NEAR = 12  # words
CLAIMS = "@killed OR @wounded OR @captured OR @missing"
SIGNALS = ("@killed", "@russian", "@syria", "@mercenary", "@russian-pmc", "@soldier", "@wounded", "@captured")
SHORTEST = 4  # letters of a word that is left out
COMMON = 300  # of 10,000 articles: a word that so many have says nothing of the wrong ones
WORDS = 4  # candidates of that kind


@dataclass(frozen=True, slots=True)
class Past:
    """An article the watch held for, and what readers said of its alert."""

    document: Document
    verdict: Verdict = ""


@dataclass(frozen=True, slots=True)
class Narrower:
    """A query that catches less. `about` is the word, name or concept it is narrower by.

    Of `total` past hits it drops `dropped`, of which `dropped_wrong` were marked wrong and `dropped_right` right.
    """

    text: str
    kind: Kind
    about: str
    total: int
    dropped: int
    dropped_wrong: int
    dropped_right: int


def narrower(text: str, past: Sequence[Past], macros: Macros | None = None, *, most: int = 2) -> list[Narrower]:
    """At most `most` narrower queries, the one that drops least beside the wrong ones first. [] when there is none.

    `text` is the watch as it was written; it must be readable with `macros`. Without a hit called wrong, queries are
    proposed that drop some of the hits and not most of them.
    """
    query = parse(text, macros)
    hits = [(one, hit) for one in past for hit in Monitor([("", query)]).match(one.document)]
    held = [one for one, _ in hits]
    found: dict[str, tuple[Kind, str, Query]] = {}
    for kind, about, candidate in _candidates(text, query, hits):
        if candidate in found or candidate == text:
            continue
        try:
            found[candidate] = (kind, about, parse(candidate, macros))
        except QueryError:
            continue
    asked = Monitor((candidate, narrow) for candidate, (_, _, narrow) in found.items())
    kept: dict[str, set[int]] = {candidate: set() for candidate in found}
    for number, one in enumerate(held):
        for hit in asked.match(one.document):
            kept[hit.watch].add(number)
    effects = [_effect(candidate, *found[candidate][:2], held, kept[candidate]) for candidate in found]
    return _best(effects, any(one.verdict == "wrong" for one in held), most)


def _effect(text: str, kind: Kind, about: str, held: Sequence[Past], kept: set[int]) -> Narrower:
    dropped = [one.verdict for number, one in enumerate(held) if number not in kept]
    return Narrower(text, kind, about, len(held), len(dropped), dropped.count("wrong"), dropped.count("right"))


def _best(effects: Iterable[Narrower], judged: bool, most: int) -> list[Narrower]:
    """The fewest others dropped, then the shortest; one a kind, and none that does the very same."""
    good = [one for one in effects if not one.dropped_right and (one.dropped_wrong or not judged)]
    if not judged:
        good = [one for one in good if 0 < one.dropped <= 0.8 * one.total]
    good.sort(key=lambda one: (-one.dropped_wrong, one.dropped, len(one.text)))
    chosen: list[Narrower] = []
    for one in good:
        if all(one.kind != other.kind for other in chosen):
            chosen.append(one)
    return chosen[:most]


Candidate = tuple[Kind, str, str]


def _candidates(text: str, query: Query, hits: Sequence[tuple[Past, Hit[str]]]) -> Iterator[Candidate]:
    wrong = [(one.document, hit) for one, hit in hits if one.verdict == "wrong"]
    right = [(one.document, hit) for one, hit in hits if one.verdict == "right"]
    whole = text if _simple(query) else f"({text})"
    yield from _names(text, query, right)
    for name in _other_persons(query, wrong):
        yield "without", name, f"{whole} NOT {quote(name)}"
    for word in _distinct_words(query, wrong, right):
        yield "without", word, f"{whole} NOT {quote(word)}"
    yield from _closer(query)
    for signal in SIGNALS:
        if signal not in str(query):
            yield "signal", signal, f"{whole} AND {signal}"


def _simple(query: Query) -> bool:
    """Whether NOT or AND behind it needs no parentheses."""
    return not query.root.children


def _names(text: str, query: Query, right: Sequence[tuple[Document, Hit[str]]]) -> Iterator[Candidate]:
    """The name in full, with patronymic or given name, as a text that was right has it."""
    for name in query.names():
        for document, hit in right:
            for full in _persons_at(document, hit):
                longer = len(full.split()) > max(len(spelling.split()) for spelling in name.spellings)
                if longer and _shares_a_word(full, name):
                    put = f"name:{quote(full)}"
                    written = next((form for form in (str(name), name.key) if form in text), "")
                    yield "name", full, text.replace(written, put) if written else str(query).replace(str(name), put)


def _shares_a_word(full: str, name: Name) -> bool:
    return bool(set(fold(full).split()) & {word for spelling in name.spellings for word in fold(spelling).split()})


def _other_persons(query: Query, wrong: Sequence[tuple[Document, Hit[str]]]) -> list[str]:
    """Who the wrong texts speak of, by more of the name than the watch has."""
    if not any(True for _ in query.names()):
        return []
    longest = max(len(spelling.split()) for name in query.names() for spelling in name.spellings)
    found = (full for document, hit in wrong for full in _persons_at(document, hit))
    return list(dict.fromkeys(full for full in found if len(full.split()) > longest))[:WORDS]


def _persons_at(document: Document, hit: Hit[str]) -> Iterator[str]:
    from crawler.names import persons  # its tables are read only when somebody narrows a watch

    for mention in persons(document.full):
        if any(mention.start < end and start < mention.end for start, end in hit.spans):
            yield mention.text


def _distinct_words(
    query: Query, wrong: Sequence[tuple[Document, Hit[str]]], right: Sequence[tuple[Document, Hit[str]]]
) -> list[str]:
    """Words beside the hits of the wrong texts that no right one has: in most wrong ones, then the rarest elsewhere."""
    kept = {key for document, _ in right for key in document.positions}
    own = {token.folded for token in tokenise(str(query))}
    counts: dict[str, int] = {}
    shown: dict[str, str] = {}
    for document, hit in wrong:
        for folded, word in _words_beside(document, hit).items():
            counts[folded] = counts.get(folded, 0) + 1
            shown.setdefault(folded, word)
    good = [
        folded
        for folded in counts
        if folded not in own
        and not forms(shown[folded]) & kept
        and not is_stop_word(shown[folded])
        and frequency(forms(shown[folded])) < COMMON
    ]
    good.sort(key=lambda folded: (-counts[folded], frequency(forms(shown[folded])), folded))
    return [shown[folded] for folded in good[:WORDS]]


def _words_beside(document: Document, hit: Hit[str]) -> dict[str, str]:
    """The words of the sentences the hit stands in, without those that fired: folded -> as written."""
    places = [document.place(start, end) for start, end in hit.spans]
    fired = {index for first, last in places for index in range(first, last)}
    sentences = {document.sentence_at(first) for first, last in places if first < last}
    found: dict[str, str] = {}
    for sentence in sentences:
        for index in range(*document.sentences[sentence]):
            token = document.tokens[index]
            if index not in fired and len(token.folded) >= SHORTEST and token.folded.isalpha():
                found.setdefault(token.folded, document.full[token.start : token.end])
    return found


def _closer(query: Query) -> Iterator[Candidate]:
    """What is required anywhere in the text, required in one sentence, or near each other."""
    if isinstance(query.root, SameSentence):
        return
    parts = query.root.parts if isinstance(query.root, Every) else (query.root,)
    wanted = [part for part in parts if not isinstance(part, Without)]
    rest = "".join(f" {part}" for part in parts if isinstance(part, Without))
    if len(wanted) > 1:
        inside = ", ".join(map(str, wanted))
        yield "sentence", "", f"same-sentence({inside}){rest}"
        if len(wanted) == 2:
            yield "near", str(NEAR), f"near/{NEAR}({inside}){rest}"
    elif not any(claim in str(query) for claim in CLAIMS.split(" OR ")):
        yield "sentence", CLAIMS, f"same-sentence({wanted[0]}, {CLAIMS}){rest}"
