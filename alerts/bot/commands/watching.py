"""/watch, /watches, /edit, /delete: watches of one's own, shown with what they would have caught before they are saved.

They are spoken of in private chats only: messages elsewhere name lists, never what they watch for.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from alerts import drafts, recall, subscriptions, watchlists
from alerts.bot import tables
from alerts.bot.talk import Asked, Reply, quoted
from alerts.facts import Facts
from alerts.lookback import Step
from alerts.models import Alert, Watchlist
from alerts.render import Button, clean, clip
from alerts.terms import quote
from crawler.errors import UsageError

LISTED = 60  # watches of one list in a message


class Stopped(Exception):
    """The bot ends; a look back is given up."""


def watch(session: Session, asked: Asked) -> Reply:
    """A query, a name, many lines, or a file: one table of what they would have caught, to be saved or not."""
    if not asked.private:
        return Reply(asked.said("private_only"))
    if asked.upload is not None and not asked.upload.content:
        return Reply(asked.said("watch_file_size"))
    lines = asked.text.splitlines() if asked.upload is None else []
    if asked.upload is None and not any(line.strip() for line in lines):
        return Reply(asked.said("watch_how"))
    return Reply(asked.said("looking"), later=lambda: drafted(asked, lines))


def drafted(asked: Asked, lines: list[str]) -> Reply:
    """Reads, looks back and keeps the draft; long."""
    mine = subscriptions.own_list(asked.user)
    with asked.around.database.read() as session:
        if asked.upload is not None:
            written = drafts.read_file(session, asked.upload.name, asked.upload.content, mine)
        else:
            written = drafts.read_lines(session, lines, mine)
        table = drafts.look_back(session, written.watches, asked.now, outlets=asked.around.outlets, step=_step(asked))
    text = tables.looked(written, table, asked.said)
    if not written.texts:
        return Reply(text)
    what = {"watchlist": mine, "texts": written.texts, "edge": dict(table.edge)}
    with asked.around.database.begin() as session:
        draft = drafts.keep(session, "add", asked.user, asked.address, what, asked.now, looked_at=table.looked_at)
    return Reply(text, (_save_buttons(asked, "save", draft, some=bool(written.refused)),))


def _save_buttons(asked: Asked, kind: str, draft: str, *, some: bool = False) -> tuple[Button, ...]:
    save = Button(asked.said("button_save_good" if some else "button_save"), f"{kind}:{draft}")
    return save, Button(asked.said("button_cancel"), f"cancel:{draft}:{'add' if kind == 'save' else 'edit'}")


def _step(asked: Asked) -> Step:
    def step(done: int, there: int) -> None:
        if asked.around.stopping():
            raise Stopped

    return step


def watch_named(session: Session, asked: Asked) -> Reply:
    """[Watch NAME] under an alert: the person's name and its reading, as a draft. In a group: to be done in private."""
    _, alert_id, number, *_ = (*asked.words, "", "")
    if recall.lists_told(session, alert_id, asked.address) is None:
        return Reply(toast=asked.said("not_told"))
    if not asked.private:
        return Reply(toast=asked.said("private_only"))
    named = Facts.from_json(session.get_one(Alert, alert_id).facts).persons
    if not number.isdigit() or int(number) >= len(named):
        return Reply(toast=asked.said("not_told"))
    person = named[int(number)]
    spellings = dict.fromkeys(filter(None, (person.reading, person.text)))
    line = f"name:{quote('|'.join(clean(one).replace('|', ' ').strip() for one in spellings))}"
    return Reply(asked.said("looking"), later=lambda: drafted(asked, [line]))


def save(session: Session, asked: Asked) -> Reply:
    """[Save]: the watches, with what came in between; this chat gets their alerts."""
    draft = drafts.find(session, asked.words[1], "add", asked.user, asked.address, asked.now)
    title = clip(clean(asked.name), 60)
    saved = drafts.save(session, draft, asked.now, title=title, outlets=asked.around.outlets)
    subscriptions.subscribe(session, saved.watchlist, asked.address, asked.now)
    return Reply(tables.saved(saved, asked.said), edit=True, toast=asked.said("saved_toast"))


def save_edit(session: Session, asked: Asked) -> Reply:
    """[Save] under an edit."""
    draft = drafts.find(session, asked.words[1], "edit", asked.user, asked.address, asked.now)
    _may_change(session, asked, draft.what["watch_id"])
    saved = drafts.save_edit(session, draft, asked.now, outlets=asked.around.outlets)
    return Reply(tables.saved(saved, asked.said), edit=True, toast=asked.said("saved_toast"))


def cancel(session: Session, asked: Asked) -> Reply:
    """[Cancel]: the draft is gone."""
    _, draft_id, kind, *_ = (*asked.words, "", "")
    session.delete(drafts.find(session, draft_id, kind, asked.user, asked.address, asked.now))
    return Reply(asked.said("cancelled"), edit=True)


