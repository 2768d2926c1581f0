"""The chat page. With JavaScript it speaks to the API; without, its form posts here and it is drawn anew."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from markupsafe import Markup, escape
from sqlalchemy.exc import IntegrityError

from handoff import keys
from handoff.conversations.model import WEBCHAT
from handoff.conversations.service import as_json, messages_after
from handoff.conversations.words import normalise
from handoff.days import day_words
from handoff.errors import Conflict, Refusal, TooLong, Unprocessable, count_refusal
from handoff.pages import page, static_path
from handoff.security import access, anyone
from handoff.switches import service as switches
from handoff.webchat import intake, service
from handoff.webchat.access import (
    CHAT,
    COOKIE,
    LEFT,
    OVER,
    QUIET,
    Chat,
    csrf_field,
    exit_form,
    new_page,
    new_token,
    page_cookie,
    page_form,
)
from handoff.webchat.body import read_form

REPLY_SECONDS = 6.0
LONDON = ZoneInfo("Europe/London")
STARTERS = (
    "What can I do after Year 11?",
    "Can I get money for going to college?",
    "How do I find an apprenticeship?",
    "Can I talk to a person?",
)
QUIET_WORDS = "That chat was closed because nobody used it for 30 minutes. You can start a new one here."


# static/view.js finds the same.
_LINKED = re.compile(
    r"\bhttps?://[^\s<>\"]+/r/[\w-]{22}(?![\w-])"
    r"|\b(?:SHOUT to 85258|999|111|116 ?\d{3}|0800 1111|0\d{2,4} ?\d{3,4} ?\d{3,4})\b",
    re.ASCII,
)


def _link(number: re.Match[str]) -> str:
    if number[0].startswith("http"):
        apart = '<span class="visually-hidden"> (opens in a new tab)</span>'
        return f'<a href="{number[0]}" target="_blank" rel="noopener noreferrer">{number[0]}{apart}</a>'
    if number[0].startswith("SHOUT"):
        return f'<a href="sms:85258?body=SHOUT">{number[0]}</a>'
    return f'<a href="tel:{number[0].replace(" ", "")}">{number[0]}</a>'


@dataclass(frozen=True)
class Form:
    """What every form of the page carries; its message id makes a second press of Send the same message."""

    page_id: str
    csrf: str
    area: str
    message_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @staticmethod
    def clock_time(at: str) -> str:
        """A message's time as people read it: 14:05."""
        return f"{datetime.fromisoformat(at).astimezone(LONDON):%H:%M}"

    @staticmethod
    def linked(text: str) -> Markup:
        """The text with its helplines, and the link to a confirmation, to press."""
        return Markup(_LINKED.sub(_link, str(escape(text))))  # noqa: S704 - escaped first

    @staticmethod
    def day(on: str) -> str:
        """A date as people read it: 22 November 2026."""
        return day_words(date.fromisoformat(on))


@access(anyone)
async def chat(request: web.Request) -> web.Response:
    """An empty chat; nothing is stored until the first message."""
    return await fresh_chat(request, area=area_of(request))


@access(page_cookie)
async def chat_page(request: web.Request) -> web.Response:
    """A chat without JavaScript, drawn with all its messages."""
    if request.get(OVER) == LEFT:
        raise web.HTTPSeeOther(request.app[keys.SETTINGS].exit_url)
    if request.get(OVER) == QUIET:
        return await fresh_chat(request, status=401, problem=QUIET_WORDS)
    return await drawn_chat(request)


@access(page_form)
async def post_message(request: web.Request) -> web.Response:
    """Take the form's words in, wait a little for the reply, and send the browser back to read it."""
    text = (await read_form(request)).get("text", "")
    if request.get(OVER) == LEFT:
        raise web.HTTPSeeOther(request.app[keys.SETTINGS].exit_url)
    if request.get(OVER) == QUIET:
        return await fresh_chat(request, status=401, problem=QUIET_WORDS, text=text)
    try:
        await take_in_form(request, text)
    except (TooLong, Unprocessable) as refusal:
        count_refusal(request, refusal)
        return await drawn_chat(request, refusal=refusal, text=text)
    raise web.HTTPSeeOther(f"/chat/{request.match_info['page']}#latest")


@access(exit_form)
async def exit_page(request: web.Request) -> web.Response:
    """Leave without JavaScript. Not a redirect: browsers hold a form to our own addresses."""
    if chat := request.get(CHAT):
        await intake.leave_chat(request, chat)
    response = page(request, "webchat/exit.html", exit_url=request.app[keys.SETTINGS].exit_url)
    give_cookie(response, request, request.match_info["page"], "", max_age=0)
    return response


