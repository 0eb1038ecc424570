"""A word about an alert, the narrower queries it brings, [Apply] and [Undo], and alerts taken back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import feedback, outbox, retract, subscriptions, watchlists
from alerts.channels import Sent
from alerts.match import match_pending
from alerts.models import Alert, Delivery, Feedback, Subscription, Watchlist
from alerts.monitor import Monitor
from crawler.db import Database
from crawler.errors import UsageError
from tests.bot.conversation import EDITOR, GROUP, OWNER, READER, Talk, button, pressed, said, subscribed
from tests.delivery.world import NOW
from tests.match.rows import article

LATER = NOW + timedelta(minutes=1)
QUERY = 'name:"Пётр Залесный"'
RIGHT = "Наёмник Пётр Залесный погиб под Пальмирой, сообщили родственники."
WRONG = "Хоккеист Пётр Залесный забил шайбу в финале."


def heard(database: Database, *chats: str, source: str = "user", owner: int | None = None) -> dict[str, str]:
    """Two alerts of one watch, of a shared list unless it has an owner, sent to every chat; {"right", "wrong": id}."""
    with database.begin() as session:
        for user, role in ((READER, "reader"), (EDITOR, "editor")):
            subscriptions.add_user(session, user, role, NOW)
        watchlists.add(session, QUERY, NOW, watchlist="names", title="Names", owner=owner)
        session.get_one(Watchlist, "names").source = source
        for address in chats:
            subscriptions.subscribe(session, "names", address, NOW)
        loaded = watchlists.load(session)
        for text in (RIGHT, WRONG):
            article(session, text, language="ru", published_at=NOW, first_seen_at=NOW, changed_at=NOW)
        match_pending(session, Monitor(loaded.watches), NOW, max_age=timedelta(days=1))
    with database.begin() as session:
        for at in (NOW, LATER, LATER + timedelta(minutes=1)):
            for outgoing in outbox.lease(session, at, "test", 9):
                outbox.settle(session, outgoing, Sent(str(outgoing.delivery_id)), at)
        ids = session.scalars(select(Alert.id).order_by(Alert.article_id)).all()
    return dict(zip(("right", "wrong"), ids, strict=True))


def queries(database: Database, watchlist: str) -> list[str]:
    with database.read() as session:
        try:
            return [one.query for one in watchlists.listed(session, watchlist)]
        except UsageError:
            return []


def test_a_wrong_alert_brings_narrower_queries(database: Database, tmp_path: Path) -> None:
    """At most two, with what they drop of the past hits; the word is marked, the story muted, [Undo] takes it back."""
    ids = heard(database, f"telegram:{OWNER}")
    api = Talk(database, tmp_path).after(
        pressed(OWNER, f"judge:{ids['right']}:right"),
        pressed(OWNER, f"judge:{ids['wrong']}:wrong person", answers=1),
    )
    (offered,) = api.texts(OWNER)
    assert f"The story of {ids['wrong']} is muted here." in offered
    assert "drops 1 of 2 past hits, of which marked right: 0" in offered
    assert f"{QUERY} NOT " in offered
    assert [one["text"] for one in api.accepted[-1]["buttons"]] == ["Apply 1", "Apply 2", "Undo"]
    Talk(database, tmp_path / "undo").after(pressed(OWNER, button("Undo")(api)))
    with database.read() as session:
        assert [row.verdict for row in session.query(Feedback)] == ["right"]


def test_apply_changes_the_list_for_who_may_change_it_and_undo_takes_it_back(
    database: Database, tmp_path: Path
) -> None:
    """An editor's Apply is for everybody; the query is back after [Undo]."""
    ids = heard(database, f"telegram:{EDITOR}")
    api = Talk(database, tmp_path).after(
        pressed(EDITOR, f"judge:{ids['wrong']}:not relevant", answers=1), pressed(EDITOR, button("Apply 1"))
    )
    (applied,) = queries(database, "names")
    assert applied != QUERY
    assert "Applied to \u2068Names\u2069, for everybody who gets it." in api.answers[-1]["text"]
    Talk(database, tmp_path / "undo").after(pressed(EDITOR, button("Undo")(api)))
    assert queries(database, "names") == [QUERY]


@pytest.mark.parametrize("source", ["user", "config"])
def test_a_readers_apply_changes_nothing_for_others(database: Database, tmp_path: Path, source: str) -> None:
    """It makes a copy of their own, which their chat gets instead of the original; [Undo] makes everything as it was."""
    ids = heard(database, f"telegram:{READER}", "telegram:555", source=source)
    api = Talk(database, tmp_path).after(
        pressed(READER, f"judge:{ids['wrong']}:not relevant", answers=1), pressed(READER, button("Apply 1"))
    )
    own = f"user-{READER}-names"
    assert queries(database, "names") == [QUERY]
    assert queries(database, own) not in ([], [QUERY])
    assert subscribed(database) == {(own, f"telegram:{READER}"), ("names", "telegram:555")}
    assert "stays as it is for others" in api.answers[-1]["text"]
    Talk(database, tmp_path / "undo").after(pressed(READER, button("Undo")(api)))
    assert subscribed(database) == {("names", f"telegram:{READER}"), ("names", "telegram:555")}
    assert queries(database, own) == []


