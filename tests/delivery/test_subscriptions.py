"""Who gets what: subscriptions made here and in config.yaml, moved and denied chats, roles, status."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts import outbox, status, subscriptions
from alerts.channels import Sent
from alerts.config import SubscriptionSection
from alerts.models import Chat, Watchlist
from alerts.subscriptions import Choice
from crawler.db import Database
from crawler.errors import UsageError
from tests.delivery.world import NOW, alert, chat, delivery, watch

PERSON, GROUP = "telegram:11", "telegram:-10077"


def section(watchlist: str, to: str) -> SubscriptionSection:
    return SubscriptionSection(watchlist=watchlist, to=to)


def pairs(database: Database) -> set[tuple[str, str, str]]:
    with database.read() as session:
        return {(one.watchlist, one.address, one.source) for one in subscriptions.listed(session)}


def test_subscribing_twice_changes_nothing(database: Database) -> None:
    """True, then False, one row."""
    with database.begin() as session:
        watch(session)
        assert subscriptions.subscribe(session, "my-names", PERSON, NOW)
        assert not subscriptions.subscribe(session, "my-names", PERSON, NOW)
    assert pairs(database) == {("my-names", PERSON, "user")}


@pytest.mark.parametrize(("source", "expected"), [("user", ""), ("config", "gone")])
def test_subscribing_by_hand_resumes_an_address(database: Database, source: str, expected: str) -> None:
    """The next start of the daemon does not: config.yaml says nothing new."""
    with database.begin() as session:
        watch(session)
        chat(session, PERSON, suspended="gone")
        subscriptions.subscribe(session, "my-names", PERSON, NOW, source=source)
        assert session.get_one(Chat, PERSON, populate_existing=True).suspended == expected


def test_unsubscribing_twice_changes_nothing(database: Database) -> None:
    """True, then False."""
    with database.begin() as session:
        watch(session)
        subscriptions.subscribe(session, "my-names", PERSON, NOW)
        assert subscriptions.unsubscribe(session, "my-names", PERSON)
        assert not subscriptions.unsubscribe(session, "my-names", PERSON)


@pytest.mark.parametrize(
    ("watchlist", "address", "words"),
    [("my-name", PERSON, "did you mean `my-names`"), ("my-names", "telegran:1", "did you mean `telegram`")],
)
def test_a_mistake_is_named(database: Database, watchlist: str, address: str, words: str) -> None:
    """An unknown list or channel comes with the one that was meant."""
    with database.begin() as session:
        watch(session)
        with pytest.raises(UsageError, match=words):
            subscriptions.subscribe(session, watchlist, address, NOW)


def test_a_removed_list_cannot_be_subscribed(database: Database) -> None:
    """It is not offered either."""
    with database.begin() as session:
        watch(session)
        session.get_one(Watchlist, "my-names").removed_at = NOW
        assert subscriptions.choices(session, PERSON) == []
        with pytest.raises(UsageError):
            subscriptions.subscribe(session, "my-names", PERSON, NOW)


def test_sync_follows_the_file_and_leaves_the_rest(database: Database) -> None:
    """What left config.yaml goes; what people subscribed stays, even when the file names it too."""
    with database.begin() as session:
        watch(session)
        watch(session, "deaths", "Deaths")
        subscriptions.subscribe(session, "my-names", PERSON, NOW)
        subscriptions.sync(session, [section("my-names", PERSON), section("deaths", PERSON)], NOW)
    assert pairs(database) == {("my-names", PERSON, "user"), ("deaths", PERSON, "config")}
    with database.begin() as session:
        subscriptions.sync(session, [section("deaths", "console:")], NOW)
    assert pairs(database) == {("my-names", PERSON, "user"), ("deaths", "console:", "config")}


def test_a_subscription_of_the_file_ends_in_the_file(database: Database) -> None:
    """It would come back with the next start; the refusal says where it stands."""
    with database.begin() as session:
        watch(session)
        subscriptions.sync(session, [section("my-names", PERSON)], NOW)
        with pytest.raises(UsageError, match=r"config\.yaml"):
            subscriptions.unsubscribe(session, "my-names", PERSON)


def test_sync_follows_a_chat_that_moved(database: Database) -> None:
    """The file goes on naming the old number of a group; its row is not made again."""
    with database.begin() as session:
        watch(session)
        subscriptions.sync(session, [section("my-names", GROUP)], NOW)
        outbox.move(session, GROUP, "telegram:-100500", NOW)
    with database.begin() as session:
        subscriptions.sync(session, [section("my-names", GROUP)], NOW)
    assert pairs(database) == {("my-names", "telegram:-100500", "config")}


def test_choices_know_what_the_chat_gets(database: Database) -> None:
    """Names, ids, and a mark."""
    with database.begin() as session:
        watch(session)
        watch(session, "deaths", "")
        subscriptions.subscribe(session, "my-names", PERSON, NOW)
        assert subscriptions.choices(session, PERSON) == [
            Choice("deaths", "deaths", False),
            Choice("my-names", "Names", True),
        ]


def test_a_denied_chat_gets_nothing_until_allowed(database: Database) -> None:
    """Its rows wait."""
    with database.begin() as session:
        chat(session, PERSON)
        alert(session, "a0", [watch(session)])
        delivery(session, "a0", PERSON)
        subscriptions.deny(session, PERSON, NOW)
        assert outbox.lease(session, NOW, "a", 9) == []
        subscriptions.allow(session, PERSON, NOW)
        assert [one.alert_id for one in outbox.lease(session, NOW, "a", 9)] == ["a0"]


def test_resuming_a_group_resumes_its_topics(database: Database) -> None:
    """/start in any topic is enough."""
    with database.begin() as session:
        chat(session, GROUP, suspended="kicked")
        chat(session, f"{GROUP}/5", suspended="kicked")
        chat(session, f"{GROUP}0", suspended="another chat")
        assert subscriptions.resume(session, f"{GROUP}/5") == "kicked"
    with database.read() as session:
        assert [row.suspended for row in session.query(Chat).order_by(Chat.address)] == ["", "", "another chat"]


def test_the_first_owner_is_wanted_only_while_there_is_none(database: Database) -> None:
    """A newer code replaces the older; with an owner, or one in the configuration, there is no code."""
    with database.begin() as session:
        first, second = (subscriptions.first_owner(session, NOW) for _ in range(2))
        assert subscriptions.first_owner(session, NOW, owners=[5]) is None
        assert first and second
        assert subscriptions.redeem(session, first, 7, NOW) is None
        assert subscriptions.redeem(session, second, 7, NOW) == "owner"
        assert subscriptions.first_owner(session, NOW) is None


def test_an_owner_does_not_become_a_reader_by_a_readers_code(database: Database) -> None:
    """Trying out one's own invitation costs nothing."""
    with database.begin() as session:
        subscriptions.add_user(session, 7, "owner", NOW)
        subscriptions.redeem(session, subscriptions.invite(session, "reader", NOW), 7, NOW)
        assert subscriptions.role(session, 7) == "owner"
        assert subscriptions.remove_user(session, 7)
        assert subscriptions.role(session, 7) is None


def test_status_counts_what_waits_and_what_was_sent(database: Database) -> None:
    """One sent, one pending, one chat unreachable."""
    with database.begin() as session:
        chat(session, PERSON)
        chat(session, GROUP, suspended="kicked")
        alert(session, "a0", [watch(session)])
        for address in (PERSON, GROUP):
            delivery(session, "a0", address)
        (outgoing,) = outbox.lease(session, NOW, "a", 9)
        outbox.settle(session, outgoing, Sent(), NOW)
    with database.read() as session:
        counted = status.status(session, NOW + timedelta(hours=1))
        later = status.status(session, NOW + timedelta(days=2))
    assert (counted.sent, counted.waiting, counted.suspended, counted.alerts) == (1, 1, (GROUP,), 1)
    assert (later.sent, later.alerts, later.articles) == (0, 0, 1)
    assert "1 sent in the last 24 hours, 1 waiting" in status.say(counted)
