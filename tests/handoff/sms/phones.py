"""A phone in tests: texts the service as Twilio would, and waits for what comes back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from handoff.app import Parts
from handoff.conversations.model import DONE, Contact, Conversation, Message, Outgoing, Turn
from handoff.crypto import keyring
from handoff.live import conversation_topic

CAMDEN, LAMBETH = "+447700900001", "+447700900002"
TOKEN, OLDER_TOKEN = "twilio-token", "older-twilio-token"
SMS, STATUS = "/webhooks/twilio/sms", "/webhooks/twilio/status"


def signature(url: str, fields: dict[str, str], token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url, fields))


async def post(client: TestClient, path: str, fields: dict[str, str], token: str = TOKEN) -> ClientResponse:
    """A webhook as Twilio sends it, signed over the service's public address."""
    url = str(client.make_url("/")).rstrip("/") + path
    headers = {"X-Twilio-Signature": signature(url, fields, token)}
    return await client.post(path, data=fields, headers=headers)


@dataclass
class Phone:
    """One number texting one of ours."""

    client: TestClient
    parts: Parts
    number: str = "+447700900123"
    service: str = CAMDEN

    def fields(self, body: str, sid: str | None = None, **more: str) -> dict[str, str]:
        sid = sid or f"SM{uuid.uuid4().hex}"
        known = {"MessageSid": sid, "From": self.number, "To": self.service, "Body": body, "NumMedia": "0"}
        return {**known, **more}

    async def text(self, body: str, sid: str | None = None, **more: str) -> str:
        """Text the service; the message's sid."""
        fields = self.fields(body, sid, **more)
        response = await post(self.client, SMS, fields)
        assert response.status == 200, await response.text()
        assert "<Response></Response>" in await response.text()
        return fields["MessageSid"]

    async def status(self, sid: str, status: str, code: str = "", path: str = STATUS) -> ClientResponse:
        fields = {"MessageSid": sid, "MessageStatus": status, "ErrorCode": code}
        return await post(self.client, path, fields)

    async def conversation(self) -> Conversation:
        async with self.parts.db.reading() as session:
            query = select(Conversation).join(Contact, Contact.id == Conversation.contact_id)
            mine = query.where(Contact.address_index == keyring.blind_index(self.number))
            return (await session.execute(mine.where(Conversation.our_number == self.service))).scalar_one()

    async def messages(self) -> list[Message]:
        conversation = await self.conversation()
        async with self.parts.db.reading() as session:
            query = select(Message).where(Message.conversation_id == conversation.id).order_by(Message.seq)
            return list((await session.execute(query)).scalars())

    async def said(self) -> list[str]:
        """The stored words of the person, in order."""
        return [message.text for message in await self.messages() if message.author == "person"]

    async def outgoing(self) -> list[Outgoing]:
        """The texts to this phone, in order."""
        conversation = await self.conversation()
        async with self.parts.db.reading() as session:
            query = select(Outgoing).join(Message, Message.id == Outgoing.message_id)
            mine = query.where(Outgoing.conversation_id == conversation.id).order_by(Message.seq)
            return list((await session.execute(mine)).scalars())

    async def settled(self) -> list[Outgoing]:
        """The texts to this phone once every turn is done and the outbox has nothing left to do with them."""
        conversation = await self.conversation()
        async with self.parts.hub.subscribe(conversation_topic(conversation.id)) as changes:
            while await self._busy(conversation.id):
                assert await changes.wait(10), "nothing moved for ten seconds"
        return await self.outgoing()

    async def _busy(self, conversation_id: uuid.UUID) -> bool:
        async with self.parts.db.reading() as session:
            undone = select(Turn.id).where(Turn.conversation_id == conversation_id, Turn.state != DONE)
            unsent = select(Outgoing.id).where(
                Outgoing.conversation_id == conversation_id, Outgoing.state.in_(("queued", "sending"))
            )
            return any([(await session.execute(query)).first() for query in (undone, unsent)])


def encoded(fields: dict[str, str]) -> bytes:
    return urlencode(fields).encode()
