"""Short ways to a starting point; each has valid defaults, so a test states only what it is about."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from aiohttp.test_utils import TestClient

PASSWORD = "plum-otter-lantern-42"
"""Every demo person's."""


@dataclass(frozen=True)
class Chat:
    """A person on webchat, over the JSON API."""

    client: TestClient
    token: str
    conversation: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def send(self, text: str, id: str | None = None, wait: bool = False) -> Any:
        """POST a message; the response."""
        body = {"id": id or str(uuid.uuid4()), "text": text}
        path = "/api/chat/messages" + ("?wait=1" if wait else "")
        return await self.client.post(path, json=body, headers=self.headers)

    async def say(self, text: str) -> list[dict[str, Any]]:
        """Send and wait for the turn; its replies."""
        response = await self.send(text, wait=True)
        assert response.status == 200, await response.text()
        return list((await response.json())["replies"])

    async def messages(self, after: int = 0) -> list[dict[str, Any]]:
        response = await self.client.get(f"/api/chat/messages?after={after}", headers=self.headers)
        return list((await response.json())["messages"])

    async def state(self) -> str:
        response = await self.client.get("/api/chat/messages", headers=self.headers)
        return str((await response.json())["state"])


async def make_chat(client: TestClient, area: str | None = None) -> Chat:
    response = await client.post("/api/chat", json={"area": area} if area else {})
    assert response.status == 201, await response.text()
    body = await response.json()
    return Chat(client, body["token"], body["conversation"])


async def sign_in(client: TestClient, email: str = "pa.camden@demo.test") -> dict[str, str]:
    """Sign a demo person in (the cookie stays on the client); the headers a write needs."""
    response = await client.post("/api/staff/session", json={"email": email, "password": PASSWORD})
    assert response.status == 200, await response.text()
    return {"X-CSRF-Token": (await response.json())["csrf"]}
