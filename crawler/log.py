"""Events, not prose: `log.info("ingested", outlet=..., url=..., outcome="new")`. Secrets are cut out."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, TextIO

import structlog

_SECRET = re.compile(r"(?<!\d)\d{6,12}(?::|%3A)[A-Za-z0-9_-]{30,}")  # in URLs "bot" stands right before it
SHORTEST_SECRET = 8  # a shorter one would cut holes into ordinary words
_PASSWORD = re.compile(r"(://[^/\s:@]+:)[^@\s/]+@")
_NOISY = (
    "httpx",
    "httpcore",
    "telegram",
    "apprise",
    "requests",
    "urllib3",
    "apscheduler",
    "scrapy",
    "twisted",
    "trafilatura",
    "htmldate",
    "asyncio",
    "filelock",
    "alembic",
    "pymorphy3",
    "dateparser",
)


_HOST = re.compile(r"localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+")  # says where, and is no secret
_hidden: set[str] = set()


def hide(*secrets: str) -> None:
    """From now on no line and no reason holds one of these, whatever its shape; of an address no long part either."""
    for secret in secrets:
        parts = re.split(r"[/:@?&=\s]+", secret) if "://" in secret else []
        kept = [part for part in parts[1:] if not _HOST.fullmatch(part)]
        _hidden.update(part for part in (secret, *kept) if len(part) >= SHORTEST_SECRET)


def redact(text: str) -> str:
    """`text` without bot tokens, passwords in URLs and whatever was hidden."""
    text = _PASSWORD.sub(r"\1[secret]@", _SECRET.sub("[token]", text))
    for secret in sorted(_hidden, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return text


class _Redacting(logging.Formatter):
    """Every line of every library passes here, tracebacks included."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return redact(self.inner.format(record))


def formatter(*, terminal: bool = False) -> logging.Formatter:
    """How a line is written: coloured for a terminal, else one JSON object; never with a secret in it."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=True)
        if terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return _Redacting(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(terminal=terminal),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )


def _shared(*, terminal: bool) -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if terminal else "iso", utc=not terminal),
    ]


def configure(*, verbose: bool = False, quiet: bool = False, stream: TextIO | None = None) -> None:
    """Log to `stream` (stderr by default): coloured lines on a terminal, one JSON object a line elsewhere.

    `quiet` is for commands whose output is the answer itself: warnings and errors only.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(terminal=stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # What it complains of comes to us as a callback too, and is one line there instead of a traceback.
    logging.getLogger("telegram.ext.Updater").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[*_shared(terminal=stream.isatty()), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get_log() -> structlog.stdlib.BoundLogger:
    """The logger of the calling module's events."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger("rasad")
    return logger
