"""Channels by their web preview: posts, captions, forwards, edits, the way back, and what is no channel."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.outcomes import of_entry_point
from crawler.outlets import EntryPointFact, Outlet
from crawler.schedule import CheckEnd
from crawler.spiders import Reading, telegram
from crawler.types import UNDATED, Dating, Draft, Page
from tests.crawl.telegram_page import DOCUMENT, PHOTO, POLL, REPLY, RESTRICTED, VIDEO, Post, card, preview

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FACT = EntryPointFact(kind="telegram", url="https://t.me/s/furatnow")
OUTLET = Outlet(
    name="Furat Now",
    home="https://furat.example/",
    languages=["ar"],
    country="SY",
    entry_points=[FACT],
    articles=r"/archives/\d+",  # of the outlet's site; a post is an article all the same
)


def page(body: bytes, url: str = FACT.url, status: int = 200) -> Page:
    return Page(url, FACT.url, status, (("content-type", "text/html; charset=utf-8"),), body, NOW)


def read(body: bytes, url: str = FACT.url, outlet: Outlet = OUTLET) -> Reading | CheckEnd:
    return of_entry_point(page(body, url), FACT, outlet, NOW)


def drafts(*posts: Post, outlet: Outlet = OUTLET) -> list[Draft]:
    """What is told of these posts, in the order of the reading."""
    found = read(preview(*posts), outlet=outlet)
    assert isinstance(found, Reading) and found.told is not None
    return [found.told[one.url].draft for one in found.listings]


def test_post_is_told_whole() -> None:
    """Address, text line by line, title, time to the minute in UTC, language."""
    (only,) = drafts(Post(41, "عاجل: <b>مقتل</b> ثلاثة<br/><br/>قرب دير الزور.", at="2026-11-22T10:15:42+03:00"))
    assert ("https://t.me/furatnow/41", "https://t.me/furatnow/41") == (only.url, only.canonical_url)
    assert ("عاجل: مقتل ثلاثة", "عاجل: مقتل ثلاثة\nقرب دير الزور.") == (only.title, only.text)
    assert Dating(datetime(2026, 11, 22, 7, 15, tzinfo=UTC), "minute", "post") == only.published
    assert "ar" == only.language


def test_newest_post_comes_first() -> None:
    """Telegram writes the oldest first; a reading names the newest first."""
    assert ["/43", "/42"] == [
        one.url.removeprefix("https://t.me/furatnow") for one in drafts(Post(42, "a"), Post(43, "b"))
    ]


@pytest.mark.parametrize(
    ("post", "text", "note"),
    [
        (Post(1, "Flour arrives", media=PHOTO), "Flour arrives", "with a photo"),
        (Post(1, "The bridge", media=VIDEO), "The bridge", "with a video"),
        (Post(1, "Read it", media=DOCUMENT), "list-of-names.pdf\nRead it", "with a document"),
        (Post(1, "", media=POLL), "Is the road open?\nYes", ""),
        (Post(1, "And then", media=REPLY), "And then", ""),
        (Post(1, "Said", forwarded_from="Tal News"), "Said", "forwarded from Tal News (https://t.me/other/7)"),
        (Post(1, "Said", edited=True), "Said", "edited since it was posted"),
        (Post(1, '<i class="emoji"><b>🔴</b></i> <a href="#">Road</a>\nclosed'), "🔴 Road closed", ""),
    ],
)
def test_what_a_post_carries(post: Post, text: str, note: str) -> None:
    """Captions and polls are text, what is replied to is not; sources, edits and media are noted."""
    (only,) = drafts(post)
    assert (text, (note,) if note else ()) == (only.text, only.notes)


def test_photo_is_the_image() -> None:
    """Its address is taken from the style."""
    assert "https://cdn.example/file/photo.jpg" == drafts(Post(1, "Flour", media=PHOTO))[0].image


def test_long_first_line_gives_its_first_sentence_or_is_cut_at_a_space() -> None:
    """A headline stays one."""
    sentence = "Two convoys left the depot before dawn."
    assert sentence == drafts(Post(1, f"{sentence} " + "More of it. " * 20))[0].title
    cut = drafts(Post(1, "word " * 60))[0].title
    assert cut.endswith("word …") and len(cut) <= telegram.TITLE_CHARACTERS + 2


def test_signature_of_the_channel_is_left_out() -> None:
    """The outlet's boilerplate phrases serve here too."""
    outlet = OUTLET.model_copy(update={"reading": OUTLET.reading.model_copy(update={"boilerplate": ["Follow us"]})})
    assert "Flour arrives" == drafts(Post(1, "Flour arrives<br>Follow us: @furatnow"), outlet=outlet)[0].text


