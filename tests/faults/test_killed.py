"""Processes are killed at random moments under 200 messages: each gets one turn, one reply, one text."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.end_to_end.people import Adviser, Person, Phone, eventually
from tests.faults.records import outgoing, turns
from tests.faults.registering import form
from tests.stack import Stack

SEED = 20_261_122
QUESTIONS = {
    "bursary": "what is the bursary",
    "t-levels": "what is a t level",
    "opening-hours": "when are you open",
    "apprenticeship-what": "what is an apprenticeship",
    "apprenticeship-find": "how do i find an apprenticeship",
    "student-finance": "how does student finance work",
    "free-meals": "can i get free school meals at college",
    "ni-number": "where do i find my national insurance number",
    "confidentiality": "is this confidential",
}
NAMES = ["Maya", "Ada", "Ben", "Chloe"]
REGISTRATIONS = len(NAMES)
PERSON = "can i talk to a person"
ANSWER, TALK, PROMPT = "answer", "talk", "prompt"
Said = tuple[str, str | None]
VICTIMS = [
    *([["handoff"], ["actions"]] * 3),
    *([["rasa"]] * 2),
    *(["handoff", "rasa"], ["handoff", "actions"], ["rasa", "actions"]),
]
SETTLED_SECONDS = 20  # a process that lived less is started again more and more slowly


@dataclass(frozen=True)
class Line:
    """A message and the replies it must get, as (kind, answer)."""

    text: str
    replies: Sequence[Said]


@dataclass
class Gate:
    """Lets people write only so many messages; the breaker says when more may come."""

    permits: asyncio.Semaphore
    written: int = 0

    async def pass_one(self) -> None:
        await self.permits.acquire()
        self.written += 1

    def open(self, count: int) -> None:
        for _ in range(count):
            self.permits.release()


def asking(chance: random.Random) -> list[Line]:
    """Three or four questions, and perhaps a person asked for."""
    slugs = chance.sample(sorted(QUESTIONS), 4)
    lines = [Line(QUESTIONS[slug], [(ANSWER, slug)]) for slug in slugs]
    if chance.random() < 0.5:
        lines[chance.randrange(4)] = Line(PERSON, [(ANSWER, "talk-to-person"), (TALK, None)])
    return lines


def registering(number: int) -> list[Line]:
    """A whole registration."""
    texts = form(f"{NAMES[number]} Okafor")
    opening: list[Said] = [(ANSWER, "register-for-benefits"), (PROMPT, None)]
    read_back: list[Said] = [(TALK, None), (PROMPT, None)]
    between: list[list[Said]] = [*[[(PROMPT, None)]] * (len(texts) - 3), read_back]
    ending: list[Said] = [(TALK, None), (TALK, None)]  # the reference, and the link to the confirmation
    replies = [opening, *between, ending]
    return [Line(text, given) for text, given in zip(texts, replies, strict=True)]


def everyone(chance: random.Random) -> list[list[Line]]:
    """What each person writes: 200 messages, in an order of persons that mixes both kinds."""
    plans = [registering(number) for number in range(REGISTRATIONS)] + [asking(chance) for _ in range(38)]
    chance.shuffle(plans)
    return plans


async def chat(person: Person, lines: Sequence[Line], gate: Gate) -> None:
    """Write each line once the one before is answered, as people do; check what this turn was given."""
    for line in lines:
        await gate.pass_one()
        replies = await person.say(line.text)
        given = [(reply["kind"], reply["answer"]) for reply in replies]
        assert given == line.replies, (line, replies, await person.state())


async def text(phone: Phone, lines: Sequence[Line], gate: Gate) -> None:
    """The same by text: the number of texts is all that a phone can check."""
    expected = 0
    for line in lines:
        await gate.pass_one()
        await phone.text(line.text)
        expected += len(line.replies)
        await phone.gets(expected, 120)


async def whole(http: aiohttp.ClientSession, stack: Stack) -> bool:
    """Every process runs and answers."""
    try:
        async with http.get(f"{stack.url}/readyz") as response:
            if response.status != 200:
                return False
        async with http.get(f"http://127.0.0.1:{stack.values['ACTIONS_PORT']}/health") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


async def break_things(
    stack: Stack, http: aiohttp.ClientSession, gate: Gate, chance: random.Random, messages: int
) -> None:
    """A round: some messages are let through, and at a random moment among them processes die."""
    rounds = chance.sample(VICTIMS, len(VICTIMS))
    for number, victims in enumerate(rounds):
        gate.open(messages * (number + 1) // len(rounds) - messages * number // len(rounds))
        if "rasa" in victims:  # two in a row would keep it away for longer than a message is tried
            await eventually(lambda: asyncio.to_thread(stack.age, "rasa"), lambda age: age > SETTLED_SECONDS)
        await asyncio.sleep(chance.random())  # not a wait for anything: the moment of death
        for victim in victims:
            stack.kill(victim)
        await eventually(lambda: whole(http, stack), seconds=90)


@asynccontextmanager
async def counted(stack: Stack, adviser: Adviser) -> AsyncIterator[dict[str, Counter[Any]]]:
    """What the block added: turns by outcome, texts by state, cases by reason."""

    async def reasons() -> Counter[Any]:
        return Counter(case["reason"] for case in await adviser.cases())

    before = turns(stack), outgoing(stack), await reasons()
    added: dict[str, Counter[Any]] = {}
    yield added
    added |= {"turns": turns(stack) - before[0], "texts": outgoing(stack) - before[1]}
    added["cases"] = await reasons() - before[2]


async def test_kills_at_random_moments_lose_nothing_and_repeat_nothing(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    chance, gate = random.Random(SEED), Gate(asyncio.Semaphore(0))
    plans = everyone(chance)
    messages = sum(map(len, plans))
    assert messages == 200
    people = [(await Person.arrives(http, stack.url), lines) for lines in plans[::2]]
    phones = [
        (Phone(http, stack.phones_url, f"+44770090{n}"), lines) for n, lines in enumerate(plans[1::2], 5100)
    ]
    lead = await Adviser.signs_in(http, stack.url, "lead@demo.test")
    async with counted(stack, lead) as added:
        async with asyncio.TaskGroup() as group:
            group.create_task(break_things(stack, http, gate, chance, messages))
            for person, lines in people:
                group.create_task(chat(person, lines, gate))
            for phone, lines in phones:
                group.create_task(text(phone, lines, gate))
        texts = sum(len(line.replies) for _, lines in phones for line in lines)
        for person, lines in people:
            await check_chat(person, lines)
        for phone, lines in phones:
            await check_phone(phone, lines)
    assert added["turns"] == {("done", "answered"): messages}
    # Nobody repeats a receipt that came while the service was down: such a text stays sent.
    assert added["texts"].total() == texts and set(added["texts"]) <= {("sent",), ("delivered",)}
    assert added["cases"] == {
        "benefits": REGISTRATIONS,
        "request": sum(line.text == PERSON for lines in plans for line in lines),
    }


async def check_chat(person: Person, lines: Sequence[Line]) -> None:
    """Every message once and in order, each followed by its replies and nothing else; no seq is missing."""
    found = await person.messages()
    wanted = [part for line in lines for part in [("person", line.text), *line.replies]]
    assert [
        ("person", message["text"]) if message["author"] == "person" else (message["kind"], message["answer"])
        for message in found
    ] == wanted
    assert [message["seq"] for message in found] == list(range(1, len(wanted) + 1))


async def check_phone(phone: Phone, lines: Sequence[Line]) -> None:
    """As many texts as replies, and none of them twice."""
    got = await phone.got()
    assert len(got) == sum(len(line.replies) for line in lines)
    assert len(set(got)) == len(got)