@access(anyone)
async def about(request: web.Request) -> web.Response:
    """What happens with what someone writes here: the live answers about it."""
    area = request.app[keys.RULES].area(area_of(request))
    found = (request.app[keys.CONTENT].answer(slug, area) for slug in ("what-is-this", "confidentiality"))
    return page(request, "webchat/about.html", answers=[answer for answer in found if answer])


@access(anyone)
async def widget(request: web.Request) -> web.Response:
    """The one-line embed. Anyone's page may load it; who may frame the chat is WIDGET_ORIGINS."""
    return web.Response(
        body=static_path("webchat/widget.js").read_bytes(),
        content_type="text/javascript",
        charset="utf-8",
        headers={"Cache-Control": "public, max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"},
    )


async def take_in_form(request: web.Request, text: str) -> None:
    """Store the form's words, in a new conversation if they are the page's first, and wait for the reply."""
    form, turns = await read_form(request), request.app[keys.TURNS]
    if not normalise(text):
        raise Unprocessable("empty", "Write a message first.", field="text")
    chat = request.get(CHAT) or await open_from_form(request, form)
    try:
        message_id = str(uuid.UUID(form.get("id", "")))
    except ValueError:
        message_id = str(uuid.uuid4())
    try:
        received = await intake.take_in(request, chat.conversation_id, message_id, text)
    except Conflict:  # Back, then other words in the same form: a message of its own
        received = await intake.take_in(request, chat.conversation_id, str(uuid.uuid4()), text)
    await turns.wait(received.turn_id, REPLY_SECONDS)


async def open_from_form(request: web.Request, form: dict[str, str]) -> Chat:
    """The page's first words: only now is there a conversation."""
    now, area = request.app[keys.CLOCK].now(), form.get("area", "")
    await intake.slow_down(request)
    try:
        async with request.app[keys.DB].transaction() as session:
            request[CHAT] = await service.open_page(
                session,
                now,
                area if area in request.app[keys.RULES].areas else None,
                request.match_info["page"],
                request.cookies[COOKIE],
            )
    except IntegrityError:  # Send was pressed twice: the other press opened it
        await page_cookie(request)
    return request[CHAT]


def area_of(request: web.Request) -> str | None:
    area = request.query.get("area", "")
    return area if area in request.app[keys.RULES].areas else None


async def fresh_chat(
    request: web.Request, *, area: str | None = None, status: int = 200, problem: str = "", text: str = ""
) -> web.Response:
    """A new page with credentials of its own. An embed gets no cookie: it works with JavaScript only."""
    page_id, token, embed = new_page(), new_token(), request.query.get("embed") == "1"
    async with request.app[keys.DB].reading() as session:
        off = await switches.is_off(session, WEBCHAT)
    form = Form(page_id, csrf_field(page_id, token), area or "")
    shown = {"live": status == 200, "embed": embed, "problem": problem, "text": text, "off": off}
    response = draw(request, form, status=status, **shown)
    if not embed:
        give_cookie(response, request, page_id, token)
    return response


def give_cookie(
    response: web.Response, request: web.Request, page_id: str, token: str, max_age: int | None = None
) -> None:
    """The page's cookie, for as long as the browser is open; a `max_age` of 0 takes it away."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=max_age,
        path=f"/chat/{page_id}",
        httponly=True,
        samesite="Strict",
        secure=request.app[keys.SETTINGS].public_base_url.startswith("https://"),
    )


async def drawn_chat(request: web.Request, refusal: Refusal | None = None, text: str = "") -> web.Response:
    """The page with every message of its chat, and what was wrong with the last form if anything."""
    page_id = request.match_info["page"]
    form = Form(page_id, csrf_field(page_id, request.cookies.get(COOKIE, "")), "")
    status, problem = (refusal.status, refusal.message) if refusal else (200, "")
    chat = request.get(CHAT)
    if chat is None:
        return draw(request, form, status=status, problem=problem, text=text)
    async with request.app[keys.DB].reading() as session:
        found = await messages_after(session, chat.conversation_id, 0)
        state = await service.state_of(session, chat.conversation_id)
    messages = [as_json(message) for message in found]
    return draw(request, form, status=status, problem=problem, text=text, messages=messages, state=state)


def draw(request: web.Request, form: Form, status: int, **shown: Any) -> web.Response:
    usual = {"live": False, "embed": False, "messages": [], "state": None, "off": False}
    fixed = {"exit_url": request.app[keys.SETTINGS].exit_url, "starters": STARTERS, "form": form}
    return page(request, "webchat/chat.html", status=status, **{**usual, **fixed, **shown})


def setup(app: web.Application) -> None:
    router = app.router
    router.add_get("/chat", chat)
    router.add_get("/chat/about", about)
    router.add_get("/chat/{page}", chat_page)
    router.add_post("/chat/{page}", post_message)
    router.add_post("/chat/{page}/exit", exit_page)
    router.add_get("/widget.js", widget)
