"""Invented sites under their own names: a proxy on loopback answers for them (`tests.crawl.fakes.Site`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from crawler.config import CrawlSection
from tests.crawl.fakes import Answer, Site

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

ARABIC = (
    "عادت الأفران إلى العمل في المدينة بعد توقف دام أسبوعًا كاملًا بسبب نقص الوقود والطحين.",
    "وقال سكان إن الخبز وصل إلى الأسواق ظهر اليوم، وإن الأسعار بقيت كما كانت قبل التوقف.",
    "ولم تذكر الجهات المسؤولة سببًا للتأخير، واكتفت بالقول إن العمل مستمر في بقية الأحياء.",
)
RUSSIAN = (
    "Паром через реку снова работает после недельного ремонта, сообщили в городской администрации.",
    "По словам жителей, первые машины переправились утром, очередь растянулась на два километра.",
    "Причину задержки чиновники не назвали, расписание обещают вернуть к прежнему до конца месяца.",
)


def now() -> datetime:
    return NOW


def crawl(site: Site, **settings: object) -> CrawlSection:
    """Settings that lead every request to the site, without pauses."""
    return CrawlSection.model_validate({"delay": "0s", "timeout": "2s", "proxy": site.url(""), **settings})


def page(
    title: str, paragraphs: Sequence[str] = ARABIC, *, date: str = "", head: str = "", language: str = "ar"
) -> Answer:
    """An article page with a site's chrome around it."""
    body = "".join(f"<p>{line}</p>" for line in paragraphs)
    meta = f'<meta property="article:published_time" content="{date}">' if date else ""
    return Answer(
        f'<!doctype html><html lang="{language}"><head><title>{title}</title><meta property="og:title" content="{title}">'
        f"{meta}{head}</head><body><nav><a href=/>*</a></nav><article><h1>{title}</h1>{body}</article></body></html>".encode()
    )


def home(*links: str, head: str = "", menu: Sequence[str] = ("/politics/", "/about/", "/contacts")) -> Answer:
    """A home page: a menu, and links to articles."""
    anchors = "".join(f'<a href="{link}">Headline of some length {number}</a>' for number, link in enumerate(links))
    sections = "".join(f'<a href="{link}">section</a>' for link in menu)
    return Answer(
        f"<!doctype html><html><head>{head}</head><body><nav>{sections}</nav><main>{anchors}</main></body></html>".encode()
    )


def rss(host: str, paths: Sequence[str], *, zone: str = "+0300", title: str = "Furat Daily", day: int = 22) -> Answer:
    """A feed of these paths, newest first, dated by the clock of `zone`."""
    items = "".join(
        f"<item><title>عنوان الخبر رقم {number} من المدينة</title><link>http://{host}{path}</link>"
        f"<pubDate>Sun, {day} Nov 2026 0{9 - min(number, 9)}:10:00 {zone}</pubDate></item>"
        for number, path in enumerate(paths)
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'
    return Answer(body.encode(), kind="application/rss+xml")


def furat(site: Site, **head: str) -> list[str]:
    """A WordPress-like Arabic site with a declared feed of six articles; their addresses."""
    host = "www.furat-daily.example"
    paths = [f"/archives/{207420 + number}" for number in range(6)]
    declared = '<link rel="alternate" type="application/rss+xml" href="/feed/">'
    marks = '<link rel="stylesheet" href="/wp-content/themes/x/style.css"><meta property="og:site_name" content="يومية الفرات">'
    site.answers[f"http://{host}/"] = home(*paths, head=declared + marks)
    site.answers[f"http://{host}/feed/"] = rss(host, paths)
    for number, path in enumerate(paths):
        site.answers[f"http://{host}{path}"] = page(
            f"أفران المدينة تعود إلى العمل {number}", date=f"2026-11-22T0{9 - number}:10:00+03:00"
        )
    return [f"http://{host}{path}" for path in paths]
