"""Pages that carry their date in the ways outlets do, own words. NOW is the time of the crawl."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

NOW = datetime(2024, 5, 15, 12, tzinfo=UTC)


class DatePage(NamedTuple):
    """`expected` is written like in date_strings.tsv; `feed` is the feed item's date or ''."""

    name: str
    language: str
    zone: str
    url: str
    head: str
    body: str
    expected: str
    feed: str = ""

    @property
    def html(self) -> str:
        return f"<html lang={self.language}><head><title>x</title>{self.head}</head><body>{self.body}</body></html>"


def _ld(**fields: str) -> str:
    inside = ", ".join(f'"{key}": "{value}"' for key, value in fields.items())
    return f'<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle", {inside}}}</script>'


def _meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


TEXT_AR = "<p>قال رئيس البلدية إن الأعمال ستنتهي قبل حلول الشتاء، وإن الطريق سيفتح أمام السيارات.</p>" * 3
TEXT_RU = "<p>Глава района сообщил, что дорогу откроют до холодов, а автобусы пойдут по старому маршруту.</p>" * 3
TEXT_EN = "<p>The mayor said the road would open before winter and that buses would take the old route again.</p>" * 3
H_AR, H_RU, H_EN = "<h1>فتح الطريق القديم</h1>", "<h1>Открыта старая дорога</h1>", "<h1>The old road is open</h1>"
RELATED_RU = '<div class="related"><a href="/1">Другая новость</a><span class="date">11.05.2024</span></div>'
DAM, MSK = "Asia/Damascus", "Europe/Moscow"

