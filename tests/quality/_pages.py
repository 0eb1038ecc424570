"""The saved pages with hand-made clean text, and how an extraction is scored against it."""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

INVISIBLE = re.compile("[\u0640\u064b-\u065f\u0670\u200b-\u200f\u00ad\ufeff]")


@dataclass(frozen=True, slots=True)
class GoldPage:
    language: str
    url: str
    body: bytes
    gold: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def kept_out(self) -> bool:
        """Hosts whose SHA-1 begins with 0-4 are never looked at while tuning."""
        return hashlib.sha1(self.host.encode()).hexdigest()[0] in "01234"


def gold_pages(data: Path) -> Iterator[GoldPage]:
    """The pages of `data`/pages/index.tsv."""
    folder = data / "pages"
    with (folder / "index.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            body = (folder / row["html"]).read_bytes()
            body = gzip.decompress(body) if row["html"].endswith(".gz") else body
            yield GoldPage(row["language"], row["url"], body, (folder / row["gold"]).read_text("utf-8"))


def tokens(text: str) -> list[str]:
    """Lower-case NFKC words without tatweel, vowel marks and zero-width characters."""
    return re.findall(r"\w+", INVISIBLE.sub("", unicodedata.normalize("NFKC", text).lower()))


def f1(text: str, gold: str) -> float:
    """F1 of the two bags of words, 0..1."""
    found, wanted = Counter(tokens(text)), Counter(tokens(gold))
    common = sum((found & wanted).values())
    return 2 * common / (sum(found.values()) + sum(wanted.values())) if common else 0.0
