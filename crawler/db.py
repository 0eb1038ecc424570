"""The database: SQLite by default, PostgreSQL as an equal. Callers of steps open transactions, nowhere deeper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, DateTime, Engine, Integer, MetaData, create_engine, event, make_url
from sqlalchemy.engine import URL, Connection, Dialect
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from crawler.errors import DatabaseError

BUSY_TIMEOUT_S = 30.0

# INTEGER is the only type SQLite counts up by itself.
Id = BigInteger().with_variant(Integer, "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on both databases; a naive datetime is a programming error and raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: pass an aware one")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables of both packages. Names of constraints are fixed, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """An engine and the two ways of opening a session on it.

    `begin()` writes: on SQLite it takes the write lock at once (BEGIN IMMEDIATE), so that two writers wait for each
    other instead of failing half way. `read()` never blocks a writer. Both raise DatabaseError with a way out.
    """

    def __init__(self, url: str) -> None:
        self.url: URL = _parsed(url)
        if self.url.get_backend_name() == "postgresql" and self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.engine = _engine(self.url)

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A writing transaction: commits at the end, rolls back when the block raises."""
        with _explained(self.url), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A reading transaction."""
        with (
            _explained(self.url),
            self.engine.connect().execution_options(rasad_read=True) as connection,
            Session(connection, expire_on_commit=False, autoflush=False) as session,
        ):
            yield session

    def close(self) -> None:
        self.engine.dispose()


_FORMS = "write it like sqlite:////var/lib/rasad/rasad.db or postgresql://user@host/name"


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as cause:
        # What stands there may hold a password; it is not repeated.
        raise DatabaseError(f"the database address is none; {_FORMS}") from cause
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise DatabaseError(f"Rasad has no database of the kind {parsed.get_backend_name()!r}; {_FORMS}")
    return parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as cause:
            raise DatabaseError(
                f"cannot create {folder} for the database: {cause.strerror}; set `database:`"
            ) from cause
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not open transactions behind our back
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT_S * 1000)}")
        if url.database and url.database != ":memory:":
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("rasad_read", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


# What the drivers say -> what a person can do about it.
_WAYS_OUT = (
    ("database is locked", "another program holds it; see who has the file open, or wait"),
    ("readonly database", "it is read-only for this user; check owner and permissions of the file and its folder"),
    ("read-only transaction", "it is a read-only replica; connect to the primary"),
    ("disk is full", "the disk is full; free some space, nothing stored is lost"),
    ("no space left", "the disk is full; free some space, nothing stored is lost"),
    ("unable to open database file", "the file cannot be opened; check the path and its permissions"),
    ("file is not a database", "the file is not a SQLite database; move it away or correct `database:`"),
    ("disk image is malformed", "the file is damaged; restore a copy, or `sqlite3 FILE .recover`"),
    ("connection refused", "the server does not answer; is it running, and is the address right?"),
    ("password authentication failed", "user or password are wrong"),
    ("failed to resolve host", "the server's name has no address; correct `database:`"),
    ("timeout expired", "the server does not answer in time; is it running, and is the address right?"),
    ("already exists", "it holds tables of something else; correct `database:`, or move them away"),
    ('relation "', "the schema is missing; run `rasad db upgrade`"),
    ('" does not exist', "create it on the server, or correct `database:`"),
    ("no such table", "the schema is missing; run `rasad db upgrade`"),
    ("no such column", "the schema is older than this program; run `rasad db upgrade`"),
)


@contextmanager
def _explained(url: URL) -> Iterator[None]:
    try:
        yield
    except IntegrityError:  # a mistake or a race, never the database's state; its text quotes values
        raise
    except DBAPIError as cause:
        said = str(cause.orig).strip()
        for phrase, way_out in _WAYS_OUT:
            if phrase in said.lower():
                where = url.render_as_string(hide_password=True)
                raise DatabaseError(f"database {where}: {said.splitlines()[0]}: {way_out}") from cause
        raise
