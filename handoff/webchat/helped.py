""" "Did this help?", answered over the API and by the form of the page without JavaScript."""

from __future__ import annotations

import uuid

from aiohttp import web

from handoff import keys
from handoff.conversations.service import as_json
from handoff.errors import Conflict, NotFound, Unprocessable, count_refusal
from handoff.feedback import service as feedback
from handoff.live import conversation_topic
from handoff.security import access
from handoff.webchat.access import CHAT, OVER, bearer, page_form
from handoff.webchat.body import LAST_SEQ, read_form, read_object

FORM_WORDS = {"yes": True, "no": False}
LONGEST_SEQ = len(str(LAST_SEQ))


@access(bearer)
async def say(request: web.Request) -> web.Response:
    """POST /api/chat/messages/{seq}/helped {helped}."""
    helped = (await read_object(request)).get("helped")
    if not isinstance(helped, bool):
        raise _unreadable("helped must be true or false.")
    vote = await _vote(request, request[CHAT].conversation_id, request.match_info["seq"], helped)
    replies = [as_json(vote.said)] if vote.said else []
    return web.json_response({"helped": vote.helped, "replies": replies})


@access(page_form)
async def say_by_form(request: web.Request) -> web.Response:
    """POST /chat/{page}/helped; back to the answer, or to what the page says once its chat is over."""
    form, back = await read_form(request), f"/chat/{request.match_info['page']}"
    if OVER in request:
        raise web.HTTPSeeOther(back)
    if CHAT not in request:
        raise NotFound()
    seq, helped = form.get("seq", ""), FORM_WORDS.get(form.get("helped", ""))
    if helped is None:
        raise _unreadable("Press Yes or No.")
    try:
        vote = await _vote(request, request[CHAT].conversation_id, seq, helped)
    except Conflict as refusal:  # the page, drawn anew, asks no more
        count_refusal(request, refusal)
        raise web.HTTPSeeOther(back) from None
    raise web.HTTPSeeOther(f"{back}#{'latest' if vote.said else f'message-{int(seq)}'}")


async def _vote(request: web.Request, conversation_id: uuid.UUID, seq: str, helped: bool) -> feedback.Vote:
    if not (seq.isascii() and seq.isdigit() and len(seq) <= LONGEST_SEQ and int(seq) <= LAST_SEQ):
        raise NotFound()
    async with request.app[keys.DB].transaction() as session:
        now = request.app[keys.CLOCK].now()
        vote = await feedback.vote(session, now, conversation_id, int(seq), helped)
    request.app[keys.HUB].notify(conversation_topic(conversation_id))
    return vote


def _unreadable(sentence: str) -> Unprocessable:
    return Unprocessable("bad_field", sentence, field="helped")


def setup(app: web.Application) -> None:
    app.router.add_post("/api/chat/messages/{seq}/helped", say)
    app.router.add_post("/chat/{page}/helped", say_by_form)
