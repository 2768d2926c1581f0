"""Bringing 20,000 young people in from a CSV file: the dry run, the run, and undoing it.
And how long a safety message takes while the run goes on."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator
from datetime import date, timedelta

import aiohttp

from bench.figures import Figure, main, milliseconds
from bench.people import Chat, client
from bench.system import PASSWORD, wayline

ROWS, BAR = 20_000, 60
EMAIL = "manager@demo.test"
HEADINGS = (
    "Client ID",
    "Forename",
    "Surname",
    "DOB",
    "Address",
    "Postcode",
    "Mobile",
    "ULN",
    "Activity code",
)
FIELDS = ("client_id", "given_name", "family_name", "date_of_birth", "address_1", "postcode", "phone", "uln")
COLUMNS = dict(zip((*FIELDS, "activity", "started_on"), (*HEADINGS, "Start date"), strict=True))
EVERY = 2.0


async def measure() -> list[Figure]:
    async with wayline() as system, client() as http, signed_in(system.url) as (staff, csrf):
        at = await _bring(staff, system.url, csrf)
        tried = await _until(staff, f"{system.url}{at}", csrf, "check", "checked", **_chosen())
        waits: list[float] = []
        async with _asking(http, system.url, waits):
            run = await _until(staff, f"{system.url}{at}", csrf, "run", "done")
        undone = await _until(staff, f"{system.url}{at}", csrf, "undo", "undone")
    return [
        Figure(f"file of {ROWS:,} people, dry run", tried, "s"),
        Figure(f"file of {ROWS:,} people, brought in", run, "s", BAR),
        Figure(f"file of {ROWS:,} people, undone", undone, "s"),
        Figure("safety message while a file is brought in, p95", milliseconds(waits, 95), "ms"),
    ]


@contextlib.asynccontextmanager
async def signed_in(url: str) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """A session of the manager, and the token of its writes."""
    jar, body = aiohttp.CookieJar(unsafe=True), {"email": EMAIL, "password": PASSWORD}
    async with aiohttp.ClientSession(cookie_jar=jar, raise_for_status=True) as http:
        async with http.post(f"{url}/api/staff/session", json=body) as response:
            csrf = (await response.json())["csrf"]
        yield http, csrf


async def _bring(staff: aiohttp.ClientSession, url: str, csrf: str) -> str:
    """Send the file; its address."""
    form = aiohttp.FormData({"csrf": csrf, "area": "camden", "kind": "clients"})
    form.add_field("file", people().encode(), filename="people.csv", content_type="text/csv")
    async with staff.post(f"{url}/staff/records/imports", data=form) as response:
        return response.url.path


async def _until(
    staff: aiohttp.ClientSession, at: str, csrf: str, what: str, state: str, **fields: str
) -> float:
    """Seconds from asking for it to its end."""
    started = time.perf_counter()
    await staff.post(f"{at}/{what}", data={"csrf": csrf, **fields})
    while True:
        async with staff.get(f"{at}/progress") as response:
            if (await response.json())["state"] == state:
                return time.perf_counter() - started
        await asyncio.sleep(0.25)


@contextlib.asynccontextmanager
async def _asking(http: aiohttp.ClientSession, url: str, waits: list[float]) -> AsyncIterator[None]:
    """Somebody who is not safe writes every two seconds; how long each waits for the safety message."""

    async def write() -> None:
        while True:
            chat = await Chat.open(http, url)
            started = time.perf_counter()
            await chat.say("my step dad hits me")
            waits.append(time.perf_counter() - started)
            await asyncio.sleep(EVERY)

    writing = asyncio.create_task(write())
    try:
        yield
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


def _chosen() -> dict[str, str]:
    return {f"column-{field}": heading for field, heading in COLUMNS.items()}


def people() -> str:
    """A made-up client list: three years of birth, names as varied as a borough's."""
    chance = random.Random(1)
    given, family = ([_word(chance, parts) for _ in range(many)] for parts, many in ((3, 400), (4, 3_000)))
    rows = [",".join((*HEADINGS, "Start date"))]
    for number in range(ROWS):
        born = date(2008, 9, 1) + timedelta(days=chance.randrange(1_095))
        postcode = f"NW{chance.randrange(1, 9)} {chance.randrange(1, 9)}{''.join(chance.choices('ABD', k=2))}"
        name = f"{chance.choice(given)},{chance.choice(family)}"
        phone = f"07700{900_000 + number % 1_000}"
        rows.append(
            f"{number + 1},{name},{born:%d/%m/%Y},{number} High Street,{postcode},{phone},"
            f"{1_000_000_000 + number},230,01/09/2026"
        )
    return "\n".join(rows)


def _word(chance: random.Random, parts: int) -> str:
    return "".join(chance.choice("aeiou") + chance.choice("bcdfglmnprst") for _ in range(parts)).title()


if __name__ == "__main__":
    main(measure)
