"""`email:you@example.org` sends a mail through the server of `email:` in config.yaml, over TLS.

A repeat has the Message-ID of the first sending, so that most mailboxes show it once.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
import smtplib
import ssl
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate

from alerts.channels import Closed, Failed, Gone, Outcome, Pace, Retry, Sent, Uncertain
from alerts.config import EmailSection, Settings
from alerts.render import Message, clip
from crawler.errors import UsageError
from crawler.log import redact

PAUSE = timedelta(seconds=1)
PER_SECOND = 5.0
TIMEOUT_S = 6.0  # of each step
NOT_CONNECTED_WAIT = timedelta(seconds=30)
LATER_WAIT = timedelta(minutes=5)  # a server that says "try again later" (4xx)
SUBJECT = 150

_ADDRESS = re.compile(r"email:([^\s@<>,;:\"()\[\]\\]+)@([^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\.]+)")
_NO_MAILBOX = (550, 551, 553)


def check(address: str) -> str:
    """`email:` and one mailbox; its domain in small letters."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        raise UsageError(f"{address!r}: write email:you@example.org")
    return f"email:{parts[1]}@{parts[2].lower()}"


def pace(address: str) -> Pace:
    """One a second to a mailbox, five in all."""
    return Pace(address, PAUSE, PER_SECOND)


def connect(settings: Settings) -> EmailChannel | None:
    """None without a mail server."""
    section = settings.config.email
    return EmailChannel(section, settings.smtp_password) if section.host else None


class EmailChannel:
    """A connection of its own for each mail: alerts are rare, and servers hang up on idle ones."""

    def __init__(self, section: EmailSection, password: str, context: ssl.SSLContext | None = None) -> None:
        self.section, self._password = section, password
        self._context = context or ssl.create_default_context()

    async def send(self, address: str, message: Message, *, plain: bool = False) -> Outcome:
        mailbox = address.removeprefix("email:")
        return await asyncio.to_thread(self._send, mailbox, _mail(self.section.sender, mailbox, message, plain))

    def _send(self, mailbox: str, mail: EmailMessage) -> Outcome:
        try:
            server = self._connected()
        except smtplib.SMTPAuthenticationError as error:
            return _later(error) or Closed(f"the mail server refused user or password: {error.smtp_code}")
        except smtplib.SMTPNotSupportedError as error:
            return Closed(f"the mail server: {_said(error)}")
        except (smtplib.SMTPException, OSError) as error:
            return Retry(NOT_CONNECTED_WAIT, _said(error))
        try:
            return self._hand_over(server, mailbox, mail)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _hand_over(self, server: smtplib.SMTP, mailbox: str, mail: EmailMessage) -> Outcome:
        try:
            refused = self._envelope(server, mailbox)
        except (smtplib.SMTPException, OSError) as error:
            return Retry(NOT_CONNECTED_WAIT, _said(error))
        if refused is not None:
            return refused
        try:
            code, said = server.data(mail.as_bytes())
        except smtplib.SMTPDataError as error:  # before a byte of the mail
            return _later(error) or Failed(_said(error))
        except (smtplib.SMTPException, OSError) as error:
            return Uncertain(_said(error))
        return Sent(str(mail["Message-ID"])) if code == 250 else _answered(code, said)

    def _connected(self) -> smtplib.SMTP:
        """Greeted, encrypted and logged in."""
        section = self.section
        server: smtplib.SMTP
        if section.tls == "implicit":
            server = smtplib.SMTP_SSL(section.host, section.port or 465, timeout=TIMEOUT_S, context=self._context)
        else:
            server = smtplib.SMTP(section.host, section.port or 587, timeout=TIMEOUT_S)
        try:
            if section.tls == "starttls":
                server.starttls(context=self._context)
            if section.user:
                server.login(section.user, self._password)
            server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server

    def _envelope(self, server: smtplib.SMTP, mailbox: str) -> Outcome | None:
        """What the server says against sender or mailbox; None when nothing."""
        code, said = server.mail(self.section.sender)
        if code != 250:
            return _answered(code, said)
        code, said = server.rcpt(mailbox)
        if code in _NO_MAILBOX:
            return Gone(f"the mail server knows no such mailbox: {code}")
        return None if code in (250, 251) else _answered(code, said)

    async def close(self) -> None:
        """Nothing is open."""


def _mail(sender: str, mailbox: str, message: Message, plain: bool) -> EmailMessage:
    mail = EmailMessage()
    host = sender.rpartition("@")[2]
    once = hashlib.sha256(mailbox.encode()).hexdigest()[:12]
    mail["Message-ID"] = f"<{re.sub(r'[^A-Za-z0-9-]', '', message.id)}.{once}@{host}>"
    mail["Date"] = formatdate()
    mail["From"], mail["To"] = f"Rasad <{sender}>", mailbox
    mail["Subject"] = clip(message.plain.partition("\n")[0], SUBJECT)
    mail["Auto-Submitted"] = "auto-generated"
    if message.reply_to.startswith("<"):
        mail["In-Reply-To"] = mail["References"] = message.reply_to
    mail.set_content(message.plain)
    if not plain:
        lines = "".join(f'<div dir="auto">{line}</div>\n' for line in message.html.split("\n"))
        title = html.escape(str(mail["Subject"]))
        mail.add_alternative(
            f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{lines}</body></html>", "html"
        )
    return mail


def _answered(code: int, said: bytes) -> Outcome:
    reason = redact(f"{code} {said.decode('utf-8', 'replace')}")[:300]
    return Retry(LATER_WAIT, reason) if 400 <= code < 500 else Failed(reason)


def _later(error: smtplib.SMTPResponseException) -> Outcome | None:
    return Retry(LATER_WAIT, _said(error)) if 400 <= error.smtp_code < 500 else None


def _said(error: Exception) -> str:
    return redact(f"{type(error).__name__}: {error}")[:300]
