"""Two statements SQLAlchemy does not spell the same for every database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crawler.db import Base

_INSERT: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_missing(session: Session, table: type[Base], rows: Sequence[Mapping[str, object]]) -> int:
    """Inserts the rows whose keys are new and leaves the others alone; how many were new."""
    if not rows:
        return 0
    statement = _INSERT[session.get_bind().dialect.name](table).on_conflict_do_nothing()
    key = next(
        iter(table.__table__.primary_key)
    )  # psycopg has no row count where SQLAlchemy asks for the new key itself
    return sum(len(session.connection().execute(statement.returning(key), row).all()) for row in rows)


def claimed(session: Session, statement: Update) -> bool:
    """Whether the statement changed a row: claiming is an UPDATE ... WHERE and the row count.

    Rows the session has loaded already do not learn of it.
    """
    return session.connection().execute(statement).rowcount > 0
