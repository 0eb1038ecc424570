"""/watch, /watches, /edit, /delete: one table first, saved in one press, seen by nobody else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from alerts import drafts, subscriptions, watchlists
from alerts.bot.refusals import refusal
from alerts.models import Alert, Draft, Watch
from crawler.db import Database
from crawler.errors import UsageError
from tests.bot.conversation import (
    EDITOR,
    GROUP,
    OWNER,
    READER,
    Talk,
    button,
    pressed,
    said,
    sent_file,
    subscribed,
    told,
)
from tests.delivery.world import NOW
from tests.match.rows import article

READERS_LIST = f"user-{READER}"
KILLED = "تل الحصن: قتل كيريل أنانيف قرب دير الزور."


def reader(database: Database, user: int = READER, role: str = "reader") -> None:
    with database.begin() as session:
        subscriptions.add_user(session, user, role, NOW)


def stored(database: Database, text: str = KILLED, **columns: object) -> None:
    with database.begin() as session:
        article(
            session, text, **{"language": "ar", "first_seen_at": NOW - timedelta(hours=3), "changed_at": NOW, **columns}
        )


def queries(database: Database, watchlist: str = READERS_LIST) -> list[str]:
    with database.read() as session:
        try:
            return [one.query for one in watchlists.listed(session, watchlist)]
        except UsageError:
            return []


def test_many_lines_are_answered_with_one_table(database: Database, tmp_path: Path) -> None:
    """Past hits and the spellings found, refusals with column and suggestion, and that a thin store proves nothing."""
    reader(database)
    stored(database)
    api = Talk(database, tmp_path).after(
        said(READER, "/watch Кирилл Ананьев\n(broken\nХмеймим AND взрыв", answers=2),
    )
    looking, table = api.texts(READER)
    assert looking == "Looking back …"
    assert "✓ \u2068Кирилл Ананьев\u2069 · 1 alerts, 1 articles" in table
    assert "found as \u2068كيريل أنانيف\u2069" in table
    assert "✓ \u2068Хмеймим AND взрыв\u2069 · 0 alerts, 0 articles" in table
    assert "✗ 2. \u2068(broken\u2069\n   column 1: this parenthesis is never closed; try: \u2068(broken)\u2069" in table
    assert "The store holds 3 h from 1 outlets: no hits prove nothing." in table
    assert [one["text"] for one in api.accepted[-1]["buttons"]] == ["Save the good ones", "Cancel"]
    assert queries(database) == []


def test_one_press_saves_and_subscribes(database: Database, tmp_path: Path) -> None:
    """The list is the reader's own, the chat gets its alerts; a second press finds it done."""
    reader(database)
    talk = Talk(database, tmp_path)
    api = talk.after(
        said(READER, "/watch Хмеймим AND взрыв\nПальмира", answers=2),
        pressed(READER, button("Save")),
        pressed(READER, button("Save")),
        said(READER, "/watches"),
    )
    assert queries(database) == ["Хмеймим AND взрыв", "Пальмира"]
    assert subscribed(database) == {(READERS_LIST, f"telegram:{READER}")}
    edited = [one["text"] for one in api.answers if one["method"] == "editMessageText"]
    assert edited == ["Saved: 2. Alerts come to this chat; /watches shows all of yours."]
    toasts = [one.get("text", "") for one in api.answers if one["method"] == "answerCallbackQuery"]
    assert toasts == ["Saved.", "this is over: it was done already, or waited too long; ask again"]
    assert "1 · \u2068Хмеймим AND взрыв\u2069" in api.texts(READER)[-1]
    with database.read() as session:
        assert session.query(Draft).count() == 0


def test_a_draft_outlives_the_bot_and_names_what_came_meanwhile(database: Database, tmp_path: Path) -> None:
    """Killed between table and press: the press still works, and an article stored in between is told."""
    reader(database)
    first = Talk(database, tmp_path)
    first.after(said(READER, "/watch Кирилл Ананьев", answers=2))
    data = button("Save")(first.api)
    stored(database, changed_at=NOW + timedelta(minutes=5), first_seen_at=NOW + timedelta(minutes=5))
    again = Talk(database, tmp_path / "again")
    again.clock.advance(minutes=10)
    api = again.after(pressed(READER, data))
    (edited,) = [one["text"] for one in api.answers if one["method"] == "editMessageText"]
    assert "Found while you decided, and not sent again: 1" in edited
    assert "https://news.example/1" in edited
    assert queries(database) == ["Кирилл Ананьев"]


