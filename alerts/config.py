"""config.yaml: found, read once, validated, frozen and passed in. Secrets never stand in it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from crawler.config import CrawlSection, Duration, OutletsSection, Section, WorkerSection, compose_file, did_you_mean
from crawler.errors import ConfigError, UsageError
from crawler.log import hide

_TOKEN = re.compile(r"(?<!\d)\d{6,12}:[A-Za-z0-9_-]{30,}")  # the shape BotFather gives out


class WatchlistSection(Section):
    """Watches under one name."""

    title: str = ""
    alleged: bool = False  # head its alerts "Alleged": what outlets say of a death is not a fact yet
    deliver: Literal["instant", "digest"] = "instant"  # at once, or once a day; a subscription may say otherwise
    urgent: bool = False  # sent singly in a flood, and in quiet hours to those who want to be woken
    watches: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def _urgent_is_instant(self) -> Self:
        if self.urgent and self.deliver == "digest":
            raise ValueError("an urgent list cannot wait for a digest; take out `urgent` or `deliver: digest`")
        return self


def _checked(address: str) -> str:
    from alerts.channels import check  # channels read this module's Settings

    try:
        return check(address)
    except UsageError as cause:
        raise ValueError(str(cause)) from cause


class SubscriptionSection(Section):
    """Who gets which watchlist: `to` is an address such as telegram:123456789 or console:"""

    watchlist: str
    to: str

    @field_validator("to")
    @classmethod
    def _address(cls, value: str) -> str:
        return _checked(value)


class AlertsSection(Section):
    max_age: Duration = timedelta(hours=24)  # the first crawl of an entry point alerts of nothing older
    uncertain_wait: Duration = timedelta(seconds=30)  # before a sending that may have failed is repeated
    daily_at: str = "21:00"  # by each chat's clock: one silent line that says we live; "" for none
    heartbeat_url: str = ""  # fetched every minute while all goes well; its silence is the alarm

    @field_validator("daily_at")
    @classmethod
    def _hour(cls, value: str) -> str:
        if value and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise ValueError(f"{value!r}: write an hour like 21:00, or nothing for no daily line")
        return value

    @field_validator("heartbeat_url")
    @classmethod
    def _http(cls, value: str) -> str:
        if value and not re.match(r"https?://[^/\s]", value):
            raise ValueError("heartbeat_url is not an http or https address")
        return value


class TelegramSection(Section):
    """Where the Bot API is. The token comes from elsewhere (see `telegram_token`)."""

    base_url: str = "https://api.telegram.org"
    proxy: str = ""  # for the Bot API alone, e.g. socks5://127.0.0.1:1080
    owners: list[int] = []  # user ids that may command the bot from the start

    @field_validator("base_url")
    @classmethod
    def _http(cls, value: str) -> str:
        if not re.match(r"https?://[^/\s]", value):
            raise ValueError(f"{value!r} is not an http or https address")
        return value


class EmailSection(Section):
    """The mail server of `email:` addresses. The password comes from elsewhere (`smtp_password`)."""

    host: str = ""  # "" is no mail
    port: int = Field(0, ge=0, le=65535)  # 0: 587 for starttls, 465 for implicit TLS
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    user: str = ""
    sender: str = ""  # the mailbox mails come from

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.host and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", self.sender):
            raise ValueError("email.sender is not a mailbox; write it like rasad@example.org")
        if self.tls == "none" and self.host not in ("", "localhost", "127.0.0.1", "::1"):
            raise ValueError("email.tls: none is for a mail server on this machine alone")
        return self


class Config(Section):
    """The whole file. Every key has a default, so an empty file is a valid one."""

    database: str = ""  # SQLAlchemy URL; "" is SQLite in the state folder
    state: Path | None = None  # folder of database, evidence and worker notes; default: $STATE_DIRECTORY or ./state
    outlets: OutletsSection = OutletsSection()
    crawl: CrawlSection = CrawlSection()
    worker: WorkerSection = WorkerSection()
    alerts: AlertsSection = AlertsSection()
    telegram: TelegramSection = TelegramSection()
    email: EmailSection = EmailSection()
    watchlists: Mapping[str, WatchlistSection] = {}
    subscriptions: list[SubscriptionSection] = []
    operator: list[str] = []  # addresses of whoever runs this, the preferred one first: outlets lost, channels broken

    @field_validator("operator")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        return [_checked(address) for address in value]

    @field_validator("watchlists")
    @classmethod
    def _ids(cls, value: Mapping[str, WatchlistSection]) -> Mapping[str, WatchlistSection]:
        for name in value:
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
                raise ValueError(f"watchlist id {name!r}: use small letters, digits and hyphens, at most 40")
        return value


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration with everything resolved: absolute folders, database URL, token."""

    config: Config
    path: Path | None  # the file it came from; None when none was found
    state: Path
    database_url: str = field(repr=False)  # may carry a password
    token: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)  # what webhooks are signed with
    smtp_password: str = field(default="", repr=False)
    apprise: Mapping[str, str] = field(default_factory=dict, repr=False)  # name -> address of a service, with secrets

    @property
    def evidence(self) -> Path:
        """The folder of WARC files."""
        return self.state / "evidence"

    @property
    def outlet_folders(self) -> list[Path]:
        base = self.path.parent if self.path else Path.cwd()
        return [base / folder for folder in self.config.outlets.folders]


