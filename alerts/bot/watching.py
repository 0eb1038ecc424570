"""/watch, /watches, /delete, /search: a reader's own watches, and the stored text.

A reader's watches are one watchlist that nobody else is shown but an owner. They are spoken of in private chats only:
messages elsewhere name lists, never what they watch for.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from alerts import subscriptions, watchlists
from alerts.bot.talk import Asked, Reply
from alerts.render import clean, clip, web_address
from crawler import search as stored
from crawler.errors import QueryError, UsageError

MOST_LINES = 100
RESULTS = 8
LINE = 300


def watch(session: Session, asked: Asked) -> Reply:
    """Each line becomes a watch of the reader's own list, to which this chat is subscribed; bad lines say why."""
    if not asked.private:
        return Reply(asked.said("private_only"))
    lines = [line.strip() for line in asked.text.splitlines() if line.strip()][:MOST_LINES]
    if not lines:
        return Reply(asked.said("watch_how"))
    mine, answers, saved = subscriptions.own_list(asked.user), [], False
    for line in lines:
        try:
            listed = watchlists.add(session, line, asked.now, watchlist=mine, title=clip(clean(asked.name), 60))
        except QueryError as error:
            answers.append(asked.said("watch_refused", line=clip(clean(line), LINE), why=watchlists.explained(error)))
            continue
        saved = True
        answers.append(asked.said("watch_saved", id=listed.id, understood=clip(clean(listed.understood), LINE)))
    if saved:
        subscriptions.subscribe(session, mine, asked.address, asked.now)
    return Reply("\n".join(answers))


def watches(session: Session, asked: Asked) -> Reply:
    """The reader's own lines, with the numbers /delete takes."""
    if not asked.private:
        return Reply(asked.said("private_only"))
    mine = _mine(session, asked)
    lines = [asked.said("watch_line", id=one.id, query=clip(clean(one.query), LINE)) for one in mine]
    return Reply("\n".join(lines) or asked.said("watch_how"))


def delete(session: Session, asked: Asked) -> Reply:
    """Takes a line of one's own out; UsageError for any other number."""
    if not asked.private:
        return Reply(asked.said("private_only"))
    number = int(asked.words[0]) if asked.words and asked.words[0].isascii() and asked.words[0].isdigit() else 0
    if number not in {one.id for one in _mine(session, asked)}:
        return Reply(asked.said("delete_which"))
    gone = watchlists.remove(session, number, asked.now)
    return Reply(asked.said("watch_deleted", query=clip(clean(gone.query), LINE)))


def search(session: Session, asked: Asked) -> Reply:
    """The newest stored articles with all these words in any form."""
    if not asked.text.strip():
        return Reply(asked.said("search_how"))
    found = stored.search(session, asked.text, limit=RESULTS)
    lines = []
    for article in found:
        day = (article.published_at or article.first_seen_at).date().isoformat()
        lines.append(f"{day} · {article.outlet} · {clip(clean(article.title).strip(), LINE)}")
        lines.append(web_address(article.url))
    return Reply("\n".join(lines) or asked.said("search_none"))


def _mine(session: Session, asked: Asked) -> list[watchlists.Listed]:
    try:
        return watchlists.listed(session, subscriptions.own_list(asked.user))
    except UsageError:  # no line was ever saved
        return []
