"""Grown: PostgreSQL, Redis, two Rasa processes and two handoff processes are still one service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import aiohttp
import asyncpg
import pytest

from tests.end_to_end.people import Adviser, Person, Phone, eventually
from tests.stack import Stack, running_stack, second_handoff

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture(scope="module")
def stack(postgres_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    records, memory = databases(postgres_url, "grown", "grown_tracker")
    with running_stack(
        tmp_path_factory.mktemp("grown"),
        DATABASE_URL=records,
        TRACKER_DB_URL=memory,
        REDIS_URL=redis_url,
        WAYLINE_RASA_PROCESSES="2",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def second(stack: Stack) -> Iterator[str]:
    """The address of the second handoff process."""
    with second_handoff(stack) as url:
        yield url


def databases(server: str, *names: str) -> list[str]:
    """New databases on this server, by their addresses."""

    async def create() -> None:
        connection = await asyncpg.connect(server)
        for name in names:
            await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()

    asyncio.run(create())
    return [f"{server.rpartition('/')[0]}/{name}" for name in names]


async def test_both_rasa_processes_answer_and_remember(stack: Stack, http: aiohttp.ClientSession) -> None:
    people = [await Person.arrives(http, stack.url) for _ in range(6)]
    for text, slug in [("what is the bursary", "bursary"), ("what is a t level", "t-levels")]:
        replies = await asyncio.gather(*(person.say(text) for person in people))
        assert [[reply["answer"] for reply in each] for each in replies] == [[slug]] * 6
    assert len(stack.pids("rasa")) == 2


async def test_a_chat_at_one_process_is_followed_and_answered_at_the_other(
    stack: Stack, http: aiohttp.ClientSession, second: str
) -> None:
    person, sam = await Person.arrives(http, stack.url), await Adviser.signs_in(http, second)
    async with events(http, f"{second}/api/staff/events") as console:
        assert (await person.say("can i talk to a person"))[0]["answer"] == "talk-to-person"
        await console.something()
    [case] = await sam.cases(person.conversation)
    seq = (await person.messages())[-1]["seq"]
    async with events(http, f"{stack.url}/api/chat/events?after={seq}", person.headers) as stream:
        assert (await sam.does(case, "claim"))[0] == 200
        assert (await sam.does(case, "reply", text="Hi from the other side."))[0] == 202
        assert "Sam" in (await stream.message())["text"]
        assert (await stream.message())["text"] == "Hi from the other side."


async def test_a_chat_may_go_on_at_either_process(
    stack: Stack, http: aiohttp.ClientSession, second: str
) -> None:
    here = await Person.arrives(http, stack.url)
    there = Person(http, second, here.token, here.conversation)
    texts = ["what is the bursary", "what is a t level"] * 4
    for number, text in enumerate(texts):
        await (here, there)[number % 2].send(text)
    found = await eventually(here.messages, lambda all: len(all) >= 16)
    assert found == await there.messages()
    assert [message["text"] for message in found if message["author"] == "person"] == texts
    assert [message["answer"] for message in found if message["author"] == "bot"] == [
        "bursary",
        "t-levels",
    ] * 4


async def test_texts_are_sent_once_though_two_processes_send(
    stack: Stack, http: aiohttp.ClientSession, second: str
) -> None:
    phones = [Phone(http, stack.phones_url, f"+4477009007{n:02}") for n in range(10)]
    await asyncio.gather(*(phone.text("what is the bursary") for phone in phones))
    await asyncio.gather(*(phone.gets(1) for phone in phones))
    await asyncio.gather(*(phone.text("what is a t level") for phone in phones))
    got = await asyncio.gather(*(phone.gets(2) for phone in phones))
    assert [["Bursary" in text for text in texts] for texts in got] == [[True, False]] * 10


async def test_what_one_process_left_undone_the_other_takes_up(
    stack: Stack, http: aiohttp.ClientSession, second: str
) -> None:
    person = await Person.arrives(http, stack.url)
    await person.say("what is the bursary")
    with ExitStack() as back_up:
        with stack.hung("rasa"):
            key = await person.send("what is a t level")
            back_up.enter_context(stack.down("handoff"))
        there = Person(http, second, person.token, person.conversation)
        replies = await there.replies(key, "what is a t level")
    assert [reply["answer"] for reply in replies] == ["t-levels"]
    await eventually(lambda: up(http, stack))
    assert len(await person.messages()) == 4


async def up(http: aiohttp.ClientSession, stack: Stack) -> bool:
    try:
        async with http.get(f"{stack.url}/healthz") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


class Events:
    """A stream of server-sent events, read as they come."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def something(self) -> str:
        """The next event's data, whatever it is."""
        async with asyncio.timeout(30):
            while line := (await self._response.content.readline()).decode():
                if line.startswith("data:"):
                    return line.removeprefix("data:").strip()
        raise AssertionError("the stream ended")

    async def message(self) -> dict[str, Any]:
        """The next message; events of state are passed over."""
        while True:
            found = json.loads(await self.something())
            if "seq" in found:
                return dict(found)


@asynccontextmanager
async def events(
    http: aiohttp.ClientSession, url: str, headers: dict[str, str] | None = None
) -> AsyncIterator[Events]:
    async with http.get(url, headers=headers or {}) as response:
        assert response.status == 200, await response.text()
        yield Events(response)
