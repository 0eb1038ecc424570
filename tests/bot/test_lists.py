"""/watchlists, /subscribe, /digest, /only: what comes to a chat, and how much of it to expect."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import fold, subscriptions
from alerts.expected import Expected, expected
from alerts.models import Chat, Delivery, Match, Subscription, Watchlist
from crawler.db import Database
from crawler.models import Article
from tests.bot.conversation import CHANNEL, EDITOR, GROUP, OWNER, READER, STRANGER, Talk, pressed, said, subscribed
from tests.delivery.world import NOW, alert, chat, delivery, watch


def test_how_many_to_expect_is_counted_in_stories(database: Database) -> None:
    """Of two weeks: stories, not articles; a list that is new, or a store that is, says so."""
    with database.begin() as session:
        old, new = watch(session), watch(session, "new", "New")
        session.get_one(Watchlist, "my-names").created_at = NOW - timedelta(days=40)
        story = alert(session, "a0", [old])
        second = alert(session, "a1", [])  # the same story again: a match, no alert
        _match(session, old, story.id, second.id)
        alert(session, "a2", [new])
        for row in session.scalars(select(Match)):
            row.matched_at = NOW - timedelta(days=2)
        first = session.scalars(select(Match)).first()
        assert first is not None
        session.get_one(Article, first.article_id).first_seen_at = NOW - timedelta(days=20)
        found = expected(session, NOW + timedelta(hours=6))
    assert found["my-names"] == Expected(1, timedelta(days=14))
    assert (found["my-names"].a_day, found["my-names"].thin) == (1 / 14, False)
    assert (found["new"].stories, found["new"].a_day, found["new"].thin) == (1, None, True)


def _match(session: Session, watch_id: int, story: int, moved: int) -> None:
    """The article of the story `moved` belongs to `story`, and met the watch."""
    row = session.query(Article).filter_by(story_id=moved).one()
    row.story_id = story
    session.add(
        Match(
            article_id=row.id, revision=1, watch_id=watch_id, spans=[], why=[], quote="", quote_spans=[], matched_at=NOW
        )
    )
    session.flush()


@pytest.mark.parametrize(
    ("stories", "words"), [(42, "about 3 a day"), (14, "about 1 a day"), (4, "about 2 a week"), (0, "rarely")]
)
def test_the_rate_is_said_in_words(stories: int, words: str) -> None:
    """A day's number where there is one, else a week's."""
    from alerts.bot.commands.lists import _rate
    from alerts.locale import texts

    assert _rate(Expected(stories, timedelta(days=14)), texts("en")) == words


def test_how_a_list_comes_is_chosen_with_it(database: Database, tmp_path: Path) -> None:
    """instant, digest, urgent; another word is answered with these."""
    with database.begin() as session:
        watch(session)
    steps = [
        "/subscribe my-names",
        "/subscribe my-names digest",
        "/subscribe my-names urgent",
        "/subscribe my-names soon",
    ]
    api = Talk(database, tmp_path).after(*(said(OWNER, step) for step in steps))
    plain, digest, urgent, wrong = api.texts()
    assert "They come at once." in plain
    assert "They come in the daily digest." in digest
    assert "urgent ones in quiet hours too" in urgent
    assert wrong == "'soon': write instant, digest or urgent behind the list"
    with database.read() as session:
        (row,) = session.scalars(select(Subscription))
        assert (row.deliver, row.wakes) == ("instant", True)


def test_a_refused_command_leaves_nothing_behind(sqlite_database: Database, tmp_path: Path) -> None:
    """`/subscribe LIST soon` does not subscribe."""
    with sqlite_database.begin() as session:
        watch(session)
    Talk(sqlite_database, tmp_path).after(said(OWNER, "/subscribe my-names soon"))
    assert subscribed(sqlite_database) == set()


def test_a_channel_is_subscribed_from_a_private_chat(database: Database, tmp_path: Path) -> None:
    """Its maker is told the number; editors may, readers may not, and only a chat where the bot is."""
    with database.begin() as session:
        watch(session)
        subscriptions.add_user(session, READER, "reader", NOW)
        subscriptions.add_user(session, EDITOR, "editor", NOW)
    api = Talk(database, tmp_path).after(
        lambda api: api.add_bot(CHANNEL, EDITOR, kind="channel"),
        said(READER, f"/subscribe my-names {CHANNEL}"),
        said(EDITOR, "/subscribe my-names -999"),
        said(EDITOR, f"/subscribe my-names {CHANNEL} digest"),
    )
    assert f"/subscribe LIST {CHANNEL}" in api.texts(EDITOR)[0]
    assert api.texts(READER) == ["only an editor or owner can do this for another chat"]
    assert api.texts(EDITOR)[1] == "no chat -999: put the bot there first, as an administrator of a channel"
    assert subscribed(database) == {("my-names", f"telegram:{CHANNEL}")}
    Talk(database, tmp_path / "again").after(said(EDITOR, f"/unsubscribe my-names {CHANNEL}"))
    assert subscribed(database) == set()


def test_a_group_nobody_listed_is_left_at_the_first_word(sqlite_database: Database, tmp_path: Path) -> None:
    """The bot may have been put there while it did not run; where somebody listed is, it stays and says nothing."""
    with sqlite_database.begin() as session:
        chat(session, f"telegram:{GROUP}")
    api = Talk(sqlite_database, tmp_path).after(
        said(STRANGER, "/help", -4444), said(STRANGER, "/help", GROUP), pressed(STRANGER, "x:1", -5555)
    )
    assert (api.calls["leaveChat"], api.texts()) == (1, [])


def test_a_denied_chat_is_left_even_by_a_listed_person(sqlite_database: Database, tmp_path: Path) -> None:
    """Who denied it meant it."""
    with sqlite_database.begin() as session:
        subscriptions.deny(session, f"telegram:{GROUP}", NOW)
    api = Talk(sqlite_database, tmp_path).after(lambda api: api.add_bot(GROUP, OWNER))
    assert api.calls["leaveChat"] == 1


def test_the_digest_says_what_comes_in_it(database: Database, tmp_path: Path) -> None:
    """The hour is kept; `off` has every list of the chat come at once."""
    with database.begin() as session:
        watch(session)
        watch(session, "deaths", "Deaths")
        subscriptions.subscribe(session, "my-names", f"telegram:{OWNER}", NOW)
        subscriptions.subscribe(session, "deaths", f"telegram:{OWNER}", NOW)
        subscriptions.choose(session, "deaths", f"telegram:{OWNER}", deliver="digest")
    api = Talk(database, tmp_path).after(said(OWNER, "/digest daily 7:30"), said(OWNER, "/digest off"))
    daily, off = api.texts()
    assert daily == "The daily digest comes at 07:30 (UTC).\nIn it: deaths\nAt once: my-names"
    assert off.startswith("Every list of this chat comes at once.")
    with database.read() as session:
        assert session.get_one(Chat, f"telegram:{OWNER}").digest_at == "07:30"
        assert {row.deliver for row in session.scalars(select(Subscription))} == {"instant"}


def test_only_some_outlets_or_languages(database: Database, tmp_path: Path) -> None:
    """Both wishes stand beside each other; a mistyped one is answered with the right one."""
    steps = [
        "/only languages ar, RU",
        "/only outlets sana_ar",
        "/only outlets sana_arr",
        "/only languages off",
        "/only off",
    ]
    api = Talk(database, tmp_path).after(*(said(OWNER, step) for step in steps))
    languages, both, wrong, one, none = api.texts()
    assert languages == "Only these are told here. Outlets: all. Languages: ar, ru."
    assert both == "Only these are told here. Outlets: sana_ar. Languages: ar, ru."
    assert wrong.startswith("not known: 'sana_arr'; did you mean `sana_ar`?")
    assert one == "Only these are told here. Outlets: sana_ar. Languages: all."
    assert none == "All outlets and languages are told here."
    with database.read() as session:
        assert session.get_one(Chat, f"telegram:{OWNER}").only == []


def test_an_owner_makes_an_editor(database: Database, tmp_path: Path) -> None:
    """/invite editor; a reader who uses the code becomes one, an owner stays one."""
    with database.begin() as session:
        subscriptions.add_user(session, READER, "reader", NOW)
    (link,) = Talk(database, tmp_path).after(said(OWNER, "/invite editor")).texts()
    api = Talk(database, tmp_path / "reader").after(
        said(READER, f"/start {link.rpartition('=')[2]}"), said(OWNER, "/invite boss")
    )
    with database.begin() as session:
        code = subscriptions.invite(session, "editor", NOW)
        assert subscriptions.redeem(session, code, READER, NOW) == "editor"
    assert api.texts(OWNER) == ["no role `boss`; known: owner, editor, reader"]


def test_the_buttons_of_a_digest(database: Database, tmp_path: Path) -> None:
    """[All] sends its alerts singly, [Digest] makes its lists daily, [Narrow] names the loudest list; nobody else's digest."""
    with database.begin() as session:
        number = watch(session)
        subscriptions.subscribe(session, "my-names", f"telegram:{OWNER}", NOW)
        for at in range(4):
            alert(session, f"a{at}", [number])
            delivery(session, f"a{at}", f"telegram:{OWNER}")
    with database.begin() as session:
        fold.fold(session, NOW + timedelta(hours=1))
        digest = session.scalars(select(Delivery).where(Delivery.alert_id.is_(None))).one().id
    api = Talk(database, tmp_path).after(
        pressed(OWNER, f"digest:{digest}:all"),
        pressed(OWNER, f"digest:{digest}:digest", answers=1),
        pressed(OWNER, f"digest:{digest}:narrow", answers=2),
        pressed(OWNER, f"digest:{digest}:narrow", GROUP),
        pressed(OWNER, "digest:x:all"),
    )
    preferred, loudest, offered = api.texts()
    assert [row.get("text") for row in api.answers][:1] == ["Coming singly: 4"]
    assert "once a day: \u2068my-names\u2069" in preferred
    assert "one watch of \u2068my-names\u2069: 4 stories" in loudest
    assert offered == "No narrower query helps without losing what was right."
    with database.read() as session:
        assert {row.status for row in session.scalars(select(Delivery).where(Delivery.alert_id.is_not(None)))} == {
            "pending"
        }
        assert session.scalars(select(Subscription)).one().deliver == "digest"


def test_coverage_says_what_silence_is_worth(sqlite_database: Database, tmp_path: Path) -> None:
    """Read of all, the others with the reason; of a list the outlets it can see; of another's list nothing."""
    with sqlite_database.begin() as session:
        watch(session)
        subscriptions.add_user(session, READER, "reader", NOW)
        session.get_one(Watchlist, "my-names").owner = OWNER
    api = Talk(sqlite_database, tmp_path).after(
        said(OWNER, "/coverage", answers=1),
        said(OWNER, "/coverage my-names", answers=1),
        said(READER, "/coverage my-names"),
    )
    every, listed = api.texts(OWNER)
    assert "outlets read in the last 24 hours." in every
    assert "new: " in every
    assert listed.startswith("\u2068my-names\u2069\n0 of ")
    assert api.texts(READER) == ["no watchlist `my-names`"]
