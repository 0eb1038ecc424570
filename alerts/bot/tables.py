"""The tables drafts are shown as: plain lines, each with its foreign words isolated. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from alerts.bot.refusals import query_refusal, translated
from alerts.bot.talk import quoted
from alerts.drafts import Refusal, Row, Saved, Table, Written
from alerts.locale import Texts
from alerts.lookback import Covered, Difference, PastHit
from alerts.render import web_address

ROWS = 12
REFUSED = 8
SAMPLES = 3
WATCH = 110  # units of a watch in a table
HEADLINE = 90
MEANWHILE = 5


def looked(written: Written, table: Table, said: Texts) -> str:
    """Forms found, past hits and refusals, one line a watch; what stands out first."""
    days = span(table.window, said)
    lines = []
    if table.rows:
        lines.append(said("look_head", days=days, count=len(table.rows), fired=sum(row.fired for row in table.rows)))
        lines += [_row(row, said) for row in table.rows[:ROWS]]
        if len(table.rows) > ROWS:
            lines.append(said("and_more", count=len(table.rows) - ROWS))
    lines += [said("look_definition", text=quoted(text, WATCH)) for text in written.definitions]
    if written.refused:
        lines.append(said("look_refused", count=len(written.refused)))
        lines += [_refusal(one, said) for one in written.refused[:REFUSED]]
        if len(written.refused) > REFUSED:
            lines.append(said("and_more", count=len(written.refused) - REFUSED))
    if written.skipped:
        lines.append(said("look_skipped", count=written.skipped))
    lines += _samples(table.samples, said)
    if table.rows:
        lines += thin(table.store, said)
    return "\n".join(lines) or said("watch_how")


def _row(row: Row, said: Texts) -> str:
    head = f"✓ {quoted(row.text, WATCH)} · {said('look_fired', fired=row.fired, articles=row.articles)}"
    about = []
    if row.understood != row.text:
        about.append(said("look_understood", query=quoted(row.understood, WATCH)))
    if row.forms:
        about.append(said("look_forms", forms=", ".join(quoted(form, 40) for form in row.forms)))
    return "\n   ".join([head, *about])


def _refusal(one: Refusal, said: Texts) -> str:
    reason = translated(one.reason, said.language)
    if one.column:
        suggestion = quoted(one.suggestion, WATCH) if one.suggestion else ""
        reason = query_refusal(reason, one.column, suggestion, said.language)
    return f"✗ {one.line}. {quoted(one.text, WATCH)}\n   {reason}"


def difference(change: Difference, store: Covered, said: Texts) -> str:
    """What an edit newly catches and no longer catches, with samples."""
    lines = [said("edit_newly", count=len(change.newly)), *map(_hit, change.newly[:SAMPLES])]
    lines += [said("edit_gone", count=len(change.no_longer)), *map(_hit, change.no_longer[:SAMPLES])]
    lines.append(said("edit_still", count=len(change.still)))
    return "\n".join([*lines, *thin(store, said)])


def saved(done: Saved, said: Texts) -> str:
    """That it is saved, and what came while it was decided."""
    lines = [said("saved", count=done.count)]
    if done.meanwhile:
        lines.append(said("saved_meanwhile", count=len(done.meanwhile)))
        for hit in done.meanwhile[:MEANWHILE]:
            lines += [_hit(hit), web_address(hit.url)]
    return "\n".join(line for line in lines if line)


def thin(store: Covered, said: Texts) -> list[str]:
    """A thin store says so: an empty answer from it means little."""
    if not store.thin:
        return []
    if not store.articles:
        return [said("store_empty")]
    return [said("store_thin", span=span(store.reach, said), outlets=store.outlets)]


def span(length: timedelta, said: Texts) -> str:
    """ "30 days" or, of less than two, hours."""
    hours = round(length.total_seconds() / 3600)
    return said("span_hours", count=hours) if hours < 48 else said("span_days", count=round(hours / 24))


def _samples(hits: Sequence[PastHit], said: Texts) -> list[str]:
    return [said("look_samples"), *map(_hit, hits[:SAMPLES])] if hits else []


def _hit(hit: PastHit) -> str:
    return f"   {hit.at.date().isoformat()} · {quoted(hit.outlet, 40)} · {quoted(hit.title, HEADLINE)}"
