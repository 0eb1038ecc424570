"""How common words are in general news: which key of a query is the rarest, and which words say nothing alone."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from alerts.terms import Anchors
from crawler.languages import tokenise

TABLE = Path(__file__).parent / "frequent.tsv"
UNLISTED = 4  # of 1,000 articles: what a word outside the table is taken for
OUTLET = 100  # of 1,000 articles: the share of one outlet
STOP = 400  # of 1,000 articles: a watch for such a word alone fires on nearly everything


@cache
def _table() -> dict[str, int]:
    lines = TABLE.read_text("utf-8").splitlines()
    return {word: int(count) for word, count in (line.split("\t") for line in lines if not line.startswith("#"))}


@lru_cache(maxsize=100_000)
def articles(anchors: Anchors | frozenset[str]) -> float:
    """How many of 10,000 articles offer one of these words or forms, roughly.

    An inflected word is seldom met in most of its forms: those outside the table count for one word together.
    """
    table = _table()
    keys = {key for anchor in anchors for key in ((anchor,) if isinstance(anchor, str) else anchor)}
    if any(key.startswith("outlet:") for key in keys):
        return 10 * OUTLET
    return 10 * (sum(table.get(key, 0) for key in keys) + UNLISTED) + len(keys) / 10


@lru_cache(maxsize=10_000)
def is_stop_word(word: str) -> bool:
    """Whether a watch for this word alone (as it was written) would fire on nearly everything."""
    tokens = tokenise(word)
    if len(tokens) != 1:
        return not tokens
    token = tokens[0]
    if token.capital and token.end - token.start > 1:
        return False  # Россия, US: frequent, and yet what somebody means
    return token.end - token.start < 2 or _table().get(token.folded, 0) >= STOP
