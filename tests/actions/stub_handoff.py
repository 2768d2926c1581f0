"""A tiny real stand-in for handoff's internal API: drafts and cases in memory, repeats by message id."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

TOKEN = "internal-token"
FIELDS = ("name", "date_of_birth", "postcode", "phone", "activity", "jobcentre_permission")


class StubHandoff:
    """What was asked of it is in `calls`; `broken` makes it answer 500."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.drafts: dict[str, dict[str, str]] = {}
        self.cases: dict[tuple[str, str], dict[str, str]] = {}
        self.known: dict[str, str] = {}
        self.when: str | None = None
        self.has_neet_case = False
        self.in_hours = True
        self.broken = False
        self._answered: dict[tuple[str, str], dict[str, Any]] = {}

    def app(self) -> web.Application:
        """The internal app, with the routes of the contract."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_post("/internal/cases", self._open_case)
        app.router.add_post("/internal/neet/no", self._no)
        app.router.add_get("/internal/check-in", self._check_in)
        app.router.add_post("/internal/check-in/answers", self._note)
        app.router.add_post("/internal/registrations/answers", self._answer)
        app.router.add_get("/internal/registrations/draft", self._draft)
        app.router.add_delete("/internal/registrations/draft", self._forget)
        app.router.add_post("/internal/registrations", self._register)
        return app

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[int]:
        """The app on a loopback port, which is given back."""
        runner = web.AppRunner(self.app())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield runner.addresses[0][1]
        finally:
            await runner.cleanup()

    def asked(self, path: str) -> list[dict[str, Any]]:
        """The bodies posted to a path."""
        return [body for method, called, body in self.calls if (method, called) == ("POST", path)]

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else dict(request.query)
        self.calls.append((request.method, request.path, body))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise web.HTTPUnauthorized
        if self.broken:
            raise web.HTTPInternalServerError
        request["body"] = body
        key = (request.path, body.get("message_id", ""))
        if request.method == "POST" and key in self._answered:
            return web.json_response(self._answered[key])
        return await handler(request)

    def _reply(self, request: web.Request, answer: dict[str, Any]) -> web.Response:
        self._answered[request.path, request["body"]["message_id"]] = answer
        return web.json_response(answer)

    async def _open_case(self, request: web.Request) -> web.Response:
        body = request["body"]
        key = (body["conversation"], body["reason"])
        created = key not in self.cases
        self.cases.setdefault(key, {}).update(body["facts"])
        opening = None if self.in_hours else "9am on Monday"
        when = {"in_hours": self.in_hours, "next_opening": opening, "reply_by": "2.30pm today"}
        return self._reply(request, {"reference": "C-1", "created": created, **when})

    async def _no(self, request: web.Request) -> web.Response:
        return self._reply(request, {"declined": self.has_neet_case})

    async def _check_in(self, request: web.Request) -> web.Response:
        return web.json_response({"known": self.known, "when": self.when})

    async def _note(self, request: web.Request) -> web.Response:
        """Someone with nothing to do is out of learning; who wants to talk or a job is understood."""
        text = request["body"]["text"].lower()
        if "nothing" in text and request["body"]["question"] == "doing":
            self.when = "by 5pm on Wednesday"
        codes = [
            code for word, code in (("job", "work"), ("talk", "talk"), ("money", "money")) if word in text
        ]
        helps = {"work": "job-search", "money": "bursary"}
        told = {"codes": codes, "help": [helps[code] for code in codes if code in helps], "when": self.when}
        return self._reply(request, told)

    async def _answer(self, request: web.Request) -> web.Response:
        body = request["body"]
        problem, signpost = check(body["field"], body["text"])
        if problem:
            return self._reply(request, {"ok": False, "problem": problem, "signpost": signpost})
        self.drafts.setdefault(body["conversation"], {})[body["field"]] = body["text"]
        return self._reply(request, {"ok": True, "value": body["text"], "shown": body["text"]})

    async def _draft(self, request: web.Request) -> web.Response:
        draft = self.drafts.get(request["body"]["conversation"], {})
        answers = {field: {"value": text, "shown": text} for field, text in draft.items()}
        return web.json_response({"answers": answers, "complete": set(answers) == set(FIELDS)})

    async def _forget(self, request: web.Request) -> web.Response:
        self.drafts.pop(request["body"]["conversation"], None)
        return web.Response(status=204)

    async def _register(self, request: web.Request) -> web.Response:
        if set(self.drafts.get(request["body"]["conversation"], {})) != set(FIELDS):
            return web.json_response({"error": {"code": "incomplete", "message": "..."}}, status=409)
        return self._reply(request, {"reference": "WAY-7K4M2P", "created": True})


def check(field: str, text: str) -> tuple[str | None, str | None]:
    """A rough likeness of handoff's own checks: (problem, signpost)."""
    if field == "date_of_birth":
        year = re.search(r"(19|20)\d\d", text)
        if not year:
            return "not_a_date", None
        if int(year[0]) > 2010:
            return "under_16", "signpost-under-16"
        return ("over_17", "signpost-18-plus") if int(year[0]) < 2009 else (None, None)
    patterns = {
        "name": ("not_a_name", r"[^\d]{2,}"),
        "postcode": ("not_a_postcode", r"(?i)[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}"),
        "phone": ("not_a_phone", r"[+\d\s]{9,}"),
        "jobcentre_permission": ("not_yes_or_no", r"(?i)(yes|ye|yh|no|nah)\b.*"),
    }
    problem, pattern = patterns.get(field, ("empty", ".+"))
    return (None, None) if re.fullmatch(pattern, text) else (problem, None)
