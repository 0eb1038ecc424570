"""Hostile and broken markup ends soon and with a name."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler import markup
from crawler.extract import extract
from crawler.extract.lines import of
from crawler.types import Draft, Page, Rejected

NOW = datetime(2024, 5, 2, 12, tzinfo=UTC)
SAID = "Жители посёлка сообщили, что мост закрыт, и дорога тоже. Это случилось вчера вечером."


def made(body: str) -> object:
    url = "https://news.example/a/1"
    return extract(Page(url, url, 200, (("content-type", "text/html"),), body.encode(), NOW), None, NOW)


def test_100_000_nested_divs_still_give_the_text() -> None:
    """libxml2 stops at its depth limit; the page is read again without its wrappers."""
    draft = made("<html><body>" + "<div>" * 100_000 + f"<p>{SAID}</p>" + "</div>" * 100_000)
    assert isinstance(draft, Draft) and SAID in draft.text


def test_unclosed_fonts_still_give_the_text() -> None:
    """Old templates open <font><b> for every paragraph and close none."""
    draft = made("<html><body><h1>Мост закрыт на ремонт</h1>" + "<font><b>" * 400 + f"<p>{SAID}</p>")
    assert isinstance(draft, Draft) and SAID in draft.text


def test_nul_bytes_are_dropped() -> None:
    """A few NULs inside words do not hide them."""
    draft = made(f"<html><body><h1>Мост закрыт</h1><p>{SAID}</p></body></html>".replace("мост", "мо\x00ст"))
    assert isinstance(draft, Draft) and SAID in draft.text


def test_ten_megabytes_of_text_are_no_article() -> None:
    """A dump is refused before any tool reads it."""
    found = made("<html><body>" + f"<p>{SAID}</p>" * 60_000)
    assert isinstance(found, Rejected) and found.reason.startswith("too long")


def test_two_million_tags_are_cut() -> None:
    """The tree stays small whatever comes."""
    tree = markup.parse("<html><body>" + "<br>" * 2_000_000)
    assert tree is not None and sum(1 for _ in tree.iter()) <= markup.MAX_TAGS


def test_a_glued_counter_is_dropped_and_a_number_is_parted() -> None:
    """«0Казнь» hides a name."""
    tree = markup.parse(
        "<div><p><span>0</span>Казнь прошла тихо.</p><p>Их<b>5</b>человек.</p><p><b>1</b> мая</p></div>"
    )
    assert of(tree) == ["Казнь прошла тихо.", "Их 5 человек.", "1 мая"]
