"""A tiny real stand-in for handoff's internal API: drafts and cases in memory, repeats by message id."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

TOKEN = "internal-token"
FIELDS = (
    *("name", "date_of_birth", "postcode", "contact", "activity", "since", "care_status", "ground"),
    *("jobcentre_permission", "others_permission"),
)
CODE, BIRTHDAY = "MAPLE-48271", "3 feb 2010"


class StubHandoff:
    """What was asked of it is in `calls`; `broken` makes it answer 500, `over` that it was finished."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.drafts: dict[str, dict[str, str]] = {}
        self.cases: dict[tuple[str, str], dict[str, str]] = {}
        self.known: dict[str, str] = {}
        self.known_answers: dict[str, str] = {}
        self.saved: dict[str, str] = {}
        self.tries_left = 5
        self.registered_here = True
        self.told_before = False
        self.registered_elsewhere = False
        self.when: str | None = None
        self.knows = False
        self.has_neet_case = False
        self.in_hours = True
        self.broken = False
        self.over = False
        self._answered: dict[tuple[str, str], dict[str, Any]] = {}

    def app(self) -> web.Application:
        """The internal app, with the routes of the contract."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_post("/internal/cases", self._open_case)
        app.router.add_post("/internal/neet/no", self._no)
        app.router.add_post("/internal/neet/yes", self._yes)
        app.router.add_get("/internal/check-in", self._check_in)
        app.router.add_post("/internal/check-in/answers", self._note)
        app.router.add_post("/internal/registrations/answers", self._answer)
        app.router.add_post("/internal/registrations/drafts", self._begin)
        app.router.add_get("/internal/registrations/drafts", self._draft)
        app.router.add_delete("/internal/registrations/drafts", self._forget)
        app.router.add_get("/internal/registrations/questions/{field}", self._question)
        app.router.add_post("/internal/registrations/codes", self._save)
        app.router.add_post("/internal/registrations/returns", self._come_back)
        app.router.add_post("/internal/registrations/permissions", self._take_back)
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
        if self.over and request.path.startswith("/internal/registrations"):
            return web.json_response({"error": {"code": "over", "message": "..."}}, status=409)
        request["body"] = body
        key = (request.path, _named(body))
        if request.method == "POST" and key in self._answered:
            return web.json_response(self._answered[key])
        return await handler(request)

    def _reply(self, request: web.Request, answer: dict[str, Any]) -> web.Response:
        self._answered[request.path, _named(request["body"])] = answer
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

    async def _yes(self, request: web.Request) -> web.Response:
        return self._reply(request, {"when": "by 5pm on Wednesday" if self.has_neet_case else None})

    async def _check_in(self, request: web.Request) -> web.Response:
        return web.json_response({"known": self.known, "when": self.when, "told": self.knows})

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
        problem, signpost, words = check(body["field"], body["text"])
        if problem and not (body["again"] and problem in ("not_a_ground", "which_ground")):
            refused = {"ok": False, "problem": problem, "signpost": signpost, "words": words}
            return self._reply(request, refused)
        self.drafts.setdefault(body["conversation"], {})[body["field"]] = body["text"]
        told = self._stands(body["conversation"])
        return self._reply(request, {"ok": True, "shown": body["text"], **told})

    def _stands(self, conversation: str) -> dict[str, Any]:
        draft = self.drafts.get(conversation, {})
        missing = [field for field in FIELDS if field not in draft]
        if draft.get("postcode", "").upper() == "SW2 9ZZ" and "borough" not in draft:
            missing.insert(0, "borough")
        shown = {
            field: {"shown": None if field in self.saved else draft[field]}
            for field in (*FIELDS, "borough")
            if field in draft
        }
        return {"answers": shown, "missing": missing}

    async def _begin(self, request: web.Request) -> web.Response:
        conversation = request["body"]["conversation"]
        kept = bool(self.drafts.get(conversation))
        if not kept:
            self.drafts[conversation] = dict(self.known_answers)
        return self._reply(request, {**self._stands(conversation), "kept": kept})

    async def _draft(self, request: web.Request) -> web.Response:
        return web.json_response(self._stands(request["body"]["conversation"]))

    async def _question(self, request: web.Request) -> web.Response:
        choices = [{"text": "I have a child", "answer": None}]
        return web.json_response({"text": f"{request.match_info['field']}?", "choices": choices})

    async def _save(self, request: web.Request) -> web.Response:
        draft = self.drafts.get(request["body"]["conversation"], {})
        return self._reply(request, {"code": CODE if "date_of_birth" in draft else None})

    async def _come_back(self, request: web.Request) -> web.Response:
        body = request["body"]
        if not re.search(r"\d", body["birthday"]):
            return self._reply(request, {"ok": False, "problem": "not_a_date"})
        if (body["code"].upper(), body["birthday"]) != (CODE, BIRTHDAY):
            self.tries_left -= 1
            return self._reply(request, {"ok": False, "problem": "no_match", "tries_left": self.tries_left})
        self.drafts[body["conversation"]] = dict(self.saved)
        return self._reply(request, {"ok": True, **self._stands(body["conversation"])})

    async def _take_back(self, request: web.Request) -> web.Response:
        return self._reply(request, {"found": self.registered_here, "had_gone": self.told_before})

    async def _forget(self, request: web.Request) -> web.Response:
        self.drafts.pop(request["body"]["conversation"], None)
        return web.Response(status=204)

    async def _register(self, request: web.Request) -> web.Response:
        if set(self.drafts.get(request["body"]["conversation"], {})) != set(FIELDS):
            return web.json_response({"error": {"code": "incomplete", "message": "..."}}, status=409)
        link = None if self.registered_elsewhere else "http://127.0.0.1:8080/r/token"
        return self._reply(request, {"reference": "WAY-7K4M2P", "created": True, "link": link})


def _named(body: dict[str, Any]) -> str:
    """What makes a call the repeat of an earlier one: the turn, and what of it."""
    return " ".join(str(body.get(one, "")) for one in ("message_id", "field", "purpose"))


def check(field: str, text: str) -> tuple[str | None, str | None, dict[str, Any]]:
    """A rough likeness of handoff's own checks: (problem, signpost, words)."""
    if field == "date_of_birth":
        return (*_check_year(text), {"said": 17, "makes": 12} if "2014" in text else {})
    if field == "postcode" and text.lower().startswith("cr0"):
        return "other_area", "signpost-other-area", {"council": "Croydon council"}
    if field == "borough" and text.lower() in ("croydon", "croydn"):
        nearly = {"guessed": True} if text.lower() == "croydn" else {}
        return "other_area", "signpost-other-area", {"council": "Croydon council", **nearly}
    if field == "ground" and "and homeless" in text:
        return "which_ground", None, {}
    patterns = {
        "name": ("not_a_name", r"[^\d]{2,}"),
        "postcode": ("not_a_postcode", r"(?i)[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}"),
        "contact": ("not_a_contact", r"[+\d\s]{9,}.*|.*@.*|.*here"),
        "care_status": ("not_a_care_status", r"(?i)(no|i).*"),
        "ground": ("not_a_ground", r"(?i).*(child|parents|say).*"),
        "jobcentre_permission": ("not_yes_or_no", r"(?i)(yes|ye|yh|no|nah)\b.*"),
        "others_permission": ("not_yes_or_no", r"(?i)(yes|ye|yh|no|nah)\b.*"),
    }
    problem, pattern = patterns.get(field, ("empty", ".+"))
    return (None, None, {}) if re.fullmatch(pattern, text) else (problem, None, {})


def _check_year(text: str) -> tuple[str | None, str | None]:
    year = re.search(r"(19|20)\d\d", text)
    if not year:
        return "not_a_date", None
    if year[0] == "2014":
        return "age_differs", None
    if int(year[0]) > 2010:
        return "under_16", "signpost-under-16"
    return ("over_17", "signpost-18-plus") if int(year[0]) < 2009 else (None, None)
