"""What a person reads, and that no text of the world can break it."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.facts import About, Facts, Fired, Named
from alerts.locale import languages, plural, texts
from alerts.render import (
    FSI,
    LIMIT,
    LRM,
    PDI,
    RLM,
    AlertContent,
    Content,
    DigestContent,
    DigestItem,
    Equation,
    Message,
    News,
    Quote,
    alert_buttons,
    clip,
    parts,
    render,
    render_discreet,
    render_notice,
    units,
)
from crawler.types import Dating, Precision

SENTENCE = "Свидетель сказал, что погибший — Пётр Выдуманный из Тагила."
AT = SENTENCE.index("Пётр")
ALERT = AlertContent(
    alert_id="k3f9a2",
    headline="Ещё одна <странная> смерть & молчание",
    outlet="Река",
    url="https://reka.example/a?b=1&c=2",
    country="RU",
    leaning="independent",
    language="ru",
    published=Dating(datetime(2018, 2, 13, tzinfo=UTC), "day"),
    first_seen_at=datetime(2026, 11, 22, 16, 42, tzinfo=UTC),
    quotes=(Quote(SENTENCE, ((AT, AT + 15),)),),
    names=(Equation("Пётр Выдуманный", "بيوتر فيدوماني", "full name, by sound"),),
    facts=Facts(
        fired=(Fired(7, "death", (About(0, "بيوتر فيدوماني"),)),),
        persons=(Named("Пётр Выдуманный"), Named("تيموفي راكيتين", "Тимофей Ракитин", 1), Named("Иван Ложкин", "", 2)),
        cites=("Reuters", "Тихий берег"),
        denial="نفت الوزارة ذلك.",
    ),
    outlets=7,
    origins=2,
    watchlists=("Names", "Contractors"),
    copy_kept=True,
)
NBSP = "\u00a0"
NOW = datetime(2026, 11, 22, 16, 43, tzinfo=UTC)


class Reader(HTMLParser):
    """Reads as Telegram does: the text a person sees, and whether every tag is closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.links, self.open, self.entities = "", [], [], 0  # type: ignore[var-annotated]
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("a", "b"), tag
        assert tag not in self.open, "nested in itself"
        self.open.append(tag)
        self.entities += 1
        self.links += [value or "" for _, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def check_rules(message: Message) -> Reader:
    """Telegram's rules for a message."""
    reader = Reader(message.html)
    assert reader.open == []
    assert units(reader.text) <= LIMIT
    assert reader.entities <= 100
    assert all(re.match("https?://", link) for link in reader.links)
    assert 0 < units(message.plain) <= LIMIT
    message.html.encode("utf-8")
    for line in message.plain.split("\n"):
        depth = 0
        for char in line:
            depth += (char == FSI) - (char == PDI)
            assert 0 <= depth <= 2
        assert depth == 0
    assert not set(message.plain) & set("\u2066\u2067\u202a\u202b\u202c\u202d\u202e")
    assert all(len(button.data.encode()) <= 64 and button.text for row in message.buttons for button in row)
    return reader


def test_an_alert_as_it_reads() -> None:
    """What is alleged of whom; then headline, origin, quote, names, sources, dates and the way to it, id and lists."""
    expected = f"""\
{LRM}{FSI}Alleged death{PDI} · {FSI}بيوتر فيدوماني{PDI}
Ещё одна <странная> смерть & молчание
Река · Russia · in Russian · independent
❝{NBSP}{SENTENCE}{NBSP}❞
{LRM}Пётр Выдуманный = {FSI}بيوتر فيدوماني{PDI} (full name, by sound)
{LRM}Also named: {FSI}تيموفي راكيتين{PDI}, possibly Тимофей Ракитин; Иван Ложкин
Text cites: Reuters, Тихий берег · denial in the text:
❝{NBSP}نفت الوزارة ذلك.{NBSP}❞
Published 13 Feb 2018 (day only) · seen 22 Nov 2026, 16:42 UTC · 7 outlets, 2 independent origins · copy kept · \
Open article: https://reka.example/a?b=1&c=2
k3f9a2 · Names, Contractors"""
    assert expected == render(ALERT).plain


def test_what_is_seen_today_is_told_by_its_hour() -> None:
    """In the zone of the chat; the day itself stands beside the message."""
    assert "seen 17:42 Berlin" in render(ALERT, "en", "Europe/Berlin", NOW).plain
    assert (
        "seen 23 Nov 2026, 02:42 Vladivostok" in render(ALERT, "en", "Asia/Vladivostok", NOW - timedelta(days=1)).plain
    )


def test_a_first_line_without_a_name_shows_the_words_that_fired() -> None:
    """A list that is headed so says it of whatever fired; nothing is said where nothing is alleged."""
    plain = replace(ALERT, facts=None, alleged=True)
    assert render(plain).plain.startswith("Alleged · Пётр Выдуманный\n")
    assert render(replace(plain, alleged=False)).plain.startswith("Ещё одна")


def test_names_of_other_chats_lists_are_persons_of_the_text() -> None:
    """Who watches something else reads what the text says, not what another one looks for."""
    assert ALERT.facts is not None
    text = render(replace(ALERT, facts=ALERT.facts.told([8]), names=())).plain
    assert "بيوتر فيدوماني" not in text
    assert "Also named: Пётр Выдуманный; " in text


def test_an_alert_in_arabic_and_in_local_time() -> None:
    """Where both directions meet, parts are isolated and the line begins from the right; a day is not shifted."""
    lines = render(ALERT, "ar", "Asia/Damascus").plain.splitlines()
    assert lines[0] == "أنباء عن مقتل · بيوتر فيدوماني"
    assert lines[2] == f"{RLM}{FSI}Река{PDI} · {FSI}روسيا{PDI} · {FSI}اللغة: الروسية{PDI} · {FSI}independent{PDI}"
    assert lines[5] == f"{RLM}وورد أيضًا: تيموفي راكيتين، ربما {FSI}Тимофей Ракитин{PDI}؛ {FSI}Иван Ложкин{PDI}"
    assert lines[-2].startswith("نُشر في 13 فبراير 2018")
    assert "19:42 دمشق · 7 مصادر، أصلان مستقلان · " in lines[-2]


def test_a_reply_says_first_what_is_new() -> None:
    """The new name, the first denial with its sentence; no equations and no sources again."""
    news = (News("person", "Иван Ложкин"), News("denial", "نفت الوزارة ذلك."))
    assert render(replace(ALERT, news=news)).plain.splitlines()[:5] == [
        "New in this story, a name: Иван Ложкин",
        "New in this story: a first denial",
        f"❝{NBSP}نفت الوزارة ذلك.{NBSP}❞",
        "Ещё одна <странная> смерть & молчание",
        "Река · Russia · in Russian · independent",
    ]
    assert "Text cites" not in render(replace(ALERT, news=news)).plain


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("en", 1, "1 alert in one message"),
        ("ru", 1, "1 оповещение в одном сообщении"),
        ("ru", 23, "23 оповещения в одном сообщении"),
        ("ru", 11, "11 оповещений в одном сообщении"),
        ("ar", 2, "تنبيهان في رسالة واحدة"),
        ("ar", 7, "7 تنبيهات في رسالة واحدة"),
        ("ar", 11, "11 تنبيهًا في رسالة واحدة"),
        ("ar", 100, "100 تنبيه في رسالة واحدة"),
    ],
)
def test_numbers_have_the_form_their_language_asks_for(language: str, count: int, expected: str) -> None:
    """CLDR's plural forms."""
    assert expected == render(DigestContent("5", (), count), language).plain.splitlines()[0]


