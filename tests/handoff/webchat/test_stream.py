"""The live stream: everything once, in order, from wherever the reader was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientResponse, ServerDisconnectedError, web
from aiohttp.test_utils import TestClient, TestServer

from handoff import sse
from tests.handoff.factories import Chat, make_chat
from tests.handoff.fakes import FakeRasa


class Events:
    """Reads a stream event by event; `next_message` skips the state."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self) -> dict[str, str]:
        """The next event's fields; a comment is {"comment": ...}."""
        found: dict[str, str] = {}
        async with asyncio.timeout(20):
            while line := (await self.response.content.readline()).decode():
                if line == "\n":
                    return found
                name, _, value = line.rstrip("\n").partition(": ")
                found[name or "comment"] = value
        return found

    async def until(self, kind: str) -> dict[str, str]:
        while (found := await self.next()).get("event") != kind:
            assert found, "the stream ended"
        return found

    async def message(self) -> dict[str, Any]:
        return dict(json.loads((await self.until("message"))["data"]))

    async def state(self) -> dict[str, Any]:
        return dict(json.loads((await self.until("state"))["data"]))


@asynccontextmanager
async def following(chat: Chat, after: str = "", **headers: str) -> AsyncIterator[Events]:
    path = "/api/chat/events" + (f"?after={after}" if after else "")
    async with chat.client.get(path, headers=chat.headers | headers) as response:
        assert response.status == 200 and response.content_type == "text/event-stream"
        yield Events(response)


async def test_what_is_there_comes_first_and_then_what_happens(client: TestClient) -> None:
    chat = await make_chat(client)
    await chat.say("one")
    async with following(chat) as events:
        seen = [(await events.message())["text"] for _ in range(2)]
        await chat.send("two")
        seen += [(await events.message())["text"] for _ in range(2)]
    assert seen == ["one", "You said: one", "two", "You said: two"]


async def test_every_message_carries_its_seq_as_the_event_id(client: TestClient) -> None:
    chat = await make_chat(client)
    await chat.say("one")
    async with following(chat) as events:
        event = await events.until("message")
    assert event["id"] == "1" == str(json.loads(event["data"])["seq"])


@pytest.mark.parametrize(
    ("after", "headers"), [("2", {}), ("", {"Last-Event-ID": "2"}), ("1", {"Last-Event-ID": "2"})]
)
async def test_a_reader_goes_on_where_it_was(client: TestClient, after: str, headers: dict[str, str]) -> None:
    chat = await make_chat(client)
    await chat.say("one")
    await chat.say("two")
    async with following(chat, after, **headers) as events:
        assert (await events.message())["seq"] == 3


@pytest.mark.parametrize("last", ["abc", "-1", "1.5", "²"])
async def test_a_reader_with_a_number_that_is_none_starts_at_the_beginning(
    client: TestClient, last: str
) -> None:
    chat = await make_chat(client)
    await chat.say("one")
    async with following(chat, **{"Last-Event-ID": last}) as events:
        assert (await events.message())["seq"] == 1


async def test_the_state_says_that_the_assistant_is_typing(client: TestClient, rasa: FakeRasa) -> None:
    chat, go = await make_chat(client), rasa.hang()
    async with following(chat) as events:
        assert await events.state() == {"state": "bot", "typing": False}
        await chat.send("hello")
        assert (await events.state())["typing"] is True
        go.set()
        assert (await events.state())["typing"] is False


async def test_a_quiet_stream_still_says_something(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "BEAT_SECONDS", 0.05)
    chat = await make_chat(client)
    async with following(chat) as events:
        await events.state()
        assert "comment" in await events.next()


async def test_leaving_ends_the_stream_at_once(client: TestClient) -> None:
    chat = await make_chat(client)
    async with following(chat) as events:
        await events.state()
        await client.post("/api/chat/leave", headers=chat.headers)
        assert await events.next() == {}


async def test_an_open_stream_does_not_hold_up_a_stop(client: TestClient) -> None:
    chat = await make_chat(client)
    async with following(chat) as events:
        await events.state()
        async with asyncio.timeout(10):
            await client.server.close()


async def test_a_stream_asked_for_just_before_a_stop_does_not_hold_it_up() -> None:
    asked, stopping = asyncio.Event(), asyncio.Event()

    async def late(request: web.Request) -> web.StreamResponse:
        asked.set()
        await stopping.wait()
        async with sse.opened(request) as response:
            await asyncio.Event().wait()
        return response

    async def stop(app: web.Application) -> None:
        stopping.set()

    app = web.Application()
    sse.setup(app)
    app.on_shutdown.append(stop)
    app.router.add_get("/", late)
    async with TestClient(TestServer(app)) as client:
        asking = asyncio.create_task(client.get("/"))
        await asked.wait()
        async with asyncio.timeout(10):
            await client.server.close()
        with pytest.raises(ServerDisconnectedError):
            await asking
