"""What an alert says beside its quote: what is alleged, whom the text cites, whether it is denied, who else is named.

`facts.tsv` was written before the rules were looked at on it. A text whose SHA-1 begins with 0 to 4 is kept out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alerts.document import Document
from alerts.facts import facts
from alerts.facts.allegations import alleged
from crawler.names import similarity
from crawler.outlets import Outlet, load
from tests.quality.figure import Figure, Skipped

TEXTS = Path(__file__).with_name("facts.tsv")
TARGET = 0.9
SAME = 0.8  # of two spellings of a person: Кирилла Марфина is Кирилл Марфин


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text and what it says, as sets of (what, whom)."""

    language: str
    text: str
    alleged: str
    cites: frozenset[str]
    denied: bool
    named: frozenset[str]

    @property
    def half(self) -> str:
        return "kept-out" if hashlib.sha1(self.text.encode()).hexdigest()[0] in "01234" else "dev"


def texts() -> list[Labelled]:
    """All labelled texts."""
    rows = (line.split("\t") for line in TEXTS.read_text("utf-8").splitlines() if line and line[0] != "#")
    return [
        Labelled(language, text, kind.strip("-"), _set(cites), denied == "yes", _set(named))
        for language, kind, cites, denied, named, text in rows
    ]


def _set(written: str) -> frozenset[str]:
    return frozenset() if written == "-" else frozenset(written.split(";"))


@dataclass
class Count:
    """Right ones, found ones and wanted ones."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    def add(self, right: int, found: int, wanted: int) -> None:
        self.right, self.found, self.wanted = self.right + right, self.found + found, self.wanted + wanted


def measure(data: Path | None) -> Iterator[Figure | Skipped]:
    for half in ("dev", "kept-out"):
        counts = {what: Count() for what in ("alleged", "cites", "denial", "named")}
        rows = [row for row in texts() if row.half == half]
        for row in rows:
            for what, (right, found, wanted) in compared(row).items():
                counts[what].add(right, found, wanted)
        for what, count in counts.items():
            note = f"{len(rows)} texts, {count.wanted} wanted, {count.found} found"
            precision, recall = count.right / max(1, count.found), count.right / max(1, count.wanted)
            yield Figure(f"facts.{what}.{half}.precision", precision, TARGET, half=half, note=note)
            yield Figure(f"facts.{what}.{half}.recall", recall, TARGET, half=half, note=note)


def compared(row: Labelled) -> dict[str, tuple[int, int, int]]:
    """Right, found and wanted of each fact of one text."""
    found = facts(Document("", row.text, language=row.language), [], _shipped())
    kind = alleged(row.text)
    named = [person.text for person in found.named]
    right = sum(any(similarity(name, wanted) >= SAME for name in named) for wanted in row.named)
    cites = set(found.cites)
    return {
        "alleged": (int(kind == row.alleged != ""), int(kind != ""), int(row.alleged != "")),
        "cites": (len(cites & row.cites), len(cites), len(row.cites)),
        "denial": (int(bool(found.denial) and row.denied), int(bool(found.denial)), int(row.denied)),
        "named": (right, len(named), len(row.named)),
    }


@cache
def _shipped() -> Mapping[str, Outlet]:
    return load().by_id
