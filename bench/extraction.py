"""What extraction costs a page, as ratios to trafilatura's default on the same pages in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from crawler.extract import ReadingRules, Template, extract
from crawler.types import Draft, Page
from tests.quality._pages import gold_pages
from tests.quality.figure import Figure, Skipped

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROUNDS = 3
PAGES = 60  # every n-th page of the set, so that a run stays under a minute


def measure(data: Path | None) -> Iterator[Figure | Skipped]:
    """Unknown sites, and sites whose outlet has selectors."""
    if data is None or not (data / "pages" / "index.tsv").is_file():
        yield Skipped("extraction", "pages/index.tsv")
        return
    gold = list(gold_pages(data))
    pages = [page_of(page.url, page.body) for page in gold[:: max(1, len(gold) // PAGES)]]
    theirs, ours = _seconds(pages, [_trafilatura, lambda page: extract(page, None, NOW)])
    note = f"{len(pages)} pages of {fmean(len(page.body) for page in pages) / 1000:.0f} KB, best of {ROUNDS}"
    yield Figure("extraction.cost_unknown", ours / theirs, 2.0, lower_is_better=True, note=note)
    known = [(page, rules) for page in pages if (rules := rules_for(page)) is not None]
    chosen = [page for page, _ in known]
    by_url = {id(page): rules for page, rules in known}
    theirs, ours = _seconds(chosen, [_trafilatura, lambda page: extract(page, by_url[id(page)], NOW)])
    note = f"{len(chosen)} pages whose body a class or id names"
    yield Figure("extraction.cost_selectors", ours / theirs, 0.25, lower_is_better=True, note=note)


def page_of(url: str, body: bytes) -> Page:
    return Page(url, url, 200, (("content-type", "text/html"),), body, NOW)


def _trafilatura(page: Page) -> object:
    import trafilatura

    return trafilatura.extract(page.body)


def _seconds(pages: Sequence[Page], readers: Sequence[Callable[[Page], object]]) -> list[float]:
    """Seconds for all pages by each reader; rounds alternate, the best of each page counts."""
    best = [[float("inf")] * len(pages) for _ in readers]
    for _ in range(ROUNDS):
        for which, reader in enumerate(readers):
            for index, page in enumerate(pages):
                started = time.perf_counter()
                reader(page)
                best[which][index] = min(best[which][index], time.perf_counter() - started)
    return [sum(times) for times in best]


def rules_for(page: Page) -> ReadingRules | None:
    """Selectors as an outlet's YAML would have them: the class or id of the smallest block that holds the body."""
    from crawler import markup

    draft = extract(page, None, NOW)
    tree = markup.parse(markup.decode(page.body))
    if not isinstance(draft, Draft) or tree is None:
        return None
    wanted = max(draft.text.split("\n"), key=len)[:60]
    paragraph = next(
        (e for e in tree.iter() if isinstance(e.tag, str) and wanted in " ".join((e.text or "").split())), None
    )
    while paragraph is not None and paragraph.tag not in ("body", "html"):
        for mark, name in ((".", (paragraph.get("class") or "").split()[:1]), ("#", [paragraph.get("id") or ""])):
            if name and name[0].replace("-", "").replace("_", "").isalnum() and not name[0][0].isdigit():
                body = f"{paragraph.tag}{mark}{name[0]}"
                return ReadingRules(templates=(Template(title="h1", body=body),), min_text_length=20)
        paragraph = paragraph.getparent()
    return None
