"""URLs as identities: `canonical` brings every spelling of one article's address to one form.

The canonical form is a key, not a link to show (show `Draft.url`): its scheme is always https and `www.` is dropped.
courlan's `check_url` and tracker list are not used: the first rejects real articles (`/archives/784230`), the second
takes `cid=` and `gallery=` for trackers.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import SplitResult, parse_qsl, quote, unquote_to_bytes, urljoin, urlsplit

TRACKER = re.compile(
    r"""(?x) ^(?:
        utm_.* | mtm_.* | pk_.* | at_.* | ns_.* | mc_[ce]id | __?twitter_impression | _openstat | _ga | _gl | _hs.*
      | [a-z]*clid | igshid? | msclkid | gbraid | wbraid | dclid | spm | xtor | cmpid? | icid | ncid | ocid
      | s?cid_source
      | ref | ref_?src | ref_?url | referr?er | share | shared | sharedby | feature | from_?source | source | src
      | smid | smtyp
      | tg_?rhash | rhash | rss | via | hootpostid | sh | fb_.* | f?bclid | mobile | noamp | redirect | nocache | _
      | rnd | tmpl
      | phpsessid | jsessionid | sessionid | session_id | aspsessionid.* | cf_chl.* | __cf_.* | __tw
    )$"""
)
# The same article in another dress: the parameter says how to show it, not what. {name: values that say so; () is any}
DRESS: dict[str, tuple[str, ...]] = {
    "amp": (),
    "print": (),
    "printable": (),
    "isamp": (),
    "usqp": (),
    "amp_js_v": (),
    "outputtype": ("amp",),
    "output": ("amp", "print"),
    "format": ("amp", "print", "html"),
    "view": ("amp", "print", "mobile", "desktop"),
    "mode": ("amp", "print"),
    "type": ("amp", "print"),
    "version": ("amp", "print", "mobile", "full"),
    "action": ("print",),
    "m": ("1", "0"),
    "page": ("1",),
}
TWIN_LABELS = {"www", "m", "mobile", "amp", "wap", "touch", "pda", "www2"}
PATH_TWIN = re.compile(r"(?i)^/(?:amp|print|pda|mobile)(?=/)|/(?:amp|print|amp\.html|print\.html|printview)/?$")
SUFFIX_TWIN = re.compile(r"(?i)\.amp(?=\.html?$)|\.amp$|(?<=[\w%])[-_](?:amp|print)(?=\.html?$)")
SESSION_ID = re.compile(r"(?i)^[0-9a-z]{20,}$")  # a short sid= is a story id (PHP-Nuke), a long one a session
SESSION_IN_PATH = re.compile(r"(?i);(?:jsessionid|phpsessid|sid)=[^/?#]*")
AMP_CACHE = re.compile(
    r"(?i)^https?://(?:[\w-]+\.cdn\.ampproject\.org/(?:[a-z]/)?|(?:www\.)?google\.[a-z.]+/amp/)(s/)?(?=[^/]+\.[^/]+)"
)
SECOND_LEVEL = {"co", "com", "org", "net", "gov", "edu", "ac", "info", "biz"}


def host(url: str) -> str:
    """The host the URL is served from: lower case, ASCII (IDNA), no port; '' when there is none."""
    try:
        name = (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return ""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def site(url: str) -> str:
    """The registrable part of the host as far as a short table tells: `arabic.rt.com` -> `rt.com`."""
    labels = host(url).split(".")
    keep = 3 if len(labels) > 2 and labels[-2] in SECOND_LEVEL and len(labels[-1]) == 2 else 2
    return ".".join(labels[-keep:])


def canonical(url: str, declared: str = "") -> str:
    """The key under which this article is known.

    `declared` is what the page says of itself (`<link rel=canonical>`), absolute or relative. It is followed when it
    names a page of the same site that may be this article; one that points home or loses the article's id is ignored.
    """
    own = _normal(url)
    if declared.strip():
        target = _normal(urljoin(url, declared.strip()))
        if _credible(own, target):
            return target
    return own


def same_article(a: str, b: str) -> bool:
    """Whether both addresses are spellings of one article."""
    return canonical(a) == canonical(b)


def _credible(own: str, declared: str) -> bool:
    """Many templates declare the home page, the section or the script without its id as canonical for every article."""
    if not declared.startswith("https://") or site(own) != site(declared):
        return False
    here, there = urlsplit(own), urlsplit(declared)
    if there.path in ("", "/") and not there.query:
        return here.path in ("", "/") and not here.query
    if here.path == there.path:
        return not here.query or bool(there.query)
    # A declared ancestor is a section page: /news is not /news/2018/02/13/title.
    return not here.path.startswith(there.path.rstrip("/") + "/")


def _normal(url: str) -> str:
    url = "".join(url.split()) if "\n" in url or "\t" in url else url.strip()
    cached = AMP_CACHE.match(url)
    if cached:
        url = "https://" + url[cached.end() :]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return url
    name = _bare_host(host(url))
    authority = name if port in (None, 80, 443) else f"{name}:{port}"
    query = _query(parts)
    path = _path(parts.path)
    return f"https://{authority}{path}" + (f"?{query}" if query else "")


def _bare_host(name: str) -> str:
    labels = name.split(".")
    while len(labels) > 2 and labels[0] in TWIN_LABELS:
        labels = labels[1:]
    # news.m.example.org and amp.news.example.org are the same twins one label further in
    if len(labels) > 3 and labels[1] in TWIN_LABELS - {"www"}:
        labels = labels[:1] + labels[2:]
    return ".".join(labels)


def _path(path: str) -> str:
    path = _one_encoding(path, safe="/:@!$&'()*+,;=~-._")
    before = ""
    while before != path:  # /amp/print/x: taking one twin away may show another
        before = path
        path = SESSION_IN_PATH.sub("", re.sub(r"/{2,}", "/", path))
        path = SUFFIX_TWIN.sub("", PATH_TWIN.sub("", path)).rstrip("/") or "/"
    return path


def _one_encoding(part: str, safe: str) -> str:
    """Percent-encoding in one form: UTF-8, NFC, upper-case hex. Escapes that are not UTF-8 (cp1256 slugs) stay bytes."""
    raw = unquote_to_bytes(part)
    try:
        return quote(unicodedata.normalize("NFC", raw.decode("utf-8")), safe=safe)
    except UnicodeDecodeError:
        return quote(raw, safe=safe)


def _query(parts: SplitResult) -> str:
    kept = []
    for key, value in parse_qsl(parts.query.replace("&amp;", "&"), keep_blank_values=True, errors="surrogateescape"):
        name = key.lower()
        if (
            TRACKER.match(name)
            or (name == "from" and not value.isdigit())
            or (name == "sid" and SESSION_ID.match(value))
        ):
            continue
        if name in DRESS and (not DRESS[name] or value.lower() in DRESS[name]):
            continue
        kept.append((key, value))
    pairs = sorted(kept)
    return "&".join(_escaped(key) + (f"={_escaped(value)}" if value else "") for key, value in pairs)


def _escaped(text: str) -> str:
    return quote(unicodedata.normalize("NFC", text).encode("utf-8", "surrogateescape"), safe="/:@!$'()*,;~-._")
