"""What a site tells about its outlet, each by itself."""

from __future__ import annotations

import re

import pytest

from crawler import markup, portrait
from crawler.markup import Declared


def declared(html: str) -> Declared:
    return Declared(markup.parse(html))


BARE = declared("<html><body>x</body></html>")


@pytest.mark.parametrize(
    ("html", "feed_title", "name", "sure"),
    [
        ('<meta property="og:site_name" content="Furat Daily">', "", "Furat Daily", True),
        ('<meta property="og:site_name" content="furat.example"><title>Furat</title>', "", "Furat", False),
        (
            '<script type="application/ld+json">{"@type":"NewsMediaOrganization","name":"Фурат"}</script>',
            "",
            "Фурат",
            True,
        ),
        ("<title>x</title>", "Furat Daily", "Furat Daily", True),
        ("<title>الرئيسية - يومية الفرات</title>", "", "يومية الفرات", False),
        ("<title>Главная</title>", "", "furat.example", False),
        ("<body>x</body>", "", "furat.example", False),
    ],
)
def test_name(html: str, feed_title: str, name: str, sure: bool) -> None:
    """The site's own word goes before its titles; greetings and addresses are no names."""
    guess = portrait.name([declared(f"<html><head>{html}</head></html>")], feed_title, "www.furat.example")
    assert (name, sure) == (guess.value, guess.sure)


@pytest.mark.parametrize(
    ("html", "host", "language", "code", "sure"),
    [
        ("", "furat.sy", "ar", "SY", True),
        ("", "parom.ru", "ru", "RU", True),
        ("", "parom.su", "ru", "RU", True),
        ("", "furat.tv", "ar", "XX", False),
        ("", "furat.example", "ar", "XX", False),
        ('<meta property="og:locale" content="ar_SY">', "furat.net", "ar", "SY", False),
        ('<meta property="og:locale" content="ar_AR">', "furat.net", "ar", "XX", False),
        ('<meta property="og:locale" content="en_US">', "furat.net", "en", "XX", False),
        ('<meta property="og:locale" content="ru_RU">', "furat.net", "ar", "XX", False),
        (
            '<script type="application/ld+json">{"@type":"Organization","address":{"addressCountry":"سوريا"}}</script>',
            "furat.net",
            "ar",
            "SY",
            True,
        ),
    ],
)
def test_country(html: str, host: str, language: str, code: str, sure: bool) -> None:
    """An address and a national domain are evidence, a plugin's locale is none, and nothing is invented."""
    guess = portrait.country([declared(f"<html><head>{html}</head></html>")], host, language)
    assert (code, sure) == (guess.value, guess.sure)


SUMMER, WINTER = "2026-07-01T12:00:00+03:00", "2026-01-01T12:00:00+02:00"


@pytest.mark.parametrize(
    ("dates", "country", "language", "zone", "sure"),
    [
        (["Sun, 22 Nov 2026 09:00:00 +0300"] * 3, "SY", "ar", "Asia/Damascus", True),
        (["Sun, 22 Nov 2026 09:00:00 +0300"] * 3, "RU", "ru", "Europe/Moscow", True),
        (["2026-11-22T09:00:00+05:00"] * 3, "RU", "ru", "Asia/Yekaterinburg", True),
        ([SUMMER, WINTER], "UA", "uk", "Europe/Kyiv", False),
        ([SUMMER, SUMMER, WINTER], "LB", "ar", "Asia/Beirut", True),
        (["Sun, 22 Nov 2026 09:00:00 GMT"] * 3, "SY", "ar", "Asia/Damascus", True),
        (["Sun, 22 Nov 2026 09:00:00 GMT"] * 3, "RU", "ru", "Europe/Moscow", False),
        (["Sun, 22 Nov 2026 09:00:00 GMT"] * 3, "XX", "ar", "UTC", False),
        (["2026-11-22T09:00:00+01:00"] * 3, "SY", "ar", "Asia/Damascus", False),
        (["2026-11-22T09:00:00+03:00"] * 3, "XX", "ru", "Europe/Moscow", False),
        (["2026-11-22T09:00:00"], "XX", "en", "UTC", False),
        (["yesterday", ""], "XX", "en", "UTC", False),
    ],
)
def test_time_zone(dates: list[str], country: str, language: str, zone: str, sure: bool) -> None:
    """Offsets are compared at each date's own time; dates in UTC say nothing; a contradiction is a doubt."""
    guess = portrait.timezone(portrait.stamps(dates), country, language)
    assert (zone, sure) == (guess.value, guess.sure)


