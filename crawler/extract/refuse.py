"""Pages that are no article: challenges, login walls, geo-blocks, soft 404s, feeds, images. Words and numbers, no
guesses.
"""

from __future__ import annotations

import re

from crawler.types import Blocked, Page, Rejected

# (marker in the first bytes, lower case; who says so). A challenge page is small: real articles may name these vendors.
CHALLENGES = (
    (b"__qrator", "qrator challenge"),
    (b"qauth.js", "qrator challenge"),
    (b"cf-browser-verification", "cloudflare challenge"),
    (b"cf_chl_", "cloudflare challenge"),
    (b"/cdn-cgi/challenge-platform/h/", "cloudflare challenge"),
    (b"<title>just a moment", "cloudflare challenge"),
    (b"attention required! | cloudflare", "cloudflare block"),
    (b"<title>ddos-guard", "ddos-guard challenge"),
    (b"ddos-guard/js-challenge", "ddos-guard challenge"),
    (b"/.well-known/ddos-guard/", "ddos-guard challenge"),
    (b"_incapsula_resource", "incapsula challenge"),
    (b"sucuri_cloudproxy_js", "sucuri challenge"),
    (b"sucuri website firewall", "sucuri block"),
    (b"px-captcha", "perimeterx challenge"),
    (b"captcha-delivery.com", "datadome challenge"),
    (b"geo.captcha-delivery", "datadome challenge"),
    (b"servicepipe.ru", "servicepipe challenge"),
    (b"checking your browser", "browser challenge"),
    (b"please enable js and disable any ad blocker", "datadome challenge"),
    (b"g-recaptcha", "captcha"),
    (b"smartcaptcha", "captcha"),
    (b"h-captcha", "captcha"),
    (b"aes.js", "cookie challenge"),
    (b"tspd_101", "f5 challenge"),
)
TINY_BYTES = 2_500
RELOADS = re.compile(rb"document\.cookie|location\.(?:href|reload|replace)|window\.location")
CHALLENGE_BYTES = 60_000  # larger pages carry an article, whatever scripts they load
CERTAIN = (
    b"__qrator",
    b"<title>just a moment",
    b"_incapsula_resource",
    b"<title>ddos-guard",
    b"cf-browser-verification",
)
GEO = re.compile(
    r"(?i)not available in your (?:country|region|location)|unavailable in your (?:country|region)|access (?:from"
    r"|in) your country"
    r"|недоступен в вашей стране|недоступн\w+ (?:в|на территории) ваше\w+|доступ из вашей страны"
    r"|заблокирован\w* на территории"
    r"|доступ к (?:информационному )?ресурсу ограничен|غير متاح في (?:بلدك|منطقتك)|غير متوفر في (?:بلدك|منطقتك)"
)
LOGIN = re.compile(
    r"(?i)(?:please )?(?:log|sign) ?in to (?:continue|read|view)|subscribe to (?:continue|read)"
    r"|войдите,? чтобы (?:продолжить|прочитать)"
    r"|авторизуйтесь,? чтобы|оформите подписку,? чтобы|доступно только (?:по подписке|подписчикам)"
    r"|سجل(?:وا)? الدخول (?:للمتابعة|لقراءة)"
    r"|للمشتركين فقط|يرجى تسجيل الدخول"
)
NOT_FOUND = re.compile(
    r"(?i)^\W*(?:error\s*)?404\b|page (?:was )?not found|page (?:you|that).{0,30}(?:not|no longer) exist"
    r"|страница не найдена|страницы? не существует"
    r"|материал (?:не найден|удал[её]н)|такой страницы нет|запрашиваемая страница|ошибка 404|الصفحة غير موجودة"
    r"|لم يتم العثور على|الصفحة التي (?:تبحث|طلبت)"
    r"|عذرا.{0,20}الصفحة|خطأ 404|not found\W*$|ничего не найдено"
)
MAGIC = (
    (b"%PDF", "PDF"), (b"\x89PNG", "image"), (b"\xff\xd8\xff", "image"), (b"GIF8", "image"), (b"RIFF", "image"),
    (b"BM", "image"),
    (b"PK\x03\x04", "archive"), (b"\x1f\x8b", "compressed data"), (b"\x00\x00\x00\x18ftyp", "video"),
    (b"\x00\x00\x00\x20ftyp", "video"),
    (b"ID3", "audio"), (b"OggS", "audio"), (b"wOFF", "font"), (b"Rar!", "archive"), (b"7z\xbc\xaf", "archive"),
)  # fmt: skip
CONTROLS = bytes(set(range(1, 32)) - set(b"\t\n\r\f\x1b"))
FEED = re.compile(
    rb"(?is)^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<!doctype rss[^>]*>\s*|<\?[^>]*>\s*)*"
    rb"<(rss|feed|rdf:rdf|urlset|sitemapindex|opml)\b"
)
STATUS = {
    401: "login or challenge (401)",
    402: "paywall (402)",
    403: "forbidden (403)",
    407: "proxy login (407)",
    429: "rate limited (429)",
    451: "legal block (451)",
}


