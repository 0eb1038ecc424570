"""Which schema a database has, and bringing it up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from crawler.db import Database
from crawler.errors import SchemaError


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def newest() -> str:
    """The schema this program is written for."""
    return ScriptDirectory.from_config(_alembic()).get_current_head() or ""


def current(database: Database) -> str:
    """The schema `database` has; '' when it is empty."""
    with database.read() as session:
        return MigrationContext.configure(session.connection()).get_current_revision() or ""


def upgrade(database: Database) -> tuple[str, str]:
    """(schema before, schema after), in one transaction; may be called twice. Raises SchemaError on a newer one."""
    before = current(database)
    _refuse_newer(before)
    with database.begin() as session:
        config = _alembic()
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "head")
    return before, newest()


def require_current(database: Database) -> None:
    """Raises SchemaError unless the database has exactly this program's schema."""
    found, expected = current(database), newest()
    if found == expected:
        return
    _refuse_newer(found)
    state = "is empty" if not found else f"has the older schema {found} (this program: {expected})"
    raise SchemaError(f"the database {state}; run `rasad db upgrade`", found=found, expected=expected)


def _refuse_newer(found: str) -> None:
    if not found:
        return
    try:
        ScriptDirectory.from_config(_alembic()).get_revision(found)
    except CommandError as cause:
        raise SchemaError(
            f"the database has the schema {found}, which is newer than this program; install a newer Rasad",
            found=found,
            expected=newest(),
        ) from cause
