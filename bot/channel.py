"""How handoff talks to Rasa, at /webhooks/wayline: POST turns, GET ready, DELETE conversations; by token.

A turn is taken once for a message id: a repeat gets the replies given before. A failed turn is never a 200.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.lock_store import LockError
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty

from bot.replies import describe_turn, find_turn, last_topic, was_lost
from bot.turn import CHANNEL, Conversations, TurnFailed, TurnProcessor

logger = logging.getLogger(__name__)

LONGEST_BODY = 256 * 1024
LOCK_POLL_SECONDS = 0.02
CONVERSATION = re.compile(r"[0-9A-Za-z-]{1,64}:[0-9]{1,9}")
MESSAGE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
CHANNELS = ("webchat", "sms")
Handler = Callable[..., Awaitable[HTTPResponse]]


class Malformed(ValueError):
    """The body is not a turn; the message says what is wrong and holds none of it."""


@dataclass(frozen=True)
class Turn:
    """A message handed over by handoff."""

    conversation: str
    message_id: str
    text: str
    context: dict[str, Any]


def parse_turn(body: bytes) -> Turn:
    """Read and check a body; raises Malformed."""
    if len(body) > LONGEST_BODY:
        raise Malformed("the body is too long")
    try:
        fields = json.loads(body)
    except ValueError:
        raise Malformed("the body is not JSON") from None
    if not isinstance(fields, dict):
        raise Malformed("the body is not an object")
    text, context = fields.get("text"), fields.get("context", {})
    if not isinstance(text, str):
        raise Malformed("text must be a text")
    if not isinstance(context, dict) or context.get("channel") not in CHANNELS:
        raise Malformed("context must be an object with a channel")
    conversation = _matching(CONVERSATION, fields, "conversation")
    return Turn(conversation, _matching(MESSAGE_ID, fields, "message_id"), _harmless(text), context)


def _matching(pattern: re.Pattern[str], fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Malformed(f"{name} is missing or not an id")
    return value


def _harmless(text: str) -> str:
    """Rasa takes a leading slash for a command (/restart); half a surrogate pair is no UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8").lstrip("/ \t\r\n").strip()


def _json(body: dict[str, Any], status: int = 200) -> HTTPResponse:
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return HTTPResponse(written, status=status, content_type="application/json; charset=utf-8")


def _error(status: int, code: str, message: str) -> HTTPResponse:
    return _json({"error": {"code": code, "message": message}}, status)


class HandoffChannel(InputChannel):
    """The only way in; named in credentials.yml."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._conversations = Conversations()
        self._running: set[asyncio.Task[HTTPResponse]] = set()

    @classmethod
    def name(cls) -> str:
        """The path under /webhooks/, and the input channel of every message."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> HandoffChannel:
        """The token comes from RASA_TOKEN; raises ValueError without one, for then anyone could speak."""
        token = os.environ.get("RASA_TOKEN", "")
        if not token:
            raise ValueError("RASA_TOKEN is not set")
        _keep_words_out_of_logs()
        return cls(token)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Our three routes. Rasa's own handler is not used: it would answer 200 to a failed turn."""
        routes = Blueprint("wayline_channel")
        routes.add_route(self._guarded(self._post_turn), "/turns", methods=["POST"])
        routes.add_route(self._guarded(self._get_ready), "/ready", methods=["GET"])
        routes.add_route(
            self._guarded(self._delete_conversation), "/conversations/<conversation>", methods=["DELETE"]
        )
        routes.listener("before_server_stop")(self._close)
        return routes

    async def _close(self, app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        await self._conversations.close()

    def _guarded(self, handler: Handler) -> Handler:
        @wraps(handler)
        async def checked(request: Request, **path: str) -> HTTPResponse:
            given = request.headers.get("authorization", "").encode("utf-8", "replace")
            if not hmac.compare_digest(given, b"Bearer " + self._token):
                return _error(401, "bad_token", "The token is missing or wrong.")
            processor = self._processor(request.app)
            if processor is None:
                return _error(503, "no_model", "No model is loaded yet.")
            return await handler(request, processor, **path)

        return checked

    def _processor(self, app: Sanic) -> TurnProcessor | None:
        return self._conversations.processor(getattr(app.ctx, "agent", None))

    async def _get_ready(self, request: Request, processor: TurnProcessor) -> HTTPResponse:
        return _json({"model": processor.model_filename})

    async def _delete_conversation(
        self, request: Request, processor: TurnProcessor, conversation: str
    ) -> HTTPResponse:
        store = processor.tracker_store
        for sender_id in await store.episodes(conversation):
            async with processor.lock_store.lock(sender_id, wait_time_in_seconds=LOCK_POLL_SECONDS):
                await store.delete(sender_id)
        return empty()

    async def _post_turn(self, request: Request, processor: TurnProcessor) -> HTTPResponse:
        try:
            turn = parse_turn(request.body)
        except Malformed as fault:
            return _error(422, "malformed", str(fault))
        # A client that hangs up cancels this handler, not the turn: it is finished and saved, and its repeat
        # gets the replies.
        task = asyncio.ensure_future(self._answer(processor, turn))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def _answer(self, processor: TurnProcessor, turn: Turn) -> HTTPResponse:
        try:
            return _json(await self._take(processor, turn))
        except LockError:
            return _error(503, "busy", "An earlier message of this conversation is still being answered.")
        except Exception as fault:
            # Any failure at all, and never its text: it may hold what was said.
            logger.error(
                "turn failed conversation=%s message=%s error=%s",
                turn.conversation,
                turn.message_id,
                _where(fault),
            )
            return _error(502, "turn_failed", "The turn failed and was not saved.")

    async def _take(self, processor: TurnProcessor, turn: Turn) -> dict[str, Any]:
        locks = processor.lock_store
        async with locks.lock(turn.conversation, wait_time_in_seconds=LOCK_POLL_SECONDS):
            tracker = await processor.open(turn.conversation)
            index = find_turn(tracker, turn.message_id)
            if index is None:
                index = await _new_turn(processor, tracker, turn)
            return describe_turn(tracker, index)


async def _new_turn(processor: TurnProcessor, tracker: DialogueStateTracker, turn: Turn) -> int:
    metadata = {
        "message_id": turn.message_id,
        "context": turn.context,
        "lost_before": was_lost(tracker),
        "last_topic": last_topic(tracker),
        "form": tracker.active_loop_name,
    }
    message = UserMessage(
        turn.text,
        sender_id=turn.conversation,
        input_channel=CHANNEL,
        message_id=turn.message_id,
        metadata=metadata,
    )
    await processor.take_turn(message, tracker)
    index = find_turn(tracker, turn.message_id)
    if index is None:
        raise TurnFailed("the message is not in the tracker")
    return index


def _keep_words_out_of_logs() -> None:
    """Rasa's debug lines hold what people said; no level that somebody asks for brings them out."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    logging.getLogger("rasa").setLevel(logging.INFO)


def _where(fault: BaseException) -> str:
    """The kind of error and the innermost place it came from: enough to find it, no words of anyone."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
    return f"{type(fault).__name__}{place}"
