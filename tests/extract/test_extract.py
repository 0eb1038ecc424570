"""From bytes to an article."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.extract import ReadingRules, Template, extract
from crawler.types import Blocked, Draft, Page, Rejected

NOW = datetime(2024, 5, 2, 12, 0, tzinfo=UTC)


def page(
    body: bytes | str, url: str = "https://news.example/2024/05/01/story", status: int = 200, **headers: str
) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    named = tuple((key.replace("_", "-"), value) for key, value in headers.items())
    return Page(url, url, status, named or (("content-type", "text/html"),), raw, NOW)


def test_an_ordinary_page_becomes_a_draft() -> None:
    """Title, text, date and language of a plain page."""
    paragraphs = "".join(
        f"<p>Жители посёлка Лесной сообщили редакции, что мост номер {n} закрыт на ремонт до осени.</p>"
        for n in range(6)
    )
    html = f"""<html lang=ru><head><title>Мост закрыт - Вестник</title><meta property="article:published_time"
      content="2024-05-01T10:20:00+03:00"></head><body><nav><a href=/>Главная</a></nav><article><h1>Мост закрыт</h1>{paragraphs}
      </article></body></html>"""
    draft = extract(page(html), None, NOW)
    assert isinstance(draft, Draft)
    assert (draft.title, draft.language, draft.published.at) == (
        "Мост закрыт",
        "ru",
        datetime(2024, 5, 1, 7, 20, tzinfo=UTC),
    )
    assert len(draft.text.split("\n")) == 6


def test_an_empty_page_is_rejected() -> None:
    """No text, no article."""
    assert isinstance(extract(page("   "), None, NOW), Rejected)


def test_a_challenge_is_blocked() -> None:
    """A Qrator page under 401 is no article and no edit."""
    assert extract(page("<html><script src='/__qrator/qauth.js'></script></html>", status=401), None, NOW) == Blocked(
        "qrator challenge"
    )


def test_an_outlet_selector_is_used() -> None:
    """The outlet's own rule decides what the body is."""
    html = "<html><body><div class=x>Чужой текст о другом, достаточно длинный для статьи.</div><div class=t><p>Короткая новость о том, что дорога открыта снова.</p></div></body></html>"
    draft = extract(page(html), ReadingRules(templates=(Template(body="div.t"),), min_text_length=40), NOW)
    assert isinstance(draft, Draft)
    assert draft.text == "Короткая новость о том, что дорога открыта снова."
