"""Starting points for tests of casework: a case in a given state, and staff signed in side by side."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from handoff.cases.model import Case
from handoff.cases.service import open_or_raise
from handoff.conversations.model import PERSON_AUTHOR, Conversation
from handoff.conversations.service import append, lock, open_webchat, sms_conversation
from handoff.live import CONSOLE
from tests.handoff.factories import PASSWORD

LEAD, CAMDEN, LAMBETH = "lead@demo.test", "pa.camden@demo.test", "pa.lambeth@demo.test"


@dataclass(frozen=True)
class Colleague:
    """A signed-in member of staff with a cookie jar of their own."""

    http: aiohttp.ClientSession
    csrf: str

    async def post(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        async with self.http.post(path, json=body or {}, headers={"X-CSRF-Token": self.csrf}) as response:
            return response.status, await response.json() if response.status != 204 else {}

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        async with self.http.get(path) as response:
            return response.status, await response.json()

    async def page(self, path: str) -> str:
        async with self.http.get(path, headers={"Accept": "text/html"}) as response:
            assert response.status == 200, await response.text()
            return await response.text()

    async def submit(self, path: str, **fields: str) -> tuple[int, str]:
        """Post a form as the page does; the status and the page one lands on."""
        headers = {"Accept": "text/html"}
        async with self.http.post(path, data={"csrf": self.csrf, **fields}, headers=headers) as response:
            return response.status, await response.text()


@asynccontextmanager
async def signed_in(client: TestClient[Any, Any], email: str = CAMDEN) -> AsyncIterator[Colleague]:
    jar = aiohttp.CookieJar(unsafe=True)  # the test server's host is an address
    async with aiohttp.ClientSession(str(client.make_url("/")), cookie_jar=jar) as http:
        async with http.post("/api/staff/session", json={"email": email, "password": PASSWORD}) as response:
            assert response.status == 200, await response.text()
            csrf = (await response.json())["csrf"]
        yield Colleague(http, csrf)


async def make_case(
    parts: Parts, reason: str = "request", *, level: str = "routine", area: str | None = "camden",
    state: str | None = None, phone: str | None = None, conversation: str | None = None,
    words: str | None = None, categories: tuple[str, ...] = (), incident: str | None = None,
) -> dict[str, str]:  # fmt: skip
    """A case in a conversation of its own, or in `conversation`; its ids and address."""
    now = parts.clock.now()
    waits = reason in ("request", "failure") or level in ("urgent", "emergency")
    async with parts.db.transaction() as session:
        thread = await _thread(parts, session, area, phone, conversation)
        thread.state = state or ("waiting" if waits else thread.state)
        if words:
            await append(session, thread, now, author=PERSON_AUTHOR, text=words)
        case, _ = await open_or_raise(
            session, parts.rules, now, thread, reason, level=level, categories=categories, incident=incident
        )
    parts.hub.notify(CONSOLE)  # as whatever opens one does; else a page would only see it at the next beat
    return {"id": str(case.id), "conversation": str(thread.id), "at": f"/api/staff/cases/{case.id}"}


async def _thread(
    parts: Parts, session: Any, area: str | None, phone: str | None, known: str | None
) -> Conversation:
    if known:
        return await lock(session, uuid.UUID(known))
    if phone:
        return await sms_conversation(session, parts.clock.now(), phone, "+447700900001", area)
    return await open_webchat(session, parts.clock.now(), area)


async def conversation_state(parts: Parts, case: dict[str, str]) -> str:
    async with parts.db.reading() as session:
        return (await session.get_one(Conversation, uuid.UUID(case["conversation"]))).state


async def stored(parts: Parts, case: dict[str, str]) -> Case:
    async with parts.db.reading() as session:
        return await session.get_one(Case, uuid.UUID(case["id"]))
