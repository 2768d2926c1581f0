"""Hand-written stand-ins for the two services we talk to, as real servers on loopback.

They keep the contracts of bot/channel.py and of Twilio's REST API, and can be told to fail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

Reply = dict[str, Any]


def talk(text: str, **more: Any) -> Reply:
    return {"kind": "talk", "text": text, **more}


def answer(slug: str) -> Reply:
    return {"kind": "answer", "answer": slug}


class _Server:
    """A loopback server that lives as long as its block."""

    def __init__(self) -> None:
        self.app = web.Application()
        self._server = TestServer(self.app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        self.url = str(self._server.make_url("")).rstrip("/")
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._server.close()


class FakeRasa(_Server):
    """Answers by script (text -> replies), else echoes; the same message id gets the same replies."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token
        self.script: dict[str, list[Reply]] = {}
        self.form: str | None = None
        self.intent = "faq"
        self.more: dict[str, Any] = {}  # what else it understood
        self.passes_on = True  # it tells whoever is heard for the first time, as the assistant does
        self.asked: list[dict[str, Any]] = []
        self.forgotten: list[str] = []
        self.failures = 0
        self.hanging: asyncio.Event | None = None
        self.was_asked = asyncio.Event()
        self.model = "fake"  # empty: it runs without one
        self.loading: asyncio.Event | None = None  # a swap waits for it
        self.loads: list[str] = []
        self.refuses_models = False
        self.before_reply: Callable[[dict[str, Any]], Any] | None = None
        self._given: dict[str, dict[str, Any]] = {}
        self.app.router.add_post("/webhooks/wayline/turns", self._turn)
        self.app.router.add_get("/webhooks/wayline/ready", self._ready)
        self.app.router.add_put("/model", self._load)
        self.app.router.add_post("/model/parse", self._parse)
        self.app.router.add_delete("/webhooks/wayline/conversations/{id}", self._forget)

    def hang(self) -> asyncio.Event:
        """Every turn waits until the returned event is set."""
        self.hanging = asyncio.Event()
        return self.hanging

    async def _turn(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": {"code": "unauthorised", "message": ""}}, status=401)
        body = await request.json()
        self.asked.append(body)
        self.was_asked.set()
        if self.hanging:
            await self.hanging.wait()
        if self.failures:
            self.failures -= 1
            return web.json_response({"error": {"code": "turn_failed", "message": ""}}, status=502)
        if self.before_reply:
            await self.before_reply(body)
        given = self._given.setdefault(body["message_id"], self._answer(body))
        return web.json_response(given)

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        text, neet = asked["text"], asked["context"].get("neet") or {}
        tells = {"tells": True} if self.passes_on and neet.get("first") and not self.form else {}
        replies = self.script.get(text, [talk(f"You said: {text}", **tells)])
        understood = {"intent": self.intent, "topic": None, "confidence": 0.9, "ranking": []} | self.more
        return {"replies": replies, "understood": understood, "form": self.form}

    async def _parse(self, request: web.Request) -> web.Response:
        """As the script has it: the topic of its answer, or the topics that it offers."""
        if request.query.get("token") != self.token or self.failures:
            return web.json_response({"reason": "NotAuthenticated"}, status=401)
        [reply] = self.script.get((await request.json())["text"], [talk("Hm.")])
        offered = [{"topic": one["answer"], "confidence": 0.3} for one in reply.get("choices") or []]
        named = [{"entity": "topic", "value": reply["answer"]}] if reply.get("answer") else []
        intent = {"name": "unclear" if offered else "faq" if named else self.intent, "confidence": 0.9}
        return web.json_response({"intent": intent, "entities": named, "topic_ranking": offered})

    async def _ready(self, request: web.Request) -> web.Response:
        if not self.model:
            return web.json_response({"error": {"code": "no_model", "message": ""}}, status=503)
        return web.json_response({"model": self.model})

    async def _load(self, request: web.Request) -> web.Response:
        if request.query.get("token") != self.token:
            return web.json_response({"reason": "NotAuthenticated"}, status=401)
        path = (await request.json())["model_file"]
        self.loads.append(path)
        if self.loading:
            await self.loading.wait()
        if self.refuses_models:
            return web.json_response({"reason": "BadRequest"}, status=400)
        self.model = path.rpartition("/")[2]
        return web.Response(status=204)

    async def _forget(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": {"code": "bad_token", "message": ""}}, status=401)
        self.forgotten.append(request.match_info["id"])
        return web.Response(status=204)


class FakeTwilio(_Server):
    """Twilio's message REST API with a memory: what was sent, what can be told to fail, what came in."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, str]] = []
        self.inbound: list[dict[str, Any]] = []
        self.answers: list[int] = []  # statuses to give next, before succeeding again
        self.list_fails = False
        self.became: dict[str, tuple[str, int | None]] = {}  # by sid: status and error code
        self.looked_up: list[str] = []
        self.app.router.add_post("/2010-04-01/Accounts/{sid}/Messages.json", self._send)
        self.app.router.add_get("/2010-04-01/Accounts/{sid}/Messages.json", self._list)
        self.app.router.add_get("/2010-04-01/Accounts/{sid}/Messages/{message}.json", self._read)

    async def _send(self, request: web.Request) -> web.Response:
        status = self.answers.pop(0) if self.answers else 201
        if status != 201:
            return web.json_response(
                {"code": 20500, "message": "told to fail", "status": status}, status=status
            )
        form = {key: str(value) for key, value in (await request.post()).items()}
        message = self._message(
            f"SM{len(self.sent):032x}", form["To"], form["From"], form["Body"], "outbound-api"
        )
        self.sent.append({**form, "Sid": message["sid"]})
        return web.json_response(message, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        if self.list_fails:
            return web.json_response({"code": 20500, "message": "told to fail", "status": 500}, status=500)
        outbound = [self._message(s["Sid"], s["To"], s["From"], s["Body"], "outbound-api") for s in self.sent]
        wanted = [
            message
            for message in [*self.inbound, *outbound][::-1]  # newest first, as Twilio lists
            if all(
                request.query.get(name, message[key]) == message[key]
                for name, key in (("To", "to"), ("From", "from"))
            )
        ]
        return web.json_response({"messages": wanted, "next_page_uri": None, "page": 0, "page_size": 50})

    async def _read(self, request: web.Request) -> web.Response:
        sid = request.match_info["message"]
        self.looked_up.append(sid)
        found = next((text for text in self.sent if text["Sid"] == sid), None)
        if found is None:
            return web.json_response({"code": 20404, "message": "none", "status": 404}, status=404)
        status, code = self.became.get(sid, ("sent", None))
        message = self._message(sid, found["To"], found["From"], found["Body"], "outbound-api")
        return web.json_response({**message, "status": status, "error_code": code})

    def arrives(self, sid: str, from_: str, to: str, body: str) -> None:
        """A text reached Twilio but its webhook did not reach us."""
        self.inbound.append(self._message(sid, to, from_, body, "inbound"))

    def _message(self, sid: str, to: str, from_: str, body: str, direction: str) -> dict[str, Any]:
        now = format_datetime(datetime.now(UTC))
        return {
            "sid": sid,
            "to": to,
            "from": from_,
            "body": body,
            "direction": direction,
            "status": "queued",
            "date_created": now,
            "date_sent": now,
            "date_updated": now,
            "num_segments": "1",
            "num_media": "0",
            "error_code": None,
            "error_message": None,
            "account_sid": "ACtest",
            "uri": f"/Messages/{sid}.json",
            "api_version": "2010-04-01",
            "price": None,
            "price_unit": "USD",
            "messaging_service_sid": None,
            "subresource_uris": {},
        }