PAGES = (
    DatePage("json-ld offset", "ar", DAM, "https://a.example/1", _ld(datePublished="2018-02-13T17:33:36+02:00"), H_AR + TEXT_AR, "2018-02-13T15:33Z"),
    DatePage("json-ld bare local", "ru", MSK, "https://a.example/1", _ld(datePublished="2018-02-13T17:33:36"), H_RU + TEXT_RU, "2018-02-13T14:33Z"),
    DatePage("json-ld day only", "ru", MSK, "https://a.example/1", _ld(datePublished="2018-02-13"), H_RU + TEXT_RU, "2018-02-13"),
    DatePage("meta published", "en", DAM, "https://a.example/1", _meta("article:published_time", "2023-04-05T06:07:08Z"), H_EN + TEXT_EN, "2023-04-05T06:07Z"),
    DatePage("meta offset without colon", "ru", MSK, "https://a.example/1", _meta("article:published_time", "2023-04-05T06:07:08+0300"), H_RU + TEXT_RU, "2023-04-05T03:07Z"),
    DatePage("modified is not published", "en", DAM, "https://a.example/1", _meta("article:modified_time", "2024-05-14T06:07:08Z"), H_EN + '<span class="date">5 April 2023</span>' + TEXT_EN, "2023-04-05"),
    DatePage("json-ld dateModified only", "ru", MSK, "https://a.example/1", _ld(dateModified="2024-05-14T10:00:00+03:00"), H_RU + '<div class="date">2 мая 2024, 10:00</div>' + TEXT_RU, "2024-05-02T07:00Z"),
    DatePage("itemprop", "ru", MSK, "https://a.example/1", '<meta itemprop="datePublished" content="2020-01-13T17:04:34+0300">', H_RU + TEXT_RU, "2020-01-13T14:04Z"),
    DatePage("time element", "ar", DAM, "https://a.example/1", "", H_AR + '<time datetime="2024-03-11T09:30:00+03:00">11 آذار</time>' + TEXT_AR, "2024-03-11T06:30Z"),
    DatePage("time in related only", "ru", MSK, "https://a.example/2023/04/05/x", "", H_RU + TEXT_RU + '<aside><time datetime="2024-05-11T10:00:00Z">11 мая</time></aside>', "2023-04-05"),
    DatePage("url slashes", "en", DAM, "https://a.example/2022/11/30/title", "", H_EN + TEXT_EN, "2022-11-30"),
    DatePage("url compact", "ru", MSK, "https://a.example/news/20221130/152.html", "", H_RU + TEXT_RU, "2022-11-30"),
    DatePage("url number with date", "ar", DAM, "https://a.example/arab_world/202003171044893040-title/", "", H_AR + TEXT_AR, "2020-03-17"),
    DatePage("url split", "ar", DAM, "https://a.example/2013/middle_east/8/3/story/index.html", "", H_AR + TEXT_AR, "2013-08-03"),
    DatePage("url id is no date", "ru", MSK, "https://a.example/doc/20201399", "", H_RU + '<p class="date">13.02.2018</p>' + TEXT_RU, "2018-02-13"),
    DatePage("url and text add clock", "ru", MSK, "https://a.example/2018/02/13/x", "", H_RU + '<span class="date">13.02.2018 14:05</span>' + TEXT_RU, "2018-02-13T11:05Z"),
    DatePage("text levantine", "ar", DAM, "https://a.example/1", "", H_AR + '<div class="post-date">الثلاثاء 13 شباط 2018</div>' + TEXT_AR, "2018-02-13"),
    DatePage("text double month", "ar", "Asia/Qatar", "https://a.example/1", "", H_AR + '<span class="date">13 فبراير/شباط 2018</span>' + TEXT_AR, "2018-02-13"),
    DatePage("text arabic digits", "ar", "Africa/Cairo", "https://a.example/1", "", H_AR + '<span class="news-date">الاثنين ٢٤ أغسطس ٢٠٢٠ ٠١:٢٣ م</span>' + TEXT_AR, "2020-08-24T11:23Z"),
    DatePage("text maghrebi", "ar", "Africa/Tunis", "https://a.example/1", "", H_AR + '<div class="date">08 فيفري 2019</div>' + TEXT_AR, "2019-02-08"),
    DatePage("text hijri and gregorian", "ar", "Asia/Riyadh", "https://a.example/1", "", '<div class="date">الاثنين 1 محرم 1445 هـ - 19 يوليو 2023</div>' + H_AR + TEXT_AR, "2023-07-19"),
    DatePage("text hijri", "ar", "Asia/Riyadh", "https://a.example/1", "", H_AR + '<div class="date">1 رمضان 1445 هـ</div>' + TEXT_AR, "2024-03-11"),
    DatePage("text ago", "ar", DAM, "https://a.example/1", "", H_AR + '<span class="time">منذ ساعتين</span>' + TEXT_AR, "2024-05-15T10:00Z"),
    DatePage("text today", "ru", MSK, "https://a.example/1", "", H_RU + '<span class="date">сегодня, 14:05</span>' + RELATED_RU + TEXT_RU, "2024-05-15T11:05Z"),
    DatePage("text yesterday", "ru", MSK, "https://a.example/1", "", H_RU + '<span class="time">вчера в 23:10</span>' + TEXT_RU, "2024-05-14T20:10Z"),
    DatePage("text genitive", "ru", MSK, "https://a.example/1", "", '<div class="article-info">13 февраля 2018 г., 14:05 (мск)</div>' + H_RU + TEXT_RU, "2018-02-13T11:05Z"),
    DatePage("text two digits", "ru", MSK, "https://a.example/1", "", H_RU + "<small>13.02.18 14:05</small>" + TEXT_RU, "2018-02-13T11:05Z"),
    DatePage("text without class", "ru", MSK, "https://a.example/1", "", "<table><tr><td>16.01.2012</td></tr><tr><td>" + H_RU + TEXT_RU + "</td></tr></table>", "2012-01-16"),
    DatePage("nearest to headline", "ru", MSK, "https://a.example/1", "", '<div class="today">15 мая 2024</div>' + RELATED_RU * 3 + H_RU + '<span class="date">2 мая 2024</span>' + TEXT_RU + RELATED_RU, "2024-05-02"),
    DatePage("weekday without year", "ar", DAM, "https://a.example/1", "", H_AR + '<div class="date">الأحد 12 أيار</div>' + TEXT_AR, "2024-05-12"),
    DatePage("english text", "en", DAM, "https://a.example/1", "", H_EN + '<p class="byline">By Staff | February 13, 2018</p>' + TEXT_EN, "2018-02-13"),
    DatePage("english time line", "en", MSK, "https://a.example/1", "", H_EN + '<div class="news-date">12 MAY 2024, 18:45</div>' + TEXT_EN, "2024-05-12T15:45Z"),
    DatePage("feed alone", "ar", DAM, "https://a.example/1", "", H_AR + TEXT_AR, "2024-05-14T08:00Z", "2024-05-14T08:00"),
    DatePage("page older than feed", "ar", "Africa/Tunis", "https://a.example/1", "", H_AR + '<div class="date">08 فيفري 2019</div>' + TEXT_AR, "2019-02-08", "2024-05-15T06:00"),
    DatePage("feed adds clock", "ru", MSK, "https://a.example/1", "", H_RU + '<div class="date">14.05.2024</div>' + TEXT_RU, "2024-05-14T08:00Z", "2024-05-14T08:00"),
    DatePage("1 January alone", "ru", MSK, "https://a.example/1", _ld(datePublished="2018-01-01T00:00:00+03:00"), H_RU + TEXT_RU, "-"),
    DatePage("1 January against text", "ru", MSK, "https://a.example/1", _meta("article:published_time", "2018-01-01"), H_RU + '<div class="date">13 февраля 2018</div>' + TEXT_RU, "2018-02-13"),
    DatePage("1 January seconded", "ru", MSK, "https://a.example/2018/01/01/x", _meta("article:published_time", "2018-01-01"), H_RU + TEXT_RU, "2018-01-01"),
    DatePage("crawl time alone", "ru", MSK, "https://a.example/1", _meta("article:published_time", "2024-05-15T12:00:00Z"), H_RU + TEXT_RU, "-"),
    DatePage("crawl time against url", "en", DAM, "https://a.example/2022/11/30/x", _ld(datePublished="2024-05-15T11:59:40Z"), H_EN + TEXT_EN, "2022-11-30"),
    DatePage("fresh with feed", "ru", MSK, "https://a.example/1", _meta("article:published_time", "2024-05-15T11:58:00Z"), H_RU + TEXT_RU, "2024-05-15T11:58Z", "2024-05-15T11:58"),
    DatePage("future", "ru", MSK, "https://a.example/1", _meta("article:published_time", "2031-05-15T11:58:00Z"), H_RU + TEXT_RU, "-"),
    DatePage("future against text", "ar", DAM, "https://a.example/1", _ld(datePublished="2027-01-03T10:00:00Z"), H_AR + '<div class="date">13 شباط 2018</div>' + TEXT_AR, "2018-02-13"),
    DatePage("copyright year", "en", DAM, "https://a.example/1", "", H_EN + TEXT_EN + "<footer>© 2019 Example</footer>", "-"),
    DatePage("nothing", "ru", MSK, "https://a.example/1", "", H_RU + TEXT_RU, "-"),
    DatePage("last-modified meta only", "en", DAM, "https://a.example/1", '<meta http-equiv="last-modified" content="Wed, 15 May 2024 10:00:00 GMT">', H_EN + TEXT_EN, "-"),
    DatePage("comments have dates", "ru", MSK, "https://a.example/1", "", H_RU + TEXT_RU + '<div class="comments"><div class="comment"><span class="date">14.05.2024 10:00</span>Спасибо!</div></div>', "-"),
    DatePage("midnight is a day", "ar", DAM, "https://a.example/1", _meta("article:published_time", "2018-02-13T00:00:00+02:00"), H_AR + '<div class="date">13/02/2018</div>' + TEXT_AR, "2018-02-13"),
    DatePage("epoch", "ru", MSK, "https://a.example/1", '<meta name="pubdate" content="1518521616">', H_RU + TEXT_RU, "2018-02-13T11:33Z"),
    DatePage("rfc meta", "ar", DAM, "https://a.example/1", '<meta name="pubdate" content="Tue, 13 Feb 2018 11:33:36 GMT">', H_AR + TEXT_AR, "2018-02-13T11:33Z"),
)  # fmt: skip
