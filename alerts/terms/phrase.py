"""A word or a "phrase", in any of its forms."""

from __future__ import annotations

from dataclasses import dataclass, field

from alerts.document import Place
from alerts.terms import Anchors, Reach, Reading, Term, Test, Why, forms, frequency, leaf, number, quote
from alerts.terms._frequent import is_stop_word


@dataclass(frozen=True, slots=True)
class Phrase(Term):
    """One word, or words in quotes that follow each other. Each stands for all its forms, never inside other words.

    query | text | matches
    наёмник | Погибли трое наемников. | yes
    мина | Министр уехал. | no
    قتيل | سقط القتيل في البادية | yes
    killed | Two men were killed. | yes
    "частная военная компания" | Бойцы частной военной компании погибли. | yes
    "частная военная компания" | Частная компания построит военную базу. | no
    «груз 200» | Прибыл груз 200. | yes
    Дейр-эз-Зор | Бой под Дейр эз Зором. | yes
    """

    word = '"'
    kind = "word"
    words: tuple[str, ...]  # one token each, as it was written
    shown: str = field(compare=False, default="")

    def find(self, reading: Reading) -> list[Place] | None:
        first, *rest = self.words
        starts = reading.where(forms(first))
        for distance, word in enumerate(rest, start=1):
            if not starts:
                return None
            there = set(reading.where(forms(word)))
            starts = [index for index in starts if index + distance in there]
        length, body = len(self.words), reading.document.body if rest else 0
        places = [(index, index + length) for index in starts if not index < body < index + length]
        return places or None

    def compile(self) -> Test:
        if len(self.words) > 1:
            words = frozenset(number(forms(word)) for word in self.words)
            return lambda reading: words <= reading.present and self.find(reading) is not None
        word = number(forms(self.words[0]))
        return lambda reading: word in reading.present

    def sets(self) -> frozenset[frozenset[str]] | None:
        return frozenset([forms(self.words[0])]) if len(self.words) == 1 else None

    def explain(self, reading: Reading) -> Why:
        said = str(self)
        plain = self.shown or " ".join(self.words)
        return leaf(self, reading, lambda found: said if found == plain else f"{found} = {said}")

    def anchors(self) -> Anchors | None:
        return frozenset([min((forms(word) for word in self.words), key=frequency)])

    @property
    def reach(self) -> Reach:
        # "of the" stands everywhere; three such words in a row say something ("to be or not to be").
        common = len(self.words) < 3 and all(is_stop_word(word) for word in self.words)
        return Reach.EVERYTHING if common else Reach.TOPIC

    def __str__(self) -> str:
        text = self.shown or " ".join(self.words)
        return text if len(self.words) == 1 and text.isalpha() and not _reserved(text) else quote(text)


def _reserved(text: str) -> bool:
    return text.casefold() in RESERVED


# Bare, these would be read as operators or be asked about: the parser wants them in quotes.
RESERVED = frozenset(["and", "or", "not", "и", "или", "не", "أو", "او", "و"])