@pytest.mark.parametrize("language", languages())
def test_every_number_finds_a_form(language: str) -> None:
    """A text that depends on a number has all forms of its language."""
    forms = {plural(language, count) for count in range(200)}
    texts_by_number = {key: text for key, text in texts(language).by_key.items() if not isinstance(text, str)}
    assert {key: set(text) for key, text in texts_by_number.items()} == dict.fromkeys(
        texts_by_number, forms | {"other"}
    )


def test_programs_get_the_same_as_fields() -> None:
    """Names, sources and dates untranslated and uncut; what is no web address is no address."""
    told = render(replace(ALERT, url="javascript:alert(1)")).told
    assert (told["kind"], told["id"], told["alleged"], told["about"]) == (
        "alert",
        "k3f9a2",
        "death",
        ["بيوتر فيدوماني"],
    )
    assert told["named"][0] == {"text": "تيموفي راكيتين", "reading": "Тимофей Ракитин"}
    assert (told["published"], told["precision"], told["url"]) == ("2018-02-13", "day", "")
    assert json.loads(json.dumps(told)) == {**told, "quotes": [{"text": SENTENCE, "spans": [[AT, AT + 15]]}]}


def test_html_marks_the_words_that_fired() -> None:
    """Bold words, escaped text, a link."""
    lines = render(ALERT).html.splitlines()
    assert lines[1] == "<b>Ещё одна &lt;странная&gt; смерть &amp; молчание</b>"
    assert "погибший — <b>Пётр Выдуманный</b> из Тагила." in lines[3]
    assert lines[-2].endswith(' · <a href="https://reka.example/a?b=1&amp;c=2">Open article</a>')


