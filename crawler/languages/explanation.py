"""Why a word is read as it is, for a person to check (`rasad words explain`)."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.languages.folding import Script


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one word is folded, what it offers in an article and what it stands for in a query."""

    word: str
    folded: str
    script: Script
    language: str  # whose rules it is read by; "" when none has its script
    folding: tuple[tuple[str, str], ...]  # (what was done, the word after it), in order
    keys: tuple[tuple[str, str], ...]  # (match key, why it is offered)
    entries: tuple[
        str, ...
    ]  # what the article word meets: Arabic families, Russian dictionary words, irregular English ones
    forms: frozenset[str]  # what it stands for as a query word

    def __str__(self) -> str:
        lines = [f"{self.word}  ({self.script}, read as {self.language or 'no language'})"]
        lines += [f"  folding: {done}: {result}" for done, result in self.folding] or ["  folding: nothing to change"]
        lines += [f"  key: {key}  ({why})" for key, why in self.keys]
        lines.append(f"  meets: {', '.join(self.entries) or 'nothing listed'}")
        lines.append(
            f"  as a query: {len(self.forms)} forms: {' '.join(sorted(self.forms, key=lambda f: (len(f), f))[:20])}"
        )
        return "\n".join(lines)
