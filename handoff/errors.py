"""The errors people can meet, and the one place that turns them into an answer.

Refusal                  anything we say no to; code, status and a sentence a person can act on
  NotSignedIn 401
  Forbidden 403
  NotFound 404
  Conflict 409           someone or something was first
  TooLong 413
  Unprocessable 422      a field is wrong; says which and how to put it right
  TooMany 429
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from handoff import metrics
from handoff.db import collided, second_try

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refusal(Exception):
    """A no with a code for programs and a sentence for people; `extra` joins the error body."""

    status = 400

    def __init__(self, code: str, message: str, **extra: Any) -> None:
        super().__init__(code)
        self.code, self.message, self.extra = code, message, extra

    def body(self) -> dict[str, Any]:
        beside = self.extra.get("beside", {})
        inside = {key: value for key, value in self.extra.items() if key != "beside"}
        return {"error": {"code": self.code, "message": self.message, **inside}, **beside}


class NotSignedIn(Refusal):
    status = 401

    def __init__(self, message: str = "Sign in to go on.") -> None:
        super().__init__("not_signed_in", message)


class Forbidden(Refusal):
    status = 403


class NotFound(Refusal):
    status = 404

    def __init__(self, message: str = "There is nothing here.") -> None:
        super().__init__("not_found", message)


class Conflict(Refusal):
    status = 409


class TooLong(Refusal):
    status = 413


class Unprocessable(Refusal):
    status = 422


class TooMany(Refusal):
    status = 429


def error_response(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.body(), status=refusal.status)


_CHANNELS = (
    ("/api/chat", "webchat"),
    ("/chat", "webchat"),
    ("/webhooks/", "sms"),
    ("/api/staff", "staff"),
    ("/staff", "staff"),
)
_SENTENCES = {
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "That is not something this address can do."),
    413: ("too_long", "That is too long to send at once."),
}


@web.middleware
async def errors_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error leaves as the contract's shape (or a page, for a browser); no exception text is shown."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return _answer(request, refusal)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code, sentence = _SENTENCES.get(error.status, ("bad_request", "That request could not be read."))
        return _answer(request, _with_status(Refusal(code, sentence), error.status))
    except Exception as error:
        if _cut_off(request, error):
            log.debug("unreadable body method=%s route=%s", request.method, _route_name(request))
            return _answer(request, Refusal("bad_request", "That request could not be read."))
        if collided(error):
            log.warning("collided twice method=%s route=%s", request.method, _route_name(request))
            sentence = "Others were at work here at the same moment. Please try again."
            return _answer(request, _with_status(Refusal("busy", sentence), 503))
        log.exception("unexpected error method=%s route=%s", request.method, _route_name(request))
        sentence = "Something went wrong on our side. Please try again."
        return _answer(request, _with_status(Refusal("server_error", sentence), 500))


@web.middleware
async def second_try_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Inside the access rule: a request whose transaction collided with another is handled once more."""
    return await second_try(lambda: handler(request))


def _cut_off(request: web.Request, error: Exception) -> bool:
    """True when the body ended early or is not packed as its headers say, or its sender hung up."""
    hung_up = isinstance(error, OSError) and request.transport is None
    return hung_up or isinstance(error, web.RequestPayloadError)


def _with_status(refusal: Refusal, status: int) -> Refusal:
    refusal.status = status
    return refusal


def count_refusal(request: web.Request, refusal: Refusal) -> None:
    """For /metrics; a page that shows a refusal beside its form counts it itself."""
    channel = next((name for start, name in _CHANNELS if request.path.startswith(start)), "other")
    metrics.REFUSED.labels(channel, refusal.code).inc()


def _answer(request: web.Request, refusal: Refusal) -> web.Response:
    count_refusal(request, refusal)
    wants_page = "text/html" in request.headers.get("Accept", "") and not request.path.startswith("/api/")
    if not wants_page:
        return error_response(refusal)
    from handoff.pages import error_page  # pages import errors' types

    return error_page(request, refusal)


def _route_name(request: web.Request) -> str:
    """The route's pattern, never the path: a path can carry a token."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "-"
