"""`rasad outlets add`: what is found out about invented sites, what is doubted, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import FetchError, UsageError
from crawler.introduction import Introduction, introduce
from crawler.outlets import Outlets, load, parse_outlet, read_outlet
from tests.crawl.fakes import Answer, Site
from tests.crawl.telegram_page import Post, preview
from tests.outlets.sites import RUSSIAN, crawl, furat, home, now, page, rss

NOBODY = Outlets({})
TITLE = b'<meta property="og:title" content="Furat Now"><meta property="og:site_name" content="Telegram">'
FURAT = "http://www.furat-daily.example/"


def meet(
    site: Site, address: str = FURAT, known: Outlets = NOBODY, **options: object
) -> tuple[Introduction, list[str]]:
    """The introduction and the steps it said."""
    said: list[str] = []
    return introduce(address, crawl(site), now, known, said.append, **options), said  # type: ignore[arg-type]


def test_a_declared_feed_is_found_and_proven(site: Site, tmp_path: Path) -> None:
    """Feed, name, language, zone, family and address pattern, with three articles as proof, in a file that loads."""
    furat(site)
    found, _ = meet(site)

    (tmp_path / "furat.yaml").write_text(found.yaml, "utf-8")
    outlet = read_outlet(tmp_path / "furat.yaml")
    (entry,) = outlet.entry_points
    assert ("feed", FURAT + "feed/", "proven") == (entry.kind, entry.url, entry.confidence)
    assert ("يومية الفرات", "wordpress", ["ar"]) == (outlet.name, outlet.template, outlet.languages)
    assert r"/archives/\d{3,}(?:\.s?html?)?/?$" == outlet.articles
    assert "furat-daily" == found.outlet.id.replace("_", "-")
    assert 3 == sum(one.draft is not None and one.draft.published.precision == "minute" for one in found.shown)


def test_doubts_are_said_and_written(site: Site) -> None:
    """Nothing tells the country of this site, so its zone is a suggestion: both are doubted, in the file too."""
    furat(site)
    found, _ = meet(site)
    assert {"country", "timezone"} == {doubt.partition(":")[0] for doubt in found.unsure}
    assert "country: XX  # not sure: nothing tells" in found.yaml
    assert "timezone: Asia/Damascus  # not sure: " in found.yaml


def test_a_few_polite_requests_are_enough(site: Site) -> None:
    """robots.txt once, the home page, the feed, three articles, and the two other ways back that WordPress may have."""
    furat(site)
    meet(site)
    asked = [one.path.removeprefix("http://www.furat-daily.example") for one in site.log]
    assert 1 == asked.count("/robots.txt")
    assert len(asked) == len(set(asked)) <= 8


def test_a_forbidden_path_is_not_asked(site: Site) -> None:
    """robots.txt is obeyed for every place that is tried."""
    furat(site)
    site.answers[FURAT + "robots.txt"] = Answer(b"User-agent: *\nDisallow: /feed/\n", kind="text/plain")
    found, said = meet(site)
    assert FURAT + "feed/" not in [one.path for one in site.log]
    assert any("robots.txt" in line for line in said)
    assert "section" == found.outlet.entry_points[0].kind


def test_wordpress_rest_is_kept_for_the_way_back(site: Site) -> None:
    """Beside a feed the REST interface is an archive; without one it is the entry point."""
    paths = furat(site)
    posts = ",".join(
        f'{{"date_gmt":"2026-11-22T0{6 - n}:10:00","modified_gmt":"","link":"{path}","title":{{"rendered":"T"}}}}'
        for n, path in enumerate(paths)
    )
    rest = FURAT + "wp-json/wp/v2/posts"
    asked = rest + "?per_page=50&_fields=date_gmt,modified_gmt,link,title&orderby=date"
    site.answers[asked] = Answer(f"[{posts}]".encode(), kind="application/json")
    found, _ = meet(site)
    assert [("wordpress", rest)] == [(one.kind, one.url) for one in found.outlet.archives]

    site.answers[FURAT] = home(*paths, head='<link rel="stylesheet" href="/wp-content/x.css">')
    del site.answers[FURAT + "feed/"]
    found, _ = meet(site)
    assert [("wordpress", rest, "proven")] == [(e.kind, e.url, e.confidence) for e in found.outlet.entry_points]


def test_feeds_listed_on_a_page_of_their_own_are_found(site: Site) -> None:
    """A site of the RFE/RL family has its feeds under tokens, listed on /rssfeeds; its template is recognised."""
    base = "http://www.sever-realii.example"
    paths = [f"/a/parom-snova-rabotaet/{33000000 + n}.html" for n in range(5)]
    site.answers[base + "/"] = home(
        *paths, head='<link href="https://gdb.rferl.org/x.png">', menu=("/rssfeeds", "/news/")
    )
    site.answers[base + "/rssfeeds"] = Answer(b'<a href="/api/z-dead">x</a><a href="/api/zabcd">All</a>')
    site.answers[base + "/api/zabcd"] = rss("www.sever-realii.example", paths, title="Север.Реалии", zone="+0300")
    for path in paths:
        site.answers[base + path] = page(
            "Паром снова работает", RUSSIAN, date="2026-11-22T09:10:00+03:00", language="ru"
        )
    found, _ = meet(site, base + "/")
    assert ("rferl", base + "/api/zabcd") == (found.outlet.template, found.outlet.entry_points[0].url)
    assert r"/a/(.+/)?\d+\.html" == found.outlet.articles  # the family's own


def test_without_a_feed_the_page_of_links_is_read(site: Site) -> None:
    """The pattern most links share is learnt, menus are left out, and the weakness is said."""
    base = "http://parom.example"
    paths = [f"/news/2026/11/2{n}/parom-snova-rabotaet-{n}" for n in range(3)] + [
        f"/news/2026/11/1{n}/ochered-na-dva-kilometra" for n in range(4)
    ]
    site.answers[base + "/"] = home(*paths, "/gallery/7001/", menu=("/news/", "/about/", "/sport/"))
    for path in paths:
        site.answers[base + path] = page(
            "Паром снова работает", RUSSIAN, date="2026-11-22T09:10:00+03:00", language="ru"
        )
    found, _ = meet(site, base + "/")
    assert "section" == found.outlet.entry_points[0].kind
    assert r"/news/20\d\d/\d{1,2}/\d{1,2}/[^/]+" == found.outlet.articles
    assert any("no feed or sitemap was found" in doubt for doubt in found.unsure)


def test_an_address_of_a_feed_leads_to_its_outlet(site: Site) -> None:
    """Who gives the feed gets the same outlet, with the home page as its home."""
    furat(site)
    found, _ = meet(site, FURAT + "feed/")
    assert (FURAT, FURAT + "feed/") == (found.outlet.home, found.outlet.entry_points[0].url)


def test_a_feed_that_moved_for_good_is_written_where_it_is(site: Site) -> None:
    """A permanent redirect is followed into the file."""
    furat(site)
    site.answers[FURAT + "rss/new.xml"] = site.answers[FURAT + "feed/"]
    site.answers[FURAT + "feed/"] = Answer(b"", 301, (("Location", "/rss/new.xml"),))
    found, _ = meet(site)
    assert FURAT + "rss/new.xml" == found.outlet.entry_points[0].url


def test_a_channel_is_an_outlet(site: Site) -> None:
    """Its posts are the proof; its id is the channel's name."""
    posts = preview(*(Post(n, " ".join(RUSSIAN)) for n in (7, 8, 9)))
    site.answers["http://t.me/s/FuratNow"] = Answer(posts.replace(b"<head>", b"<head>" + TITLE))
    found, _ = meet(site, "http://t.me/FuratNow")
    assert ("furatnow", "Furat Now") == (found.outlet.id, found.outlet.name)
    assert [("telegram", "proven")] == [(one.kind, one.confidence) for one in found.outlet.entry_points]
    assert 3 == sum(one.draft is not None for one in found.shown)