@pytest.mark.parametrize(
    ("precision", "expected"),
    [
        ("minute", "Published 13 Feb 2018, 00:00 UTC"),
        ("day", "Published 13 Feb 2018 (day only)"),
        ("month", "Published February 2018 (month only)"),
        ("none", "No publication date found"),
    ],
)
def test_a_date_says_how_exact_it_is(precision: Precision, expected: str) -> None:
    """A day is never shown as a minute."""
    content = AlertContent("k1", "h", "o", "", published=Dating(datetime(2018, 2, 13, tzinfo=UTC), precision))
    assert f"{expected} · the article's address" in render(content).plain


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "tg://user?id=1", "ftp://x.example/", "https://", "https://x.example/a\nb", "", "http://["],
)
def test_only_web_addresses_become_links(url: str) -> None:
    """Everything else is said not to be shown."""
    message = render(AlertContent("k1", "h", "o", url))
    assert "<a" not in message.html
    assert "the article's address cannot be shown; see `rasad alerts list`" in message.plain


def test_marks_that_turn_the_line_around_are_dropped() -> None:
    """A headline cannot reverse what follows it."""
    assert "abc.exe" in render(AlertContent("k1", "abc\u202e\u2066.exe", "o", "")).plain


def test_a_long_quote_keeps_the_words_that_fired() -> None:
    """The window is cut around them, not from the start."""
    text = "слово " * 400 + "Пётр Выдуманный" + " слово" * 400
    at = text.index("Пётр")
    message = render(AlertContent("k1", "h", "o", "", quotes=(Quote(text, ((at, at + 15),)),)))
    assert "<b>Пётр Выдуманный</b>" in message.html
    assert units(message.plain) < 900


def test_a_clip_never_parts_a_letter_from_its_marks() -> None:
    """й in two code points goes or stays whole; an emoji too."""
    assert clip("аби\u0306в", 4) == "аб…"
    assert clip("а😀б", 3) == "а…"


def test_late_and_repeat_are_said() -> None:
    """A late find and a possible repeat can be seen in the message itself."""
    text = render(AlertContent("k1", "h", "o", "", late=True, repeat=True)).plain
    assert text.startswith("May be a repeat of k1\n")
    assert "found late" in text


def test_a_discreet_message_says_nothing() -> None:
    """The id alone, and whether it may be a repeat."""
    assert render_discreet(ALERT).plain == "new alert k3f9a2"
    assert render_discreet(replace(ALERT, repeat=True)).plain == "new alert k3f9a2 · May be a repeat of k3f9a2"
    assert render_discreet(DigestContent("5", (), 3)).html == "new alert digest 5"