def test_a_story_told_stays_told_in_a_copy(database: Database, tmp_path: Path) -> None:
    """The copy starts where the original was: an article of an old story does not come again under the new list."""
    heard(database, f"telegram:{READER}")
    with database.begin() as session:
        feedback.copy_list(session, "names", user_id=READER, address=f"telegram:{READER}", now=NOW)
        loaded = watchlists.load(session)
        again = match_pending(session, Monitor(loaded.watches), LATER, max_age=timedelta(days=1))
    assert again.alerts == 0


def test_in_a_group_nothing_of_the_query_is_said(database: Database, tmp_path: Path) -> None:
    """The list, the kind and the effect; no word of the query, nor of what would be left out."""
    ids = heard(database, f"telegram:{GROUP}")
    api = Talk(database, tmp_path).after(pressed(OWNER, f"judge:{ids['wrong']}:wrong person", GROUP, answers=1))
    (offered,) = api.texts(GROUP)
    assert "drops 1 of 2 past hits" in offered
    assert "Залесный" not in offered
    assert "NOT" not in offered


def test_taking_a_word_back_sends_what_it_had_muted(database: Database) -> None:
    """A later alert of the story waits again; not while somebody else there still calls the story wrong."""
    ids = heard(database, f"telegram:{GROUP}")
    address = f"telegram:{GROUP}"
    with database.begin() as session:
        later = session.get_one(Alert, ids["wrong"])
        later.story_id = session.get_one(Alert, ids["right"]).story_id
        waiting = session.scalars(select(Delivery).where(Delivery.alert_id == later.id)).one()
        waiting.status = "pending"
        for user in (1, 2):
            feedback.judge(session, ids["right"], address, user, "wrong person", NOW)
        feedback.mute(session)
        assert feedback.take_back(session, ids["right"], address, 1, NOW)
        assert _status(session, waiting.id) == "muted"
        assert feedback.take_back(session, ids["right"], address, 2, NOW)
        assert _status(session, waiting.id) == "pending"
        assert not feedback.take_back(session, ids["right"], address, 2, NOW)


def _status(session: Session, delivery_id: int) -> str:
    return session.get_one(Delivery, delivery_id, populate_existing=True).status


def test_a_copy_can_be_asked_for(database: Database, tmp_path: Path) -> None:
    """[Copy to mine] under a list of config.yaml, in private alone; asked twice it says where the copy is."""
    heard(database, f"telegram:{READER}", source="config")
    with database.begin() as session:
        subscriptions.choose(session, "names", f"telegram:{READER}", deliver="digest")
    api = Talk(database, tmp_path).after(
        said(READER, "/watchlists", GROUP),
        said(READER, "/watchlists"),
        pressed(READER, button("Copy to mine")),
        pressed(READER, "copy:names"),
    )
    in_group, in_private = api.accepted[0]["buttons"], api.accepted[1]["buttons"]
    assert ([one["text"] for one in in_group], [one["text"] for one in in_private]) == (
        ["+ Names"],
        ["✓ Names", "Copy to mine"],
    )
    assert "a copy of your own now, user-1002-names, with 1 lines" in api.texts(READER)[-1]
    assert queries(database, f"user-{READER}-names") == [QUERY]
    with database.read() as session:
        (kept,) = session.scalars(select(Subscription))
        assert (kept.watchlist_id, kept.deliver) == (f"user-{READER}-names", "digest")


def test_an_alert_is_taken_back_in_every_chat(database: Database, tmp_path: Path) -> None:
    """An editor's reason replies to every copy; what still waits is not sent; a reader may not, and once is enough."""
    ids = heard(database, "telegram:11", f"telegram:{GROUP}")
    with database.begin() as session:
        subscriptions.remember(session, "telegram:1003", NOW)
        session.add(
            Delivery(
                alert_id=ids["wrong"], digest=[], address="telegram:1003", watchlists=["names"], not_before=NOW,
                created_at=NOW,
            )
        )  # fmt: skip
    api = Talk(database, tmp_path).after(
        said(READER, f"/retract {ids['wrong']} namesake"),
        said(EDITOR, f"/retract {ids['wrong']}"),
        said(EDITOR, f"/retract {ids['wrong']} a namesake,\nnot him"),
        said(EDITOR, f"/retract {ids['wrong']} again"),
    )
    assert api.texts() == [
        "Only an editor or owner can do this.",
        "Write: /retract ID and why it is taken back. Everybody who got it reads the reason.",
        f"{ids['wrong']} is taken back. Copies answered: 2; stopped before sending: 1.",
        f"{ids['wrong']} was taken back before: a namesake, not him",
    ]
    with database.read() as session:
        notices = session.scalars(select(Delivery).where(Delivery.notice.is_not(None)).order_by(Delivery.address)).all()
        copies = {row.id: row.address for row in session.scalars(select(Delivery).where(Delivery.status == "sent"))}
        assert [row.notice for row in notices] == [
            {"key": "retracted", "id": ids["wrong"], "reason": "a namesake, not him"}
        ] * 2
        assert [copies[row.reply_to or 0] for row in notices] == [row.address for row in notices]
        assert session.get_one(Alert, ids["wrong"]).retracted == "a namesake, not him"


@pytest.mark.parametrize(
    ("alert_id", "reason"), [("nosuch", "why"), ("", "why"), ("right", " \n "), ("right", "x" * 501)]
)
def test_what_cannot_be_taken_back_is_refused(database: Database, alert_id: str, reason: str) -> None:
    """An alert nobody knows, no reason, an essay."""
    ids = heard(database)
    with database.begin() as session, pytest.raises(UsageError):
        retract.retract(session, ids.get(alert_id, alert_id), reason, NOW)