def test_articles_that_cannot_be_read_leave_a_doubt(site: Site) -> None:
    """A feed whose articles do not come is a candidate and not proven."""
    for address in furat(site):
        del site.answers[address]
    found, _ = meet(site)
    assert "candidate" == found.outlet.entry_points[0].confidence
    assert any("3 of 3 articles could not be read: HTTP 404" in doubt for doubt in found.unsure)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({FURAT: Answer(b"<html><title>x</title>__qrator</html>", 401)}, "qrator challenge"),
        ({FURAT: Answer(b"no", 403)}, "crawl.proxies"),
        ({FURAT + "robots.txt": Answer(b"User-agent: *\nDisallow: /\n", kind="text/plain")}, "crawl.obey_robots"),
        ({FURAT: Answer(b"<html><body>under construction</body></html>")}, "no feed, no sitemap, and no links"),
        ({FURAT: Answer(b"", 302, (("Location", FURAT),))}, "redirects"),
    ],
)
def test_a_site_that_cannot_be_read_says_why(site: Site, answers: dict[str, Answer], said: str) -> None:
    """Challenge, refusal, robots.txt, an empty page and a circle end with what happened and what to do."""
    site.answers.update(answers)
    with pytest.raises(FetchError, match=said):
        meet(site)


@pytest.mark.parametrize(
    ("address", "said"), [("http://127.0.0.1:1/", "connection refused"), ("http://nowhere.invalid/", "unknown host")]
)
def test_a_host_that_does_not_answer_says_why(site: Site, address: str, said: str) -> None:
    """Without a proxy: a name nobody has, and a machine that refuses."""
    with pytest.raises(FetchError, match=said):
        introduce(address, crawl(site, proxy="", allow_private=["127.0.0.0/8"]), now, NOBODY, lambda _: None)


@pytest.mark.parametrize(
    "address", ["https://www.fontanka.ru/", "http://fontanka.ru/fontanka.rss", "https://sana.sy/en/"]
)
def test_a_shipped_outlet_is_not_added_twice(site: Site, address: str) -> None:
    """The outlet is named before anything is asked of anybody."""
    with pytest.raises(UsageError, match=r"belongs to `(fontanka|sana_en)`"):
        meet(site, address, load())
    assert [] == site.log


def test_a_feed_another_outlet_reads_is_refused(site: Site) -> None:
    """Two outlets on one feed would share its articles by chance."""
    furat(site)
    other = parse_outlet(
        "name: F\nhome: http://elsewhere.example/\nlanguages: [ar]\ncountry: SY\n"
        f"entry_points:\n  - kind: feed\n    url: {FURAT}feed/\n",
        "furat_too",
    )
    with pytest.raises(UsageError, match="read for `furat_too`"):
        meet(site, known=Outlets({"furat_too": other}))
    assert meet(site, known=Outlets({"furat_too": other}), force=True)
