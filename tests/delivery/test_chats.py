"""Silence: quiet hours and /mute hold rows; languages have the same keys."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime, timedelta

import pytest

from alerts import chats, outbox
from alerts.locale import languages, texts
from alerts.models import Chat
from crawler.db import Database
from crawler.errors import UsageError
from tests.delivery.world import NOW, filled, rows

PERSON = "telegram:11"


@pytest.mark.parametrize(
    ("quiet", "zone", "at", "until"),
    [
        ("", "UTC", "2026-11-22T03:00", None),
        ("23:00-07:00", "UTC", "2026-11-22T22:59", None),
        ("23:00-07:00", "UTC", "2026-11-22T23:00", "2026-11-23T07:00"),
        ("23:00-07:00", "UTC", "2026-11-23T06:59", "2026-11-23T07:00"),
        ("23:00-07:00", "UTC", "2026-11-23T07:00", None),
        ("13:00-15:00", "UTC", "2026-11-22T14:00", "2026-11-22T15:00"),
        ("13:00-15:00", "Asia/Damascus", "2026-11-22T10:30", "2026-11-22T12:00"),
        ("23:00-07:00", "Europe/Berlin", "2026-03-29T00:30", "2026-03-29T05:00"),  # the night that loses an hour
        ("23:00-07:00", "Europe/Berlin", "2026-10-25T05:30", "2026-10-25T06:00"),  # the night that gains one
    ],
)
def test_quiet_hours(quiet: str, zone: str, at: str, until: str | None) -> None:
    """Over midnight, in the chat's zone, on nights when clocks change."""
    expected = datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None
    assert chats.quiet_until(quiet, zone, datetime.fromisoformat(at).replace(tzinfo=UTC)) == expected


def test_a_quiet_chat_keeps_its_rows_until_morning(database: Database) -> None:
    """NOW is 16:42; the hours end at 17:00."""
    filled(database, PERSON)
    with database.begin() as session:
        chats.set_quiet(session, PERSON, "16:00 - 17:00", NOW)
    with database.begin() as session:
        assert outbox.lease(session, NOW, "a", 9) == []
        assert outbox.next_due(session, NOW) is None
        assert len(outbox.lease(session, NOW + timedelta(minutes=18), "a", 9)) == 1


def test_a_muted_chat_keeps_its_rows(database: Database) -> None:
    """Nothing is sent for three hours, or until /mute off; then everything."""
    filled(database, PERSON, each=2)
    with database.begin() as session:
        assert chats.mute(session, PERSON, "3h", NOW) == NOW + timedelta(hours=3)
    with database.begin() as session:
        assert outbox.lease(session, NOW + timedelta(hours=2), "a", 9) == []
        assert len(outbox.lease(session, NOW + timedelta(hours=3), "a", 9)) == 1
        assert chats.mute(session, PERSON, "off", NOW) is None
    assert {row.status for row in rows(database)} == {"leased", "pending"}


@pytest.mark.parametrize(
    ("change", "wish", "words"),
    [
        (chats.mute, "", "write /mute 45m"),
        (chats.mute, "0h", "write /mute 45m"),
        (chats.mute, "31d", "at most 30d"),
        (chats.set_quiet, "25:00-07:00", "write /quiet"),
        (chats.set_quiet, "07:00-07:00", "write /quiet"),
        (chats.set_timezone, "damascus", "did you mean `Asia/Damascus`"),
        (chats.set_timezone, "Europe/Berln", "did you mean `Europe/Berlin`"),
        (chats.set_language, "fr", "there are: ar, en, ru"),
    ],
)
def test_a_wish_nobody_understands_is_answered_with_how_to_write_it(
    database: Database, change: object, wish: str, words: str
) -> None:
    """And changes nothing."""
    with database.begin() as session, pytest.raises(UsageError, match=words):
        change(session, PERSON, wish, NOW)  # type: ignore[operator]


def test_wishes_are_kept(database: Database) -> None:
    """As one would write them."""
    with database.begin() as session:
        chats.set_quiet(session, PERSON, "9:05–17:00", NOW)
        chats.set_timezone(session, PERSON, "europe/moscow", NOW)
        chats.set_language(session, PERSON, "RU", NOW)
        chat = session.get_one(Chat, PERSON)
        assert (chat.quiet, chat.timezone, chat.language) == ("09:05-17:00", "Europe/Moscow", "ru")


@pytest.mark.parametrize("language", languages())
def test_every_language_says_the_same(language: str) -> None:
    """The same keys as English, the same words in braces, no empty text."""

    def braces(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    def written(code: str) -> dict[str, str]:
        """Of a text that depends on a number the form for most numbers."""
        return {key: text if isinstance(text, str) else text["other"] for key, text in texts(code).by_key.items()}

    english, other = written("en"), written(language)
    assert list(other) == list(english)
    for key, text in english.items():
        assert braces(other[key]) == braces(text), key
        assert other[key].strip()
        assert set(re.findall(r"/[a-z]+ ", other[key])) >= {
            c for c in re.findall(r"/[a-z]+ ", text) if key == "help"
        }, key


def test_there_are_three_languages() -> None:
    """Those of the outlets and their readers."""
    assert languages() == ("ar", "en", "ru")