def find(named: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file: --config, RASAD_CONFIG, ./config.yaml, /etc/rasad/config.yaml; ConfigError when a named one is gone."""
    chosen = named or (Path(environ["RASAD_CONFIG"]) if environ.get("RASAD_CONFIG") else None)
    if chosen is not None:
        if not chosen.is_file():
            raise ConfigError(f"{chosen}: no such file (named by {'--config' if named else 'RASAD_CONFIG'})")
        return chosen
    return next((path for path in (Path("config.yaml"), Path("/etc/rasad/config.yaml")) if path.is_file()), None)


def load(named: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the file that `find` finds, or all defaults. Raises ConfigError."""
    path = find(named, environ)
    config = _read(path) if path else Config()
    state = (config.state or Path(environ.get("STATE_DIRECTORY") or "state")).expanduser().absolute()
    settings = Settings(
        config=config,
        path=path.absolute() if path else None,
        state=state,
        database_url=environ.get("RASAD_DATABASE") or config.database or f"sqlite:///{state / 'rasad.db'}",
        token=telegram_token(environ),
        webhook_secret=_secret(environ, "webhook_secret"),
        smtp_password=_secret(environ, "smtp_password"),
        apprise={name: _secret(environ, f"apprise_{name.replace('-', '_')}") for name in _apprise_names(environ)},
    )
    hide(settings.token, settings.webhook_secret, settings.smtp_password, *settings.apprise.values())
    hide(config.alerts.heartbeat_url)
    return settings


def _read(path: Path) -> Config:
    composed = compose_file(path)
    _refuse_token(path)
    config = composed.validated(Config)
    for number, subscription in enumerate(config.subscriptions):
        if subscription.watchlist not in config.watchlists:
            at = composed.at("subscriptions", number, "watchlist")
            known = did_you_mean(subscription.watchlist, config.watchlists)
            raise ConfigError(f"{at}: subscription to unknown watchlist `{subscription.watchlist}`{known}")
    return config


def _refuse_token(path: Path) -> None:
    """ConfigError with the line a bot token stands in; one in a comment is as lost as any other."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if _TOKEN.search(line):
            raise ConfigError(
                f"{path}:{number}: a bot token stands in this file; files get copied, committed and shown. Take it "
                "out, revoke it at @BotFather, and give the new one as RASAD_TELEGRAM_TOKEN, a systemd credential "
                "telegram_token, or a file of mode 0600 named by RASAD_TELEGRAM_TOKEN_FILE"
            )


def telegram_token(environ: Mapping[str, str]) -> str:
    """The bot token, or '': RASAD_TELEGRAM_TOKEN, then $CREDENTIALS_DIRECTORY/telegram_token, then a 0600 file."""
    return _secret(environ, "telegram_token")


def _apprise_names(environ: Mapping[str, str]) -> list[str]:
    """The names of `apprise:` addresses that have a secret somewhere."""
    prefix = "RASAD_APPRISE_"
    found = {key.removeprefix(prefix).removesuffix("_FILE") for key in environ if key.startswith(prefix)}
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    if credentials and Path(credentials).is_dir():
        found |= {path.name.removeprefix("apprise_") for path in Path(credentials).glob("apprise_*")}
    return sorted(name.lower().replace("_", "-") for name in found if name)


def _secret(environ: Mapping[str, str], name: str) -> str:
    """The secret of that name, or ''. For "telegram_token" see above; others are found the same way."""
    variable = f"RASAD_{name.upper()}"
    if environ.get(variable):
        return environ[variable].strip()
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    if credentials and (Path(credentials) / name).is_file():
        return (Path(credentials) / name).read_text("utf-8").strip()
    named = environ.get(f"{variable}_FILE")
    if not named:
        return ""
    file = Path(named)
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise ConfigError(f"{file}: others can read this {name}; run `chmod 600 {file}`")
        return file.read_text("utf-8").strip()
    except OSError as cause:
        raise ConfigError(f"{file}: the {name} file cannot be read: {cause.strerror}") from cause
