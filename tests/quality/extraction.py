"""Clean text of real pages against hand-made gold, beside other tools; and of Arabic pages of our own.

Score: token F1 per page, macro mean (see _pages.py). The interval is a bootstrap over hosts (95 %). `text` alone is
scored against the whole gold. Most Russian gold texts open with the headline, which a Draft keeps apart, so "rasad with
headline" stands beside it; the lead is the first long gold line that is not the headline.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from crawler.extract import extract
from crawler.types import Draft, Page
from tests.quality._arabic import arabic_pages
from tests.quality._encodings import encoded_pages
from tests.quality._pages import GoldPage, f1, gold_pages, tokens
from tests.quality.figure import Figure, Skipped

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DRAWS = 1000
LEAD_WORDS = 12


def _ours(body: bytes, url: str, content_type: str = "text/html") -> Draft | None:
    made = extract(Page(url, url, 200, (("content-type", content_type),), body, NOW), None, NOW)
    return made if isinstance(made, Draft) else None


def rasad(page: GoldPage) -> str:
    draft = _ours(page.body, page.url)
    return draft.text if draft else ""


def rasad_with_headline(page: GoldPage) -> str:
    draft = _ours(page.body, page.url)
    return f"{draft.title}\n{draft.text}" if draft else ""


def trafilatura_default(page: GoldPage) -> str:
    import trafilatura

    return trafilatura.extract(page.body) or ""


def trafilatura_precision(page: GoldPage) -> str:
    import trafilatura

    return trafilatura.extract(page.body, favor_precision=True, include_comments=False) or ""


def readability_lxml(page: GoldPage) -> str:
    import readability
    from lxml import html

    from crawler.extract.lines import of
    from crawler.markup import decode

    try:
        summary = readability.Document(decode(page.body)).summary(html_partial=True)
    except (readability.readability.Unparseable, ValueError):
        return ""
    return "\n".join(of(html.fragment_fromstring(summary, create_parent="div")))


def goose3(page: GoldPage) -> str:
    import logging

    from goose3 import Goose

    logging.getLogger("goose3").setLevel(logging.CRITICAL)  # it reports every date it cannot read
    from crawler.markup import decode

    with Goose({"enable_image_fetching": False, "use_meta_language": True}) as goose:
        return str(goose.extract(raw_html=decode(page.body)).cleaned_text or "")


TOOLS: Mapping[str, Callable[[GoldPage], str]] = {
    "rasad": rasad,
    "rasad with headline": rasad_with_headline,
    "trafilatura": trafilatura_default,
    "trafilatura precision": trafilatura_precision,
    "readability-lxml": readability_lxml,
    "goose3": goose3,
}


def measure(data: Path | None) -> Iterator[Figure | Skipped]:
    """Russian and English pages of both halves, leads, Arabic shapes, encodings."""
    yield from _arabic()
    yield from _encodings()
    if data is None or not (data / "pages" / "index.tsv").is_file():
        yield Skipped("extraction", "pages/index.tsv")
        return
    pages = [page for page in gold_pages(data) if page.language in ("ru", "en")]
    texts = {name: [tool(page) for page in pages] for name, tool in TOOLS.items()}
    for half, kept_out in (("kept-out", True), ("dev", False)):
        chosen = [index for index, page in enumerate(pages) if page.kept_out is kept_out]
        for language in ("ru", "en"):
            yield from _tokens(pages, texts, [i for i in chosen if pages[i].language == language], language, half)
        yield _leads(pages, texts, chosen, half)


def _tokens(
    pages: Sequence[GoldPage], texts: Mapping[str, list[str]], chosen: list[int], language: str, half: str
) -> Iterator[Figure]:
    scores = {name: [f1(found[i], pages[i].gold) for i in chosen] for name, found in texts.items()}
    means = {name: fmean(values) for name, values in scores.items()}
    hosts = [pages[i].host for i in chosen]
    low, high = _interval(scores["rasad"], hosts)
    suffix = "" if half == "kept-out" else ".dev"
    baselines = {name: value for name, value in means.items() if name != "rasad"}
    target = 0.92 if language == "ru" else means["trafilatura precision"]
    note = f"{len(chosen)} pages, 95 % {low:.3f} to {high:.3f}"
    yield Figure(f"extraction.{language}{suffix}", means["rasad"], target, baselines=baselines, half=half, note=note)
    if language == "ru":
        gains = [ours - theirs for ours, theirs in zip(scores["rasad"], scores["trafilatura"], strict=True)]
        low, high = _interval(gains, hosts)
        note = f"95 % {low:.3f} to {high:.3f}"
        yield Figure(f"extraction.ru_over_trafilatura{suffix}", fmean(gains), 0.10, half=half, note=note)


def _interval(values: Sequence[float], hosts: Sequence[str]) -> tuple[float, float]:
    """The 95 % interval of the mean when hosts, not pages, are drawn."""
    groups: dict[str, list[float]] = defaultdict(list)
    for value, host in zip(values, hosts, strict=True):
        groups[host].append(value)
    draw = random.Random(20260101)
    names = sorted(groups)
    means = sorted(
        fmean(value for name in draw.choices(names, k=len(names)) for value in groups[name]) for _ in range(DRAWS)
    )
    return means[int(0.025 * DRAWS)], means[int(0.975 * DRAWS)]


def lead_of(gold: str, headline: str) -> list[str]:
    """The words of the first gold line that has enough of them and is not the headline."""
    told = tokens(headline)
    lines = (words for words in map(tokens, gold.split("\n")) if words != told)
    return next((words for words in lines if len(words) >= LEAD_WORDS), [])


def lead_kept(text: str, gold: str, headline: str) -> bool | None:
    """Whether four fifths of the lead's word triples are in the text; None when the gold has no lead."""
    lead, found = lead_of(gold, headline), tokens(text)
    if not lead:
        return None
    triples = set(zip(lead, lead[1:], lead[2:], strict=False))
    return len(triples & set(zip(found, found[1:], found[2:], strict=False))) >= 0.8 * len(triples)


