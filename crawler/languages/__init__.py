"""Words of an article and of a query, brought to where they can be compared. Pure.

    tokens = tokenise(text)                       # with offsets into the text as it was written
    wanted = forms("наёмник")                     # a query word, once, when the watch is compiled
    hits = [t for t in tokens if wanted.intersection(keys(t))]

Articles are never lemmatised: each token offers a few cheap `keys` (its folded form, the form without clitics), and the query
side spells out every form it stands for.

One file per language, found by its name here: `NAME`, `SCRIPT`, `keys(folded)` and `forms(folded, word)`.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast

from crawler.languages.detection import detect
from crawler.languages.ends import sentences
from crawler.languages.folding import Script, fold_word, script_of
from crawler.languages.tokens import LONGEST_REMEMBERED, MOST_REMEMBERED, Token, fold
from crawler.languages.tokens import tokenise as _tokenise

__all__ = [
    "Language", "Script", "Token", "codes", "detect", "fold", "forms", "get", "keys", "sentences", "tokenise",
]  # fmt: skip


class Rules(Protocol):
    """What a language's file provides."""

    NAME: str
    SCRIPT: Script

    def keys(self, folded: str) -> tuple[str, ...]: ...

    def forms(self, folded: str, word: str) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Language:
    """One language: how its words are cut, folded and compared."""

    code: str
    rules: Rules

    @property
    def name(self) -> str:
        """English name of the language."""
        return self.rules.NAME

    def tokenise(self, text: str) -> list[Token]:
        """See `tokenise`."""
        return tokenise(text, self.code)

    def fold(self, text: str) -> str:
        """See `fold`."""
        return fold(text)

    def keys(self, token: Token) -> tuple[str, ...]:
        """Match keys of an article token by this language's rules, its folded form first."""
        return self.rules.keys(token.folded) if token.script == self.rules.SCRIPT else keys(token)

    def forms(self, word: str) -> frozenset[str]:
        """See `forms`."""
        return forms(word, self.code)


@cache
def codes() -> tuple[str, ...]:
    """Codes of the languages that have a file here, in order."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if re.fullmatch("[a-z]{2,3}", m.name)))


@cache
def get(code: str) -> Language:
    """The language of that code. LookupError names the codes there are."""
    if code not in codes():
        raise LookupError(f"no language {code!r}; there are {', '.join(codes())}")
    return Language(code, cast(Rules, importlib.import_module(f"{__name__}.{code}")))


# Whose rules a word is read by when nothing else is said.
_BY_SCRIPT = {"ar": "ar", "cyr": "ru", "lat": "en"}
_KEYS: dict[str, tuple[str, ...]] = {}


def tokenise(text: str, language: str = "") -> list[Token]:
    """Words and numbers of `text` in order, not overlapping, each with its place in the original.

    Cut by script, so an Arabic article's Latin and Cyrillic words follow their own rules whatever `language` says.
    """
    return _tokenise(text)


def keys(token: Token) -> tuple[str, ...]:
    """Match keys an article token offers: its folded form first, then the forms without clitics or possessive."""
    found = _KEYS.get(token[2])
    return found if found is not None else _new_keys(token)


def _new_keys(token: Token) -> tuple[str, ...]:
    folded = token.folded
    if token.script not in _BY_SCRIPT or len(folded) > LONGEST_REMEMBERED:
        return (folded,)
    found = get(_BY_SCRIPT[token.script]).rules.keys(folded)
    if len(_KEYS) >= MOST_REMEMBERED:
        _KEYS.clear()
    _KEYS[folded] = found
    return found


def forms(word: str, language: str = "") -> frozenset[str]:
    """All folded forms a query word stands for; an article token matches when `forms(word) & set(keys(token))`.

    `word` is one token as `tokenise` cuts them, in its original case (ЧВК is an acronym, чвк is not). ValueError when it is
    none or several: cut it first. Read by the rules of `language` when that language has the word's script, else by script.
    """
    tokens = _tokenise(word)
    if len(tokens) != 1:
        raise ValueError(f"{word!r} is {len(tokens)} words; forms are spelled out for one")
    token = tokens[0]
    code = _BY_SCRIPT.get(token.script, "")
    if language in codes() and token.script == get(language).rules.SCRIPT:
        code = language
    return get(code).rules.forms(token.folded, word[token.start : token.end]) if code else frozenset({token.folded})
