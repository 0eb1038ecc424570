"""Deaths of contractors and soldiers: the shipped watches on labelled texts, and what they fire on in ordinary news.

`claims.tsv` was written before the first watches, `claims_second.tsv` before the second ones and with other words. A text
whose SHA-1 begins with 0 to 4 is kept out while the watches are worked on.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alerts import watchlists
from alerts.config import Config
from alerts.document import Document
from alerts.monitor import Monitor
from alerts.query import Query
from alerts.watchlists import Line
from crawler.config import read_yaml
from crawler.languages import detect
from tests.quality.figure import Figure, Skipped

HERE = Path(__file__).parent
CONFIG = Path(os.environ.get("RASAD_CONFIG") or HERE.parents[1] / "config.yaml")
LABELS = {"contractor-deaths": "c", "russian-military-losses": "m"}
SHIPPED = (  # what ordinary news is read with
    *LABELS,
    "wagner-entities",
    "syria-incidents",
    "named-persons",
)
TARGET, TARGET_EACH = 0.96, 0.94

SETS = {"": "claims.tsv", "second.": "claims_second.tsv"}
"""What stands in a figure's name -> the file."""

# What people use today: a word for the company (or for Russia and one for soldiers) and a word for death, anywhere.
_COMPANY = re.compile(
    r"wagner|mercenar|contractor|pmc|вагнер|наёмник|наемник|чвк|частн\w+ военн|فاغنر|فاجنر|واغنر|مرتزق|متعاقد|الأمنية الخاصة",
    re.I,
)
_RUSSIA = re.compile(r"russia|moscow|росси|русск|москв|روسي|روس\b|موسكو", re.I)
_SOLDIER = re.compile(
    r"soldier|troops|servicem|officer|pilot|army|military|солдат|военн|офицер|лётчик|пилот|боец|бойц|мобилизован|جندي|جنود|ضابط|ضباط|عسكري|طيار|الجيش",
    re.I,
)
_DEATH = re.compile(r"kill|die[ds]?\b|dead|death|погиб|убит|гибел|смерт|похорон|مقتل|قتل|مصرع|قتيل|توفي|جث", re.I)


@dataclass(frozen=True, slots=True)
class Claim:
    """One labelled text. `label` holds a letter for every watchlist that should fire."""

    language: str
    label: str
    text: str

    @property
    def half(self) -> str:
        return "kept-out" if hashlib.sha1(self.text.encode()).hexdigest()[0] in "01234" else "dev"


def claims(file: str = "claims.tsv") -> list[Claim]:
    """The labelled texts of one set."""
    lines = (HERE / file).read_text("utf-8").splitlines()
    return [Claim(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def shipped(name: str) -> list[Line]:
    """The watches of a shipped watchlist; [] when config.yaml has none of that name."""
    section = read_yaml(CONFIG, Config).watchlists.get(name)
    lines = watchlists.read(section.watches) if section else []
    return [line for line in lines if line.query is not None and not line.definition]


def measure(data: Path | None) -> Iterator[Figure | Skipped]:
    for name, label in LABELS.items():
        # The labels speak of the dead; a list's watch for wounded and missing is another question.
        queries = [line.query for line in shipped(name) if line.query and "@wounded" not in line.text]
        if not queries:
            yield Skipped(f"claims.{name}", f"{CONFIG.name} has no such watchlist")
            continue
        for within, file in SETS.items():
            for half in ("dev", "kept-out"):
                rows = [claim for claim in claims(file) if claim.half == half]
                yield from _figures(f"{name}.{within}{half}", label, rows, queries)
    if data is None or not (data / "articles").is_dir():
        yield Skipped("claims.false_alerts", "RASAD_EVAL_DATA/articles")
        return
    yield from _false_alerts(data / "articles")


def fires(found: Monitor[int], text: str) -> bool:
    return bool(found.match(Document("", text, language=detect(text))))


def simple(label: str, text: str) -> bool:
    """Whether the watch people use today fires."""
    about = _COMPANY.search(text) if label == "c" else _RUSSIA.search(text) and _SOLDIER.search(text)
    return bool(about and _DEATH.search(text))


def _figures(topic: str, label: str, rows: list[Claim], queries: list[Query]) -> Iterator[Figure]:
    found = Monitor(enumerate(queries))
    ours = [(claim, fires(found, claim.text)) for claim in rows]
    theirs = [(claim, simple(label, claim.text)) for claim in rows]
    for language in ("all", "ar", "ru", "en"):
        f1, precision, recall = _scores(ours, label, language)
        target = TARGET if language == "all" else TARGET_EACH
        baselines = {"simple watch": _scores(theirs, label, language)[0]}
        note = f"precision {precision:.2f}, recall {recall:.2f}"
        half = rows[0].half
        yield Figure(f"claims.{topic}.f1_{language}", f1, target, baselines=baselines, half=half, note=note)


def _scores(answers: list[tuple[Claim, bool]], label: str, language: str) -> tuple[float, float, float]:
    """F1, precision and recall."""
    chosen = [(label in claim.label, fired) for claim, fired in answers if language in ("all", claim.language)]
    right = sum(1 for wanted, fired in chosen if wanted and fired)
    precision = right / max(1, sum(1 for _, fired in chosen if fired))
    recall = right / max(1, sum(1 for wanted, _ in chosen if wanted))
    return 2 * precision * recall / max(1e-9, precision + recall), precision, recall


def _false_alerts(folder: Path) -> Iterator[Figure]:
    """What the shipped watchlists fire on in ordinary news that nobody chose for them."""
    names = [name for name in SHIPPED if shipped(name)]
    watched = [((name, line.text), line.query) for name in names for line in shipped(name) if line.query]
    found: Monitor[tuple[str, str]] = Monitor(watched)
    counts = dict.fromkeys(names, 0)
    articles = 0
    for document in ordinary(folder):
        articles += 1
        for name in {hit.watch[0] for hit in found.match(document)}:
            counts[name] += 1
    for name, count in counts.items():
        yield Figure(f"claims.hits_per_1000_ordinary.{name}", 1000 * count / articles, note="right and wrong ones")


def ordinary(folder: Path) -> Iterator[Document]:
    """The articles of ordinary news."""
    for language in ("ar", "en", "ru"):
        with gzip.open(folder / f"{language}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                article = json.loads(line)
                yield Document(article["title"], article["text"], language=language, outlet=article["source"])