def _leads(pages: Sequence[GoldPage], texts: Mapping[str, list[str]], chosen: list[int], half: str) -> Figure:
    # The headline that was found is what is left out of every gold text, for every tool alike.
    titles = [text.partition("\n")[0] for text in texts["rasad with headline"]]
    shares = {}
    for name, found in texts.items():
        kept = [lead_kept(found[i], pages[i].gold, titles[i]) for i in chosen]
        shares[name] = fmean(float(value) for value in kept if value is not None)
    ours = shares.pop("rasad")
    suffix = "" if half == "kept-out" else ".dev"
    return Figure(f"extraction.lead_kept{suffix}", ours, 0.93, baselines=shares, half=half, note="ru and en")


def _arabic() -> Iterator[Figure]:
    """The share of pages of which every sentence is kept, and of pages without any chrome."""
    kept, clean = [], []
    for page in arabic_pages():
        draft = _ours(page.body, "https://akhbar.example/archives/4711", page.content_type)
        text = draft.text if draft else ""
        kept.append(all(sentence in text for sentence in page.keep))
        clean.append(bool(text) and not any(piece in text for piece in page.chrome))
    note = f"{len(kept)} pages of 12 shapes, own words"
    yield Figure("extraction.arabic_complete", fmean(map(float, kept)), 1.0, note=note)
    yield Figure("extraction.arabic_clean", fmean(map(float, clean)), 1.0, note=note)


def _encodings() -> Iterator[Figure]:
    """The share of pages read right for each way of declaring the encoding."""
    right = []
    for name, body, content_type, sentence in encoded_pages():
        draft = _ours(body, f"https://akhbar.example/{name}", content_type)
        right.append(draft is not None and sentence in draft.text)
    yield Figure("extraction.encodings", fmean(map(float, right)), 1.0, note=f"{len(right)} pages")
