"""An example question from click to live with the real Rasa, while somebody chats; then back again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from tests.end_to_end.people import Person
from tests.stack import PASSWORD, Stack, running_stack

BURSARY = "/api/staff/answers/bursary"
ASKED = "any wobblesnatch going at your place"
KNOWN = "what is the bursary"
LIBRARY = """\
how do i get a library card
can i join the library
what do i need to join a library
where do i sign up for a library card
do i need id for a library card
can under 18s have a library card
lost my library card what now
library card pls
joining the library
libary membership
how do i sign up at the library
can i get a new library card
my library card ran out
do i need proof of address for a library card
do i need my parents to sign for a library card
how long does a library card take to come
can i use my library card anywhere
can i borrow books without a library card
library card number forgot it
forgot the pin for my library card
how do i renew my library card
is a library card free
can i get a library card online
can i have two library cards
i want to join my local library
who can join the library
can i join a library in another borough
library card for a 16 year old
replace a lost library card
register at the library"""
THEFT = """\
stop the texting
stop with the messages
please stop these texts
no more texts
dont message me again
stop sending texts
quit texting
get these texts to stop
stop the texts please
unsubscribe me
stop contacting me
how to stop getting texts
can you stop texting me
how do i stop the texts"""
UNSEEN = "how can i become a member at the library down our road"
LONGEST_ANSWER = 10.0  # on an idle machine it is under two seconds; docs/performance.md measures it


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own: what its assistant has learnt is changed."""
    with running_stack(tmp_path_factory.mktemp("studio")) as running:
        yield running


