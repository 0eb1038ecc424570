"""The sentence an alert quotes: where the watch holds, whole, so that it keeps who claims it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alerts.document import Document, Span
from alerts.monitor import Hit
from crawler.languages import sentences

LONGEST = 400  # characters of a quote, roughly
HEAD = 120  # of a sentence that is longer: its beginning, where the claimant stands
GAP = " … "


def quote(document: Document, hit: Hit[Any]) -> tuple[str, tuple[Span, ...]]:
    """The sentence, or the two sentences, that hold most of what was found, and where in the quote it stands.

    The text is preferred to the title, which every alert shows anyway. ('', ()) when the watch holds at no place
    (`outlet:sana`).
    """
    wanted = [set(leaf.spans) for leaf in hit.explanation.leaves() if leaf.spans]
    found = sorted(hit.spans)
    if not found:
        return "", ()
    bounds = [bound for bound in _sentences(document) if any(_inside(span, bound) for span in found)]
    behind = [bound for bound in bounds if bound[0] > len(document.title)]
    chosen = _choose(behind or bounds, wanted)
    budget = LONGEST // len(chosen)
    pieces = [piece for bound in chosen for piece in _cut(document.full, bound, found, budget)]
    return _assemble(document.full, pieces, found)


def _sentences(document: Document) -> list[Span]:
    """Sentences of the full text without white space around them; none crosses from the title into the text."""
    edge = len(document.title)
    cut: list[Span] = []
    for start, end in sentences(document.full):
        cut += [(start, edge), (edge + 1, end)] if start < edge < end - 1 else [(start, end)]
    return [_stripped(document.full, bound) for bound in cut if document.full[bound[0] : bound[1]].strip()]


def _stripped(text: str, bound: Span) -> Span:
    start, end = bound
    while text[start].isspace():
        start += 1
    while text[end - 1].isspace():
        end -= 1
    return start, end


def _inside(span: Span, bound: Span) -> bool:
    return bound[0] <= span[0] < bound[1]


def _choose(bounds: list[Span], wanted: list[set[Span]]) -> list[Span]:
    """The sentence with most parts of the query, and another one if it adds a part; in the order of the text."""

    def parts(bound: Span) -> set[int]:
        return {i for i, spans in enumerate(wanted) if any(_inside(span, bound) for span in spans)}

    best = max(bounds, key=lambda bound: len(parts(bound)))
    rest = [bound for bound in bounds if bound != best]
    second = max(rest, key=lambda bound: len(parts(bound) - parts(best)), default=None)
    if second is None or not parts(second) - parts(best):
        return [best]
    return sorted([best, second])


def _cut(text: str, bound: Span, found: Iterable[Span], budget: int) -> list[Span]:
    """The sentence, or of one far too long its beginning and what surrounds the first place found in it."""
    start, end = bound
    if end - start <= budget + budget // 4:
        return [bound]
    first = next((span for span in found if _inside(span, bound)), (start, start))
    if first[1] <= start + budget:
        return [(start, _border(text, start + budget, bound, first[1]))]
    head = _border(text, start + HEAD // 2 if budget < 2 * HEAD else start + HEAD, bound, start)
    room = max(0, budget - (head - start) - (first[1] - first[0]))
    low = max(head, first[0] - room // 2)
    while low > head and not text[low - 1].isspace():
        low -= 1
    return [(start, head), (low, _border(text, first[1] + room // 2, bound, first[1]))]


def _border(text: str, at: int, bound: Span, low: int) -> int:
    """The end of the last whole word in front of `at`, not before `low`."""
    at = min(at, bound[1])
    if at == bound[1] or text[at].isspace():
        return at
    back = at
    while back > low and not text[back - 1].isspace():
        back -= 1
    return _stripped(text, (bound[0], back))[1] if back > low else at


def _assemble(text: str, pieces: list[Span], found: list[Span]) -> tuple[str, tuple[Span, ...]]:
    quoted, spans = "", []
    previous: Span | None = None
    for start, end in pieces:
        if previous is not None:
            quoted += " " if not text[previous[1] : start].strip() else GAP
        offset = len(quoted) - start
        spans += [(a + offset, min(b, end) + offset) for a, b in found if start <= a < end]
        quoted += "".join(" " if char.isspace() else char for char in text[start:end])
        previous = start, end
    last = pieces[-1][1]
    if last < len(text) and text[last - 1] not in '.!?؟…»"' and text[last].isspace() and text[last] != "\n":
        quoted += "…"
    return quoted, tuple(spans)
