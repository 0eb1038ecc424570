"""A Bot API on loopback that misbehaves when told to. It keeps every message it accepted in a file, durably.

    python -m tests.delivery.fake_telegram --port 8081 --log accepted.jsonl [--latency 0.05]

Bots use base_url http://127.0.0.1:PORT and any token of the right shape. One line of the log is one accepted message:
{"at": seconds, "chat": "-100", "text": "...", "thread": "", "message_id": 7, "silent": false, "buttons": [...]}

Control (GET or POST, on the same port):
    /control/fault?kind=KIND[&times=N][&chat=ID][&method=sendMessage][&seconds=S][&to=ID]
        KIND: 429 (retry_after=S), 403, 400, entities, migrate (to=ID), 401, 409, 502, slow (S),
              cut-before (connection dropped, nothing accepted), cut-after (accepted, then dropped)
    /control/heal                            no more faults
    /control/update                          the JSON body is handed out as the next update
    /control/press?chat=ID&user=ID&data=...  a button is pressed;   /control/say?chat=ID&user=ID&text=...
    /control/accepted                        all accepted messages as JSON;   /control/calls   counts by method
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

BOT_ID, BOT_NAME = 4242, "rasad_test_bot"
POLL_S = 1.0  # how long an empty getUpdates is held

Answer = tuple[int, dict[str, Any]]


@dataclass
class Fault:
    kind: str
    times: int = 1  # -1: until healed
    chat: str = ""  # "": any
    method: str = "sendMessage"
    seconds: float = 0.0
    to: str = ""


def _refusal(code: int, description: str, **parameters: Any) -> Answer:
    answer: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return code, {**answer, **({"parameters": parameters} if parameters else {})}


REFUSALS = {
    "429": lambda f: _refusal(429, f"Too Many Requests: retry after {f.seconds:g}", retry_after=int(f.seconds) or 1),
    "403": lambda f: _refusal(403, "Forbidden: bot was blocked by the user"),
    "400": lambda f: _refusal(400, "Bad Request: message is cursed"),
    "entities": lambda f: _refusal(400, "Bad Request: can't parse entities: unsupported start tag"),
    "unmodified": lambda f: _refusal(400, "Bad Request: message is not modified: specified new message content"),
    "frozen": lambda f: _refusal(400, "Bad Request: message can't be edited"),
    "migrate": lambda f: _refusal(
        400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=int(f.to)
    ),
    "401": lambda f: _refusal(401, "Unauthorized"),
    "409": lambda f: _refusal(409, "Conflict: terminated by other getUpdates request"),
    "502": lambda f: _refusal(502, "Bad Gateway"),
}


class FakeTelegram:
    """The server: `with FakeTelegram(log) as api: ... api.url`."""

    def __init__(self, log: Path, *, port: int = 0, latency_s: float = 0.0) -> None:
        self.log, self.latency_s = log, latency_s
        self.lock = threading.Condition()
        self.faults: list[Fault] = []
        self.updates: deque[dict[str, Any]] = deque()
        self.calls: Counter[str] = Counter()
        self.accepted = [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []
        self.answers: list[dict[str, Any]] = []  # answerCallbackQuery, editMessageText
        self.menus: list[dict[str, str]] = []  # setMyCommands
        self.files: dict[str, bytes] = {}  # what users sent, by file id
        self.papers: list[tuple[str, str, bytes]] = []  # (chat, name, content) of what the bot sent
        self.next_update_id = 1
        self.stopped = False
        self._file = log.open("a", encoding="utf-8")
        self.server = _Server(("127.0.0.1", port), _Handler)
        self.server.api = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> FakeTelegram:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.stopped = True
            self.lock.notify_all()
        self.server.shutdown()
        self.server.server_close()
        self._file.close()

    def fault(self, kind: str, **settings: Any) -> None:
        """From now on: `times` (default 1, -1 for ever) calls of `method` (to `chat`) go wrong."""
        with self.lock:
            self.faults.append(Fault(kind, **settings))

    def heal(self) -> None:
        with self.lock:
            self.faults.clear()

    def texts(self, chat: int | str | None = None) -> list[str]:
        """The accepted texts, in order, of one chat or of all."""
        with self.lock:
            return [m["text"] for m in self.accepted if chat is None or m["chat"] == str(chat)]

    def say(self, chat: int, user: int, text: str, *, thread: int | None = None, kind: str = "") -> None:
        """`user` writes `text` in `chat`."""
        entities = []
        if text.startswith("/"):
            entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        message = {**_message(chat, kind), "from": _user(user), "text": text, "entities": entities}
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        self.push({"message": message})

    def send_file(self, chat: int, user: int, name: str, content: bytes, *, size: int | None = None) -> None:
        """`user` sends a file; `size` is what Telegram says of it."""
        file_id = f"file{len(self.files)}"
        self.files[file_id] = content
        document = {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_name": name,
            "file_size": len(content) if size is None else size,
        }
        self.push({"message": {**_message(chat), "from": _user(user), "document": document}})

    def buttons(self) -> list[dict[str, str]]:
        """Every button shown so far, the newest last, of messages and of edited ones."""
        with self.lock:
            markups = [json.loads(answer.get("reply_markup") or "{}") for answer in self.answers]
            edited = [button for one in markups for line in one.get("inline_keyboard", []) for button in line]
            return [button for row in self.accepted for button in row["buttons"]] + edited

    def press(self, chat: int, user: int, data: str, *, kind: str = "") -> None:
        """`user` presses a button under a message of the bot in `chat`."""
        message = {**_message(chat, kind), "from": _bot(), "text": "buttons"}
        query = {"id": str(time.time_ns()), "from": _user(user), "chat_instance": "1", "data": data}
        self.push({"callback_query": {**query, "message": message}})

    def add_bot(self, chat: int, user: int, kind: str = "") -> None:
        """`user` puts the bot into `chat`."""
        member = {"user": _bot(), "status": "member"}
        change = {"old_chat_member": {"user": _bot(), "status": "left"}, "new_chat_member": member}
        described = _message(chat, kind)
        self.push(
            {"my_chat_member": {"chat": described["chat"], "from": _user(user), "date": described["date"], **change}}
        )

    def push(self, update: dict[str, Any]) -> None:
        with self.lock:
            self.updates.append({"update_id": self.next_update_id, **update})
            self.next_update_id += 1
            self.lock.notify_all()

    def accept(self, values: dict[str, str]) -> dict[str, Any]:
        """Takes a message: it is in the log and on the disk before anybody hears of it."""
        with self.lock:
            markup = json.loads(values.get("reply_markup") or "{}")
            row = {
                "at": time.time(),
                "chat": values["chat_id"],
                "text": values["text"],
                "thread": values.get("message_thread_id", ""),
                "message_id": len(self.accepted) + 1,
                "parse_mode": values.get("parse_mode", ""),
                "silent": values.get("disable_notification", "") in ("true", "True"),
                "preview": values.get("link_preview_options", ""),
                "reply": values.get("reply_parameters", ""),
                "buttons": [button for line in markup.get("inline_keyboard", []) for button in line],
            }
            self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self.accepted.append(row)
            self.lock.notify_all()
        return {
            **_message(int(values["chat_id"])),
            "message_id": row["message_id"],
            "from": _bot(),
            "text": row["text"],
        }

    def take_fault(self, method: str, chat: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.method in (method, "*") and fault.chat in ("", chat) and fault.times:
                    fault.times -= 1
                    return fault
        return None

    def pending_updates(self, values: dict[str, str]) -> list[dict[str, Any]]:
        """As Telegram does it: an offset confirms everything before it; what is not confirmed comes again."""
        deadline = time.monotonic() + min(float(values.get("timeout") or 0), POLL_S)
        offset = int(values.get("offset") or 0)
        with self.lock:
            while self.updates and self.updates[0]["update_id"] < offset:
                self.updates.popleft()
            while not self.updates and not self.stopped and (left := deadline - time.monotonic()) > 0:
                self.lock.wait(left)
            return list(self.updates)


def _user(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": f"User {user}"}


def _bot() -> dict[str, Any]:
    return {"id": BOT_ID, "is_bot": True, "first_name": "Rasad", "username": BOT_NAME}


def _message(chat: int, kind: str = "") -> dict[str, Any]:
    kind = kind or ("private" if chat > 0 else "supergroup")
    described = {"id": chat, "type": kind, **({"first_name": "X"} if kind == "private" else {"title": f"Group {chat}"})}
    return {"message_id": 1, "date": int(time.time()), "chat": described}


def _values(kind: str, body: bytes) -> dict[str, str]:
    """The parameters of a call; a file's are `name` and `content`."""
    if kind.startswith("application/json"):
        return json.loads(body)  # type: ignore[no-any-return]
    if not kind.startswith("multipart/"):
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True))
    values = {}
    parsed = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    for part in parsed.iter_parts():  # type: ignore[attr-defined]
        content = part.get_payload(decode=True).decode("utf-8")
        if part.get_filename():
            values |= {"name": part.get_filename(), "content": content}
        else:
            values[part.get_param("name", header="content-disposition")] = content
    return values


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    api: FakeTelegram

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients are killed on purpose here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        if parts.path.startswith("/control/"):
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            return self._answer(200, self._control(parts.path.removeprefix("/control/"), query, body))
        method = parts.path.rpartition("/")[2]
        api = self.server.api
        if "/file/" in parts.path:
            return self._bytes(api.files[method])
        values = _values(self.headers.get("Content-Type", ""), body)
        with api.lock:
            api.calls[method] += 1
        time.sleep(api.latency_s if method == "sendMessage" else 0)
        fault = api.take_fault(method, values.get("chat_id", ""))
        if fault is None:
            return self._answer(*self._method(method, values))
        if fault.kind in REFUSALS:
            return self._answer(*REFUSALS[fault.kind](fault))
        if fault.kind == "cut-before":
            return self._cut()
        if fault.kind == "slow":
            time.sleep(fault.seconds)
        answer = self._method(method, values)
        return self._cut() if fault.kind == "cut-after" else self._answer(*answer)

    def _method(self, method: str, values: dict[str, str]) -> Answer:
        api = self.server.api
        if method == "getMe":
            return 200, {"ok": True, "result": _bot()}
        if method == "getUpdates":
            return 200, {"ok": True, "result": api.pending_updates(values)}
        if method == "sendMessage":
            return 200, {"ok": True, "result": api.accept(values)}
        if method in ("answerCallbackQuery", "editMessageText", "editMessageReplyMarkup"):
            with api.lock:
                api.answers.append({"method": method, **values})
                api.lock.notify_all()
            message = {**_message(int(values.get("chat_id") or 1)), "from": _bot(), "text": values.get("text", "")}
            return 200, {"ok": True, "result": True if method == "answerCallbackQuery" else message}
        if method == "getFile":
            return 200, {
                "ok": True,
                "result": {"file_id": values["file_id"], "file_unique_id": "1", "file_path": values["file_id"]},
            }
        if method == "sendDocument":
            with api.lock:
                api.papers.append((values["chat_id"], values["name"], values["content"].encode("utf-8")))
            return 200, {"ok": True, "result": {**_message(int(values["chat_id"])), "from": _bot()}}
        if method == "setMyCommands":
            with api.lock:
                api.menus.append(values)
        return 200, {"ok": True, "result": True}

    def _bytes(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _control(self, what: str, query: dict[str, str], body: bytes) -> dict[str, Any]:
        api = self.server.api
        if what == "fault":
            numbers = {key: kind(query.pop(key)) for key, kind in (("times", int), ("seconds", float)) if key in query}
            api.fault(**query, **numbers)
        elif what == "heal":
            api.heal()
        elif what == "update":
            api.push(json.loads(body))
        elif what == "say":
            api.say(int(query["chat"]), int(query["user"]), query["text"])
        elif what == "press":
            api.press(int(query["chat"]), int(query["user"]), query["data"])
        with api.lock:
            return {"accepted": api.accepted} if what == "accepted" else {"ok": True, "calls": dict(api.calls)}

    def _answer(self, code: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode("utf-8")
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """The log of accepted messages is the only one."""


def main() -> None:
    parser = argparse.ArgumentParser(description="A Bot API on loopback that misbehaves when told to.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before a message is accepted")
    options = parser.parse_args()
    with FakeTelegram(options.log, port=options.port, latency_s=options.latency) as api:
        print(api.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
