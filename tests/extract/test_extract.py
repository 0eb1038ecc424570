"""From bytes to an article."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from crawler.extract import ReadingRules, Template, extract
from crawler.types import Blocked, Draft, Listing, Page, Rejected

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


SENTENCES = [
    f"Жители посёлка Лесной сообщили редакции, что мост номер {n} закрыт на ремонт до осени." for n in range(5)
]
BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
OLD = Template(until=date(2024, 1, 1), body="div.old")
NEW = Template(
    since=date(2024, 1, 2), body="div.text", title="h2.t", author=".by", section=".rubric", lead=".lead", date=".when"
)
SHAPE = f"""<html lang=ru><head><title>Сайт</title></head><body><a class=rubric>Общество</a><h2 class=t>Мост закрыт на ремонт</h2>
<p class=lead>Мост через Быструю закрыли, объезд займёт час.</p><span class=by>Автор: Иван Петров, Анна Ким</span><i class=when>01.05.2024 10:20</i>
<div class=text>{BODY}<div class=share>Поделиться</div><p>Читайте также</p><ul><li><a href=/2>Чужая новость о рынке</a></li></ul>
<p>Последнее слово за администрацией района.</p><p>Наш канал в мессенджере ждёт вас</p></div></body></html>"""
RULES = ReadingRules(
    language="ru", timezone="Europe/Moscow", templates=(OLD, NEW), remove=(".share",), boilerplate=("Наш канал",)
)


def draft_of(body: bytes | str, rules: ReadingRules | None = None, **more: str) -> Draft:
    made = extract(page(body, **more), rules, NOW)
    assert isinstance(made, Draft), made
    return made


def test_outlet_rules_read_every_field() -> None:
    """Selectors of the template in use, chrome removed, boilerplate dropped, zone applied."""
    draft = draft_of(SHAPE, RULES)
    assert draft.title == "Мост закрыт на ремонт"
    assert draft.text.split("\n") == [
        "Мост через Быструю закрыли, объезд займёт час.",
        *SENTENCES,
        "Последнее слово за администрацией района.",
    ]
    assert (draft.authors, draft.section) == (("Иван Петров", "Анна Ким"), "Общество")
    assert draft.lead == "Мост через Быструю закрыли, объезд займёт час."
    assert draft.published.at == datetime(2024, 5, 1, 7, 20, tzinfo=UTC)
    assert draft.published.witness == "selector"


def test_rules_out_of_date_fall_back_and_say_so() -> None:
    """The canary: a selector that finds nothing is a note, not an empty article."""
    draft = draft_of(SHAPE, ReadingRules(templates=(OLD,)))
    assert SENTENCES[0] in draft.text
    assert draft.notes[0] == "canary: no template of the outlet fits this page"


def test_a_selector_that_cannot_be_read_is_no_crash() -> None:
    """A broken selector falls back like one that finds nothing."""
    draft = draft_of(SHAPE, ReadingRules(templates=(Template(body="div[["),), remove=(":::",)))
    assert SENTENCES[0] in draft.text


def test_short_news_is_kept() -> None:
    """Fifty characters are an article."""
    said = "Мост через реку Быструю открыт, сообщил глава района."
    assert (
        draft_of(
            f"<html><body><ul><li><a href=/>Главная</a></ul><div><h1>Мост открыт снова</h1><p>{said}</p></div></body></html>"
        ).text
        == said
    )


def test_a_lost_lead_is_rescued() -> None:
    """The description is visible above the body and says what the body does not."""
    lead = "Доброволец Кирилл Ветров погиб при обстреле склада возле станции Узловая, рассказали сослуживцы."
    html = f'''<html lang=ru><head><meta name="description" content="{lead}"><title>Погиб доброволец - Вестник</title></head><body><nav><a href=/>Главная</a></nav>
    <h1>Погиб доброволец</h1><div class="announce-promo"><h2>{lead}</h2></div><div class="article-text">{BODY}</div></body></html>'''
    assert lead in draft_of(html).text


def test_embedded_text_is_believed_only_when_it_agrees() -> None:
    """JSON-LD that continues the visible text is taken; that of another story is not."""
    whole = "\n".join([*SENTENCES, *(s.replace("мост", "клуб") for s in SENTENCES)])
    other = "Совсем другая история о погоде и ценах на рынке, которой нет на странице. " * 20
    shape = "<html lang=ru><head><title>Мост закрыт</title><script type='application/ld+json'>{}</script></head><body><h1>Мост закрыт</h1><article>{}</article></body></html>"
    told = [
        draft_of(shape.format(json.dumps({"@type": "NewsArticle", "articleBody": text}), BODY))
        for text in (whole, other)
    ]
    assert [draft.text for draft in told] == [whole, "\n".join(SENTENCES)]


def test_a_live_blog_is_one_article_with_dated_entries() -> None:
    """Every entry opens with its own time."""
    entries = "".join(
        f"<li><time datetime='2024-05-01T1{n}:00:00+03:00'>1{n}:00</time><p>{s}</p></li>"
        for n, s in enumerate(SENTENCES)
    )
    html = f"<html lang=ru><head><title>Хроника дня</title></head><body><h1>Хроника дня</h1><ul class=live-blog>{entries}</ul></body></html>"
    assert draft_of(html).text.split("\n")[1] == f"2024-05-01 11:00 {SENTENCES[1]}"


def test_a_picture_story_keeps_its_headline() -> None:
    """A dated article without text still names whom its headline names."""
    html = """<html lang=ru><head><meta property="og:type" content="article"><meta property="og:title" content="Награждён Кирилл Ветров из Лесного"></head>
    <body><h1>Награждён Кирилл Ветров из Лесного</h1><img src=a.jpg><footer>Все права защищены.</footer></body></html>"""
    assert draft_of(html).text == "Награждён Кирилл Ветров из Лесного"


def test_the_feed_confirms_the_headline() -> None:
    """The logo in h1 is not the title."""
    html = f"<html><head><title>Вестник</title></head><body><h1>Вестник области</h1><h2 class=title>Мост закрыт на ремонт</h2><article>{BODY}</article></body></html>"
    url = "https://news.example/a/1"
    made = extract(Page(url, url, 200, (), html.encode(), NOW, Listing(url, "Мост закрыт на ремонт")), None, NOW)
    assert isinstance(made, Draft) and made.title == "Мост закрыт на ремонт"


def test_the_canonical_link_is_the_key() -> None:
    """A mobile page that names its desktop twin is the same article."""
    html = f"<html><head><link rel=canonical href='https://www.news.example/a/77-most'></head><body><h1>Мост закрыт</h1>{BODY}</body></html>"
    assert (
        draft_of(html, url="https://m.news.example/a/77?utm_source=x").canonical_url == "https://news.example/a/77-most"
    )


def test_a_list_of_names_is_kept_and_a_list_of_stories_is_not() -> None:
    """The names of the dead are short lines without a verb."""
    names = "<ul><li>Иван Петров</li><li>Олег Баранин</li></ul>"
    other = "<h4>Читайте также</h4><ul><li>Чужая новость о рынке</li></ul>"
    html = f"<html lang=ru><head><title>Список погибших</title></head><body><h1>Список погибших</h1><div class=text>{BODY}{names}{other}</div></body></html>"
    assert draft_of(html).text.split("\n") == [*SENTENCES, "Иван Петров", "Олег Баранин"]
