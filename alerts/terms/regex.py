"""re:/.../: a regular expression."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from alerts.document import Place, Span
from alerts.terms import Anchors, Reach, Reading, Term, Why
from crawler.errors import QueryError

# RE2's own \\w, \\d, \\s and \\b know ASCII alone.
_OUTSIDE = {
    "w": r"[\pL\pM\pN_]",
    "W": r"[^\pL\pM\pN_]",
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "s": r"[\s\pZ]",
    "S": r"[^\s\pZ]",
}
_INSIDE = {"w": r"\pL\pM\pN_", "d": r"\p{Nd}", "D": r"\P{Nd}", "s": r"\s\pZ"}
_BEFORE, _AFTER = r"(?:\A|[^\pL\pM\pN_])", r"(?:\z|[^\pL\pM\pN_])"
_PROBES = ("", "а", "e", "ا", "1", " ", "\n", ".")
MOST_SPANS = 50
MEMORY = 8 << 20  # bytes one expression may take; what needs more is refused


@dataclass(frozen=True, slots=True)
class Regex(Term):
    r"""A regular expression on the text as it was written, whatever its case; its time grows with the text and no faster.

    `\w \d \s` mean letters, digits and spaces of every script. `\b` may stand at its beginning and at its end. RE2's
    syntax: no back references and no look-around.

    query | text | matches
    re:/\bпогиб(ли)?\b/ | Двое погибли. | yes
    re:/\bпогиб(ли)?\b/ | Погибший найден. | no
    re:/в\/ч\s?\d{5}/ | Служил в В/Ч 35555. | yes
    re:/груз[- ]200/ | Самолёт с грузом. | no
    """

    word = "re"
    kind = "field"
    pattern: str  # as it was written, without the slashes

    def _spans(self, reading: Reading) -> list[Span]:
        document, compiled = reading.document, _compiled(self.pattern)
        spans: list[Span] = []
        at = 0
        while len(spans) < MOST_SPANS and (match := compiled.search(document.full, at)):
            start, end = match.span(1)
            if start < end and reading.covers(document.place(start, end)):
                spans.append((start, end))
            at = max(end, at + 1)  # not the end of the whole match: the sign behind it may stand before the next one
        return spans

    def find(self, reading: Reading) -> list[Place] | None:
        spans = self._spans(reading)
        return reading.within(reading.document.place(*span) for span in spans) if spans else None

    def explain(self, reading: Reading) -> Why:
        spans = self._spans(reading)
        start, end = spans[0]
        return Why(f"{' '.join(reading.document.full[start:end].split())} = {self}", tuple(spans))

    def anchors(self) -> Anchors | None:
        return None

    @property
    def reach(self) -> Reach:
        compiled = _compiled(self.pattern)
        return Reach.EVERYTHING if any(compiled.search(probe) for probe in _PROBES) else Reach.TOPIC

    def __str__(self) -> str:
        return "re:/" + self.pattern.replace("/", r"\/") + "/"

    @classmethod
    def read(cls, value: str) -> Regex:
        if not value:
            raise ValueError(r"an expression between slashes, such as re:/\bгруз[- ]200\b/")
        _compiled(value)
        return cls(value)


@lru_cache(maxsize=10_000)
def _compiled(pattern: str) -> Any:
    import re2  # 8 MB that few watches need

    options = re2.Options()
    options.max_mem, options.log_errors = MEMORY, False
    before, core, after = _rewritten(pattern)
    try:
        return re2.compile(f"(?i){before}({core}){after}", options)
    except re2.error as cause:
        said = cause.args[0].decode() if isinstance(cause.args[0], bytes) else cause.args[0]
        raise ValueError(f"a regular expression RE2 understands: {said}") from cause


def _rewritten(pattern: str) -> tuple[str, str, str]:
    r"""What stands before, in and behind the group that is reported, with the classes of every script."""
    before = after = ""
    core = pattern
    if core.startswith(r"\b"):
        before, core = _BEFORE, core[2:]
    if core.endswith(r"\b") and (len(core) - len(core[:-1].rstrip("\\"))) % 2 == 0:
        after, core = _AFTER, core[:-2]
    out, depth, inside, at = [], 0, False, 0
    while at < len(core):
        char = core[at]
        if char == "\\" and at + 1 < len(core):
            out.append(_escape(core[at + 1], inside, pattern))
            at += 2
            continue
        if inside:
            inside = char != "]" or core[at - 1] == "["
        elif char == "[":
            inside = True
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and depth == 0 and (before or after):
            # \ba|b\b would bind the boundary to one branch alone, which nobody means.
            first, last = pattern[: len(before) and 2], pattern[len(pattern) - (len(after) and 2) :]
            raise QueryError(
                r"with \b at the ends put the alternatives in parentheses",
                column=1,
                suggestion=f"re:/{first}({core}){last}/",
            )
        out.append(char)
        at += 1
    return before, "".join(out), after


def _escape(char: str, inside: bool, pattern: str) -> str:
    if char in "bB":
        raise ValueError(rf"\b at the beginning or end of the expression only, not as in {pattern}")
    if (char == "W" and inside) or (char == "S" and inside):
        raise ValueError(rf"[^...] instead of \{char} inside of brackets")
    return (_INSIDE if inside else _OUTSIDE).get(char, "\\" + char)
