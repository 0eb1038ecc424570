"""A mail server on loopback that misbehaves when told to: at a command it answers something else, or hangs up."""

from __future__ import annotations

import socketserver
import ssl
import threading
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType

Faults = dict[str, str]  # command (CONNECT, EHLO, AUTH, MAIL, RCPT, DATA, BODY, QUIT) -> answer, or "cut"


class FakeSmtp:
    """`with FakeSmtp({"RCPT": "550 no such user"}) as server: ... server.mails`. With `context` it offers STARTTLS."""

    def __init__(self, faults: Faults | None = None, *, context: ssl.SSLContext | None = None) -> None:
        self.faults, self.context = faults or {}, context
        self.mails: list[EmailMessage] = []
        self.commands: list[str] = []
        fake = self

        class Handler(_Session):
            api = fake

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]

    def __enter__(self) -> FakeSmtp:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Session(socketserver.StreamRequestHandler):
    api: FakeSmtp

    def handle(self) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            self._talk()

    def _talk(self) -> None:
        if not self._say("CONNECT", "220 fake"):
            return
        while line := self.rfile.readline().decode().strip():
            command = line.split()[0].upper()
            self.api.commands.append(line)
            answers = {"EHLO": self._offer(), "AUTH": "235 in", "DATA": "354 go on", "QUIT": "221 bye"}
            if command == "STARTTLS":
                self._say(command, "220 go ahead")
                assert self.api.context is not None
                self.request = self.api.context.wrap_socket(self.request, server_side=True)
                self.setup()
                continue
            if not self._say(command, answers.get(command, "250 fine")):
                return
            if command == "DATA" and "DATA" not in self.api.faults and not self._take():
                return
            if command == "QUIT":
                return

    def _offer(self) -> str:
        encrypted = isinstance(self.request, ssl.SSLSocket)
        more = "250-STARTTLS\r\n" if self.api.context is not None and not encrypted else ""
        return f"250-fake\r\n{more}250 AUTH PLAIN LOGIN"

    def _take(self) -> bool:
        """The mail itself; accepted before a fault of BODY says otherwise or hangs up."""
        body = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            body += line[1:] if line.startswith(b"..") else line
        if self.api.faults.get("BODY", "250")[:1] in ("2", "c"):
            mail = message_from_bytes(body, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.api.mails.append(mail)
        return self._say("BODY", "250 taken")

    def _say(self, command: str, answer: str) -> bool:
        answer = self.api.faults.get(command, answer)
        if answer == "cut":
            return False
        self.wfile.write(f"{answer}\r\n".encode())
        return True
