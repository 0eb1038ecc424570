"""Arabic pages in the shapes of real sites: every sentence kept, no chrome."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawler.extract import extract
from crawler.types import Draft, Page
from tests.quality._arabic import ArabicPage, arabic_pages

NOW = datetime(2024, 3, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize("sample", list(arabic_pages()), ids=lambda sample: sample.name)
def test_every_sentence_is_kept_and_no_chrome(sample: ArabicPage) -> None:
    """The whole text, only the text, dated and named."""
    url = "https://akhbar.example/archives/4711"
    draft = extract(Page(url, url, 200, (("content-type", sample.content_type),), sample.body, NOW), None, NOW)
    assert isinstance(draft, Draft)
    assert [sentence for sentence in sample.keep if sentence not in draft.text] == []
    assert [piece for piece in sample.chrome if piece in draft.text] == []
    assert list(sample.keep) == draft.text.split("\n")
    assert draft.published.at is not None and draft.published.at.date() == date(2024, 3, 11)
    assert "موقع الاختبار" not in draft.title and draft.language == "ar"
