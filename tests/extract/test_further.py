"""Articles on several pages: their further pages are found by shape, and only what is new is joined."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extract import extract
from crawler.extract.further import joined, page_number
from crawler.types import Draft, Page

URL = "https://news.example/2024/story.html"


@pytest.mark.parametrize(
    ("article", "address", "number"),
    [
        (URL, "https://news.example/2024/story.html?page=2", 2),
        (URL, "https://news.example/2024/story_3.html", 3),
        (URL, "https://news.example/2024/story.html/2", 2),
        (URL, "https://news.example/2024/story/2.html", 2),
        ("https://news.example/a/story/", "https://news.example/a/story/2/", 2),
        ("https://news.example/a/story", "https://news.example/a/story/page/4", 4),
        ("https://news.example/?id=7", "https://news.example/?id=7&p=2", 2),
        ("https://news.example/a/story/", "https://news.example/a/story-2/", 0),  # another story of the same name
        ("https://news.example/a/story/", "https://news.example/a/other/2/", 0),
        ("https://news.example/a/story/", "https://other.example/a/story/2/", 0),
        ("https://news.example/?id=7", "https://news.example/?id=8&p=2", 0),
        (URL, "https://news.example/2024/story.html?utm=2", 0),
        ("https://news.example/", "https://news.example/page/2", 0),  # a list of news
    ],
)
def test_address_shows_its_page(article: str, address: str, number: int) -> None:
    """Page numbers are read in the forms sites use; other stories are not pages of this one."""
    assert page_number(article, address) == number


def draft(body: str, links: str) -> Draft:
    html = (
        "<html lang=en><head><title>The bridge</title>"
        "<link rel=next href=/2024/the-neighbour.html></head><body><article><h1>The bridge</h1>"
        f"{body}</article>{links}</body></html>"
    )
    made = extract(Page(URL, URL, 200, (("content-type", "text/html"),), html.encode(), NOW), None, NOW)
    assert isinstance(made, Draft)
    return made


NOW = datetime(2024, 5, 2, 12, 0, tzinfo=UTC)
SENTENCES = [
    f"Workers of the {place} crew told this paper that beam number {n} was lifted on Monday, two weeks late."
    for n, place in enumerate(("northern", "southern", "eastern", "western", "upper", "lower"), 1)
]


def paragraphs(first: int, last: int) -> str:
    return "".join(f"<p>{sentence}</p>" for sentence in SENTENCES[first:last])


def test_pager_of_the_article_is_followed_and_that_of_the_comments_is_not() -> None:
    """Numbers and «next» under the text count; rel=next of a neighbour and pages of comments do not."""
    pager = "<div class=pager><a href=?page=2>2</a> <a href='?page=3'>3</a> <a href='?page=2'>Next »</a></div>"
    comments = "<div class=comments><a href='?page=4'>4</a></div>"
    made = draft(paragraphs(0, 3), pager + comments)
    assert made.further == (f"{URL}?page=2", f"{URL}?page=3")
    assert draft(paragraphs(0, 3), comments).further == ()


def test_texts_are_joined_without_repeating_anything() -> None:
    """Page 2 opens with a sentence of page 1 again; the whole tells it once."""
    first, second = draft(paragraphs(0, 3), ""), draft(paragraphs(2, 6), "")
    whole = joined(first, [second])
    assert whole.text.split("\n") == SENTENCES
    assert whole.notes[-1] == "joined from 2 pages"


def test_page_that_repeats_the_article_is_no_further_page() -> None:
    """?page=1 of a Drupal site pages through the comments: the text stays as it was."""
    first = draft(paragraphs(0, 4), "")
    assert joined(first, [draft(paragraphs(0, 4), "")]) == first
