"""Who may use a chat: whoever holds its bearer, or its page's cookie (and, to write, the form's CSRF field).

A page's credentials are drawn when the page is shown and nothing is stored until the first message:
the CSRF field is a keyed digest of page and cookie, so it can be checked before there is a session.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from sqlalchemy import bindparam, select, update

from handoff import keys
from handoff.conversations.model import ChatSession
from handoff.crypto import keyring
from handoff.errors import Forbidden, NotFound, NotSignedIn
from handoff.webchat.body import read_form

BEARER, PAGE = "bearer", "page"
COOKIE = "wayline_chat"
LEFT, QUIET = "left", "quiet"
IDLE = timedelta(minutes=30)
_TOUCH = timedelta(minutes=1)
_SESSION = select(ChatSession).where(
    ChatSession.token_hash == bindparam("hashed"), ChatSession.kind == bindparam("kind")
)


@dataclass(frozen=True)
class Chat:
    """What the rules learned: which conversation this request may read and write."""

    session_id: uuid.UUID
    conversation_id: uuid.UUID


CHAT = web.RequestKey("chat", Chat)
OVER = web.RequestKey("over", str)  # why a page's chat may not go on: LEFT or QUIET


def new_token() -> str:
    return secrets.token_urlsafe(32)


def new_page() -> str:
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def csrf_field(page: str, token: str) -> str:
    """What the form of this page carries when its cookie is `token`."""
    return keyring.blind_index(f"chat-form:{page}:{token}")


async def bearer(request: web.Request) -> None:
    """Rule of the API: a live bearer; sets CHAT."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    session = await _find(request, BEARER, token_hash(token.strip())) if scheme.lower() == "bearer" else None
    if session is None or session.revoked_at:
        raise NotSignedIn("This chat has ended or was never opened. Start a new one.")
    request[CHAT] = Chat(session.id, session.conversation_id)


async def page_cookie(request: web.Request) -> None:
    """Rule of the page: its cookie. Sets CHAT, unless nothing was sent from the page yet, or OVER.

    NotFound for someone else's page.
    """
    page, token = request.match_info["page"], request.cookies.get(COOKIE, "")
    async with request.app[keys.DB].reading() as db:
        session = (await db.execute(select(ChatSession).where(ChatSession.page == page))).scalar()
    if session is None:
        if not token:
            raise NotFound()
    elif session.revoked_at:
        request[OVER] = LEFT
    elif not hmac.compare_digest(session.token_hash, token_hash(token)):
        raise NotFound()
    elif request.app[keys.CLOCK].now() - session.last_seen_at > IDLE:
        request[OVER] = QUIET
    else:
        request[CHAT] = Chat(session.id, session.conversation_id)
        await _touch(request, session)


async def page_form(request: web.Request) -> None:
    """Rule of a form post: the cookie, and the CSRF field that only this page was given."""
    await page_cookie(request)
    expected = csrf_field(request.match_info["page"], request.cookies.get(COOKIE, ""))
    given = (await read_form(request)).get("csrf", "")
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise Forbidden("bad_csrf", "That form was not from this page. Go back and try again.")


async def exit_form(request: web.Request) -> None:
    """Rule of the form that leaves: anybody may go, for in an embed there is no cookie; only its own page
    ends a chat."""
    try:
        await page_form(request)
    except (NotFound, Forbidden):
        if CHAT in request:
            del request[CHAT]


async def _find(request: web.Request, kind: str, hashed: str) -> ChatSession | None:
    async with request.app[keys.DB].reading(brief=True) as db:
        return (await db.execute(_SESSION, {"hashed": hashed, "kind": kind})).scalar()


async def _touch(request: web.Request, session: ChatSession) -> None:
    """Note that the page is in use; once a minute is enough."""
    now = request.app[keys.CLOCK].now()
    if now - session.last_seen_at > _TOUCH:
        async with request.app[keys.DB].transaction() as db:
            await db.execute(update(ChatSession).where(ChatSession.id == session.id).values(last_seen_at=now))
