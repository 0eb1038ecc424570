"""Matches of watchlists as a file: CSV for a spreadsheet, or JSON lines. The caller opens the transaction."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.imports import FORMULA
from alerts.models import AlertMatch, Match, Watch
from crawler.models import Article

MOST = 20_000  # rows of one file, the newest
COLUMNS = (
    "alert", "watchlist", "number", "watch", "matched_at", "outlet", "title", "url", "published_at", "quote", "why",
)  # fmt: skip


def matches(session: Session, lists: Sequence[str], form: str) -> tuple[bytes, int]:
    """(the file, its rows) of every match of these lists, sent or not, newest first; `form` is csv or jsonl.

    The keys are those of `rasad alerts export`. Several reasons in one cell are separated by |.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    if form == "csv":
        text.write("\ufeff")  # or a spreadsheet takes UTF-8 for something else
        table.writerow(COLUMNS)
    count = 0
    for row in _rows(session, lists):
        count += 1
        if form == "csv":
            table.writerow([_cell(row[column]) for column in COLUMNS])
        else:
            text.write(json.dumps(row, ensure_ascii=False) + "\n")
    return text.getvalue().encode("utf-8"), count


def _rows(session: Session, lists: Sequence[str]) -> Iterator[dict[str, Any]]:
    query = (
        select(Match, Watch, Article, AlertMatch.alert_id)
        .join(Watch, Watch.id == Match.watch_id)
        .join(Article, Article.id == Match.article_id)
        .outerjoin(AlertMatch, AlertMatch.match_id == Match.id)
        .where(Watch.watchlist_id.in_(lists))
        .order_by(Match.id.desc())
        .limit(MOST)
    )
    for match, watch, article, alert_id in session.execute(query.execution_options(yield_per=500)):
        yield {
            "alert": alert_id,
            "watchlist": watch.watchlist_id,
            "number": watch.id,
            "watch": watch.query,
            "matched_at": _iso(match.matched_at),
            "outlet": article.outlet,
            "title": article.title,
            "url": article.url,
            "published_at": _iso(article.published_at),
            "quote": match.quote,
            "why": match.why,
        }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _cell(value: object) -> str:
    """A text that a spreadsheet would take for a formula is set apart by an apostrophe."""
    text = "|".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