def test_a_draft_ends(sqlite_database: Database, tmp_path: Path) -> None:
    """After a day, by [Cancel], and for everybody but the one who asked."""
    reader(sqlite_database)
    first = Talk(sqlite_database, tmp_path)
    first.after(said(READER, "/watch Пальмира", answers=2), said(READER, "/watch Хмеймим", answers=2))
    one, other = [row["callback_data"] for row in first.api.buttons() if row["text"] == "Save"]
    late = Talk(sqlite_database, tmp_path / "late")
    api = late.after(pressed(OWNER, one), pressed(READER, f"cancel:{one.partition(':')[2]}:add"), pressed(READER, one))
    assert [answer.get("text") for answer in api.answers if answer["method"] == "answerCallbackQuery"] == [
        "only the one who asked can decide this",
        None,
        "this is over: it was done already, or waited too long; ask again",
    ]
    late = Talk(sqlite_database, tmp_path / "later")
    late.clock.advance(hours=24)
    late.after(pressed(READER, other))
    assert queries(sqlite_database) == []


def test_a_csv_file_is_a_list(sqlite_database: Database, tmp_path: Path) -> None:
    """Names and aliases; refused lines with their numbers; a file too large is not fetched."""
    reader(sqlite_database)
    content = "name,aliases\nКирилл Ананьев,كيريل أنانيف\nАнаньев,\n".encode()
    talk = Talk(sqlite_database, tmp_path)
    api = talk.after(
        sent_file(READER, "names.csv", content, answers=2),
        pressed(READER, button("Save the good ones")),
        sent_file(READER, "names.csv", content, size=2_000_000, answers=1),
        sent_file(READER, "names.csv", "name\n\xff".encode("latin-1"), answers=2),
        sent_file(READER, "list.csv", b"a,b\n1,2\n", answers=2),
    )
    table, large, _, latin, _, none = api.texts(READER)[1:]
    assert "✗ 3. \u2068Ананьев\u2069\n   a surname alone meets strangers" in table
    assert queries(sqlite_database) == ['name:"Кирилл Ананьев|كيريل أنانيف"']
    assert large.startswith("This file is too large or empty")
    assert "not UTF-8 at byte 5" in latin
    assert "no column `name`" in none
    assert api.calls["getFile"] == 3


def test_strangers_and_groups_have_no_files_read(sqlite_database: Database, tmp_path: Path) -> None:
    """Nothing is fetched for them."""
    api = Talk(sqlite_database, tmp_path).after(sent_file(6666, "names.csv", b"name\nA B\n"))
    assert (api.calls["getFile"], api.texts()) == (0, ["private bot · your id: 6666"])


def test_an_edit_shows_the_difference_first(database: Database, tmp_path: Path) -> None:
    """Newly caught, no longer caught; only then [Save]."""
    reader(database)
    stored(database)
    stored(database, "قتل لاعب في حادث.")
    with database.begin() as session:
        number = watchlists.add(session, 'name:"Кирилл Ананьев"', NOW, watchlist=READERS_LIST, owner=READER).id
    api = Talk(database, tmp_path).after(
        said(READER, f'/edit {number} @killed NOT name:"Кирилл Ананьев"', answers=2),
        pressed(READER, button("Save")),
        said(READER, f"/edit {number} Пальмира"),
        said(READER, "/edit"),
    )
    _, shown, gone, how = api.texts(READER)
    assert "Newly caught: 1" in shown
    assert "No longer caught: 1" in shown
    assert "Still caught: 0" in shown
    assert gone == f"no watch {number}; /watches shows the numbers of yours"
    assert how.startswith("Write: /edit NUMBER")
    assert queries(database) == ['@killed NOT name:"Кирилл Ананьев"']


def test_what_one_reader_watches_for_another_does_not_see(database: Database, tmp_path: Path) -> None:
    """Not in /watchlists, /watches or /export, not by a guessed id, not by /delete or /edit, not in a group."""
    reader(database)
    with database.begin() as session:
        number = watchlists.add(session, "Хмеймим", NOW, watchlist="user-1001", title="Mine", owner=OWNER).id
        subscriptions.subscribe(session, "user-1001", "telegram:1001", NOW)
    api = Talk(database, tmp_path).after(
        said(READER, "/watchlists"),
        said(READER, "/subscribe user-1001"),
        said(READER, "/subscribe user-100"),
        pressed(READER, "+:user-1001"),
        pressed(READER, "copy:user-1001"),
        said(READER, "/watches user-1001"),
        said(READER, "/export user-1001"),
        said(READER, f"/delete {number}"),
        said(READER, "/delete user-1001"),
        said(READER, f"/edit {number} Пальмира"),
        said(OWNER, "/watches", GROUP),
        said(OWNER, "/watch Хмеймим", GROUP),
    )
    answers = " ".join(api.texts(READER) + api.texts(GROUP))
    assert "Хмеймим" not in answers
    assert "Mine" not in answers
    assert "did you mean" not in answers
    assert subscribed(database) == {("user-1001", "telegram:1001")}
    assert queries(database, "user-1001") == ["Хмеймим"]
    (shown,) = Talk(database, tmp_path / "owner").after(said(OWNER, "/watchlists")).texts(OWNER)
    assert "✓ \u2068Mine (user-1001)\u2069" in shown


