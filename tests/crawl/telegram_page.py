"""Pages in the shape of Telegram's web previews, with invented channels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Post:
    """One post as it stands in a preview. `text` is HTML; '' is a post of media alone."""

    number: int
    text: str
    at: str = "2026-11-22T08:00:00+00:00"
    edited: bool = False
    forwarded_from: str = ""
    media: str = ""
    service: bool = False


PHOTO = """<a class="tgme_widget_message_photo_wrap 123 _4" href="https://t.me/furatnow/1"
 style="width:800px;background-image:url('https://cdn.example/file/photo.jpg')"></a>"""
VIDEO = """<a class="tgme_widget_message_video_player js-message_video_player" href="#">
 <time class="message_video_duration js-message_video_duration">0:31</time></a>"""
DOCUMENT = """<a class="tgme_widget_message_document_wrap"><div class="tgme_widget_message_document">
 <div class="tgme_widget_message_document_title accent_color">list-of-names.pdf</div></div></a>"""
POLL = """<div class="tgme_widget_message_poll"><div class="tgme_widget_message_poll_question">Is the road open?</div>
 <div class="tgme_widget_message_poll_option"><div class="tgme_widget_message_poll_option_text">Yes</div></div></div>"""
REPLY = """<a class="tgme_widget_message_reply" href="https://t.me/furatnow/1">
 <div class="tgme_widget_message_author accent_color">Furat Now</div>
 <div class="tgme_widget_message_text js-message_reply_text">What was said before</div></a>"""


def message(post: Post, channel: str = "furatnow") -> str:
    text = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{post.text}</div>' if post.text else ""
    source = post.forwarded_from and (
        '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from '
        f'<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/other/7"><span dir="auto">'
        f"{post.forwarded_from}</span></a></div>"
    )
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        f'<div class="tgme_widget_message text_not_supported_wrap js-widget_message'
        f'{" service_message" if post.service else ""}" data-post="{channel}/{post.number}">'
        '<div class="tgme_widget_message_user"><a href="https://t.me/furatnow"></a></div>'
        '<div class="tgme_widget_message_bubble">'
        '<div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name">Furat Now</a></div>'
        f"{source}{post.media}{text}"
        '<div class="tgme_widget_message_footer compact js-message_footer"><div class="tgme_widget_message_info">'
        '<span class="tgme_widget_message_views">1.2K</span>'
        f'<span class="tgme_widget_message_meta">{"edited" if post.edited else ""} '
        f'<a class="tgme_widget_message_date" href="https://t.me/{channel}/{post.number}">'
        f'<time datetime="{post.at}" class="time">08:00</time></a></span></div></div></div></div></div>'
    )


def preview(*posts: Post, channel: str = "furatnow") -> bytes:
    """A preview page of these posts, oldest first, as Telegram orders them."""
    return (
        "<!DOCTYPE html><html><head><title>Furat Now – Telegram</title>"
        "<script>if (window.location.hash) { window.location.replace('#') }</script></head><body>"
        '<main class="tgme_main"><div class="tgme_channel_info"><div class="tgme_channel_info_header_title">'
        "<span>Furat Now</span></div></div>"
        f'<section class="tgme_channel_history js-message_history">{"".join(message(p, channel) for p in posts)}'
        "</section></main></body></html>"
    ).encode()


RESTRICTED = (
    b'<html><body><div class="tgme_channel_info"><span>Furat Now</span></div>'
    b"<div>This channel cannot be displayed</div></body></html>"
)


def card(title: str = "", extra: str = "") -> bytes:
    """The page Telegram shows in place of a preview: of a channel without one, a person, or a name nobody has."""
    named = f'<div class="tgme_page_title" dir="auto"><span dir="auto">{title}</span></div>' if title else ""
    return (
        "<!DOCTYPE html><html><head><title>Telegram: Contact @somebody</title></head><body>"
        f'<div class="tgme_page_wrap"><div class="tgme_page">{named}'
        f"{f'<div class=tgme_page_extra>{extra}</div>' if extra else '<div class=tgme_page_icon></div>'}"
        '<div class="tgme_page_description">If you have <strong>Telegram</strong>, you can contact '
        '<a class="tgme_username_link">@somebody</a> right away.</div>'
        "<script>setTimeout(function() { window.location = 'tg://resolve?domain=somebody' }, 100)</script>"
        "</div></div></body></html>"
    ).encode()