def test_languages_are_those_of_the_articles() -> None:
    """One English piece among many is a guest; a bilingual site has both."""
    page = declared("<html lang=en><body>x</body></html>")
    assert ["ar"] == [one.value for one in portrait.languages(["ar"] * 9 + ["en"], page)]
    assert ["ar", "en"] == [one.value for one in portrait.languages(["ar", "en", "ar"], page)]
    assert [("en", False)] == [(one.value, one.sure) for one in portrait.languages(["und"], page)]


HOST = "https://furat.example"
PATTERNS = [
    ([f"/archives/{n}" for n in range(207420, 207426)], r"/archives/\d{3,}(?:\.s?html?)?/?$"),
    ([f"/2026/11/0{n}/a-b" for n in range(1, 7)], r"/20\d\d/\d{1,2}/\d{1,2}/[^/]+"),
    ([f"/news/2026/11/slug-{n}" for n in range(6)], r"/news/20\d\d/\d{1,2}/[^/]+"),
    ([f"/{word}/{n}.html" for n, word in enumerate("abcdef", 1000)], r"/\d{3,}(?:\.s?html?)?/?$"),
    ([f"/a/title-{n}.html" for n in range(33000000, 33000006)], r"/a/(?:[^/]+/)*[^/]*\d{4,}[^/]*(?:\.s?html?)?/?$"),
    ([f"/{word}-after-a-long-day/" for word in "abcdef"], r"/(?:[^/]+/)*[^/-]+(?:-[^/-]+){2,}/?$"),
    (["/عاجل-من-المدينة-اليوم"] * 6, r"/(?:[^/]+/)*[^/-]+(?:-[^/-]+){2,}/?$"),
    ([f"/archives/{n}" for n in range(4)], ""),
    (["/one", "/two", "/three", "/four", "/five"], ""),
]


@pytest.mark.parametrize(("paths", "pattern"), PATTERNS)
def test_article_pattern(paths: list[str], pattern: str) -> None:
    """The narrowest of the known shapes that all addresses have; none where too few are known or none fits."""
    sections = [f"{HOST}/news/", f"{HOST}/archives/category/online", f"{HOST}/about-us"]
    learnt = portrait.article_pattern([HOST + path for path in paths], sections)
    assert pattern == learnt
    assert all(re.search(learnt, HOST + path) for path in paths)


def test_menus_are_not_the_commonest_shape() -> None:
    """What a page lists has one shape many times; what it offers beside has many."""
    news = [f"{HOST}/news/{n}-a-long-headline-here" for n in range(1000, 1008)]
    assert news == portrait.commonest_shape([f"{HOST}/gallery/7001/", *news, f"{HOST}/2026/", f"{HOST}/tv/live/12345"])


@pytest.mark.parametrize(
    ("host", "path", "taken", "name"),
    [
        ("www.furat-daily.example", "/", (), "furat_daily"),
        ("furat.com.tr", "/", (), "furat"),
        ("english.furat.net", "/", (), "furat_english"),
        ("furat.net", "/en/", (), "furat_en"),
        ("furat.net", "/", ("furat",), "furat_net"),
        ("furat.net", "/", ("furat", "furat_net"), "furat_2"),
        ("FuratNow_channel", "", (), "furatnow_channel"),
        ("127.0.0.1", "/", (), "0_0_127"),
        ("xn--80a1acny.xn--p1ai", "/", (), "80a1acny"),
    ],
)
def test_ids_are_file_names_nobody_has(host: str, path: str, taken: tuple[str, ...], name: str) -> None:
    """Made of the host, told apart by the edition or the domain."""
    assert name == portrait.outlet_id(host, path, taken)
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name)


def test_a_dateline_is_no_sentence() -> None:
    """What is shown of an article tells what it is about."""
    text = "ДАМАСК. Паром через реку снова работает после недельного ремонта. Очередь была длинной."
    assert text[:65] == portrait.first_sentence(text)
    assert 60 == len(portrait.first_sentence("слово " * 100, most=60))