def refuse(page: Page) -> Rejected | Blocked | None:
    """Why these bytes cannot be an article, or None when they may be one."""
    head = page.body[:CHALLENGE_BYTES].lower()
    challenge = _challenge(page, head)
    if challenge:
        return Blocked(challenge)
    if page.status in STATUS:
        return Blocked(STATUS[page.status])
    if page.status in (404, 410):
        return Rejected(f"gone ({page.status})")
    if page.status >= 400:
        return Rejected(f"HTTP status {page.status}")
    if not page.body.strip(b"\x00 \t\r\n"):
        return Rejected("empty page")
    return _not_html(page)


def _challenge(page: Page, head: bytes) -> str:
    if page.header("cf-mitigated"):
        return "cloudflare challenge"
    if page.header("x-datadome") and page.status in (401, 403):
        return "datadome challenge"
    named = next(((marker, name) for marker, name in CHALLENGES if marker in head), None)
    if named is not None and len(page.body) < CHALLENGE_BYTES:
        marker, name = named
        if page.status >= 400 or (marker in CERTAIN and len(page.body) < TINY_BYTES) or _little_text(page.body):
            return name
    if len(page.body) < TINY_BYTES and RELOADS.search(head) and _little_text(page.body):
        return "script challenge"
    return ""


def _little_text(body: bytes) -> bool:
    """Whether hardly any text is left when scripts and tags are gone: a challenge says a sentence, an article more."""
    if len(body) > 200_000:
        return False
    text = re.sub(rb"(?is)<(script|style|noscript|head)\b.*?</\1\s*>|<[^>]*>", b" ", body)
    return len(b" ".join(text.split())) < 1_200


def _not_html(page: Page) -> Rejected | None:
    start = page.body[:2048].lstrip(b"\x00 \t\r\n\xef\xbb\xbf")
    for magic, kind in MAGIC:
        if start.startswith(magic) and (kind != "image" or magic != b"BM" or b"\x00" in start[:16]):
            return Rejected(f"not HTML: {kind}")
    feed = FEED.match(start)
    if feed:
        return Rejected(f"not HTML: {feed.group(1).decode().lower()}")
    kind = page.header("content-type").split(";")[0].strip().lower()
    if kind.startswith(("image/", "video/", "audio/", "font/")) or kind in (
        "application/pdf",
        "application/zip",
        "text/css",
        "text/javascript",
        "application/javascript",
    ):
        return Rejected(f"not HTML: {kind}")
    if start[:1] in (b"{", b"[") and b"<" not in start:
        return Rejected("not HTML: JSON")
    if page.body[:2] not in (b"\xff\xfe", b"\xfe\xff") and _is_binary(page.body):
        return Rejected("not HTML: binary data")
    return None


def _is_binary(body: bytes) -> bool:
    """A tenth of NULs, or a twentieth of other control characters. A few NULs in real HTML are dropped, not refused."""
    sample = body[:8192]
    controls = len(sample) - len(sample.translate(None, CONTROLS))
    return body.count(b"\x00") > len(body) // 10 or controls > len(sample) // 20


def soft_refusal(title: str, text: str) -> Rejected | Blocked | None:
    """Why a page that answered 200 and has some text is no article; decided by its title and a short text."""
    if NOT_FOUND.search(title[:120]) and len(text) < 1_500:
        return Rejected("soft 404")
    if len(text) < 700:
        if GEO.search(text):
            return Blocked("geo-block")
        if LOGIN.search(text):
            return Blocked("login wall")
        if NOT_FOUND.search(text[:200]):
            return Rejected("soft 404")
    return None