def test_a_digest_counts_what_it_leaves_out() -> None:
    """Ten lines at most, and the number of the others."""
    items = tuple(DigestItem(f"a{n}", f"Headline {n}", "Река", "https://reka.example/") for n in range(10))
    lines = render(DigestContent("5", items, 23, ("Names",))).plain.splitlines()
    assert lines[0] == "23 alerts in one message"
    assert lines[-2] == "and 13 more: All brings them, `rasad alerts list --digest 5` shows them"


ANY = st.text(st.characters(codec=None, categories=None), max_size=60)  # lone surrogates too
NASTY = st.sampled_from(
    ["<b>", "</b>", "&amp;", '"', "'", "<a href='", "\u202e", "\u2067", "\x00", "العربية", "😀", "\n", "и\u0306"]
)
TEXT = st.one_of(
    ANY, st.lists(st.one_of(ANY, NASTY)).map("".join), st.tuples(NASTY, st.integers(1, 9000)).map(lambda p: p[0] * p[1])
)
DATES = st.builds(
    Dating,
    st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
    st.sampled_from(["minute", "day", "month", "none"]),
)
SPANS = st.lists(st.tuples(st.integers(-5, 3000), st.integers(-5, 3000)), max_size=60).map(tuple)
LINKS = st.one_of(TEXT, TEXT.map(lambda text: "https://x.example/" + text))
KINDS = ["", "death", "capture", "missing", "wound"]
FACTS = st.builds(
    lambda names, kind, listed, cites, denial: Facts(
        fired=(Fired(1, kind, tuple(About(at, listed) for at in range(0, len(names), 2))),),
        persons=tuple(Named(text, reading, at) for at, (text, reading) in enumerate(names)),
        cites=tuple(cites),
        denial=denial,
    ),
    st.lists(st.tuples(TEXT, TEXT), max_size=6),
    st.sampled_from(KINDS),
    TEXT,
    st.lists(TEXT, max_size=6),
    TEXT,
)
ALERTS = st.builds(
    AlertContent,
    alert_id=st.just("k3f9a2"),
    headline=TEXT,
    outlet=TEXT,
    url=LINKS,
    country=TEXT,
    leaning=TEXT,
    language=TEXT,
    published=DATES,
    first_seen_at=st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
    quotes=st.lists(st.builds(Quote, TEXT, SPANS), max_size=4).map(tuple),
    names=st.lists(st.builds(Equation, TEXT, TEXT, st.sampled_from(["", "full name, by sound", "x"])), max_size=5).map(
        tuple
    ),
    facts=st.one_of(st.none(), FACTS),
    news=st.lists(
        st.builds(News, st.sampled_from(["person", "watch", "denial", "confirmation", "outlet", "?"]), TEXT), max_size=7
    ).map(tuple),
    outlets=st.integers(0, 10**6),
    origins=st.integers(0, 10**6),
    copy_kept=st.booleans(),
    watchlists=st.lists(TEXT, max_size=9).map(tuple),
    alleged=st.booleans(),
    late=st.booleans(),
    repeat=st.booleans(),
)
DIGESTS = st.builds(
    DigestContent,
    name=st.just("77"),
    items=st.lists(
        st.builds(DigestItem, st.just("k3f9a2"), TEXT, TEXT, LINKS, DATES, st.lists(TEXT, max_size=3).map(tuple)),
        max_size=15,
    ).map(tuple),
    count=st.integers(0, 99999),
    watchlists=st.lists(TEXT, max_size=9).map(tuple),
    held=st.booleans(),
    repeat=st.booleans(),
)


@settings(max_examples=120, deadline=None)
@given(st.one_of(ALERTS, DIGESTS), st.sampled_from(languages()))
def test_every_message_obeys_telegrams_rules(content: Content, language: str) -> None:
    """Random Unicode, markup, marks of direction, 100,000 characters: balanced tags, length, http and https alone."""
    message = render(content, language, "Asia/Damascus")
    assert html.unescape(re.sub("<[^>]*>", "", message.html)) == check_rules(message).text


