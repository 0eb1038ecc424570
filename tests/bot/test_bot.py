"""The bot against a Bot API of our own: who may command it, what it says, what it does in the database."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts import bot, subscriptions
from alerts.bot import menu, reception, turn
from alerts.locale import languages, texts
from alerts.models import Chat, Feedback, Subscription, User
from crawler.db import Database
from crawler.errors import ChannelError, WrongToken
from crawler.languages import fold
from crawler.models import Article
from tests.bot.conversation import GROUP, OWNER, READER, STRANGER, Talk, pressed, said, subscribed, told
from tests.delivery.world import NOW, SENTENCE, alert, chat, watch


@pytest.mark.parametrize("text", ["/start", "/start wrongcode", "/watchlists", "/status", "/subscribe my-names"])
def test_a_stranger_learns_nothing(database: Database, tmp_path: Path, text: str) -> None:
    """ "private bot" and the own id, whatever is asked; no row is made."""
    with database.begin() as session:
        watch(session)
    api = Talk(database, tmp_path).after(said(STRANGER, text))
    assert api.texts() == ["private bot · your id: 6666"]
    with database.read() as session:
        assert session.query(Chat).count() == session.query(Subscription).count() == 0


def test_strangers_in_groups_and_at_buttons_hear_nothing(database: Database, tmp_path: Path) -> None:
    """Every press is authorised again: an old button in a shared group does nothing for a stranger."""
    with database.begin() as session:
        watch(session)
    talk = Talk(database, tmp_path)
    api = talk.after(said(STRANGER, "/watchlists", GROUP), pressed(STRANGER, "+:my-names", GROUP))
    assert api.texts() == []
    assert [answer["method"] for answer in api.answers] == ["answerCallbackQuery"]
    assert subscribed(database) == set()


def test_an_owner_of_the_configuration_is_welcome(database: Database, tmp_path: Path) -> None:
    """The first words say that bot chats are not encrypted and that the operator can read them."""
    (text,) = Talk(database, tmp_path).after(said(OWNER, "/start")).texts(OWNER)
    assert "not end-to-end encrypted" in text
    assert "can read everything" in text
    assert "telegram:1001" in text


def test_the_first_owner_comes_by_the_printed_link(database: Database, tmp_path: Path) -> None:
    """The link is announced while nobody may command; it works once."""
    talk = Talk(database, tmp_path, owners=[])
    talk.after(
        lambda api: api.say(READER, READER, f"/start {_code(talk.announced)}"),
        lambda api: api.say(STRANGER, STRANGER, f"/start {_code(talk.announced)}"),
    )
    assert "You were let in as owner." in talk.api.texts(READER)[0]
    assert talk.api.texts(STRANGER) == ["private bot · your id: 6666"]
    with database.read() as session:
        assert [(user.id, user.role) for user in session.scalars(select(User))] == [(READER, "owner")]


def _code(announced: list[str]) -> str:
    found = re.search(r"https://t\.me/rasad_test_bot\?start=([A-Za-z0-9_-]{20,64})$", announced[0])
    assert found, announced
    return found[1]


def test_lists_by_name_with_buttons(database: Database, tmp_path: Path) -> None:
    """Names and ids of lists, a button each; the query is never shown."""
    with database.begin() as session:
        watch(session, "my-names", "Names")
        watch(session, "deaths", "Contractor deaths")
    api = Talk(database, tmp_path).after(said(OWNER, "/watchlists"))
    (row,) = api.accepted
    assert "– \u2068Names (my-names)\u2069 · too new to tell how many" in row["text"]
    assert "secret query" not in row["text"]
    assert [button["callback_data"] for button in row["buttons"]] == ["+:deaths", "+:my-names"]


def test_a_button_subscribes_and_unsubscribes(database: Database, tmp_path: Path) -> None:
    """The message is edited to the list as it is afterwards."""
    with database.begin() as session:
        watch(session)
    api = Talk(database, tmp_path).after(pressed(OWNER, "+:my-names"))
    assert subscribed(database) == {("my-names", "telegram:1001")}
    edited = next(answer for answer in api.answers if answer["method"] == "editMessageText")
    assert "✓ \u2068Names (my-names)\u2069" in edited["text"]
    Talk(database, tmp_path).after(pressed(OWNER, "-:my-names"))
    assert subscribed(database) == set()


def test_commands_subscribe_the_chat_they_are_given_in(database: Database, tmp_path: Path) -> None:
    """A private chat, a group and a topic of it are three addresses."""
    with database.begin() as session:
        watch(session)
    Talk(database, tmp_path).after(
        said(OWNER, "/subscribe my-names"),
        said(OWNER, "/subscribe my-names", GROUP),
        said(OWNER, "/subscribe my-names", GROUP, thread=5),
    )
    expected = {("my-names", address) for address in ("telegram:1001", "telegram:-10077", "telegram:-10077/5")}
    assert subscribed(database) == expected


def test_a_mistyped_list_is_answered_with_the_right_one(database: Database, tmp_path: Path) -> None:
    """Did you mean."""
    with database.begin() as session:
        watch(session)
    (text,) = Talk(database, tmp_path).after(said(OWNER, "/subscribe my-name")).texts()
    assert text == "no watchlist `my-name`; did you mean `my-names`?"


def test_a_verdict_is_kept_and_shown(database: Database, tmp_path: Path) -> None:
    """One tap; a second word of the same reader replaces the first."""
    told(database)
    api = Talk(database, tmp_path).after(
        pressed(OWNER, "judge:k3f9a2:right"), pressed(OWNER, "judge:k3f9a2:wrong person")
    )
    toasts = [answer["text"] for answer in api.answers if answer["method"] == "answerCallbackQuery"]
    assert toasts == ["Noted.", "Noted. This story is muted here."]
    marked = [a["reply_markup"] for a in api.answers if a["method"] == "editMessageReplyMarkup"]
    assert ["✓ Right" in json.loads(markup)["inline_keyboard"][0][0]["text"] for markup in marked] == [True, False]
    with database.read() as session:
        assert [row.verdict for row in session.query(Feedback)] == ["wrong person"]


def test_the_stored_text_and_the_reason_can_be_asked_for(database: Database, tmp_path: Path) -> None:
    """The text as stored; the reasons of this chat's lists alone, without any query."""
    told(database)
    api = Talk(database, tmp_path).after(pressed(OWNER, "text:k3f9a2"), pressed(OWNER, "why:k3f9a2"))
    text, why = api.texts(OWNER)
    assert text == f"مقتل متعاقدين في هجوم\n\n{SENTENCE}"
    assert why == "Why k3f9a2 came:\nNames\n  كيريل أنانيف = Кирилл Ананьев"


