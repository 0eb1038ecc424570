"""Words of an article and of a query, brought to where they can be compared. Pure.

    tokens = tokenise(text)                       # with offsets into the text as it was written
    wanted = forms("наёмник")                     # a query word, once, when the watch is compiled
    hits = [t for t in tokens if wanted.intersection(keys(t))]

Articles are never lemmatised: each token offers a few cheap `keys` (its folded form, the form without clitics), and the
query side spells out every form it stands for.

One file per language, found by its name here (ar.py, ru.py ...). It holds what `Rules` asks for.
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
from crawler.languages.explanation import Explanation
from crawler.languages.folding import Script, folding_steps
from crawler.languages.tokens import LONGEST_REMEMBERED, MOST_REMEMBERED, Token, fold, tokenise

__all__ = [
    "Explanation", "Language", "Rules", "Script", "Token",
    "codes", "detect", "explain", "fold", "forms", "get", "keys", "sentences", "tokenise",
]  # fmt: skip


class Rules(Protocol):
    """What the file of a language provides. All words are folded; `word` is the query word as it was typed."""

    NAME: str  # in English
    SCRIPT: Script

    def strip(self, folded: str) -> list[tuple[str, str]]:
        """Match keys of an article word, itself first, each with the reason it is offered."""

    def forms(self, folded: str, word: str) -> frozenset[str]:
        """Everything a query word stands for, itself among it."""

    def entries(self, folded: str) -> tuple[str, ...]:
        """Names of the lexicon entries an article word meets."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language: how its words are cut, folded and compared. Words in other scripts follow their own rules."""

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
        """Match keys of an article token, its folded form first."""
        if token.script != self.rules.SCRIPT:
            return keys(token)
        return tuple(dict(self.rules.strip(token.folded)))

    def forms(self, word: str) -> frozenset[str]:
        """See `forms`."""
        return forms(word, self.code)

    def explain(self, word: str) -> Explanation:
        """See `explain`."""
        return explain(word, self.code)


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


# Whose rules a word is read by when nothing else is said, and letters that say more.
_BY_SCRIPT = {"ar": "ar", "cyr": "ru", "lat": "en"}
_BY_LETTER = dict.fromkeys("іїєґ", "uk")
_KEYS: dict[str, tuple[str, ...]] = {}


def _code_for(token: Token, language: str) -> str:
    """`language` when the word is in its script, else what its letters, then its script tell; '' when nothing does."""
    if language in codes() and token.script == get(language).rules.SCRIPT:
        return language
    told = (code for letter, code in _BY_LETTER.items() if letter in token.folded)
    return next(told, _BY_SCRIPT.get(token.script, ""))


def keys(token: Token) -> tuple[str, ...]:
    """Match keys an article token offers: its folded form first, then the forms without clitics or possessive."""
    found = _KEYS.get(token[2])
    return found if found is not None else _new_keys(token)


def _new_keys(token: Token) -> tuple[str, ...]:
    folded = token.folded
    code = _BY_SCRIPT.get(token.script)
    if code is None or len(folded) > LONGEST_REMEMBERED:
        return (folded,)
    if len(_KEYS) >= MOST_REMEMBERED:
        _KEYS.clear()
    found = _KEYS[folded] = get(code).keys(token)
    return found


def _only_token(word: str) -> Token:
    tokens = tokenise(word)
    if len(tokens) != 1:
        raise ValueError(f"{word!r} is {len(tokens)} words and one is asked for: cut it with tokenise first")
    return tokens[0]


def forms(word: str, language: str = "") -> frozenset[str]:
    """All folded forms a query word stands for; an article token matches when `forms(word) & set(keys(token))`.

    `word` is one token as `tokenise` cuts them, in its original case: ВКС is an acronym, вкс need not be. ValueError
    when it is none or several. Read by the rules of `language` when it has the word's script, else by its letters.
    """
    token = _only_token(word)
    code = _code_for(token, language)
    return get(code).rules.forms(token.folded, word[token.start : token.end]) if code else frozenset({token.folded})


def explain(word: str, language: str = "") -> Explanation:
    """How one word is folded, which clitics come off, what it meets and stands for; ValueError when it is not one."""
    token = _only_token(word)
    surface = word[token.start : token.end]
    code = _code_for(token, language)
    rules = get(code).rules if code else None
    return Explanation(
        word=surface,
        folded=token.folded,
        script=token.script,
        language=code,
        folding=tuple(folding_steps(surface)),
        keys=tuple(dict(rules.strip(token.folded)).items()) if rules else (),
        entries=rules.entries(token.folded) if rules else (),
        forms=forms(surface, code),
    )
