"""/show, /search, /export and [Text] [Why] [More]: what is stored of an alert, an article, one's own matches."""

from __future__ import annotations

from sqlalchemy.orm import Session

from alerts import exports, recall, subscriptions
from alerts.bot.talk import Asked, Reply, Upload, paragraphs, quoted
from alerts.content import alert_content
from alerts.render import moment, render, web_address
from crawler import search as stored
from crawler.errors import UsageError

RESULTS = 8
OTHERS = 8
QUOTES = 5
QUOTE = 500


def show(session: Session, asked: Asked) -> Reply:
    """An alert in full, as this chat would have got it; only one that it got."""
    if not asked.words:
        return Reply(asked.said("show_which"))
    alert_id = asked.words[0].lower()
    lists = recall.lists_told(session, alert_id, asked.address)
    if lists is None:
        return Reply(asked.said("not_told"))
    told = alert_content(session, alert_id, asked.around.outlets, lists)
    return Reply(_taken_back(session, asked, alert_id), message=render(told, asked.said.language, asked.zone.key))


def text(session: Session, asked: Asked) -> Reply:
    """[Text]: the text of the revision that fired."""
    if recall.lists_told(session, asked.words[1], asked.address) is None:
        return Reply(toast=asked.said("not_told"))
    return Reply(paragraphs(recall.text(session, asked.words[1])))


def why(session: Session, asked: Asked) -> Reply:
    """[Why]: the path through the query that was true; in private the whole of it, elsewhere what was found."""
    if recall.lists_told(session, asked.words[1], asked.address) is None:
        return Reply(toast=asked.said("not_told"))
    reasons = recall.why(session, asked.words[1], asked.address, tree=asked.private)
    return Reply(f"{asked.said('why', id=asked.words[1])}\n{reasons}")


def more(session: Session, asked: Asked) -> Reply:
    """[More]: other outlets of the story, every quote, when the page was kept and its hash, the address."""
    found = recall.more(session, asked.words[1], asked.address)
    if found is None:
        return Reply(toast=asked.said("not_told"))
    said, zone = asked.said, asked.zone
    lines = [said("more", id=asked.words[1])]
    if found.retracted:
        lines.append(said("retracted", id=asked.words[1], reason=quoted(found.retracted, QUOTE)))
    lines += [f"❝ {quoted(quote, QUOTE)} ❞" for quote in found.quotes[:QUOTES]]
    lines.append(said("more_others", count=len(found.others)) if found.others else said("more_alone"))
    for one in found.others[:OTHERS]:
        outlet = asked.around.outlets.get(one.outlet)
        name = outlet.name if outlet else one.outlet
        seen = moment(one.first_seen_at, said.language, zone)
        lines += [f"• {quoted(name, 60)} · {seen} · {quoted(one.title, 120)}", web_address(one.url)]
    if len(found.others) > OTHERS:
        lines.append(said("and_more", count=len(found.others) - OTHERS))
    if found.captured_at is not None:
        lines.append(said("more_kept", date=moment(found.captured_at, said.language, zone), sha256=found.sha256))
    else:
        lines.append(said("more_not_kept"))
    lines.append(web_address(found.url) or said("no_link"))
    return Reply("\n".join(line for line in lines if line))


def search(session: Session, asked: Asked) -> Reply:
    """The newest stored articles with all these words in any form."""
    if not asked.text.strip():
        return Reply(asked.said("search_how"))
    lines = []
    for article in stored.search(session, asked.text, limit=RESULTS):
        day = (article.published_at or article.first_seen_at).date().isoformat()
        lines.append(f"{day} · {article.outlet} · {quoted(article.title)}")
        lines.append(web_address(article.url))
    return Reply("\n".join(lines) or asked.said("search_none"))


def export(session: Session, asked: Asked) -> Reply:
    """/export [LIST] [csv|jsonl]: every match of one's own lists, as a file."""
    if not asked.private:
        return Reply(asked.said("private_only"))
    words = [word.lower() for word in asked.words]
    form = "jsonl" if "jsonl" in words or "json" in words else "csv"
    names = [word for word in words if word not in ("csv", "jsonl", "json")]
    choices = subscriptions.choices(session, asked.address, asked.user, asked.role)
    mine = [one.watchlist for one in choices if one.owner == asked.user]
    for name in names:
        if name not in {one.watchlist for one in choices}:
            raise UsageError(f"no watchlist `{name}`")
    lists = names or mine
    if not lists:
        return Reply(asked.said("export_none"))
    return Reply(later=lambda: _exported(asked, lists, form))


def _exported(asked: Asked, lists: list[str], form: str) -> Reply:
    with asked.around.database.read() as session:
        content, count = exports.matches(session, lists, form)
    if not count:
        return Reply(asked.said("export_none"))
    return Reply(asked.said("exported", count=count), paper=Upload(f"matches.{form}", content))


def _taken_back(session: Session, asked: Asked, alert_id: str) -> str:
    found = recall.more(session, alert_id, asked.address)
    if found is None or not found.retracted:
        return ""
    return asked.said("retracted", id=alert_id, reason=quoted(found.retracted, QUOTE))


COMMANDS = {"show": show, "search": search, "export": export}
BUTTONS = {"text": text, "why": why, "more": more}
