"""Pages that are no article have a named end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extract import extract
from crawler.types import Blocked, Page, Rejected

NOW = datetime(2024, 5, 2, 12, tzinfo=UTC)
RELOAD = "<html><script>document.cookie='a=1';location.reload()</script></html>"


def end_of(body: bytes | str, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> object:
    raw = body.encode() if isinstance(body, str) else body
    url = "https://news.example/a/1"
    return extract(Page(url, url, status, headers or (("content-type", "text/html"),), raw, NOW), None, NOW)


BLOCKED = [
    ("<html><script src='/__qrator/qauth.js'></script></html>", 401, "qrator challenge"),
    ("<html><script src='/__qrator/qauth.js'></script></html>", 200, "qrator challenge"),
    ("<html><title>Just a moment...</title><script>cf_chl_opt</script></html>", 403, "cloudflare challenge"),
    ("<html><title>DDoS-Guard</title>checking</html>", 403, "ddos-guard challenge"),
    (RELOAD, 200, "script challenge"),
    ("<html><p>no</p></html>", 401, "login or challenge (401)"),
    ("<html><p>no</p></html>", 403, "forbidden (403)"),
    ("<html><p>slow down</p></html>", 429, "rate limited (429)"),
    ("<html><p>law</p></html>", 451, "legal block (451)"),
    (
        "<html><h1>Вход</h1><p>Войдите, чтобы продолжить чтение этой статьи на нашем сайте.</p></html>",
        200,
        "login wall",
    ),
    (
        "<html><h1>Sorry</h1><p>This content is not available in your country. We are sorry about it.</p></html>",
        200,
        "geo-block",
    ),
]
REJECTED = [
    ("   ", 200, "empty page"),
    ("<html></html>", 200, "no text"),
    ("<html><h1>Не найдено</h1></html>", 404, "gone (404)"),
    ("<html><p>x</p></html>", 500, "HTTP status 500"),
    (b"\x89PNG\r\n\x1a\n" + bytes(3000), 200, "not HTML: image"),
    (b"%PDF-1.7 body", 200, "not HTML: PDF"),
    (b"\x1f\x8b\x08\x00rest", 200, "not HTML: compressed data"),
    ("<?xml version='1.0'?><rss version='2.0'><channel/></rss>", 200, "not HTML: rss"),
    ("<feed xmlns='http://www.w3.org/2005/Atom'/>", 200, "not HTML: feed"),
    ('{"a": "b"}', 200, "not HTML: JSON"),
    (bytes(range(256)) * 40, 200, "not HTML: binary data"),
    ("<html><title>404 - страница не найдена</title><h1>Ошибка 404</h1><p>Страница не найдена, но у нас много других новостей для вас.</p></html>", 200, "soft 404"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "reason"), BLOCKED)
def test_a_wall_is_blocked(body: str, status: int, reason: str) -> None:
    """Never stored, never taken for an edit or a deletion."""
    assert end_of(body, status) == Blocked(reason)


@pytest.mark.parametrize(("body", "status", "reason"), REJECTED)
def test_what_is_no_article_is_rejected(body: str | bytes, status: int, reason: str) -> None:
    """With the reason."""
    assert end_of(body, status) == Rejected(reason)


def test_cloudflare_says_so_in_a_header() -> None:
    """cf-mitigated is enough."""
    assert end_of("<html/>", 403, (("cf-mitigated", "challenge"),)) == Blocked("cloudflare challenge")


def test_an_article_about_a_challenge_vendor_is_an_article() -> None:
    """A page that merely loads the vendor's script has its text."""
    text = "".join(
        f"<p>Сервис защиты номер {n} проверяет посетителей сайта, рассказали его разработчики журналистам.</p>"
        for n in range(15)
    )
    made = end_of(
        f"<html><head><script src='/aes.js'></script></head><body><h1>О защите сайтов</h1><article>{text}</article></body></html>"
    )
    assert not isinstance(made, Blocked | Rejected)
