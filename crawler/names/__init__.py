"""One name in three scripts: compare two, spell one, read one back, find watched ones in a text. Pure.

    compare("Кирилл Ананьев", "كيريل أنانيف").score       # and why: str() of it aligns the letters
    spellings("Владимир Логинов", "ar")                   # the forms it is likely met in
    persons(text)                                         # everyone a text names, on a list or not
    candidates("كوسوتوروف ايجور", "ru")                     # ranked Russian readings, none when none is good
    index = NameIndex(); index.add("17", "Кирилл Ананьев"); index.find(tokenise(text))

The functions are bound here after the modules of the same names, so `from crawler.names import compare` is the
function. Importing this reads no table: each is read when first asked for.
"""

from __future__ import annotations

from crawler.names.candidates import Candidate, candidates
from crawler.names.compare import Comparison, Piece, compare, similarity
from crawler.names.index import FIRES, SECOND_SIGNAL, NameHit, NameIndex
from crawler.names.persons import PersonMention, persons
from crawler.names.spellings import spellings

__all__ = [
    "FIRES", "SECOND_SIGNAL", "Candidate", "Comparison", "NameHit", "NameIndex", "PersonMention", "Piece", "candidates",
    "compare", "persons", "similarity", "spellings",
]  # fmt: skip
