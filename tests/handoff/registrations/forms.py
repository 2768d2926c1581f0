"""A registration as the actions fill it in, over the internal API."""

from __future__ import annotations

import uuid
from typing import Any

from aiohttp.test_utils import TestClient

GIVEN = {
    "name": "Aisha Khan",
    "date_of_birth": "3rd feb 2010",
    "postcode": "nw52tj",
    "contact": "07700 900123",
    "activity": "nothing since i left college",
    "since": "july",
    "care_status": "no",
    "ground": "cant live with my parents",
    "jobcentre_permission": "ye",
    "others_permission": "no",
}


class Form:
    """One conversation's registration form, as the action server fills it in."""

    def __init__(self, internal: TestClient[Any, Any], conversation: str) -> None:
        self.internal, self.sender = internal, f"{conversation}:1"

    async def post(self, what: str, **fields: Any) -> dict[str, Any]:
        """POST to a registration route; its body."""
        body = {"message_id": str(uuid.uuid4()), **fields, "conversation": self.sender}
        response = await self.internal.post(f"/internal/registrations/{what}", json=body)
        assert response.status == 200, await response.text()
        return dict(await response.json())

    async def answer(self, field: str, text: str) -> dict[str, Any]:
        return await self.post("answers", field=field, text=text)

    async def fill(self, **other: str) -> None:
        for field, text in {**GIVEN, **other}.items():
            assert (await self.answer(field, text))["ok"], field

    async def draft(self) -> dict[str, Any]:
        response = await self.internal.get(f"/internal/registrations/drafts?conversation={self.sender}")
        return dict(await response.json())

    async def question(self, field: str) -> dict[str, Any]:
        path = f"/internal/registrations/questions/{field}?conversation={self.sender}"
        return dict(await (await self.internal.get(path)).json())

    async def finish(self, message_id: str | None = None) -> tuple[int, dict[str, Any]]:
        body = {"conversation": self.sender, "message_id": message_id or str(uuid.uuid4())}
        response = await self.internal.post("/internal/registrations", json=body)
        return response.status, dict(await response.json())
