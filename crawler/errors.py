"""Surprises of Rasad. Expected ends are values (`Rejected`, `Blocked`, ...) and live in `types`.

RasadError                 a message for a person: what, which one, what to do; .exit_code for the command line
├── ConfigError      (3)   config.yaml or an outlet YAML: file, line, what is wrong, did you mean
├── UsageError       (2)   a command was asked for something that does not exist or does not fit
│   └── QueryError   (2)   a watch that cannot be read: .column (1-based) and .suggestion
├── DatabaseError    (4)   cannot open, read-only, full, locked for too long
│   └── SchemaError  (4)   the database is older or newer than this program
├── FetchError       (1)   a fetch asked for by hand (a proxy, an address guard, a network) failed
└── ChannelError     (5)   a channel that cannot be used at all: a second poller
    └── WrongToken   (5)   nobody knows the bot's token; what else the program does goes on
"""

from __future__ import annotations


class RasadError(Exception):
    """The root; its text is complete enough to be printed as it is."""

    exit_code = 1


class ConfigError(RasadError):
    exit_code = 3


class UsageError(RasadError):
    exit_code = 2


class QueryError(UsageError):
    """A watch that cannot be read. `column` is 1-based in code points; `suggestion` is a corrected watch or ''."""

    def __init__(self, message: str, *, column: int, suggestion: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.suggestion = suggestion


class DatabaseError(RasadError):
    exit_code = 4


class SchemaError(DatabaseError):
    """`found` and `expected` are Alembic revisions; `found` is '' for an empty database."""

    def __init__(self, message: str, *, found: str, expected: str) -> None:
        super().__init__(message)
        self.found = found
        self.expected = expected


class FetchError(RasadError):
    exit_code = 1


class ChannelError(RasadError):
    exit_code = 5


class WrongToken(ChannelError):
    """The token is none, or was revoked."""
