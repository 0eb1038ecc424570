"""The watch language: one line a person can write in a chat, read into a frozen tree. Pure.

    query   := part (OR part)*
    part    := unit ((AND)? unit)*            words side by side are joined by AND
    unit    := NOT unit | ( query ) | word | "phrase" | field:value | function/number(query, query, ...)

Operators and function names may be written in any case. Any keyboard's quotes will do, `،` is a comma, and invisible
direction marks are ignored. Two or three words with capitals of which one is a given name are a person:
`Кирилл Ананьев` is read as `name:"Кирилл Ананьев"`. `# ` starts a comment that lasts to the end of the line.

What the words mean stands in `alerts/terms/`, one file a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from alerts.terms import Reach, Term, known, quote
from alerts.terms.either import Either
from alerts.terms.every import Every
from alerts.terms.name import Name
from alerts.terms.phrase import Phrase
from alerts.terms.without import Without
from crawler.config import did_you_mean
from crawler.errors import QueryError
from crawler.languages import Token, tokenise

LONGEST = 10_000  # characters of a watch
LONGEST_SUGGESTED = 1_000  # characters of a watch that is worth correcting: the correction is read once more
SLIPS = 3  # of one watch that a correction puts right
DEEPEST = 40  # parentheses, functions and NOTs inside each other
MOST_TERMS = 2_000  # words and other leaves of a watch, macros written out

Macros = Mapping[str, "Query"]
"""Name without `$` -> what it stands for."""


@dataclass(frozen=True, slots=True)
class Query:
    """One watch. str() is how it was understood, and reads back to an equal tree."""

    root: Term
    text: str = field(compare=False, default="")

    def __str__(self) -> str:
        return str(self.root)

    def names(self) -> Iterator[Name]:
        """The persons it looks for."""
        return (leaf for leaf in leaves(self.root) if isinstance(leaf, Name))


def parse(text: str, macros: Macros | None = None, *, watch: bool = True) -> Query:
    """The query `text` says. Raises QueryError: what is wrong, at which column, and a likely correction.

    A `watch` may not match nearly everything; a part of one (a definition) may.
    """
    if len(text) > LONGEST:
        raise QueryError(
            f"a watch may have {LONGEST:,} characters, this one has {len(text):,}; make several of it",
            column=LONGEST + 1,
        )
    return _Parser(text, macros or {}, SLIPS).query(watch)


def leaves(term: Term) -> Iterator[Term]:
    """The terms without children of a tree, in the order they were written."""
    if not term.children:
        yield term
    for child in term.children:
        yield from leaves(child)


# --- from characters to lexemes

_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CLOSERS = {"«": "»", "»": "«", "‹": "›"} | dict.fromkeys('"“”„‟″＂', '"“”„‟″＂') | dict.fromkeys("'‘’‚‛", "'’‘‛")
_PUNCTUATION = ".!?؟؛;…"
_WIDE = str.maketrans("（），：＊＝", "(),:*=")
_SPACE = re.compile(
    rf"(?:[\s{re.escape(_PUNCTUATION.replace('!', ''))}]|(?<=\w)!|!(?![\w\"«“„(@=$])|(?<!\S)[-–—](?=\s|\Z)|(?<!\S)\#(?:\s[^\n]*|\Z))+"
)
_FUNCTION = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)(?:\s*(/|>=)\s*(-?\d+))?\s*\(", re.I)
_FIELD = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*):\s*")
_WEIGHT = re.compile(r"\^\s*(-?\d+)")
_BAR = re.compile(r"(?<=\w)\|+(?=\w)")
_LIKENESS = re.compile(r"(?<=\w)~\d*$")
_BARE = re.compile(r"""[^\s()"“”„‟″＂«»‹›،,^]+""")
_VALUE = re.compile(r"""[^\s()"“”„‟″＂«»‹›،^]+""")
_OPERATORS = {"and": "AND", "or": "OR", "not": "NOT"}
# What people write for an operator -> the operator.
_FOREIGN = {"и": "AND", "или": "OR", "не": "NOT", "أو": "OR", "او": "OR", "و": "AND"} | {
    "&": "AND", "&&": "AND", "+": "AND", "|": "OR", "||": "OR", "!": "NOT", "-": "NOT",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Lexeme:
    """`kind`: one of ( ) , AND OR NOT word quoted field function weight macro end. `start:end` in the cleaned text."""

    kind: str
    start: int
    end: int
    name: str = ""  # of a field, function or macro
    value: str = ""
    number: int | None = None


class _Lexer:
    """Cuts a watch into lexemes. `columns[i]` is the 1-based column, as written, of character i of the cleaned text."""

    def __init__(self, text: str, macros: Macros, suggest: int) -> None:
        visible = [(at, char) for at, char in enumerate(text) if not _INVISIBLE.match(char)]
        self.text = "".join(char for _, char in visible).translate(_WIDE)
        self.columns = [at + 1 for at, _ in visible] + [len(text) + 1]
        self.macros = macros
        self.suggest = suggest

    def wrong(self, message: str, start: int, fix: tuple[int, int, str] | None = None) -> NoReturn:
        """Raises QueryError. `fix` replaces a stretch of the cleaned text, suggested when the result can be read."""
        suggestion = ""
        if fix is not None and self.suggest and len(self.text) <= LONGEST_SUGGESTED:
            candidate = " ".join((self.text[: fix[0]] + fix[2] + self.text[fix[1] :]).split())
            try:
                _Parser(candidate, self.macros, self.suggest - 1).query()
                suggestion = candidate
            except QueryError as further:
                suggestion = further.suggestion  # a watch with two slips is corrected twice
        raise QueryError(message, column=self.columns[min(start, len(self.columns) - 1)], suggestion=suggestion)

    def lexemes(self) -> Iterator[_Lexeme]:
        at = 0
        while True:
            if space := _SPACE.match(self.text, at):
                at = space.end()
            if at >= len(self.text):
                yield _Lexeme("end", len(self.text), len(self.text))
                return
            lexeme = self._next(at)
            yield lexeme
            at = lexeme.end

    def _next(self, at: int) -> _Lexeme:
        char = self.text[at]
        if char in "()":
            return _Lexeme(char, at, at + 1)
        if char in ",،":
            return _Lexeme(",", at, at + 1)
        if char in _CLOSERS:
            return self._quoted(at)
        if weight := _WEIGHT.match(self.text, at):
            return _Lexeme("weight", at, weight.end(), number=int(weight[1]))
        if (function := _FUNCTION.match(self.text, at)) and (lexeme := self._function(function)):
            return lexeme
        if (found := _FIELD.match(self.text, at)) and not found[1].isdigit():
            return self._field(found)
        return self._word(at)

    def _quoted(self, at: int) -> _Lexeme:
        closers = _CLOSERS[self.text[at]]
        end = next((i for i in range(at + 1, len(self.text)) if self.text[i] in closers), -1)
        if end < 0 and self.text[at] in "«»‹":
            end = next((i for i in range(at + 1, len(self.text)) if self.text[i] in _CLOSERS['"']), -1)
        if end < 0:
            length = len(self.text)
            self.wrong(f"the quotation mark {self.text[at]} is never closed", at, (length, length, '"'))
        return _Lexeme("quoted", at, end + 1, value=self.text[at + 1 : end])

    def _function(self, found: re.Match[str]) -> _Lexeme | None:
        name = found[1].casefold()
        if name in _OPERATORS:
            return None
        functions = [word for word, term in known().items() if term.kind == "function"]
        if name not in functions:
            near = did_you_mean(name, functions)
            if found[2] is None and "did you mean" not in near:
                return None  # a word in front of a parenthesis
            start, end = found.span(1)
            fix = near.partition("`")[2].rstrip("`?") if "did you mean" in near else ""
            self.wrong(f"there is no function `{name}`{near}", start, (start, end, fix) if fix else None)
        number = int(found[3]) if found[3] is not None else None
        if found[2] is not None and (found[2] == ">=") != (name == "score"):
            written = f"{name}>={found[3]}(" if name == "score" else f"{name}/{found[3]}("
            self.wrong(f"expected `{written}`", found.start(2), (found.start(), found.end(), written))
        return _Lexeme("function", found.start(), found.end(), name=name, number=number)

    def _field(self, found: re.Match[str]) -> _Lexeme:
        name, at = found[1].casefold(), found.end()
        fields = [word for word, term in known().items() if term.kind == "field"]
        if name not in fields:
            near = did_you_mean(name, fields)
            start, end = found.span(1)
            if "did you mean" in near:
                fix = (start, end, near.partition("`")[2].rstrip("`?"))
            else:
                stop = value.end() if (value := _VALUE.match(self.text, at)) else at
                fix = (start, stop, quote(self.text[start:stop]))
            self.wrong(f"there is no field `{name}:`{near}; to look for the word, put it in quotes", start, fix)
        if at < len(self.text) and name == "re" and self.text[at] == "/":
            return self._regex(found.start(), at)
        if at < len(self.text) and self.text[at] in _CLOSERS:
            quoted = self._quoted(at)
            return _Lexeme("field", found.start(), quoted.end, name=name, value=quoted.value.strip())
        value = _VALUE.match(self.text, at)
        if value is None:
            self.wrong(f"expected something behind `{name}:`, such as {_example(name)}", at)
        text = value[0].rstrip("," + _PUNCTUATION)
        return _Lexeme("field", found.start(), at + len(text), name=name, value=text)

    def _regex(self, start: int, at: int) -> _Lexeme:
        found = re.compile(r"/((?:[^/\\]|\\.)*)/", re.S).match(self.text, at)
        if found is None:
            length = len(self.text)
            self.wrong("the regular expression is never closed by `/`", at, (length, length, "/"))
        return _Lexeme("field", start, found.end(), name="re", value=found[1].replace("\\/", "/"))

    def _word(self, at: int) -> _Lexeme:
        found = _BARE.match(self.text, at)
        if found is None:
            self.wrong(f"`{self.text[at]}` has no meaning here", at, (at, at + 1, ""))
        text = found[0].rstrip(_PUNCTUATION) or found[0]
        end = at + len(text)
        if text.casefold() in _OPERATORS:
            return _Lexeme(_OPERATORS[text.casefold()], at, end)
        if (operator := _FOREIGN.get(text.casefold())) is not None:
            said = "" if not text.isalpha() else f"; to look for the word, write {quote(text)}"
            self.wrong(f"`{text}` is no operator here; write {operator}{said}", at, (at, end, operator))
        if text[0] in "-!+" and len(text) > 1:
            instead = "" if text[0] == "+" else "NOT "
            self.wrong(f"write {'NOT' if instead else 'AND'} instead of `{text[0]}`", at, (at, at + 1, instead))
        self._no_sign_inside(text, at, end)
        if text[0] == "$":
            return _Lexeme("macro", at, end, name=text[1:].casefold())
        if text[0] in "@=" and len(text) > 1:
            return _Lexeme("sigil", at, end, name=text[0], value=text[1:])
        if text.strip("*") == "":
            self.wrong(f"`{text}` matches everything; write the beginning of a word in front of it, such as наём*", at)
        if text.endswith("*"):
            return _Lexeme("sigil", at, end, name="*", value=text.rstrip("*"))
        return _Lexeme("word", at, end, value=text)

    def _no_sign_inside(self, text: str, at: int, end: int) -> None:
        """A sign between two words that would be read as nothing is asked about."""
        if bar := _BAR.search(text):
            fix = (at + bar.start(), at + bar.end(), " OR ")
            self.wrong(f"`{bar[0]}` is no operator here; write OR", at + bar.start(), fix)
        if "*" in text.rstrip("*"):
            kept = text.rstrip("*").partition("*")[0] or text.strip("*")
            instead = f"{kept}*" if text[0] != "*" else kept
            self.wrong("`*` stands only at the end of a word, such as наём*", at + text.index("*"), (at, end, instead))
        if likeness := _LIKENESS.search(text):
            fix = (at + likeness.start(), end, "")
            self.wrong("words are found in all their forms; `~` has no meaning", at + likeness.start(), fix)


def _example(field_name: str) -> str:
    return {"name": 'name:"Кирилл Ананьев"', "outlet": "outlet:enab-baladi", "lang": "lang:ar"}.get(
        field_name, f'{field_name}:"..."'
    )


# --- from lexemes to a tree


class _Parser:
    def __init__(self, text: str, macros: Macros, suggest: int) -> None:
        self.lexer = _Lexer(text, macros, suggest)
        self.text = text
        self.macros = macros
        self.lexemes = list(self.lexer.lexemes())
        self.at = 0
        self.depth = 0
        self.terms = 0

    @property
    def here(self) -> _Lexeme:
        return self.lexemes[self.at]

    def take(self) -> _Lexeme:
        lexeme = self.here
        self.at += 1
        return lexeme

    def wrong(self, message: str, start: int, fix: tuple[int, int, str] | None = None) -> NoReturn:
        self.lexer.wrong(message, start, fix)

    def query(self, watch: bool = True) -> Query:
        if self.here.kind == "end":
            self.wrong('expected something to look for: a word, a "phrase" or name:"..."', 0)
        root = self.either()
        if self.here.kind == ")":
            self.wrong("this parenthesis was never opened", self.here.start, (self.here.start, self.here.end, ""))
        if self.here.kind == ",":
            self.wrong(
                "a comma stands only between the parts of a function; between words write OR or AND",
                self.here.start,
                (self.here.start, self.here.end, " OR "),
            )
        if self.here.kind == "weight":
            self.wrong("a weight `^` stands only in score>=...(...)", self.here.start, (*self._span(), ""))
        root = _settled(root)
        if watch:
            self._refuse_flood(root)
        return Query(root, self.text)

    def _span(self) -> tuple[int, int]:
        return self.here.start, self.here.end

    def deeper(self, start: int) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            self.wrong(f"nested more than {DEEPEST} deep; take parentheses away or make several watches of it", start)

    def count(self, start: int, terms: int = 1) -> None:
        self.terms += terms
        if self.terms > MOST_TERMS:
            self.wrong(f"more than {MOST_TERMS:,} words; make several watches of it", start)

    def either(self) -> Term:
        parts = [self.every()]
        while self.here.kind == "OR":
            self.take()
            parts.append(self.every())
        return _joined(Either, parts)

    def every(self) -> Term:
        parts: list[Term] = []
        while True:
            if self.here.kind == "AND" and parts:
                operator = self.take()
                if self.here.kind in ("AND", "OR", ")", ",", "end"):
                    self._expected_after(operator)
            elif self.here.kind in ("end", ")", ",", "OR", "weight") and parts:
                return _joined(Every, parts)
            parts += self.units()

    def _expected_after(self, operator: _Lexeme) -> NoReturn:
        self.wrong(
            f"expected a word or parentheses after {operator.kind}", operator.end, (operator.start, operator.end, "")
        )

    def units(self) -> list[Term]:
        """The next unit; several for a run of bare words with a person's name in it."""
        lexeme = self.here
        if lexeme.kind == "word":
            return self.run()
        if lexeme.kind in ("AND", "OR"):
            self.wrong(f"expected a word in front of {lexeme.kind}", lexeme.start, (lexeme.start, lexeme.end, ""))
        if lexeme.kind in ("end", ")", ",", "weight"):
            self._nothing(lexeme)
        self.take()
        if lexeme.kind == "NOT":
            return [self.without(lexeme)]
        if lexeme.kind == "(":
            return [self.parenthesis(lexeme)]
        if lexeme.kind == "function":
            return [self.function(lexeme)]
        if lexeme.kind == "macro":
            return [self.macro(lexeme)]
        self.count(lexeme.start)
        if lexeme.kind == "quoted":
            return [self.phrase(lexeme)]
        return [self.read(lexeme)]

    def _nothing(self, lexeme: _Lexeme) -> NoReturn:
        before = self.lexemes[self.at - 1] if self.at else None
        if before and before.kind in ("AND", "OR", "NOT"):
            self._expected_after(before)
        if before and before.kind == "(" and lexeme.kind == ")":
            self.wrong("expected something between the parentheses", lexeme.start, (before.start, lexeme.end, ""))
        what = {"end": "the end", "weight": "a weight"}.get(lexeme.kind, f"`{lexeme.kind}`")
        self.wrong(f"expected a word, a phrase or parentheses, found {what}", lexeme.start, (*self._span(), ""))

    def without(self, operator: _Lexeme) -> Term:
        if self.here.kind in ("AND", "OR", ")", ",", "end"):
            self._expected_after(operator)
        self.deeper(operator.start)
        if self.here.kind == "word":
            self.count(self.here.start)
            part = self.phrase(self.take())  # NOT binds one word, whatever follows
        else:
            part = self.units()[0]
        self.depth -= 1
        return Without(part)

    def parenthesis(self, opened: _Lexeme) -> Term:
        self.deeper(opened.start)
        inner = self.either()
        if self.here.kind != ")":
            self._unclosed(opened)
        self.take()
        self.depth -= 1
        return inner

    def _unclosed(self, opened: _Lexeme) -> NoReturn:
        if self.here.kind == "end":
            length = len(self.lexer.text)
            self.wrong("this parenthesis is never closed", opened.end - 1, (length, length, ")"))
        if self.here.kind == ",":
            fix = (self.here.start, self.here.end, " OR ")
            self.wrong("a comma stands only between the parts of a function; write OR or AND", self.here.start, fix)
        self.wrong("expected `)`", self.here.start, (*self._span(), ""))

    def function(self, opened: _Lexeme) -> Term:
        self.deeper(opened.start)
        parts: list[tuple[Term, int | None]] = []
        while True:
            part = self.either()
            parts.append((part, self.take().number if self.here.kind == "weight" else None))
            if self.here.kind == ",":
                self.take()
                continue
            if self.here.kind != ")":
                self._unclosed(opened)
            self.take()
            break
        self.depth -= 1
        term = known()[opened.name]
        if opened.name != "score" and any(weight is not None for _, weight in parts):
            self.wrong("a weight `^` stands only in score>=...(...)", opened.start)
        try:
            return term.build(opened.number, parts)
        except ValueError as cause:
            self.wrong(f"expected {cause}", opened.start)

    def macro(self, lexeme: _Lexeme) -> Term:
        found = self.macros.get(lexeme.name)
        if found is None:
            near = did_you_mean(lexeme.name, self.macros)
            self.wrong(f"`${lexeme.name}` is not defined in this watchlist{near}", lexeme.start)
        self.count(lexeme.start, sum(1 for _ in leaves(found.root)))
        return found.root

    def read(self, lexeme: _Lexeme) -> Term:
        """A field or a word with a sign."""
        term = known().get(lexeme.name)
        if term is None:
            self.wrong(f"`{lexeme.name}` has no meaning here", lexeme.start, (lexeme.start, lexeme.start + 1, ""))
        try:
            return term.read(lexeme.value)
        except QueryError as cause:
            start = lexeme.start
            fix = (start, lexeme.end, cause.suggestion) if cause.suggestion else None
            self.wrong(str(cause), start, fix)
        except ValueError as cause:
            self.wrong(f"expected {cause}", lexeme.start)

    def phrase(self, lexeme: _Lexeme) -> Term:
        words = tuple(lexeme.value[token.start : token.end] for token in tokenise(lexeme.value))
        if not words:
            self.wrong("expected letters or digits", lexeme.start, (lexeme.start, lexeme.end, ""))
        return Phrase(words, " ".join(lexeme.value.split()))

    def run(self) -> list[Term]:
        """Bare words side by side: persons where there are some, words else."""
        words: list[_Lexeme] = []
        while self.here.kind == "word":
            words.append(self.take())
            self.count(words[-1].start)
        cuts = [tokenise(word.value) for word in words]
        terms: list[Term] = []
        at = 0
        while at < len(words):
            length = _person(cuts, at) if self.here.kind != "weight" else 0
            if length:
                terms.append(Name((" ".join(word.value for word in words[at : at + length]),)))
            else:
                terms.append(self.phrase(words[at]))
            at += length or 1
        return terms

    def _refuse_flood(self, root: Term) -> None:
        if root.reach == Reach.EVERYTHING:
            self.wrong(f"this would match nearly everything: {_why_flood(root)}; add what it is about", 0)
        if root.reach == Reach.SURNAME:
            surname = next(leaf for leaf in leaves(root) if isinstance(leaf, Name) and leaf.reach == Reach.SURNAME)
            length = len(self.lexer.text)
            self.wrong(
                f"{surname} is a surname alone, and strangers bear it: add the given name, or require more beside it",
                max(0, self.lexer.text.casefold().find("name:")),
                (length, length, " AND (погиб OR убит OR killed OR قتل)") if root == surname else None,
            )


def _joined(kind: type[Every] | type[Either], parts: list[Term]) -> Term:
    if len(parts) == 1:
        return parts[0]
    flat: list[Term] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else [part]
    return kind(tuple(dict.fromkeys(flat))) if len(set(flat)) > 1 else flat[0]


def _person(words: list[list[Token]], at: int) -> int:
    """How many of the bare words from `at` on are one person: given name and surname, in this or the other order.

    An Arabic name is not told from other words by capitals, so there it must be all that stands here.
    """
    from crawler.names.given import names_of  # a table of 13 KB, read when the first watch of two words is

    for length in (3, 2):
        run = words[at : at + length]
        if len(run) < length:
            continue
        if any(len(cut) != 1 for cut in run):
            continue
        parts = [cut[0] for cut in run]
        if len({part.script for part in parts}) > 1 or any(len(part.folded) < 2 for part in parts):
            continue
        arabic = parts[0].script == "ar"
        if (arabic and len(words) != length) or not (arabic or all(part.capital for part in parts)):
            continue
        if not arabic and length == 3 and not _patronymic(parts[1].folded) and not _patronymic(parts[2].folded):
            continue
        if any(any(names_of(part.folded)) for part in (parts[0], parts[-1] if length == 2 else parts[1])):
            return length
    return 0


def _patronymic(folded: str) -> bool:
    return folded.endswith(("вич", "вна", "ична", "ьич", "vich", "vna"))


def _settled(term: Term) -> Term:
    """The tree with every part marked that has a topic or a surname required beside it."""
    if not term.children:
        return term
    children = tuple(_settled(child) for child in term.children)
    if term.joint:
        firm = [child.reach >= Reach.SURNAME for child in children]
        children = tuple(
            child.supported() if any(firm[:i] + firm[i + 1 :]) else child for i, child in enumerate(children)
        )
    return term.with_children(children)


def _why_flood(root: Term) -> str:
    broad = root
    while isinstance(broad, Either):
        broad = next(part for part in broad.parts if part.reach == Reach.EVERYTHING)
    parts = broad.parts if isinstance(broad, Every) else (broad,)
    if all(isinstance(part, Without) for part in parts):
        return f"`{broad}` only says what must not stand in the article"
    words = [str(part) for part in parts if isinstance(part, Phrase)]
    if words:
        return f"`{words[0]}` alone stands in most articles"
    return f"`{broad}` alone says nothing of what the article is about"