def test_the_longest_message_fits() -> None:
    """Every field far over its budget at once."""
    long = "<&א😀" * 25_000
    quotes = tuple(Quote(long[n:], ((50_000, 50_100), (60_000, 60_001))) for n in range(4))
    url = "https://x.example/" + "a" * 880
    facts = Facts(
        (Fired(1, "death", (About(0, long),)),), (Named(long, long), *[Named(long, long, 1)] * 5), (long,) * 6, long
    )
    content = AlertContent("k3f9a2", long, long, url, "XX", long, long, facts=facts, watchlists=(long,) * 9)
    content = replace(content, names=(Equation(long, long, "full name, by sound"),) * 5, outlets=999, origins=99)
    said = replace(content, quotes=quotes, alleged=True, late=True, repeat=True)
    for language in languages():
        check_rules(render(said, language))
        check_rules(render(replace(said, news=(News("denial", long),) * 9), language))
    item = DigestItem("k3f9a2", long, long, "https://x.example/" + "a" * 140, ALERT.published, (long,))
    check_rules(render(DigestContent("77", (item,) * 20, 99999, (long,) * 9, held=True, repeat=True)))


@given(TEXT, st.integers(0, 3))
def test_a_stored_text_comes_in_parts_that_fit(text: str, blank_lines: int) -> None:
    """At most five messages, none empty, none too long, and short texts come whole."""
    sent = parts("\n" * blank_lines + text)
    assert len(sent) <= 5
    assert all(part.strip() and units(part) <= LIMIT for part in sent)
    if 0 < units(text) <= LIMIT and text.isprintable() and text == text.strip():
        assert sent == [text]


def test_a_long_text_is_cut_between_words() -> None:
    """Nothing is lost in between, and a cut end is marked."""
    text = "слово " * 2000
    sent = parts(text)
    assert " ".join(sent) == text.strip()
    assert parts("слово " * 9000)[-1].endswith("слово…")


def test_buttons_fit_telegram() -> None:
    """64 bytes of data; the verdict given stands out."""
    said = texts("ar")
    named = (Named("تيموفي راكيتين", "Тимофей Ракитин", 5),)
    buttons = [button for row in alert_buttons("k3f9a2", said, "wrong person", named) for button in row]
    assert all(len(button.data.encode()) <= 64 for button in buttons)
    assert [button.text for button in buttons if button.data == "watch:k3f9a2:5"] == ["متابعة Ракитин"]
    assert [button.data for button in buttons if button.text.startswith("✓")] == ["judge:k3f9a2:wrong person"]


def test_a_notice_in_the_chats_words_and_zone() -> None:
    """Names, counts, lists and times are filled in; lines stand below; a repeat says so."""
    notice = {
        "key": "muted",
        "date": {"at": "2026-11-22T16:42:00+00:00"},
        "lines": [{"key": "status_failing", "outlets": ["<b>ria</b>", "tass"]}],
    }
    message = render_notice(notice, "7", "en", "Europe/Berlin", repeat=True)
    assert message.plain.splitlines() == [
        "May be a repeat of notice 7",
        "Nothing comes here until 22 Nov 2026, 17:42 Berlin. Nothing is lost: it comes afterwards.",
        "Failing now: <b>ria</b>, tass",
    ]
    assert "&lt;b&gt;ria" in message.html
    assert "notice-7" == message.id


def test_a_notice_of_any_length_fits() -> None:
    """A hundred outlets with endless names stay below the limit of a message."""
    line = {"key": "status_failing", "outlets": ["я" * 4000] * 9}
    for language in ("en", "ru", "ar"):
        message = render_notice({**line, "lines": [line] * 100}, "7", language, repeat=True)
        assert units(message.plain) <= LIMIT
