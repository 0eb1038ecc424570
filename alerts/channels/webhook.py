"""`webhook:https://...` posts each message as signed JSON to a program of yours.

    POST ADDRESS
    X-Rasad-Id: k3f9a2                       the same for a repeat, so that the receiver can drop it
    X-Rasad-Signature: t=1763829720,v1=HEX   HEX is HMAC-SHA256(secret, "1763829720." + body)
    {"id": "k3f9a2", "text": "...", "html": "...", "lines": [[{"text": "...", "bold": true, "href": ""}, ...], ...],
     "told": {"kind": "alert", "alleged": "death", "about": ["..."], ...}}      the same as fields, see docs/guide/webhook.md

Any 2xx means taken; 410 means that nobody wants it any more.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alerts.channels import Failed, Gone, Outcome, Pace, Retry, Sent, Uncertain
from alerts.config import Settings
from alerts.render import Message
from crawler.errors import UsageError
from crawler.log import redact

if TYPE_CHECKING:
    import httpx

PAUSE = timedelta(milliseconds=100)
TIMEOUT_S = 10.0
NOT_CONNECTED_WAIT = timedelta(seconds=30)
SLOW_DOWN_WAIT = timedelta(seconds=60)  # a 429 that does not say how long
LONGEST_RETRY_AFTER_S = 3600


def check(address: str) -> str:
    """`webhook:` and a http or https address without a fragment or a password."""
    parts = urlsplit(address.removeprefix("webhook:"))
    try:
        good = parts.scheme in ("http", "https") and parts.hostname and not parts.fragment and parts.password is None
        _ = parts.port
    except ValueError:
        good = False
    if not good or any(char.isspace() for char in address):
        raise UsageError(f"{address!r}: write webhook:https://example.org/path, without a password in it")
    return address


def pace(address: str) -> Pace:
    """Ten a second to one address."""
    return Pace(address, PAUSE)


def connect(settings: Settings) -> WebhookChannel | None:
    """None without a secret to sign with."""
    return WebhookChannel(settings.webhook_secret) if settings.webhook_secret else None


class WebhookChannel:
    """Redirects are not followed: a signed message goes to the address that was configured or nowhere."""

    def __init__(self, secret: str) -> None:
        import httpx

        self._secret = secret.encode("utf-8")
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False)

    async def send(self, address: str, message: Message, *, plain: bool = False) -> Outcome:
        import httpx

        body = _body(message)
        try:
            answer = await self._client.post(
                address.removeprefix("webhook:"), content=body, headers=self._headers(message, body, int(time.time()))
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Retry(NOT_CONNECTED_WAIT, _said(error))
        except httpx.HTTPError as error:
            return Uncertain(_said(error))
        return _outcome(answer)

    def _headers(self, message: Message, body: bytes, at: int) -> dict[str, str]:
        signature = hmac.new(self._secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "X-Rasad-Id": message.id,
            "X-Rasad-Signature": f"t={at},v1={signature}",
        }

    async def close(self) -> None:
        await self._client.aclose()


def _body(message: Message) -> bytes:
    lines = [[{"text": one.text, "bold": one.bold, "href": one.href} for one in line] for line in message.lines]
    body = {"id": message.id, "text": message.plain, "html": message.html, "lines": lines, "told": message.told}
    return json.dumps(body, ensure_ascii=False).encode("utf-8")


def _outcome(answer: httpx.Response) -> Outcome:
    if answer.is_success:
        return Sent()
    said = f"HTTP {answer.status_code}"
    if answer.status_code == 410:
        return Gone(said)
    if answer.status_code == 429:
        asked = answer.headers.get("Retry-After", "")
        wait = timedelta(seconds=min(int(asked), LONGEST_RETRY_AFTER_S)) if asked.isdecimal() else SLOW_DOWN_WAIT
        return Retry(wait, said)
    # A server that broke down may have taken the message first.
    return Uncertain(said) if answer.status_code >= 500 else Failed(said)


def _said(error: Exception) -> str:
    return redact(f"{type(error).__name__}: {error}")[:300]
