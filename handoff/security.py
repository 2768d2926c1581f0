"""Who may use a route (default deny), and what every response carries.

A handler says who may use it with `@access(rule)`; a handler that does not say is refused, and a
structure test lists it. A rule is a coroutine that raises a Refusal, or puts what it learned on the request.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from aiohttp import web

from handoff.bodies import UPLOADS
from handoff.errors import Forbidden, Handler
from handoff.settings import Settings

Rule = Callable[[web.Request], Awaitable[None]]
AnyHandler = TypeVar("AnyHandler", bound=Callable[..., Any])
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)


def access(rule: Rule) -> Callable[[AnyHandler], AnyHandler]:
    """Say who may use a handler."""

    def mark(handler: AnyHandler) -> AnyHandler:
        handler.access = rule  # type: ignore[attr-defined]
        return handler

    return mark


def takes(most: int) -> Callable[[AnyHandler], AnyHandler]:
    """Let a handler take a body of up to so many bytes, where the application's limit is too small."""

    def mark(handler: AnyHandler) -> AnyHandler:
        handler.most = most  # type: ignore[attr-defined]
        return handler

    return mark


async def anyone(request: web.Request) -> None:
    """Public by decision."""


@web.middleware
async def default_deny(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Ask the handler's own rule first; refuse a handler that has none."""
    if request.match_info.http_exception is None:
        rule: Rule | None = getattr(request.match_info.handler, "access", None)
        if rule is None:
            raise Forbidden("no_access_rule", "This address is not open to anyone.")
        if most := getattr(request.match_info.handler, "most", None):
            request = request.clone(client_max_size=most)
        try:
            await rule(request)
            return await handler(request)
        finally:
            for upload in request.get(UPLOADS, ()):
                upload.file.close()
    return await handler(request)


def headers_signal(settings: Settings) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Security headers for every response, streams included (a middleware would come too late for them)."""
    origins = " ".join(settings.widget_origins) or "'none'"
    https = settings.public_base_url.startswith("https://")

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        framed = request.path == "/chat" and request.query.get("embed") == "1"
        headers = response.headers
        headers["Content-Security-Policy"] = CSP.format(ancestors=origins if framed else "'none'")
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=()"
        headers.setdefault("Cache-Control", "no-store")
        if not framed:
            headers["X-Frame-Options"] = "DENY"
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        headers.pop("Server", None)

    return add_headers


def client_address(request: web.Request, trusted: Sequence[str]) -> str:
    """The caller's address: the last X-Forwarded-For hop that is not one of our proxies.

    The header is believed only when the connection comes from a trusted proxy.
    """
    peer = request.remote or ""
    if peer not in trusted:
        return peer
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        hop = hop.strip()
        if hop and hop not in trusted:
            return hop if _is_address(hop) else peer
    return peer


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


class Throttle:
    """At most `limit` events per key in `per` seconds (a sliding window kept in this process)."""

    def __init__(self, limit: int, per: float, remember: int = 10_000) -> None:
        self._limit, self._per, self._remember = limit, per, remember
        self._seen: OrderedDict[str, list[float]] = OrderedDict()

    def allows(self, key: str) -> bool:
        """Count one event; False when the key has had its share."""
        now = time.monotonic()
        recent = [at for at in self._seen.pop(key, []) if now - at < self._per]
        allowed = len(recent) < self._limit
        if allowed:
            recent.append(now)
        self._seen[key] = recent
        while len(self._seen) > self._remember:
            self._seen.popitem(last=False)
        return allowed
