"""Scripted young people register through the running stack, and each reaches the end right for them."""

from __future__ import annotations

import asyncio
from statistics import median
from typing import Any

import aiohttp

from tests.end_to_end.people import Person, Phone
from tests.end_to_end.personas import Played, personas, play_by_text, play_in_chat
from tests.stack import Stack

AT_ONCE = 4
MOST_QUESTIONS = 12


async def test_every_persona_reaches_the_right_end_in_few_questions(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    everyone, usual = personas()
    one_by_one = asyncio.Semaphore(AT_ONCE)

    async def play(number: int, persona: dict[str, Any]) -> Played:
        async with one_by_one:
            if persona.get("channel") == "sms":
                phone = Phone(http, stack.phones_url, f"+4477009008{number:02}")
                return await play_by_text(phone, persona, usual)
            person = await Person.arrives(http, stack.url)
            return await play_in_chat(person, persona, usual)

    played = await asyncio.gather(*(play(number, one) for number, one in enumerate(everyone)))
    wrong = {
        one["who"]: f"{did.end} instead of {one['end']}; asked {did.asked}; heard {did.heard[-3:]}"
        for one, did in zip(everyone, played, strict=True)
        if did.end != one["end"]
    }
    assert wrong == {}
    assert len(everyone) >= 25
    assert median(len(did.asked) for did in played if did.end == "registered") <= MOST_QUESTIONS
    said = " ".join(text for did in played for text in did.heard).lower()
    assert "entitle" not in said
    for did in played:
        assert ("Your reference is" in " ".join(did.heard)) == (did.end == "registered")
