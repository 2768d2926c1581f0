"""Other example questions from the click to live, while somebody chats: 66 answers with 2,500 examples, a
fixed choice of the shipped ones. Beside it stock Rasa learning the same anew (`STOCK_EPOCHS=0`: without)."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from bench.figures import Figure, main, milliseconds
from bench.people import Chat, client
from bench.questions import conversations
from bench.stock import retrained
from bench.system import PASSWORD, environment, started
from handoff.app import make_parts
from handoff.content.model import DONE, Release, Training
from handoff.content.service import SHIPPED, seed_once
from handoff.migrate import migrate
from handoff.settings import Settings
from handoff.studio.folders import Folders
from ops.console import Trouble, say
from ops.demo_secrets import load_or_make

EXAMPLES, ROUNDS = 2_500, 3
WARM_SECONDS, IDLE_SECONDS, AFTER_SECONDS = 4.0, 30.0, 3.0
BREATH, LOOK = 0.25, 0.1  # between messages; between looks at the training
MARK = "Change"
BURSARY = "/api/staff/answers/bursary"
ASKED = "any wobblesnatch going at your place"
NEW = (ASKED, "is there any wobblesnatch i can get", "wobblesnatch for students")
RUN = f"asked in run {time.time_ns()}"  # models of an earlier run are kept, and must be of no use
EPOCHS = (1, 4)
STOCK_EPOCHS = 100


async def measure() -> list[Figure]:
    answers = chosen()
    with tempfile.TemporaryDirectory(prefix="wayline-bench-") as made:
        folder = Path(made)
        env = environment(folder)
        await _plant(folder, env, answers)
        async with started([".venv/bin/python", "-m", "ops.supervise"], env, folder / "output.log") as system:
            figures = await _measure_on(system.url)
    return [*figures, *_stock(answers)]


def chosen() -> dict[str, list[dict[str, Any]]]:
    """The shipped answers by file, each with its share of the examples: those of the lowest hash."""
    files = {path.name: yaml.safe_load(path.read_text("utf-8")) for path in sorted(SHIPPED.glob("*.yml"))}
    ranked = sorted(
        (rank, one["slug"], text)
        for answers in files.values()
        for one in answers
        for rank, text in enumerate(sorted(one["examples"], key=_hash))
    )
    kept = {(slug, text) for _, slug, text in ranked[:EXAMPLES]}
    for answers in files.values():
        for one in answers:
            one["examples"] = [text for text in one["examples"] if (one["slug"], text) in kept]
    return files


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def _plant(folder: Path, env: Mapping[str, str], answers: Mapping[str, Any]) -> None:
    """A data folder in which these answers are live, learnt as training 1."""
    files = {
        name: yaml.safe_dump(said, allow_unicode=True, sort_keys=False) for name, said in answers.items()
    }
    folders = Folders(folder)
    release = folders.write(1, files)
    settings = Settings.from_env(load_or_make(folder / "secrets.env", env) | dict(env))
    async with make_parts(settings) as parts:
        now = parts.clock.now()
        await migrate(parts.db)
        await seed_once(parts.db, now, release)
        async with parts.db.transaction() as session:
            done = {"state": DONE, "finished_at": now, "release": 1}
            session.add(Training(number=1, why="As the bench has it", at=now, items={}, faults=[], **done))
            (await session.get_one(Release, 1)).learnt = 1
    (folder / "releases/current").symlink_to("1")


@dataclass(frozen=True)
class Round:
    """When a change was clicked, when its swap began, and when it was live."""

    click: float
    swap: float
    live: float


@dataclass
class Crowd:
    """What somebody who chats on and on lived through: when each message was sent, and how long it took."""

    waits: list[tuple[float, float]] = field(default_factory=list)
    unanswered: int = 0
    halves: int = 0

    def between(self, begin: float, end: float) -> list[float]:
        """The waits of messages that were under way in a span of time."""
        return [took for sent, took in self.waits if sent < end and sent + took > begin]


async def _measure_on(url: str) -> list[Figure]:
    crowd, rounds = Crowd(), list[Round]()
    jo, kit = staff_at(url, "editor.one@demo.test"), staff_at(url, "editor.two@demo.test")
    async with client() as http, jo as editor, kit as approver:
        talk = asyncio.create_task(_chat(http, url, crowd))
        begin = time.perf_counter()
        await asyncio.sleep(WARM_SECONDS + IDLE_SECONDS)
        idle = crowd.between(begin + WARM_SECONDS, time.perf_counter())
        for number in range(ROUNDS):
            rounds.append(await _round(editor, approver, number))
            await asyncio.sleep(AFTER_SECONDS)
        talk.cancel()
        await asyncio.gather(talk, return_exceptions=True)
    return [*_clicks(rounds), *_chats(crowd, idle, rounds)]


def _clicks(rounds: Sequence[Round]) -> list[Figure]:
    """The first has every text to read; those after it find the vectors of most kept."""
    seconds = [one.live - one.click for one in rounds]
    names = ("first", "second", "third")
    what = f"{EXAMPLES:,} examples, a change of them, click to live"
    return [Figure(f"{what}, the {name}", took, "s", 60) for name, took in zip(names, seconds, strict=False)]


def _chats(crowd: Crowd, idle: Sequence[float], rounds: Sequence[Round]) -> list[Figure]:
    before = milliseconds(idle, 95)
    during = [wait for one in rounds for wait in crowd.between(one.click, one.swap)]
    swaps = [wait for one in rounds for wait in crowd.between(one.swap, one.live + AFTER_SECONDS)]
    said = len(crowd.waits)
    return [
        Figure("chat, one person, before, p95", before, "ms"),
        Figure(
            "chat, one person, while it learns, p95", milliseconds(during, 95), "ms", 2 * before, "at most"
        ),
        Figure("longest wait for an answer at the swap", max(swaps), "s", 2),
        Figure(f"messages without an answer, of {said}", crowd.unanswered, "messages", 0, "at most"),
        Figure("answered by half a release", crowd.halves, "messages", 0, "at most"),
    ]


async def _round(jo: Staff, kit: Staff, number: int) -> Round:
    """One more example and new words for the bursary: when it was clicked, swapped in, and live."""
    begun = await jo.post(f"{BURSARY}/start")
    examples = [*begun["examples"], NEW[number], f"wobblesnatch {RUN} {number}"]
    said = {"version": begun["draft"]["version"], "web": f"{MARK} {number}. Ask college.", "sms": "Ask us."}
    sent = await jo.post(f"{BURSARY}/submit", **said, examples="\n".join(examples))
    click, swap = time.perf_counter(), 0.0
    await kit.post(f"{BURSARY}/approve", version=sent["draft"]["version"])
    while True:
        newest = (await kit.get("/api/staff/trainings"))["trainings"][0]
        if newest["state"] == "swapping" and not swap:
            swap = time.perf_counter()
        if newest["state"] == "failed":
            raise Trouble(f"The bench's change did not go live: {newest['faults'][0]}")
        if newest["state"] == "done" and newest["number"] == number + 2:
            live = time.perf_counter()
            say(f"live after {live - click:.1f} s: {newest['took']}")
            return Round(click, swap or live, live)
        await asyncio.sleep(LOOK)


class Staff:
    """Somebody signed in who may write, approve and publish."""

    def __init__(self, http: aiohttp.ClientSession, csrf: str) -> None:
        self._http, self._headers = http, {"X-CSRF-Token": csrf}

    async def post(self, path: str, **body: object) -> dict[str, Any]:
        async with self._http.post(path, json=body, headers=self._headers) as response:
            if response.status != 200:
                raise Trouble(f"{path} answered {response.status}: {await response.text()}")
            return dict(await response.json())

    async def get(self, path: str) -> dict[str, Any]:
        async with self._http.get(path) as response:
            return dict(await response.json())


@asynccontextmanager
async def staff_at(url: str, email: str) -> AsyncIterator[Staff]:
    jar, body = aiohttp.CookieJar(unsafe=True), {"email": email, "password": PASSWORD}
    async with aiohttp.ClientSession(url, cookie_jar=jar) as http:
        async with http.post("/api/staff/session", json=body) as response:
            csrf = (await response.json())["csrf"]
        yield Staff(http, csrf)


async def _chat(http: aiohttp.ClientSession, url: str, crowd: Crowd) -> None:
    """Chat after chat: the new question first, then those that the bench always asks."""
    for questions in conversations(seed=1):
        chat = await Chat.open(http, url)
        for question in (ASKED, *questions):
            sent = time.perf_counter()
            try:
                replies = await chat.say(question, tries=3)
            except (Trouble, aiohttp.ClientError, TimeoutError):
                replies = []
            crowd.waits.append((sent, time.perf_counter() - sent))
            crowd.unanswered += not any(reply["author"] == "bot" for reply in replies)
            if question == ASKED:
                crowd.halves += any(_is_half(reply) for reply in replies)
            await asyncio.sleep(BREATH)


def _is_half(reply: Mapping[str, Any]) -> bool:
    """The topic that only a new model hears in the question, in the words from before it."""
    return reply["answer"] == "bursary" and not reply["text"].startswith(MARK)


def _stock(answers: Mapping[str, list[dict[str, Any]]]) -> list[Figure]:
    """A full retrain at two small numbers of epochs, and what they say of stock's own number."""
    if os.environ.get("STOCK_EPOCHS") == "0":
        return [Figure("stock Rasa's full retrain", None, missing="STOCK_EPOCHS=0")]
    asked = [one for said in answers.values() for one in said if one["examples"]]
    few, more = (retrained(asked, epochs) for epochs in EPOCHS)
    each = (more - few) / (EPOCHS[1] - EPOCHS[0])
    whole = few + each * (STOCK_EPOCHS - EPOCHS[0])
    return [
        Figure(f"stock Rasa's full retrain of the same, {EPOCHS[0]} epoch", few, "s"),
        Figure(f"the same, {EPOCHS[1]} epochs", more, "s"),
        Figure(f"the same, {STOCK_EPOCHS} epochs as `rasa init` has it, by these two", whole, "s"),
    ]


if __name__ == "__main__":
    main(measure)
