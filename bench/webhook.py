"""Signed Twilio webhooks, 50 a second for 20 seconds from many phones, while the bot answers the texts.
Each wait counts from the moment the text was due, so that a slow answer cannot slow the texts down."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from bench.figures import Figure, main, milliseconds
from bench.people import client
from bench.questions import conversations
from bench.system import OUR_NUMBER, TWILIO_SID, TWILIO_TOKEN, System, wayline
from ops.console import Trouble

A_SECOND, SECONDS, PHONES = 50, 20, 400
ANSWERED_IN = 300


@dataclass(frozen=True)
class Text:
    """A webhook's body and its signature."""

    form: dict[str, str]
    signature: str


class Sink:
    """The far end of Twilio's API: takes every text and keeps none."""

    def __init__(self) -> None:
        self.taken = 0

    async def send(self, request: web.Request) -> web.Response:
        self.taken += 1
        return web.json_response({"sid": f"SM{self.taken:032x}", "status": "queued"}, status=201)

    async def listed(self, request: web.Request) -> web.Response:
        return web.json_response({"messages": [], "next_page_uri": None})


@asynccontextmanager
async def sink() -> AsyncIterator[tuple[Sink, str]]:
    """A sink that listens, and its address."""
    ours, app = Sink(), web.Application()
    messages = f"/2010-04-01/Accounts/{TWILIO_SID}/Messages.json"
    app.add_routes([web.post(messages, ours.send), web.get(messages, ours.listed)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield ours, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def measure() -> list[Figure]:
    async with sink() as (twilio, base), wayline(TWILIO_API_BASE=base) as system, client() as http:
        await _send_all(http, system, _texts(system, 20, "warm"))
        texts = _texts(system, A_SECOND * SECONDS, "bench")
        started = time.perf_counter()
        waits = await _send_all(http, system, texts)
        await _all_done(system)
        seconds = time.perf_counter() - started
        stored = _stored(system.folder / "wayline.db")
        lost = len(texts) - stored
    return [
        Figure(f"webhook, {A_SECOND} a second for {SECONDS} s, p50", milliseconds(waits, 50), "ms"),
        Figure(f"webhook, {A_SECOND} a second for {SECONDS} s, p99", milliseconds(waits, 99), "ms", 250),
        Figure("webhook, texts not stored", lost, "texts", 1),
        Figure(f"the last of the {len(texts)} texts answered after", seconds, "s"),
        Figure("replies that Twilio got", twilio.taken, "texts"),
    ]


def _texts(system: System, count: int, mark: str) -> list[Text]:
    """Signed webhooks: the questions of the bench, from Ofcom's drama numbers in turn."""
    signer, url = RequestValidator(TWILIO_TOKEN), f"{system.url}/webhooks/twilio/sms"
    questions = chain.from_iterable(conversations(seed=1))
    texts = []
    for number, question in zip(range(count), questions, strict=False):
        form = {
            "MessageSid": f"SM{mark}{number:08d}",
            "AccountSid": TWILIO_SID,
            "From": f"+447700900{100 + number % PHONES:03d}",
            "To": OUR_NUMBER,
            "Body": question,
            "NumMedia": "0",
        }
        texts.append(Text(form, signer.compute_signature(url, form)))
    return texts


async def _send_all(http: aiohttp.ClientSession, system: System, texts: list[Text]) -> list[float]:
    """Each text at its time, whatever became of those before; the waits in seconds."""
    first = time.perf_counter() + 0.1

    async def send(number: int, text: Text) -> float:
        due = first + number / A_SECOND
        await asyncio.sleep(due - time.perf_counter())
        headers = {"X-Twilio-Signature": text.signature}
        async with http.post(f"{system.url}/webhooks/twilio/sms", data=text.form, headers=headers) as answer:
            await answer.read()
            if answer.status != 200:
                raise Trouble(f"A webhook was answered {answer.status}.")
        return time.perf_counter() - due

    return await asyncio.gather(*(send(number, text) for number, text in enumerate(texts)))


async def _all_done(system: System) -> None:
    """Wait until every message has had its turn."""
    async with asyncio.timeout(ANSWERED_IN):
        while True:
            counters = await system.counters()
            done = sum(value for name, value in counters.items() if name.startswith("wayline_turns_total"))
            if done >= counters['wayline_messages_total{channel="sms"}']:
                return
            await asyncio.sleep(0.2)


def _stored(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT count(*) FROM message WHERE external_id LIKE 'SMbench%' AND author = 'person'"
        return int(connection.execute(query).fetchone()[0])


if __name__ == "__main__":
    main(measure)