def watches(session: Session, asked: Asked) -> Reply:
    """The lines of one's own lists, or of a list that is named, with their numbers."""
    if not asked.private:
        return Reply(asked.said("private_only"))
    if asked.words:
        name = asked.words[0].lower()
        subscriptions.check_visible(session, name, asked.user, asked.role)
        lists = [name]
    else:
        lists = [one.watchlist for one in subscriptions.choices(session, asked.address) if one.owner == asked.user]
    blocks = []
    for name in lists:
        lines = watchlists.listed(session, name)
        head = quoted(f"{lines[0].title} ({name})" if lines else name, 120)
        shown = [asked.said("watch_line", id=one.id, query=quoted(one.query)) for one in lines[:LISTED]]
        if len(lines) > LISTED:
            shown.append(asked.said("and_more", count=len(lines) - LISTED))
        blocks.append("\n".join([head, *shown]))
    return Reply("\n\n".join(blocks) or asked.said("watch_how"))


def edit(session: Session, asked: Asked) -> Reply:
    """/edit NUMBER QUERY: what it newly catches and no longer catches, to be saved or not."""
    if not asked.private:
        return Reply(asked.said("private_only"))
    number, text = _numbered(asked)
    if not number or not text:
        return Reply(asked.said("edit_how"))
    _may_change(session, asked, number)
    watchlists.edits(session, number, text)  # raises at once what need not be looked for
    return Reply(asked.said("looking"), later=lambda: _edited(asked, number, text))


def _edited(asked: Asked, number: int, text: str) -> Reply:
    with asked.around.database.read() as session:
        change, store, edge = drafts.look_at_edit(
            session, number, text, asked.now, outlets=asked.around.outlets, step=_step(asked)
        )
    what = {"watch_id": number, "text": text, "edge": dict(edge)}
    with asked.around.database.begin() as session:
        draft = drafts.keep(session, "edit", asked.user, asked.address, what, asked.now, looked_at=asked.now)
    return Reply(tables.difference(change, store, asked.said), (_save_buttons(asked, "saveedit", draft),))


def delete(session: Session, asked: Asked) -> Reply:
    """/delete NUMBER takes a line out, /delete LIST a whole list of one's own, after a question."""
    if not asked.private:
        return Reply(asked.said("private_only"))
    number, _ = _numbered(asked)
    if number:
        _may_change(session, asked, number)
        return Reply(asked.said("watch_deleted", query=quoted(watchlists.remove(session, number, asked.now).query)))
    row = session.get(Watchlist, asked.words[0].lower()) if asked.words else None
    if row is None or not watchlists.may_change(row, asked.user, asked.role):
        return Reply(asked.said("delete_which"))
    count = len(watchlists.listed(session, row.id))
    sure = Button(asked.said("button_delete"), f"deletelist:{row.id}")
    return Reply(asked.said("delete_list", title=quoted(row.title or row.id, 60), count=count), ((sure,),))


def delete_list(session: Session, asked: Asked) -> Reply:
    """[Delete]: the list and its subscriptions are gone."""
    row = session.get(Watchlist, asked.words[1])
    if row is None or not watchlists.may_change(row, asked.user, asked.role):
        return Reply(toast=asked.said("delete_which"))
    watchlists.remove_list(session, row.id, asked.now)
    return Reply(asked.said("watch_deleted", query=quoted(row.title or row.id, 60)), edit=True)


def _numbered(asked: Asked) -> tuple[int, str]:
    """The number in front, 0 without one, and what follows it."""
    first, _, rest = asked.text.strip().partition(" ")
    return (int(first), rest.strip()) if first.isascii() and first.isdigit() and len(first) < 18 else (0, "")


def _may_change(session: Session, asked: Asked, number: int) -> None:
    """UsageError unless this watch is theirs to change; what others watch for does not even exist."""
    row = watchlists.list_of(session, number)
    visible = row is not None and (asked.role == "owner" or row.owner in (None, asked.user))
    if row is None or not visible:
        raise UsageError(f"no watch {number}; /watches shows the numbers of yours")
    if row.source == "config":
        raise UsageError(
            f"watch {number} stands in config.yaml; copy the list to yours in /watchlists and change it there"
        )
    if not watchlists.may_change(row, asked.user, asked.role):
        raise UsageError(f"watch {number} is of a list that others get too: only an editor changes it")


COMMANDS = {"watch": watch, "watches": watches, "edit": edit, "delete": delete}
BUTTONS = {
    "save": save,
    "saveedit": save_edit,
    "cancel": cancel,
    "watch": watch_named,
    "deletelist": delete_list,
}
