"""The only way actions reach handoff's internal API: token, timeout, the message id as idempotency key.

Every failure is raised, so that the turn fails as a whole and handoff repeats it with the same message id.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import aiohttp
from rasa_sdk import Tracker

TIMEOUT_SECONDS = 2.0
NO_CONTENT, CONFLICT = 204, 409


class HandoffError(Exception):
    """Handoff did not do what was asked. The message holds a path and a reason, never anyone's words."""


class HandoffUnreachable(HandoffError):
    """No answer: handoff is down, starting, or slow."""


class HandoffRefused(HandoffError):
    """An answer that is not what the contract says."""


class FormOver(HandoffError):
    """An adviser finished what this form was asking, while it asked."""


@dataclass(frozen=True)
class Turn:
    """The conversation (with its episode) and the message being answered."""

    conversation: str
    message_id: str

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """The turn that a tracker is in; KeyError when the channel gave no message id."""
        return cls(str(tracker.sender_id), str(tracker.latest_message["metadata"]["message_id"]))


@dataclass(frozen=True)
class Case:
    """A case for an adviser. `when` finishes the sentence "An adviser will reply here ..."."""

    created: bool
    when: str


@dataclass(frozen=True)
class Stands:
    """How a registration stands: what is answered, as shown here (None: kept to itself), and what is not."""

    answers: Mapping[str, str | None]
    missing: tuple[str, ...]
    kept: bool = False

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Stands:
        answers = {name: one["shown"] for name, one in body["answers"].items()}
        return cls(answers, tuple(body["missing"]), bool(body.get("kept")))


@dataclass(frozen=True)
class Accepted:
    """An answer handoff took and saved; `shown` is how to show it to the person."""

    shown: str
    stands: Stands


@dataclass(frozen=True)
class Problem:
    """Why an answer was not taken; `signpost` when the person cannot register here, `words` fill it."""

    code: str
    signpost: str | None
    words: Mapping[str, Any]


@dataclass(frozen=True)
class Registered:
    """A finished registration; `link` opens its confirmation, none where an adviser has to check first."""

    reference: str
    link: str | None


@dataclass(frozen=True)
class Incomplete:
    """A registration that still lacks an answer."""


@dataclass(frozen=True)
class NoMatch:
    """A come-back code that opened nothing; `problem` is what is wrong with the date, if it is no date."""

    problem: str
    tries_left: int


@dataclass(frozen=True)
class TakenBack:
    """A permission taken back: whether anyone registered from here, and whether it had been used."""

    found: bool
    had_gone: bool


@dataclass(frozen=True)
class CheckIn:
    """What need not be asked, in words by question; `when` an adviser will be in touch, if one was told of
    them, and whether they were `told` of it."""

    known: dict[str, str]
    when: str | None
    told: bool


@dataclass(frozen=True)
class Noted:
    """An answer of a check-in as handoff understood it, and the answers (slugs) that may help."""

    codes: tuple[str, ...]
    help: tuple[str, ...]
    when: str | None