@pytest.mark.parametrize("data", ["text:k3f9a2", "why:k3f9a2", "judge:k3f9a2:right", "judge:nosuch:right", "x:1", ""])
def test_a_forged_button_shows_nothing_of_others(database: Database, tmp_path: Path, data: str) -> None:
    """Data can be made up: only alerts this very chat got are shown or judged."""
    told(database, "telegram:555")
    api = Talk(database, tmp_path).after(pressed(OWNER, data))
    assert api.texts() == []
    with database.read() as session:
        assert session.query(Feedback).count() == 0


def test_a_discreet_chat_shows_on_request(database: Database, tmp_path: Path) -> None:
    """The message names the alert alone; /show brings the rest, of alerts this chat got."""
    told(database)
    api = Talk(database, tmp_path).after(
        said(OWNER, "/discreet"), said(OWNER, "/show k3f9a2"), said(OWNER, "/show nosuch"), said(OWNER, "/show")
    )
    on, shown, unknown, which = api.texts(OWNER)
    assert "/show ID brings the rest" in on
    assert "k3f9a2 · Names" in shown
    assert (unknown, which) == ("That alert did not come to this chat.", "Which alert? Write: /show ID")


def test_an_owner_invites(database: Database, tmp_path: Path) -> None:
    """A link of one use, in private, from an owner alone."""
    (link,) = Talk(database, tmp_path / "owner").after(said(OWNER, "/invite")).texts()
    code = link.rpartition("=")[2]
    api = Talk(database, tmp_path / "reader").after(
        said(READER, f"/start {code}"), said(READER, "/invite"), said(OWNER, "/invite", GROUP)
    )
    welcome, refused = api.texts(READER)
    assert "You were let in as reader." in welcome
    assert refused == "Only an owner can do this."
    assert "start=" not in api.texts(GROUP)[0]