class Editor:
    """Somebody signed in who may write, approve and publish."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http, self.url, self.csrf = http, url, ""

    async def sign_in(self, email: str) -> Editor:
        self.csrf = (await self.post("/api/staff/session", email=email, password=PASSWORD))["csrf"]
        return self

    async def post(self, path: str, **body: object) -> dict[str, Any]:
        headers = {"X-CSRF-Token": self.csrf}
        async with self.http.post(f"{self.url}{path}", json=body, headers=headers) as response:
            assert response.status in (200, 201), await response.text()
            return dict(await response.json())

    async def get(self, path: str) -> dict[str, Any]:
        async with self.http.get(f"{self.url}{path}") as response:
            return dict(await response.json())

    async def newest(self) -> int:
        """The number of the last training; 0 before the first."""
        found = (await self.get("/api/staff/trainings"))["trainings"]
        return int(found[0]["number"]) if found else 0

    async def learnt(self, number: int) -> dict[str, Any]:
        """The training of this number, once it is over."""
        async with asyncio.timeout(600):
            while True:
                found = (await self.get("/api/staff/trainings"))["trainings"]
                if found and found[0]["number"] == number and found[0]["finished_at"]:
                    return dict(found[0])
                await asyncio.sleep(0.5)


async def chatting(person: Person, done: asyncio.Event) -> list[float]:
    """Ask on and on; how long each answer took, all of them right."""
    waits = []
    while not done.is_set():
        began = time.monotonic()
        assert (await person.say(KNOWN))[0]["answer"] == "bursary"
        waits.append(time.monotonic() - began)
        await asyncio.sleep(0.2)
    return waits


async def first_answer(http: aiohttp.ClientSession, stack: Stack) -> object:
    """What somebody new gets: nothing that was said before makes a topic likelier."""
    person = await Person.arrives(http, stack.url)
    return (await person.say(ASKED))[0]["answer"]


async def test_a_question_is_learnt_live_and_rolled_back_while_somebody_chats(stack: Stack) -> None:
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as first,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as second,
        aiohttp.ClientSession() as chat,
    ):
        jo = await Editor(first, stack.url).sign_in("editor.one@demo.test")
        kit = await Editor(second, stack.url).sign_in("editor.two@demo.test")
        person = await Person.arrives(chat, stack.url)
        assert (await person.say(ASKED))[0]["answer"] != "bursary"
        begun = await jo.post(f"{BURSARY}/start")
        examples = "\n".join([*begun["examples"], ASKED, "is there any wobblesnatch i can get"])
        said = {"version": begun["draft"]["version"], "web": begun["draft"]["web"], "examples": examples}
        sent = await jo.post(f"{BURSARY}/submit", **said)

        done, began = asyncio.Event(), time.monotonic()
        talk = asyncio.create_task(chatting(person, done))
        await kit.post(f"{BURSARY}/approve", version=sent["draft"]["version"])
        training = await kit.learnt(1)
        took = time.monotonic() - began
        done.set()
        waits = sorted(await talk)
        assert training["state"] == "done", str(training)
        print(f"live in {took:.1f} s; {len(waits)} answers, longest {waits[-1]:.2f} s")
        assert waits[-1] < LONGEST_ANSWER
        assert await first_answer(chat, stack) == "bursary"

        await kit.post("/api/staff/releases/1/restore")
        assert (await kit.learnt(2))["state"] == "done"
        assert await first_answer(chat, stack) != "bursary"

        await kit.post("/api/staff/releases/2/restore")
        assert (await kit.learnt(3))["state"] == "done"
        stack.kill("rasa")
        assert await first_answer(chat, stack) == "bursary"


async def test_an_answer_that_there_was_not_before_goes_live_and_is_found_by_other_words(
    stack: Stack,
) -> None:
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as first,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as second,
        aiohttp.ClientSession() as chat,
    ):
        jo = await Editor(first, stack.url).sign_in("editor.one@demo.test")
        kit = await Editor(second, stack.url).sign_in("editor.two@demo.test")
        person = await Person.arrives(chat, stack.url)
        slug = (await jo.post("/api/staff/answers", title="Library card", group="support"))["slug"]
        home = f"/api/staff/answers/{slug}"
        version = (await jo.get(home))["draft"]["version"]
        said = {
            "web": "A library card is **free**. Bring something with your name on it.",
            "sms": "It's free.",
        }
        source = {"source_name": "GOV.UK", "source_url": "https://www.gov.uk/join-library"}
        sent = await jo.post(f"{home}/submit", version=version, examples=LIBRARY, **said, **source)
        assert UNSEEN not in LIBRARY
        assert (await person.say(UNSEEN))[0]["answer"] != slug
        trained = await kit.newest()
        await kit.post(f"{home}/approve", version=sent["draft"]["version"])
        training = await kit.learnt(trained + 1)
        assert training["state"] == "done", str(training)
        told = (await person.say(UNSEEN))[0]
        assert told["answer"] == slug
        assert "A library card is <strong>free</strong>." in told["html"]


async def test_questions_that_take_what_people_say_to_the_assistant_itself_do_not_go_live(
    stack: Stack,
) -> None:
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as first,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as second,
        aiohttp.ClientSession() as chat,
    ):
        jo = await Editor(first, stack.url).sign_in("editor.one@demo.test")
        kit = await Editor(second, stack.url).sign_in("editor.two@demo.test")
        person = await Person.arrives(chat, stack.url)
        before = await person.say("pls stop sending me texts")
        live = (await kit.get("/api/staff/releases"))["releases"][0]["number"]
        begun = await jo.post("/api/staff/answers/ema/start")
        examples = "\n".join([*begun["examples"], THEFT])
        said = {"version": begun["draft"]["version"], "web": begun["draft"]["web"], "examples": examples}
        sent = await jo.post("/api/staff/answers/ema/submit", **said)
        trained = await kit.newest()
        await kit.post("/api/staff/answers/ema/approve", version=sent["draft"]["version"])
        training = await kit.learnt(trained + 1)
        assert training["state"] == "failed"
        [told] = [one for one in training["faults"] if "wanting no more messages" in one]
        assert "brings “EMA”" in told and told.endswith("Make the new questions less like these.")
        assert (await kit.get("/api/staff/releases"))["releases"][0]["number"] == live
        assert [one["text"] for one in await person.say("pls stop sending me texts")] == [
            one["text"] for one in before
        ]