@pytest.mark.parametrize("at", ["", "yesterday", "2027-01-01T00:00:00+00:00"])
def test_time_that_cannot_be_leaves_the_post_undated(at: str) -> None:
    """None, no time, or one to come."""
    assert UNDATED == drafts(Post(1, "Flour", at=at))[0].published


def test_posts_without_words_and_service_messages_are_counted() -> None:
    """A photo alone, an emoji, "channel photo changed", the same post twice."""
    found = read(
        preview(
            Post(1, "", media=PHOTO), Post(2, "🔴"), Post(3, "Photo changed", service=True), Post(4, "x"), Post(4, "x")
        )
    )
    assert isinstance(found, Reading)
    assert {"a post without text": 2, "no post": 1, "listed twice": 1} == found.dropped
    assert ["https://t.me/furatnow/4"] == [one.url for one in found.listings]


def test_changed_text_changes_the_mark() -> None:
    """An edit below the first line is noticed, marked by Telegram or not; views and marks alone are none."""
    marks = []
    for post in (
        Post(1, "Three killed<br>near the river"),
        Post(1, "Three killed<br>in the town"),
        Post(1, "Three killed<br>in the town", edited=True),
    ):
        found = read(preview(post))
        assert isinstance(found, Reading)
        marks.append((found.listings[0].title, found.listings[0].updated))
    assert marks[0] != marks[1] and marks[1] == marks[2]


@pytest.mark.parametrize(
    ("numbers", "older"), [((40, 41), "https://t.me/s/furatnow?before=40"), ((1, 2), ""), ((), "")]
)
def test_way_back_begins_before_the_oldest_post(numbers: tuple[int, ...], older: str) -> None:
    """By the smallest number on the page; the first post of a channel is the end."""
    found = read(preview(*(Post(number, "x") for number in numbers)))
    assert isinstance(found, Reading)
    assert older == found.older


@pytest.mark.parametrize(
    ("body", "outcome", "words"),
    [
        (card(), "dead channel", "nobody has this name"),
        (card("Ivan", "@ivan"), "dead channel", "a person or a bot"),
        (card("Furat Now", "12 345 subscribers"), "no preview", "Furat Now"),
        (RESTRICTED, "no preview", "no history"),
        (b"<html><body><p>hello</p></body></html>", "error", "no preview of a channel"),
    ],
)
def test_what_is_no_preview_is_named(body: bytes, outcome: str, words: str) -> None:
    """Each of Telegram's pages that answer 200 without posts is an end of its own."""
    end = read(body, "https://t.me/furatnow")
    assert isinstance(end, CheckEnd)
    assert outcome == end.outcome and words in end.reason


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("https://t.me/furatnow", "https://t.me/s/furatnow"),
        ("https://t.me/s/furatnow?before=9", "https://t.me/s/furatnow"),
        ("https://mirror.example/s/furatnow/", "https://mirror.example/s/furatnow"),
    ],
)
def test_preview_is_asked_for_at_the_host_of_the_entry_point(given: str, asked: str) -> None:
    """The plain address of a channel does as well, and so does a mirror."""
    assert asked == telegram.start(given)


def test_post_of_a_mirror_is_the_post_of_telegram() -> None:
    """A reader is sent to t.me wherever the preview was read, and the way back stays on the mirror."""
    found = read(preview(Post(5, "x")), "https://mirror.example/s/furatnow")
    assert isinstance(found, Reading)
    assert ("https://t.me/furatnow/5", "https://mirror.example/s/furatnow?before=5") == (
        found.listings[0].url,
        found.older,
    )