class HandoffClient:
    """One connection pool to handoff's internal listener."""

    def __init__(self, base_url: str, token: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def open_case(self, turn: Turn, reason: str, facts: Mapping[str, str]) -> Case:
        """Open a case, or add to the one that is open for this reason."""
        body = await self._post("/internal/cases", turn, {"reason": reason, "facts": dict(facts)})
        in_hours = body["in_hours"] or not body["next_opening"]
        when = f"by {body['reply_by']}" if in_hours else f"after we open at {body['next_opening']}"
        return Case(bool(body["created"]), str(when))

    async def say_no(self, turn: Turn) -> bool:
        """They want no contact about being out of learning and work; False when no case is about that."""
        return bool((await self._post("/internal/neet/no", turn, {}))["declined"])

    async def say_yes(self, turn: Turn) -> str | None:
        """They want the contact after all that they declined: when; None when no case is about that."""
        when = (await self._post("/internal/neet/yes", turn, {}))["when"]
        return None if when is None else str(when)

    async def check_in(self, turn: Turn) -> CheckIn:
        """What is known before a check-in starts."""
        _, body = await self._call("GET", "/internal/check-in", params=_who(turn))
        return CheckIn(dict(body["known"]), body["when"], bool(body["told"]))

    async def note(self, turn: Turn, question: str, text: str) -> Noted:
        """Have an answer of a check-in kept."""
        body = await self._post("/internal/check-in/answers", turn, {"question": question, "text": text})
        return Noted(tuple(body["codes"]), tuple(body["help"]), body["when"])

    async def begin(self, turn: Turn) -> Stands:
        """Begin a registration, or take up the one begun here; what is known need not be asked."""
        return Stands.of(await self._post("/internal/registrations/drafts", turn, {}))

    async def answer(self, turn: Turn, field: str, text: str, again: bool = False) -> Accepted | Problem:
        """Have an answer of the registration checked and saved; `again`: it was asked before, to no avail."""
        fields = {"field": field, "text": text, "again": again}
        body = await self._post("/internal/registrations/answers", turn, fields)
        if body["ok"]:
            return Accepted(str(body["shown"]), Stands.of(body))
        return Problem(str(body["problem"]), body.get("signpost"), body.get("words") or {})

    async def draft(self, turn: Turn) -> Stands:
        """How the registration begun here stands."""
        _, body = await self._call("GET", "/internal/registrations/drafts", params=_who(turn))
        return Stands.of(body)

    async def forget_draft(self, turn: Turn) -> None:
        """Delete what was given for a registration; nothing to delete is as good."""
        await self._call("DELETE", "/internal/registrations/drafts", params=_who(turn))

    async def question(self, turn: Turn, field: str) -> dict[str, Any]:
        """The words and choices of a question that depend on what is known."""
        _, body = await self._call("GET", f"/internal/registrations/questions/{field}", params=_who(turn))
        return body

    async def save(self, turn: Turn) -> str | None:
        """A come-back code; None while no date of birth is there to open it with."""
        body = await self._post("/internal/registrations/codes", turn, {})
        return str(body["code"]) if body["code"] else None

    async def come_back(self, turn: Turn, code: str, birthday: str) -> Stands | NoMatch:
        """Take up, here, what a code and date of birth open."""
        fields = {"code": code, "birthday": birthday}
        body = await self._post("/internal/registrations/returns", turn, fields)
        if body["ok"]:
            return Stands.of(body)
        return NoMatch(str(body["problem"]), int(body.get("tries_left", 1)))

    async def take_back(self, turn: Turn, purpose: str) -> TakenBack:
        """Have a permission taken back: `jobcentre` or `others`."""
        body = await self._post("/internal/registrations/permissions", turn, {"purpose": purpose})
        return TakenBack(bool(body["found"]), bool(body["had_gone"]))

    async def register(self, turn: Turn) -> Registered | Incomplete:
        """Finish the registration."""
        body = await self._post("/internal/registrations", turn, {}, may_conflict=True)
        if "reference" not in body:
            return Incomplete()
        return Registered(str(body["reference"]), body["link"] and str(body["link"]))

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()

    async def _post(
        self, path: str, turn: Turn, fields: Mapping[str, Any], may_conflict: bool = False
    ) -> dict[str, Any]:
        body = {**fields, "conversation": turn.conversation, "message_id": turn.message_id}
        _, answer = await self._call("POST", path, json=body, may_conflict=may_conflict)
        return answer

    async def _call(
        self, method: str, path: str, may_conflict: bool = False, **request: Any
    ) -> tuple[int, dict[str, Any]]:
        try:
            async with self._pool().request(method, self._base_url + path, **request) as response:
                if response.status == NO_CONTENT:
                    return NO_CONTENT, {}
                if response.status == CONFLICT and (await response.json())["error"]["code"] == "over":
                    raise FormOver(path)
                if response.status != 200 and not (may_conflict and response.status == CONFLICT):
                    raise HandoffRefused(f"{method} {path} was answered {response.status}")
                return response.status, await response.json()
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as fault:
            raise HandoffUnreachable(f"{method} {path}: {type(fault).__name__}") from None

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=self._timeout)
        return self._session


def _who(turn: Turn) -> dict[str, str]:
    return {"conversation": turn.conversation}


@cache
def handoff() -> HandoffClient:
    """The client of this process, as the environment says (INTERNAL_PORT, INTERNAL_TOKEN)."""
    port = os.environ.get("INTERNAL_PORT", "8081")
    return HandoffClient(f"http://127.0.0.1:{port}", os.environ["INTERNAL_TOKEN"])


async def forget_handoff() -> None:
    """Close this process's client, where there is one."""
    if handoff.cache_info().currsize:
        await handoff().close()
        handoff.cache_clear()