def test_stored_articles_can_be_searched(database: Database, tmp_path: Path) -> None:
    """Day, outlet, headline and address; or that there is nothing."""
    with database.begin() as session:
        alert(session, "k3f9a2", [watch(session)])
        session.query(Article).one().folded = fold(SENTENCE)
    api = Talk(database, tmp_path).after(
        said(OWNER, "/search القتيل"), said(OWNER, "/search Пальмира"), said(OWNER, "/search")
    )
    found, nothing, how = api.texts()
    assert found == "2018-02-13 · nahr · \u2068مقتل متعاقدين في هجوم\u2069\nhttps://nahr.example/k3f9a2"
    assert nothing == "Nothing found."
    assert how.startswith("Write words")


def test_the_bot_leaves_chats_nobody_listed(database: Database, tmp_path: Path) -> None:
    """Added by a stranger it goes; added by an owner, or into a chat of the configuration, it stays."""
    with database.begin() as session:
        chat(session, "telegram:-555")
    api = Talk(database, tmp_path).after(
        lambda api: api.add_bot(GROUP, OWNER),
        lambda api: api.add_bot(-555, STRANGER),
        lambda api: api.add_bot(-666, STRANGER),
    )
    assert api.calls["leaveChat"] == 1


def test_start_resumes_a_chat_that_had_stopped(database: Database, tmp_path: Path) -> None:
    """Blocked and unblocked: the rows kept meanwhile may go out again."""
    with database.begin() as session:
        chat(session, f"telegram:{OWNER}", suspended="blocked by the user")
    (text,) = Talk(database, tmp_path).after(said(OWNER, "/start")).texts()
    assert "had stopped (blocked by the user)" in text
    with database.read() as session:
        assert session.get_one(Chat, f"telegram:{OWNER}").suspended == ""


def test_a_chat_is_set_up_by_commands(database: Database, tmp_path: Path) -> None:
    """Language first, and the next answers are in it; a wish nobody understands is answered with how to write it."""
    talk = Talk(database, tmp_path)
    commands = ("/language ru", "/timezone Europe/Moscow", "/quiet 23:00-07:00", "/mute 3h", "/mute 3", "/mute off")
    expected = [
        "Теперь бот пишет сюда по-русски.",
        "Часовой пояс этого чата: Europe/Moscow.",
        "Тихие часы: 23:00-07:00 (Europe/Moscow). Всё, что найдено в это время, придёт после них.",
        "До 22 нояб. 2026, 22:42 Москва сюда ничего не придёт. Ничего не пропадёт: всё придёт потом.",
        "«3»: напишите /mute 45m, /mute 3h, /mute 2d (не больше 30d) или /mute off",
        "Оповещения снова приходят сразу.",
    ]
    assert talk.after(*(said(OWNER, command) for command in commands)).texts() == expected


def test_status_hides_the_chats_of_others_from_readers(database: Database, tmp_path: Path) -> None:
    """An owner sees addresses, a reader a number."""
    with database.begin() as session:
        chat(session, "telegram:555", suspended="blocked")
        subscriptions.add_user(session, READER, "reader", NOW)
    api = Talk(database, tmp_path).after(said(OWNER, "/status"), said(READER, "/status"))
    assert "Chats that cannot be reached: telegram:555" in api.texts(OWNER)[0]
    assert "Chats that cannot be reached: 1" in api.texts(READER)[0]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the network is tested, not the database
