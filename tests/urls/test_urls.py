"""One article, many addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls import canonical, host, same_article, site

SAME = [
    ("http://www.example.org/archives/784230", "https://example.org/archives/784230/"),
    ("https://example.org/archives/1?utm_source=rss&utm_medium=feed", "https://example.org/archives/1"),
    ("https://example.org/archives/1?fbclid=abc#comments", "https://example.org/archives/1"),
    ("https://m.example.org/a/1.html", "https://example.org/a/1.html"),
    ("https://example.org/a/1/amp/", "https://example.org/a/1"),
    ("https://example.org/amp/a/1", "https://example.org/a/1"),
    ("https://example.org/a/1.amp.html", "https://example.org/a/1.html"),
    ("https://example.org/a/1?amp=1", "https://example.org/a/1"),
    ("https://amp-example-org.cdn.ampproject.org/c/s/example.org/a/1", "https://example.org/a/1"),
    ("https://www.google.com/amp/s/example.org/a/1", "https://example.org/a/1"),
    ("https://example.org/a/1/print", "https://example.org/a/1"),
    ("https://example.org/a/1?view=print", "https://example.org/a/1"),
    ("https://example.org/خبر-عاجل", "https://example.org/%d8%ae%d8%a8%d8%b1-%d8%b9%d8%a7%d8%ac%d9%84/"),
    ("https://example.org/%D8%AE%D8%A8%D8%B1", "https://example.org/%d8%ae%d8%a8%d8%b1"),
    ("https://EXAMPLE.org:443/a//1", "https://example.org/a/1"),
    ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
    ("https://example.org/a?a=1&amp;b=2", "https://example.org/a?a=1&b=2"),
    ("https://пример.рф/новости/1", "https://xn--e1afmkfd.xn--p1ai/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8/1"),
    ("https://example.org/a;jsessionid=5F2A?id=3", "https://example.org/a?id=3"),
    ("https://example.org/a/1?from=main_2", "https://example.org/a/1"),
]
DIFFERENT = [
    ("https://example.org/?p=123", "https://example.org/?p=124"),
    ("https://example.org/?p=123", "https://example.org/"),
    ("https://example.org/news.php?id=7", "https://example.org/news.php?id=8"),
    ("https://example.org/news.php?cid=7", "https://example.org/news.php?cid=8"),
    ("https://example.org/story?gallery=3", "https://example.org/story?gallery=4"),
    ("https://example.org/modules.php?name=News&sid=7", "https://example.org/modules.php?name=News&sid=8"),
    ("https://example.org/a/1?page=2", "https://example.org/a/1"),
    ("https://arabic.example.org/1", "https://russian.example.org/1"),
    ("https://example.org/Case", "https://example.org/case"),
    ("https://example.org/amplifier", "https://example.org/lifier"),
    ("https://example.org/%E3%D4", "https://example.org/%E3%D5"),
]
DECLARED = [
    # url, declared, expected
    ("https://m.example.org/x?id=5", "https://example.org/archives/5", "https://example.org/archives/5"),
    ("https://example.org/archives/5", "/archives/5-title", "https://example.org/archives/5-title"),
    ("https://example.org/archives/5", "https://example.org/", "https://example.org/archives/5"),
    ("https://example.org/news/2018/title", "https://example.org/news", "https://example.org/news/2018/title"),
    ("https://example.org/news.php?id=5", "https://example.org/news.php", "https://example.org/news.php?id=5"),
    ("https://example.org/archives/5", "https://elsewhere.net/archives/5", "https://example.org/archives/5"),
    ("https://ru.example.co.uk/1", "https://example.co.uk/1", "https://example.co.uk/1"),
    ("https://a.co.uk/1", "https://b.co.uk/1", "https://a.co.uk/1"),
    ("https://example.org/archives/5", "javascript:void(0)", "https://example.org/archives/5"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_spellings_of_one_article_share_a_key(a: str, b: str) -> None:
    """Tracking, twins, encodings, scheme and www do not make a second article."""
    assert canonical(a) == canonical(b)
    assert same_article(a, b)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_other_articles_keep_their_own_key(a: str, b: str) -> None:
    """Ids in the query, sub-domains, letter case and later pages stay."""
    assert canonical(a) != canonical(b)


@pytest.mark.parametrize(("url", "declared", "expected"), DECLARED)
def test_a_declared_canonical_is_followed_when_credible(url: str, declared: str, expected: str) -> None:
    """The home page, the section, the script without its id and another site are not believed."""
    assert canonical(url, declared) == expected


@pytest.mark.parametrize("url", ["mailto:a@b", "", "http://", "http://[::1", "ftp://example.org/a"])
def test_what_is_no_web_address_comes_back_unchanged(url: str) -> None:
    """No exception, no invention."""
    assert canonical(url) == url


def test_host_is_lower_case_ascii_without_port() -> None:
    """The name a host lease is taken under."""
    assert host("HTTPS://Пример.РФ:8443/") == "xn--e1afmkfd.xn--p1ai"
    assert site("https://arabic.rt.com/x") == "rt.com"


@given(
    st.lists(st.sampled_from(["amp", "/", "print", "خبر", "a", ".html", ";sid=1", "-", "%D8", "%d8%AE", " "])).map(
        "".join
    )
    | st.text(max_size=60),
    st.text(max_size=30),
)
def test_canonical_is_idempotent(path: str, query: str) -> None:
    """A key is its own key."""
    once = canonical("https://example.org/" + path + "?" + query)
    assert canonical(once) == once