def test_a_list_of_ones_own_can_be_taken_away(sqlite_database: Database, tmp_path: Path) -> None:
    """A line by its number, the list after a question; a list of config.yaml not at all."""
    reader(sqlite_database)
    with sqlite_database.begin() as session:
        first, _ = (
            watchlists.add(session, text, NOW, watchlist=READERS_LIST, owner=READER).id for text in ("аб", "вг")
        )
        shared = watchlists.add(session, "Пальмира", NOW, watchlist="shared").id
    api = Talk(sqlite_database, tmp_path).after(
        said(READER, f"/delete {first}"),
        said(READER, f"/delete {READERS_LIST}"),
        pressed(READER, button("Delete")),
        said(READER, f"/delete {shared}"),
    )
    deleted, question, refused = api.texts(READER)
    assert deleted == "Deleted: \u2068аб\u2069"
    assert "with 1 lines?" in question
    assert refused == f"watch {shared} is of a list that others get too: only an editor changes it"
    assert queries(sqlite_database) == []
    reader(sqlite_database, EDITOR, "editor")
    Talk(sqlite_database, tmp_path / "editor").after(said(EDITOR, f"/delete {shared}"))
    assert queries(sqlite_database, "shared") == []


def test_somebody_the_article_names_is_watched_with_one_press(database: Database, tmp_path: Path) -> None:
    """[Watch NAME]: the name as written and its reading; refused in a group, and for an alert of another chat."""
    told(database)
    with database.begin() as session:
        session.get_one(Alert, "k3f9a2").facts = {
            "persons": [{"text": "فلاديمير لوجينوف", "reading": "Владимир Логинов", "number": 0}]
        }
    api = Talk(database, tmp_path).after(
        pressed(OWNER, "watch:k3f9a2:0", answers=2),
        pressed(OWNER, button("Save")),
        pressed(OWNER, "watch:k3f9a2:7"),
        pressed(OWNER, "watch:nosuch:0"),
    )
    assert 'name:"Владимир Логинов|فلاديمير لوجينوف"' in api.texts(OWNER)[1]
    assert queries(database, f"user-{OWNER}") == ['name:"Владимир Логинов|فلاديمير لوجينوف"']
    assert len(api.texts()) == 2


def test_a_long_look_back_does_not_keep_others_waiting(sqlite_database: Database, tmp_path: Path) -> None:
    """While one look goes on another command is answered; a second look of the same person waits to be asked again."""
    reader(sqlite_database)
    with sqlite_database.begin() as session:
        for number in range(400):
            article(session, f"Пальмира и слово {number}. " * 40, language="ru", first_seen_at=NOW, changed_at=NOW)
    api = Talk(sqlite_database, tmp_path).after(
        said(READER, "/watch Пальмира"),
        said(READER, "/watch Хмеймим"),
        said(OWNER, "/help", answers=2),
        lambda api: lambda: sum("·" in text for text in api.texts(READER)) == 1,
    )
    order = [row["text"][:14] for row in api.accepted]
    assert order.index("Lists\n/watchli") < next(n for n, text in enumerate(order) if text.startswith("Watches: 1."))
    assert "One thing at a" in order


def test_a_look_back_is_bounded(sqlite_database: Database) -> None:
    """When there are too many articles, it goes back as far as that many reach."""
    with sqlite_database.begin() as session:
        for hours in (1, 2, 3, 4):
            article(session, KILLED, first_seen_at=NOW - timedelta(hours=hours), changed_at=NOW)
        assert drafts.reach(session, NOW, most=2) == timedelta(hours=3)


def test_refusals_are_said_in_the_language_of_the_chat(sqlite_database: Database, tmp_path: Path) -> None:
    """Of commands and of watches, with column and suggestion."""
    api = Talk(sqlite_database, tmp_path).after(
        said(OWNER, "/language ru", answers=1),
        said(OWNER, "/subscribe nosuch", answers=1),
        said(OWNER, "/watch (Пальмира", answers=2),
        said(OWNER, "/language ar", answers=1),
        said(OWNER, "/digest nine", answers=1),
    )
    _, unknown, _, table, _, digest = api.texts()
    assert unknown == "Нет списка `nosuch`"
    assert "знак 1: эта скобка не закрыта; попробуйте: \u2068(Пальмира)\u2069" in table
    assert digest == "«nine»: اكتب ‏/digest daily 08:00 أو ‏/digest half-hourly أو ‏/digest off"


def test_what_nobody_translated_is_said_in_english() -> None:
    """Better than nothing."""
    assert refusal(UsageError("the moon is full"), "ru") == "the moon is full"


def test_watches_are_numbered_rows(database: Database) -> None:
    """Whoever saves the same line twice has it once."""
    with database.begin() as session:
        for _ in range(2):
            draft = drafts.keep(
                session, "add", READER, "telegram:1", {"watchlist": READERS_LIST, "texts": ["Пальмира"], "edge": {}}, NOW,
                looked_at=NOW,
            )  # fmt: skip
            drafts.save(session, drafts.find(session, draft, "add", READER, "telegram:1", NOW), NOW)
        assert len(session.scalars(select(Watch)).all()) == 1