@pytest.mark.parametrize(
    ("kind", "method", "ending", "words"),
    [
        ("409", "getUpdates", ChannelError, "another program polls"),
        ("401", "getMe", WrongToken, "does not know this token"),
    ],
)
def test_a_bot_that_cannot_work_ends_loudly(
    database: Database, tmp_path: Path, kind: str, method: str, ending: type[ChannelError], words: str
) -> None:
    """Two pollers of one token, or a wrong token: an error that says what to do, and which of both by its type.

    The daemon goes on without a bot whose token is wrong, and leaves a second poller the field.
    """
    talk = Talk(database, tmp_path)
    talk.api.fault(kind, method=method, times=-1)
    with pytest.raises(ChannelError, match=words) as raised:
        talk.after(said(OWNER, "/help"))
    assert ending is raised.type


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the network is tested, not the database
def test_a_silent_network_does_not_hold_up_the_stop(database: Database, tmp_path: Path) -> None:
    """The last getUpdates would take its full time; the bot leaves without it."""
    talk = Talk(database, tmp_path)
    talk.api.fault("slow", method="getUpdates", times=-1, seconds=60)
    talk.after()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the network is tested, not the database
def test_an_outage_at_start_is_waited_for(database: Database, tmp_path: Path) -> None:
    """502 to the first question: the bot asks again and then answers."""
    talk = Talk(database, tmp_path)
    talk.api.fault("502", method="getMe")
    assert talk.after(said(OWNER, "/help")).texts() != []


def test_an_invite_works_once_and_in_time(database: Database) -> None:
    """A quarter of an hour, one user; only the hash is stored."""
    with database.begin() as session:
        code, late = (subscriptions.invite(session, "reader", NOW) for _ in range(2))
        assert subscriptions.redeem(session, late, READER, NOW + timedelta(minutes=15)) is None
        assert subscriptions.redeem(session, code, READER, NOW + timedelta(minutes=14)) == "reader"
        assert subscriptions.redeem(session, code, STRANGER, NOW) is None
        assert subscriptions.role(session, READER) == "reader"
        assert subscriptions.role(session, STRANGER) is None


@pytest.mark.parametrize("language", languages())
def test_every_command_is_explained(language: str) -> None:
    """In the menu, in /help of each language, and in docs/guide/telegram.md."""
    assert set(menu.COMMANDS) == set(reception.answers())
    commands = set(reception.answers())
    guide = Path(__file__).parent.parent.parent / "docs" / "guide" / "telegram.md"
    assert {name for name in commands if f"`/{name}" not in guide.read_text("utf-8")} == set()
    assert {name for name in commands - {"start"} if f"/{name}" not in texts(language).by_key["help"]} == set()


def test_two_daemons_take_turns(database: Database, tmp_path: Path) -> None:
    """The second one waits while the first is alive, and takes over when it ended or was killed."""
    with database.begin() as session:
        assert turn.take(session, "4242", "one", NOW)
        assert not turn.take(session, "4242", "two", NOW + timedelta(seconds=14))
        assert turn.take(session, "4242", "one", NOW + timedelta(seconds=14))
        assert turn.take(session, "4242", "two", NOW + timedelta(seconds=29))
        assert not turn.take(session, "4242", "one", NOW + timedelta(seconds=30))
        turn.give_back(session, "4242", "one")
        assert not turn.take(session, "4242", "one", NOW + timedelta(seconds=30))
        turn.give_back(session, "4242", "two")
        assert turn.take(session, "4242", "one", NOW + timedelta(seconds=30))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_second_bot_does_not_poll(database: Database, tmp_path: Path) -> None:
    """Nor does it announce a link that would make the first one's worthless; at the end the turn is given back."""
    talk = Talk(database, tmp_path, owners=[])
    with database.begin() as session:
        turn.take(session, "4242", "the first", NOW)

    async def run_for_a_moment() -> None:
        stopping = asyncio.Event()
        running = asyncio.create_task(bot.run(talk.settings, database, talk.clock, stopping, talk.announced.append))
        while not talk.api.calls["getMe"]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        stopping.set()
        await running

    with talk.api:
        asyncio.run(run_for_a_moment())
    assert (talk.announced, talk.api.calls["getUpdates"]) == ([], 0)
    talk = Talk(database, tmp_path)
    with database.begin() as session:
        turn.give_back(session, "4242", "the first")
    talk.after(said(OWNER, "/help"))
    with database.begin() as session:
        assert turn.take(session, "4242", "the next", NOW)
