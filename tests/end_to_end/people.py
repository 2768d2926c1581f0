"""Who uses the service, over the interfaces it promises: a person chatting, a phone texting, an adviser."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
from twilio.request_validator import RequestValidator

from tests.stack import CAMDEN, PASSWORD, TWILIO_TOKEN, Stack

Found = TypeVar("Found")
LONGEST_WAIT = 60.0
Json = dict[str, Any]


async def eventually(
    look: Callable[[], Awaitable[Found]], good: Callable[[Found], bool] = bool, seconds: float = LONGEST_WAIT
) -> Found:
    """What `look` finds, once it is good; fails with the last find when it does not become so."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not good(found := await look()):
        assert asyncio.get_running_loop().time() < deadline, f"still not so after {seconds:.0f} s: {found}"
        await asyncio.sleep(0.1)
    return found


@dataclass
class Person:
    """A young person on webchat, with a bearer."""

    http: aiohttp.ClientSession
    url: str
    token: str
    conversation: str

    @classmethod
    async def arrives(cls, http: aiohttp.ClientSession, url: str, area: str | None = "camden") -> Person:
        async with http.post(f"{url}/api/chat", json={"area": area}) as response:
            body = await response.json()
        return cls(http, url, body["token"], body["conversation"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def post(self, text: str, id: str | None = None, query: str = "") -> tuple[int, Json]:
        """POST a message; status and body."""
        key = id or str(uuid.uuid4())
        async with self.http.post(
            f"{self.url}/api/chat/messages{query}", json={"id": key, "text": text}, headers=self.headers
        ) as response:
            return response.status, await response.json()

    async def send(self, text: str) -> str:
        """Send as the page does: again, with the same id, until it is taken in. The id."""
        key = str(uuid.uuid4())
        await self._until(key, text, "", (200, 202))
        return key

    async def replies(self, key: str, text: str) -> list[Json]:
        """The replies of the turn of this message, once it is done, as the same id again gives them."""
        return list((await self._until(key, text, "?wait=1", (200,)))["replies"])

    async def say(self, text: str) -> list[Json]:
        """Send, wait for the turn, and its replies; one request unless something is down."""
        return await self.replies(str(uuid.uuid4()), text)

    async def _until(self, key: str, text: str, query: str, wanted: tuple[int, ...]) -> Json:
        async def attempt() -> tuple[int, Json]:
            try:
                return await self.post(text, key, query)
            except aiohttp.ClientError:
                return 0, {}

        def settled(answer: tuple[int, Json]) -> bool:
            assert answer[0] in (0, 200, 202), answer
            return answer[0] in wanted

        return (await eventually(attempt, settled, 120))[1]

    async def state(self) -> Json:
        async with self.http.get(f"{self.url}/api/chat/messages", headers=self.headers) as response:
            return dict(await response.json())

    async def messages(self) -> list[Json]:
        return list((await self.state())["messages"])


@dataclass
class Phone:
    """A phone of the simulator, texting one of our numbers."""

    http: aiohttp.ClientSession
    network: str
    number: str
    service: str = CAMDEN

    async def text(self, body: str) -> str:
        """Send a text; its sid."""
        sent = {"phone": self.number, "service": self.service, "body": body}
        async with self.http.post(f"{self.network}/phone/texts", json=sent) as response:
            assert response.status == 202, await response.text()
            return str((await response.json())["sid"])

    async def thread(self) -> list[Json]:
        where = {"phone": self.number, "service": self.service}
        async with self.http.get(f"{self.network}/phone/state", params=where) as response:
            return list((await response.json())["messages"])

    async def got(self) -> list[str]:
        """The texts it received, in order."""
        return [text["body"] for text in await self.thread() if not text["mine"]]

    async def gets(self, count: int, seconds: float = LONGEST_WAIT) -> list[str]:
        """The texts it received, once there are so many."""
        return await eventually(self.got, lambda texts: len(texts) >= count, seconds)


@dataclass
class Adviser:
    """A member of staff with a session."""

    http: aiohttp.ClientSession
    url: str
    csrf: str

    @classmethod
    async def signs_in(
        cls, http: aiohttp.ClientSession, url: str, email: str = "pa.camden@demo.test"
    ) -> Adviser:
        body = {"email": email, "password": PASSWORD}
        async with http.post(f"{url}/api/staff/session", json=body) as response:
            assert response.status == 200, await response.text()
            return cls(http, url, (await response.json())["csrf"])

    async def cases(self, conversation: str | None = None) -> list[Json]:
        """Open cases in queue order, of one conversation if named."""
        async with self.http.get(f"{self.url}/api/staff/cases?state=open&limit=5000") as response:
            assert response.status == 200, await response.text()
            found = (await response.json())["cases"]
        return [case for case in found if conversation in (None, case["conversation"])]

    async def messages(self, case: Json) -> list[Json]:
        """The whole transcript, what only staff see included."""
        async with self.http.get(f"{self.url}/api/staff/cases/{case['id']}/messages") as response:
            return list((await response.json())["messages"])

    async def does(self, case: Json, action: str, **body: str) -> tuple[int, Json]:
        """POST claim, reply, hand-back, close; status and body."""
        async with self.http.post(
            f"{self.url}/api/staff/cases/{case['id']}/{action}",
            json=body,
            headers={"X-CSRF-Token": self.csrf},
        ) as response:
            return response.status, await response.json()


async def webhook(
    http: aiohttp.ClientSession, stack: Stack, fields: dict[str, str], signature: str | None = None
) -> int:
    """A text's webhook as Twilio sends it, or with another signature; the status."""
    url = f"{stack.url}/webhooks/twilio/sms"
    right = RequestValidator(TWILIO_TOKEN).compute_signature(url, fields)
    headers = {"X-Twilio-Signature": right if signature is None else signature}
    async with http.post(url, data=fields, headers=headers) as response:
        return response.status


async def metric(http: aiohttp.ClientSession, stack: Stack, sample: str) -> float:
    """A figure of /metrics by its full name and labels; 0 when it was never counted."""
    async with http.get(f"{stack.internal_url}/metrics") as response:
        lines = (await response.text()).splitlines()
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{sample} ")), 0.0)
