"""An outlet of our own shaped like the one of the first case, and a daemon reading it as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from xml.sax.saxutils import escape

HOST = "www.furat-daily.example"
SEED = "seed-enabbaladi-2018-02-13.txt"
# What stands in the seed file and is no part of the article.
CHROME = ("tag icon", "مقالات متعلقة", "ادعم عنب بلدي", "اضغط هنا للمساهمة", "دولار واحد")

# Our own words in the shape of the first case: the name spelled by ear, a claimant, a denial.
OWN_TITLE = "مقاتلون روس قتلوا في قصف على ريف دير الزور"
OWN_PARAGRAPHS = (
    "قال رفاق سابقون لمقاتلين روس إن عددًا منهم قتلوا خلال اشتباكات شرقي سوريا الأسبوع الماضي.",
    "وذكر أحد معارفه أن القتيل يدعى كيريل أنانيف، وكان قد وصل إلى البلاد قبل ستة أشهر فقط.",
    "ونفت وزارة الدفاع الروسية أي علم لها بمقتل مواطنين روس في تلك المنطقة.",
)


def seed() -> tuple[str, tuple[str, ...]]:
    """Title and paragraphs of the first case when its file is at hand, else our own text of its shape."""
    file = Path(os.environ.get("RASAD_EVAL_DATA", "")) / SEED
    if not os.environ.get("RASAD_EVAL_DATA") or not file.is_file():
        return OWN_TITLE, OWN_PARAGRAPHS
    lines = [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()]
    chrome_from = next(number for number, line in enumerate(lines) if line.startswith("مقالات متعلقة"))
    return lines[0], tuple(line for line in lines[1:chrome_from] if not line.startswith("tag icon"))


def page(path: str, title: str, paragraphs: Sequence[str], published: str) -> str:
    """A WordPress-like page with the buttons, related articles and donation box of the first case around the text."""
    body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return f"""<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8">
<title>{escape(title)} - يومية الفرات</title><link rel="canonical" href="http://{HOST}{path}">
<meta property="article:published_time" content="{published}"></head><body>
<header><nav><a href="/">الرئيسية</a> <a href="/archives/category/online">أخبار</a></nav></header>
<article class="post"><h1 class="entry-title">{escape(title)}</h1>
<div class="font-size">tag icon <button>ع</button> <button>ع</button> <button>ع</button></div>
<div class="entry-content">{body}</div>
<div class="related"><h3>مقالات متعلقة</h3><ul><li><a href="/archives/5">أسعار الخضار ترتفع</a></li></ul></div></article>
<div class="popup"><button>×</button><p>الإعلام الموجّه يشوه الحقيقة في بلادنا ويطيل أمد الحرب..</p>
<p>ادعم عنب بلدي</p><p>دولار واحد شهريًا يصنع الفرق</p><a href="/donate">اضغط هنا للمساهمة</a></div>
<footer>جميع الحقوق محفوظة</footer></body></html>"""


def feed(items: Sequence[tuple[str, str, str]]) -> str:
    """RSS of (path, title, RFC 822 date)."""
    listed = "".join(
        f"<item><title>{escape(title)}</title><link>http://{HOST}{path}</link><pubDate>{date}</pubDate></item>"
        for path, title, date in items
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>يومية الفرات</title>{listed}</channel></rss>'


def build(folder: Path) -> None:
    """The world: an ordinary article from the start, the first case in the second moment."""
    title, paragraphs = seed()
    host = folder / HOST
    (host / "archives").mkdir(parents=True)
    bread = "عادت الأفران إلى العمل في المدينة بعد توقف دام أسبوعًا كاملًا بسبب نقص الوقود والطحين."
    (host / "archives" / "1.html").write_text(
        page("/archives/1", "أفران المدينة تعود", [bread] * 2, "@iso:-2h@"), "utf-8"
    )
    case = page("/archives/2", title, paragraphs, "2018-02-13T17:20:00+02:00")
    (host / "archives" / "2.html").write_text(case, "utf-8")
    ordinary = ("/archives/1", "أفران المدينة تعود", "@rfc:-2h@")
    (host / "feed.1.xml").write_text(feed([ordinary]), "utf-8")
    (host / "feed.2.xml").write_text(
        feed([("/archives/2", title, "Tue, 13 Feb 2018 15:20:00 +0000"), ordinary]), "utf-8"
    )
    (host / "robots.txt").write_text("User-agent: *\nAllow: /\n", "utf-8")


def configure(folder: Path, *, proxy: str, database: str, telegram: str = "", chats: Sequence[str] = ()) -> Path:
    """A config.yaml and the outlet's YAML under `folder`; returns the former."""
    outlets = folder / "outlets"
    outlets.mkdir()
    (outlets / "furat-daily.yaml").write_text(
        f"""name: Furat Daily
home: http://{HOST}/
languages: [ar]
country: SY
leaning:
  - label: independent
timezone: Asia/Damascus
entry_points:
  - kind: feed
    url: http://{HOST}/feed.xml
    confidence: proven
""",
        "utf-8",
    )
    subscriptions = "".join(f'  - {{watchlist: my-names, to: "{chat}"}}\n' for chat in chats)
    config = folder / "config.yaml"
    config.write_text(
        f"""state: {folder / "state"}
database: "{database}"
outlets:
  use: [furat-daily]
  folders: [outlets]
crawl:
  every: 1s
  every_min: 1s
  every_max: 2s
  delay: 0s
  proxy: {proxy}
alerts:
  uncertain_wait: 1s
telegram:
  base_url: "{telegram or "https://api.telegram.org"}"
  owners: [4711]
watchlists:
  my-names:
    title: Names
    alleged: true
    watches: ['name:"Кирилл Ананьев"']
subscriptions:
{subscriptions or "  []"}
""",
        "utf-8",
    )
    return config


def environment(**more: str) -> dict[str, str]:
    """The environment of a process of ours: no proxies and no secrets of the developer's."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/nonexistent"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "LANG": "C.UTF-8",
        **more,
    }


def rasad(config: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One `rasad` command, to its end."""
    command = [sys.executable, "-m", "alerts", "--config", str(config), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment(**more), check=False)


@contextmanager
def daemon(config: Path, log: Path, *options: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """`rasad run` as a process; killed at the end if it has not stopped by then."""
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "alerts", "--config", str(config), *options, "run"],
            stdout=sink, stderr=sink, env=environment(**more),
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait(10)


def children(pid: int) -> list[int]:
    """The child processes of `pid`."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill(pid: int) -> None:
    """SIGKILL; a process that is gone already is fine."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def eventually(happened: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait until `happened()` is true; AssertionError naming `what` when it does not within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:g} s: {what}")
