"""Draws the pictures of the documentation: messages as `alerts.render` makes them, in a chat bubble.

    python docs/pictures/draw.py          # needs Debian's chromium and fonts-noto-core

The texts are of the invented demo world.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from alerts.render import AlertContent, DigestContent, DigestItem, Message, Quote, render
from crawler.types import Dating

HERE = Path(__file__).parent
DAY = datetime(2026, 11, 22, 6, 40, tzinfo=UTC)
SENTENCE = (
    "وقال أحد العاملين في الحقل لبريد الفرات إن أحد القتيلين يدعى تيموفي راكيتين، "
    "وكان يعمل مع شركة أمنية روسية منذ عامين."
)
NAME = "تيموفي راكيتين"
ALERT = AlertContent(
    alert_id="k3f9a2",
    headline="مقتل روسيين بقصف على محيط حقل نفطي شرقي دير الزور",
    outlet="Furat Post",
    url="http://furat-post.example/archives/104/",
    country="SY",
    leaning="invented, local",
    language="ar",
    published=Dating(DAY, "minute", "meta"),
    first_seen_at=DAY.replace(minute=42),
    quotes=(Quote(SENTENCE, ((SENTENCE.index(NAME), SENTENCE.index(NAME) + len(NAME)),)),),
    why=("تيموفي راكيتين = Тимофей Ракитин (full name, by sound)",),
    watchlists=("My names",),
    alleged=True,
)
DIGEST = DigestContent(
    name="d7m2q4",
    count=12,
    items=(
        DigestItem("k3f9a2", ALERT.headline, "Furat Post", ALERT.url, ALERT.published),
        DigestItem(
            "m8t4wz",
            "В Залужье простились с бывшим десантником",
            "Vesti Zaluzhya",
            "http://vesti-zaluzhya.example/news/205/",
            Dating(DAY, "day", "text"),
        ),
    ),
    watchlists=("My names",),
)
PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 18px; width: 560px; background: #dfe7ee;
        font: 16px/1.45 "Noto Sans", "Noto Sans Arabic", sans-serif }}
div {{ background: #fff; border-radius: 12px; padding: 12px 16px; box-shadow: 0 1px 2px #0003 }}
p {{ margin: 0; min-height: .6em; unicode-bidi: plaintext; text-align: start; overflow-wrap: anywhere }}
a {{ color: #2678b6; text-decoration: none }}
</style><div>{lines}</div>"""


def bubble(message: Message) -> str:
    """The message's HTML in a chat bubble; each line finds its own direction, as Telegram's do."""
    return PAGE.format(lines="".join(f"<p>{line}</p>" for line in message.html.split("\n")))


def shot(page: str, target: Path, height: int) -> None:
    """A PNG of the page, by headless Chromium."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no chromium found: apt install chromium fonts-noto-core")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, "utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   f"--user-data-dir={folder}/profile", f"--window-size=600,{height}", "--force-device-scale-factor=2",
                   f"--screenshot={target}", source.as_uri()]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    print(html.unescape(str(target.relative_to(HERE.parent.parent))))


def main() -> None:
    shot(bubble(render(ALERT)), HERE / "alert.png", 430)
    shot(bubble(render(DIGEST)), HERE / "digest.png", 300)


if __name__ == "__main__":
    main()
