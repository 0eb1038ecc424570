"""A list of watched names, and the places of a text where they stand.

    every token -> the given names it may be        (cached per word; a few hundred words of the list, found by
    skeleton) tokens beside such a given name, or an initial  -> the surnames of the list that go with it
    given name + surname -> persons of the list -> score, band, what explains it better

An initial before Иванов names nobody: what a surname is borne more often than a rare one comes off (`frequent.tsv`),
and the hit waits for a second signal. An Arabic surname that a stray space broke in two (ما تفييف) is read as one word
beside a sure given name.

A given name is looked for first because a surname alone is no evidence: a list of 10,000 names meets more than a
thousand words that sound like one of its surnames in 100,000 tokens of news. So a bare surname is reported as
"needs-second-signal" and never fires, whether it stands alone or repeats a full name of the same text.

Everything is a dictionary that `add` and `remove` change in place, so one name added to 100,000 costs no rebuild.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar

from crawler.languages import Token, keys
from crawler.languages.ru import Gender, paradigm
from crawler.names.compare import (
    BY_INITIAL,
    INITIAL,
    OTHER_PATRONYMIC,
    OUT_OF_ORDER,
    SAME_GIVEN,
    SHORT_GIVEN,
    TWO_MEN,
    Part,
    agreement,
    balanced,
    capped,
    explain,
    heard_as,
    part_of,
    parts_of,
    score_of_person,
)  # fmt: skip
from crawler.names.given import names_in_case, shorts_of, spellings_of
from crawler.names.phonemes import AR, CYR, script_of

Band = Literal["fires", "needs-second-signal"]

FIRES = 0.80
SECOND_SIGNAL = 0.45
GIVEN_FLOOR = -150  # hundredths of a nat; a given name further off is none
SURNAME_FLOOR = -250
BARE_FLOOR = 650  # a surname alone is reported only when it sounds right throughout
AGAIN_FLOOR = 450  # after the full name in the same text less is enough
SHORT_WORD = 3  # consonants; a shorter skeleton tolerates no missing one
CLITIC = 40  # taken off for each clitic in front of an Arabic name
BROKEN = 100  # taken off for a surname in two pieces
BROKEN_GIVEN = 300  # and the given name beside it has to be this sure
BROKEN_SURNAME = 450  # and the surname
SHORTEST_PIECE = 3  # letters; of two pieces one is at most so long
APART = 300  # taken off for a word between given name and surname that is no patronymic
CASE = 20  # taken off for a case ending
_CASE_ENDINGS = (
    ("ым", ""), ("ом", ""), ("ем", ""), ("ой", "а"), ("ей", "я"), ("а", ""), ("у", ""), ("е", ""), ("я", "й"), ("ю", "й"),
    ("е", "а"), ("у", "а"), ("ы", "а"), ("ого", "ий"), ("ому", "ий"),
)  # fmt: skip
FEW = 60  # so few surnames borne with a given name are all measured, whatever their consonants
LONGEST_SKELETON = 16
SURE = 450  # a word this well explained is not looked for among other consonants
BETTER = 150  # another person of the list that fits this much better explains the words


@dataclass(frozen=True, slots=True)
class NameHit:
    """A watched name at `start:end` (code points of the original text)."""

    key: str
    name: str
    start: int
    end: int
    score: float
    band: Band
    evidence: tuple[tuple[str, str, str], ...] = field(repr=False)  # (word of the text, word of the list, extra rule)

    @property
    def why(self) -> str:
        """The reasons, for a person to check: `و+كيريل = кирилл: clitic و; one given name · انانيف = ананьев: ... ·
        0.99`."""
        return " · ".join([*(_reason(*piece) for piece in self.evidence), f"{self.score:.2f}"])


def _reason(found: str, listed: str, extra: str) -> str:
    clitic, _, word = found.rpartition("+")
    piece = explain(part_of(word, word), part_of(listed, listed))
    text = f"{clitic + '+' if clitic else ''}{piece}"
    extra = "; ".join(part for part in (f"clitic {clitic}" if clitic else "", extra) if part)
    return text + ("; " if ":" in text else ": ") + extra if extra else text


@dataclass(frozen=True, slots=True, eq=False)
class _Person:
    """One way of writing an entry: its given name, surname and patronymic."""

    key: str
    name: str
    given: str
    surname: str
    patronymic: str


def _person(key: str, name: str) -> _Person | None:
    parts = parts_of(name)
    core = [part for part in parts if not part.patronymic] or list(parts)
    if not core:
        return None
    patronymic = next((part.word for part in parts if part.patronymic and part not in core), "")
    if len(core) == 1:
        return _Person(key, name, "", core[0].word, patronymic)
    first, last = core[0], core[-1]
    surname_first = (patronymic and parts[-1].word == patronymic) or (bool(last.names) and not first.names)
    if surname_first:
        first, last = core[1], core[0]
    return _Person(key, name, first.word, last.word, patronymic)


class _Words:
    """The distinct words of one role, found by spelling or by sound."""

    def __init__(self) -> None:
        self.uses: dict[str, int] = {}
        self.parts: dict[str, Part] = {}
        self.forms: dict[str, dict[str, int]] = {}  # folded form -> {word: what it loses}
        self.by_skeleton: dict[str, set[str]] = {}
        self.by_deletion: dict[str, set[str]] = {}

    def add(self, word: str, forms: dict[str, int]) -> bool:
        """Counts one more use of `word`; True when it is new."""
        self.uses[word] = self.uses.get(word, 0) + 1
        if self.uses[word] > 1:
            return False
        part = self.parts[word] = part_of(word, word)
        for form, loss in forms.items():
            self.forms.setdefault(form, {})[word] = loss
        skeleton = part.reading.skeleton
        self.by_skeleton.setdefault(skeleton, set()).add(word)
        for shorter in _deletions(skeleton):
            self.by_deletion.setdefault(shorter, set()).add(word)
        return True

    def remove(self, word: str, forms: Iterable[str]) -> None:
        """Takes one use of `word` away; the last one takes the word itself."""
        self.uses[word] -= 1
        if self.uses[word]:
            return
        skeleton = self.parts[word].reading.skeleton
        del self.uses[word], self.parts[word]
        for form in forms:
            _discard(self.forms, form, word)
        _discard(self.by_skeleton, skeleton, word)
        for shorter in _deletions(skeleton):
            _discard(self.by_deletion, shorter, word)

    def near(self, skeleton: str) -> Iterator[set[str]]:
        """Sets of words whose skeleton is at most one consonant away; not disjoint."""
        yield self.by_skeleton.get(skeleton, _NOTHING)
        if len(skeleton) >= SHORT_WORD:
            yield self.by_deletion.get(skeleton, _NOTHING)
            for shorter in _deletions(skeleton):
                yield self.by_skeleton.get(shorter, _NOTHING)
                yield self.by_deletion.get(shorter, _NOTHING)
        elif len(skeleton) == 2:
            yield self.by_deletion.get(skeleton, _NOTHING)


_NOTHING: set[str] = set()


def _discard(table: dict[str, set[str]] | dict[str, dict[str, int]], slot: str, word: str) -> None:
    held = table.get(slot)
    if held is None:
        return
    if isinstance(held, dict):
        held.pop(word, None)
    else:
        held.discard(word)
    if not held:
        del table[slot]


def _deletions(skeleton: str) -> set[str]:
    return {skeleton[:at] + skeleton[at + 1 :] for at in range(len(skeleton))} if len(skeleton) >= SHORT_WORD else set()


Found = tuple[str, int, str]  # (word of the list, agreement, what the text shows: "و+كيريل")
Hits = tuple[Found, ...]
_Found = dict[tuple[str, int], tuple[int, "NameHit"]]  # (key, start) -> (log odds, hit)


class NameIndex:
    """Watched names by key. `find` is fast on repeated words: what a word may mean is worked out once."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[_Person, ...]] = {}
        self._given = _Words()
        self._surnames = _Words()
        self._pairs: dict[str, dict[str, list[_Person]]] = {}  # given -> surname -> persons
        self._initials: dict[str, set[str]] = {}  # surname -> given names
        self._given_hits: dict[str, Hits] = {}
        self._surname_hits: dict[tuple[str, str], Hits] = {}
        self._near_surname_hits: dict[tuple[str, str], Hits] = {}
        self._bare_hits: dict[str, Hits] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    # --- changing the list
    def add(self, key: str, name: str, aliases: Iterable[str] = ()) -> None:
        """Watches `name` and its `aliases` under `key`, replacing what the key had."""
        if key in self._entries:
            self.remove(key)
        persons = [_person(key, spelling) for spelling in (name, *aliases)]
        self._entries[key] = tuple(person for person in persons if person)
        fresh_given = False
        for person in self._entries[key]:
            self._surnames.add(person.surname, _surname_forms(person.surname))
            if person.given:
                fresh_given |= self._given.add(person.given, _given_forms(person.given))
            self._pairs.setdefault(person.given, {}).setdefault(person.surname, []).append(person)
            self._initials.setdefault(person.surname, set()).add(person.given)
        self._forget(fresh_given)

    def remove(self, key: str) -> None:
        """Stops watching `key`; KeyError when it is not there."""
        for person in self._entries.pop(key):
            self._surnames.remove(person.surname, _surname_forms(person.surname))
            if person.given:
                self._given.remove(person.given, _given_forms(person.given))
            left = [other for other in self._pairs[person.given][person.surname] if other is not person]
            if left:
                self._pairs[person.given][person.surname] = left
            else:
                del self._pairs[person.given][person.surname]
                self._initials[person.surname].discard(person.given)
        self._forget(True)

    def _forget(self, given: bool) -> None:
        self._surname_hits.clear()
        self._near_surname_hits.clear()
        self._bare_hits.clear()
        if given:
            self._given_hits.clear()

    # --- reading a text
    def find(self, tokens: Sequence[Token]) -> list[NameHit]:
        """The watched names in a text, in order; at most one hit for each name and place.

        A hit that fires has given name (or an initial before a surname few bear) and surname. A bare surname is a hit
        of band "needs-second-signal", and so is every later mention of a surname whose full name stands in the text.
        """
        found: _Found = {}
        known = self._given_hits
        for at, token in enumerate(tokens):
            word = token[2]
            if token[3] != AR and not token[4]:
                if word in self._given.forms:
                    self._beside(tokens, at, self._exact_given(word), found)
                continue
            hits = known.get(word)
            if hits is None:
                hits = self._new_given(token)
            if hits:
                self._beside(tokens, at, hits, found)
            if len(word) == 1:
                self._beside_initial(tokens, at, found)
            elif bare := self._surnames_alone(token):
                self._beside_surname(tokens, at, bare, found)
        hits_ = _best(found)
        hits_ += self._alone(tokens, hits_)
        hits_.sort(key=lambda hit: (hit.start, hit.key))
        return hits_

    def _exact_given(self, word: str) -> Hits:
        return tuple([(name, SAME_GIVEN - loss, word) for name, loss in self._given.forms[word].items()])

    def _new_given(self, token: Token) -> Hits:
        best: dict[str, Found] = {}
        ordinary = _ordinary(token)
        surname = bool(self._surnames_alone(token))
        for word, loss, shown in _ways(token):
            for name, less in self._given.forms.get(word, _NO_FORMS).items():
                _keep(best, (name, SAME_GIVEN - less - loss, shown))
            part = part_of(word, word)
            known = names_in_case(word) if token[3] == CYR else _NOBODY
            for name, figure in _heard(self._given, part, GIVEN_FLOOR, known=surname):
                if known and known.isdisjoint(self._given.parts[name].names):
                    continue  # Андрея is a case of Андрей, not a way to write Андрия
                if figure - loss - ordinary >= GIVEN_FLOOR:
                    _keep(best, (name, figure - loss - ordinary, shown))
        hits = tuple(sorted(best.values(), key=lambda hit: -hit[1])[:MOST_GIVEN])
        _remember(self._given_hits, token[2], hits)
        return hits

    def _beside(self, tokens: Sequence[Token], at: int, hits: Hits, found: _Found) -> None:
        """Looks for surnames of the list next to a given name, and one word further over a patronymic."""
        anchor = tokens[at]
        for other in (at + 1, at - 1, at + 2, at - 2):
            if not 0 <= other < len(tokens):
                continue
            token = tokens[other]
            if token[5] != anchor[5] or token[3] != anchor[3] or len(token[2]) < 2:
                continue
            if token[3] != AR and not token[4] and (token[2] not in self._surnames.forms or _ordinary(token)):
                continue  # without a capital only the very form counts, and белая is a colour
            loss = _between(tokens, min(at, other), max(at, other))
            if loss is None:
                continue
            if other < at:
                loss += OUT_OF_ORDER
            for given, figure, shown in hits:
                for surname, worth, spelled in self._surnames_beside(token, given):
                    total = _of_two(figure, worth) - loss
                    if total < _LOWEST:
                        continue
                    for person in self._pairs[given][surname]:
                        _record(found, tokens, at, other, person, total, (shown, spelled))
        if anchor[3] == AR:
            self._beside_broken(tokens, at, hits, found)

    def _beside_broken(self, tokens: Sequence[Token], at: int, hits: Hits, found: _Found) -> None:
        """Looks next to a given name for an Arabic surname that a space broke in two; every sound has to be there."""
        sure = [hit for hit in hits if hit[1] >= BROKEN_GIVEN]
        for first, last in ((at + 1, at + 2), (at - 2, at - 1)) if sure else ():
            if first < 0 or last >= len(tokens):
                continue
            head, tail = tokens[first], tokens[last]
            short = min(len(head[2]), len(tail[2])) <= SHORTEST_PIECE
            if not short or not tokens[at][5] == head[5] == tail[5] or not head[3] == AR == tail[3]:
                continue
            if tail[0] - head[1] > 1 or _between(tokens, min(at, first), min(at, first) + 1) != 0:
                continue
            joined = Token(head[0], tail[1], head[2] + tail[2], AR, False, head[5])
            for given, figure, shown in sure:
                for surname, worth, spelled in self._surnames_beside(joined, given):
                    if worth >= BROKEN_SURNAME:
                        total = _of_two(figure, worth) - BROKEN - (OUT_OF_ORDER if first < at else 0)
                        other = last if first > at else first
                        for person in self._pairs[given][surname]:
                            _record(found, tokens, at, other, person, total, (shown, spelled), "split word joined")

    def _beside_surname(self, tokens: Sequence[Token], at: int, bare: Hits, found: _Found) -> None:
        """Next to a sure surname its given name may be garbled beyond its consonants: every one borne with it is
        tried."""
        for other in (at - 1, at + 1):
            if not 0 <= other < len(tokens):
                continue
            token = tokens[other]
            if token[5] != tokens[at][5] or token[3] != tokens[at][3] or len(token[2]) < 3:
                continue
            if token[3] != AR and not token[4]:
                continue
            loss = _between(tokens, min(at, other), max(at, other))
            if loss is None:
                continue
            loss += OUT_OF_ORDER if other > at else 0
            for surname, worth, spelled in bare:
                for given, figure, shown in self._given_beside(token, surname):
                    total = _of_two(figure, worth) - loss
                    for person in self._pairs[given][surname]:
                        _record(found, tokens, other, at, person, total, (shown, spelled))

    def _given_beside(self, token: Token, surname: str) -> Hits:
        """Given names borne with a surname of the list that a token may be, whatever its consonants."""
        slot = (token[2], surname)
        hits = self._near_surname_hits.get(slot)
        if hits is not None:
            return hits
        borne = {given for given in self._initials.get(surname, _NOTHING) if given}
        best: dict[str, Found] = {}
        ordinary = _ordinary(token)
        for word, loss, shown in _ways(token):
            for given, figure in _measured(self._given, part_of(word, word), GIVEN_FLOOR, borne):
                if figure - loss - ordinary >= GIVEN_FLOOR:
                    _keep(best, (given, figure - loss - ordinary, shown))
        hits = tuple(best.values())
        _remember(self._near_surname_hits, slot, hits)
        return hits

    def _surnames_beside(self, token: Token, given: str) -> Hits:
        """Surnames of the list, borne with this given name, that a token may be."""
        slot = (token[2], given)
        hits = self._surname_hits.get(slot)
        if hits is not None:
            return hits
        borne = self._pairs.get(given, _NO_PAIRS)
        best: dict[str, Found] = {}
        ordinary = _ordinary(token)
        for word, loss, shown in _ways(token):
            for surname, less in self._surnames.forms.get(word, _NO_FORMS).items():
                if surname in borne:
                    _keep(
                        best,
                        (
                            surname,
                            max(SAME_GIVEN, self._surnames.parts[surname].reading.weight // 2) - less - loss,
                            shown,
                        ),
                    )
            part = part_of(word, word)
            heard = (
                _measured(self._surnames, part, SURNAME_FLOOR, set(borne))
                if len(borne) <= FEW
                else _heard(self._surnames, part, SURNAME_FLOOR, borne)
            )
            for surname, figure in heard:
                if figure - loss - ordinary >= SURNAME_FLOOR:
                    _keep(best, (surname, figure - loss - ordinary, shown))
        hits = tuple(best.values())
        _remember(self._surname_hits, slot, hits)
        return hits

    def _beside_initial(self, tokens: Sequence[Token], at: int, found: _Found) -> None:
        """К. Ананьев, К. П. Ананьев, Ананьев К. П.: the surname has to be sure, and the initial the given name's."""
        initial = tokens[at]
        places = [at + 1, at - 1]
        if at + 2 < len(tokens) and len(tokens[at + 1][2]) == 1:
            places = [at + 2]
        elif at and len(tokens[at - 1][2]) == 1:
            return  # the second initial
        letter = part_of(initial[2], initial[2])
        for other in places:
            if not 0 <= other < len(tokens):
                continue
            token = tokens[other]
            if token[3] != initial[3] or not token[4] or len(token[2]) < 3 or not _initial_fits(tokens, at, other):
                continue
            for surname, worth, shown in self._surnames_alone(token):
                for given in self._initials.get(surname, _NOTHING):
                    if given and agreement(letter, self._given.parts[given]) > 0:
                        total = capped(worth) + INITIAL - (OUT_OF_ORDER if other < at else 0)
                        total = min(BY_INITIAL, total) - frequent_surnames().get(surname, 0)
                        for person in self._pairs[given][surname]:
                            _record(found, tokens, at, other, person, total, (initial[2], shown))

    def _surnames_alone(self, token: Token) -> Hits:
        """Surnames of the list a token is, by spelling or with every sound in place."""
        hits = self._bare_hits.get(token[2])
        if hits is not None:
            return hits
        best: dict[str, Found] = {}
        for word, loss, shown in _ways(token):
            for surname, less in self._surnames.forms.get(word, _NO_FORMS).items():
                _keep(
                    best,
                    (surname, max(BARE_FLOOR, self._surnames.parts[surname].reading.weight // 2) - less - loss, shown),
                )
            part = part_of(word, word)
            for surname in self._surnames.by_skeleton.get(part.reading.skeleton, _NOTHING):
                if (figure := heard_as(part, self._surnames.parts[surname], BARE_FLOOR) - loss) >= BARE_FLOOR:
                    _keep(best, (surname, figure, shown))
        hits = tuple(best.values())
        _remember(self._bare_hits, token[2], hits)
        return hits

    def _alone(self, tokens: Sequence[Token], full: list[NameHit]) -> list[NameHit]:
        """Surnames that stand alone, outside the full names already found."""
        taken = [(hit.start, hit.end) for hit in full]
        again = {hit.key for hit in full if hit.band == "fires"}
        repeated = [person for key in again for person in self._entries[key]]
        hits: dict[tuple[str, int], NameHit] = {}
        for token in tokens:
            if (token[3] != AR and not token[4]) or len(token[2]) < 3:
                continue
            alone = self._surnames_alone(token)
            if not alone and not repeated:
                continue
            if any(start <= token[0] < end for start, end in taken):
                continue
            for person in repeated:
                if any(
                    agreement(part_of(word, word), self._surnames.parts[person.surname]) - loss >= AGAIN_FLOOR
                    for word, loss, _ in _ways(token)
                ):
                    hits[person.key, token[0]] = _bare_hit(
                        token, person, token[2], AGAIN, "surname again after the full name"
                    )
            for surname, _figure, shown in alone:
                for given in self._initials.get(surname, _NOTHING):
                    for person in self._pairs[given][surname]:
                        if (person.key, token[0]) not in hits:
                            hits[person.key, token[0]] = _bare_hit(token, person, shown, ALONE, "surname alone")
        return list(hits.values())


COMMON = Path(__file__).parent / "data" / "common.tsv"
AGAIN, ALONE = 0.75, 0.6  # scores of a bare surname with and without its full name in the same text
MOST_GIVEN = 24
MOST_REMEMBERED = 200_000
_LOWEST = 0
_NOBODY: frozenset[str] = frozenset()
_NO_FORMS: dict[str, int] = {}
_NO_PAIRS: dict[str, list[_Person]] = {}


_Slot = TypeVar("_Slot", str, tuple[str, str])


def _remember(cache: dict[_Slot, Hits], slot: _Slot, hits: Hits) -> None:
    if len(cache) >= MOST_REMEMBERED:
        cache.clear()
    cache[slot] = hits


def _keep(best: dict[str, Found], found: Found) -> None:
    held = best.get(found[0])
    if held is None or held[1] < found[1]:
        best[found[0]] = found


def _ordinary(token: Token) -> int:
    """What a token loses for being an ordinary word of its language (hundredths of a nat); a clitic does not hide
    it."""
    return max(common_words().get(key, 0) for key in keys(token))


@lru_cache(maxsize=1)
def common_words() -> dict[str, int]:
    """Ordinary words, and by how much (hundredths of a nat) they are more frequent than a rare one."""
    lines = COMMON.read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return {word: round(float(figure) * 100) for word, figure in pairs}


FREQUENT = Path(__file__).parent / "data" / "frequent.tsv"


@lru_cache(maxsize=1)
def frequent_surnames() -> dict[str, int]:
    """Surnames many bear, and what an initial before them loses (hundredths of a nat)."""
    lines = FREQUENT.read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return {name: round(float(figure) * 100) for name, figure in pairs}


def _heard(
    words: _Words, part: Part, floor: int, only: Iterable[str] | None = None, known: bool = False
) -> list[tuple[str, int]]:
    """Words of the list that sound like `part`, and how well.

    Words with other consonants are looked at only when none with the same ones fits and the word is not `known`
    otherwise: a name that is known explains it.
    """
    skeleton = part.reading.skeleton
    if not part.reading.numbers or len(skeleton) > LONGEST_SKELETON:
        return []
    near: set[str] = set()
    found: list[tuple[str, int]] = []
    for round_, members in enumerate(words.near(skeleton)):
        if round_ == 1:
            found = _measured(words, part, floor, near)
            if known or any(figure >= SURE for _, figure in found):
                return found
            near = set()
        if members:
            near |= members if only is None else members.intersection(only)
    return found + _measured(words, part, floor, near)


def _measured(words: _Words, part: Part, floor: int, near: set[str]) -> list[tuple[str, int]]:
    figures = ((word, heard_as(part, words.parts[word], floor)) for word in near)
    return [(word, figure) for word, figure in figures if figure >= floor]


def _ways(token: Token) -> Iterator[tuple[str, int, str]]:
    """The words a token may be: (word, what that reading loses, how it is shown: "و+كيريل")."""
    word, script = token[2], token[3]
    if script == CYR:
        yield word, 0, word
        for ending, instead in _CASE_ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                yield word[: -len(ending)] + instead, CASE, word
    else:
        for key in keys(token):
            if len(key) > 1:
                clitic = word[: len(word) - len(key)] if word.endswith(key) else ""
                yield (
                    key,
                    CLITIC * len(clitic) if script == AR else 0,
                    f"{clitic}+{key}" if clitic and script == AR else key,
                )


def _initial_fits(tokens: Sequence[Token], at: int, surname: int) -> bool:
    """Whether the points and spaces are those of an initial: К. Ананьев, К.П. Ананьев, Ананьев К. П."""
    if surname < at:
        follows = at + 1 < len(tokens) and tokens[at + 1][0] - tokens[at][1] <= 1 and len(tokens[at + 1][2]) > 1
        return tokens[at][0] - tokens[surname][1] == 1 and not follows
    return all(tokens[place + 1][0] - tokens[place][1] <= 2 for place in range(at, surname))


def _between(tokens: Sequence[Token], first: int, last: int) -> int | None:
    """What stands between two tokens costs; None when they cannot belong to one name.

    More than a space is a comma, a bracket, a quotation mark; after an initial it is its point.
    """
    loss = 0
    for at in range(first, last):
        gap = tokens[at + 1][0] - tokens[at][1]
        if gap > 1 and not (gap == 2 and len(tokens[at][2]) == 1):
            if gap > 3:
                return None
            loss = APART
    if last - first == 1:
        return loss
    token = tokens[first + 1]
    part = part_of(_bare_case(token[2]), _bare_case(token[2]))
    if part.patronymic or part.particle or (part.initial and token[4]):
        return loss
    return APART + loss if token[3] == AR or token[4] else None


def _of_two(given: int, surname: int) -> int:
    """What a given name and a surname are worth together."""
    first, second = capped(given), capped(surname)
    return balanced(first + second, min(first, second), max(first, second))


def _record(
    found: _Found, tokens: Sequence[Token], at: int, other: int, person: _Person, total: int, shown: tuple[str, str],
    extra: str = "",
) -> None:  # fmt: skip
    total += _patronymic(tokens, min(at, other), max(at, other), person)
    score = score_of_person(total)
    if score < SECOND_SIGNAL:
        return
    start = min(tokens[at][0], tokens[other][0])
    slot = (person.key, start)
    if slot in found and found[slot][0] >= total:
        return
    end = max(tokens[at][1], tokens[other][1])
    evidence = ((shown[0], person.given, ""), (shown[1], person.surname, extra))
    band: Band = "fires" if score >= FIRES else "needs-second-signal"
    found[slot] = total, NameHit(person.key, person.name, start, end, score, band, evidence)


def _patronymic(tokens: Sequence[Token], first: int, last: int, person: _Person) -> int:
    """What the patronymic in the text says, when both have one: another one means another man."""
    if not person.patronymic:
        return 0
    for at in range(first, min(last + 2, len(tokens))):
        word = _bare_case(tokens[at][2])
        part = part_of(word, word)
        if part.patronymic and at not in (first, last):
            figure = agreement(part, part_of(person.patronymic, person.patronymic))
            return figure - TWO_MEN if figure < OTHER_PATRONYMIC else min(100, figure)
    return 0


def _bare_case(word: str) -> str:
    """A patronymic without its case ending."""
    for ending in ("ем", "ам", "а", "у", "е", "ой", "ы"):
        if word.endswith("ич" + ending):
            return word[: -len(ending)]
        if word.endswith("вн" + ending):
            return word[: -len(ending)] + "а"
    return word


def _best(found: _Found) -> list[NameHit]:
    """The hits without those that another name of the list explains better at the same place."""
    ranked = sorted(found.values(), key=lambda pair: -pair[0])
    kept: list[tuple[int, NameHit]] = []
    for total, hit in ranked:
        if any(
            hit.start < other.end and other.start < hit.end and (better - total > BETTER or other.key == hit.key)
            for better, other in kept
        ):
            continue
        kept.append((total, hit))
    return [hit for _, hit in kept]


def _bare_hit(token: Token, person: _Person, shown: str, score: float, rule: str) -> NameHit:
    return NameHit(
        person.key, person.name, token[0], token[1], score, "needs-second-signal", ((shown, person.surname, rule),)
    )


@lru_cache(maxsize=1 << 14)
def _surname_forms(word: str) -> dict[str, int]:
    """Folded forms a surname is met in, and what each loses: its cases."""
    if script_of(word) != CYR:
        return {word: 0}
    gender: Gender = "f" if word.endswith(_WOMAN) else "m" if word.endswith(_MAN) else ""
    return dict.fromkeys(paradigm(word, gender), CASE) | {word: 0}


_MAN = ("ов", "ев", "ин", "ын", "ский", "цкий")
_WOMAN = ("ова", "ева", "ина", "ына", "ская", "цкая")


@lru_cache(maxsize=1 << 14)
def _given_forms(word: str) -> dict[str, int]:
    """Folded forms a given name is met in: every spelling of the table, its short forms, the cases of all."""
    forms: dict[str, int] = {}
    for spelling, loss in [
        *((short, SAME_GIVEN - SHORT_GIVEN) for short in shorts_of(word)),
        *((full, 0) for full in spellings_of(word)),
        (word, 0),
    ]:
        if script_of(spelling) == CYR:
            for form in paradigm(spelling):
                forms[form] = loss
        forms[spelling] = loss
    return forms
