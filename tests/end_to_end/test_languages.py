"""Someone who writes in another language: answered in it, passed on in it; the adviser knows which it is."""

from __future__ import annotations

import aiohttp
import pytest

from tests.end_to_end.people import Adviser, Person, Phone
from tests.stack import CAMDEN, Stack

CALLS = {
    "pl": "szukam kursu angielskiego",
    "so": "waxaan u baahanahay caawimaad",
    "bn": "আমি ইংরেজি শিখতে চাই",
    "ar": "أريد أن أتعلم الإنجليزية",
    "es": "necesito ayuda para buscar trabajo",
    "uk": "шукаю курси англійської",
    "pt": "preciso de ajuda com a escola",
    "ro": "vreau sa invat limba engleza",
    "tr": "bana yardım eder misiniz",
}


@pytest.mark.parametrize("code", CALLS)
async def test_a_call_for_help_is_answered_in_its_language(
    stack: Stack, http: aiohttp.ClientSession, code: str
) -> None:
    (reply,) = await (await Person.arrives(http, stack.url)).say(CALLS[code])
    assert reply["kind"] == "choices" and f'lang="{code}"' in reply["html"]
    assert [choice["answer"] for choice in reply["choices"]] == ["talk-to-person"]


async def test_the_person_asked_for_is_passed_on_in_the_language(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    person, sam = await Person.arrives(http, stack.url), await Adviser.signs_in(http, stack.url)
    (offer,) = await person.say(CALLS["pl"])
    passed, told = await person.say(offer["choices"][0]["text"])
    assert passed["answer"] == "talk-to-person" and 'lang="pl"' in told["html"] and "doradcy" in told["text"]
    cases = await sam.cases(person.conversation)
    assert {case["reason"] for case in cases} == {"request", "unanswered"}
    (waiting,) = await person.say("nie mam pieniędzy na autobus")
    assert 'lang="pl"' in waiting["html"] and waiting["choices"] == []


async def test_by_text_a_number_asks_for_the_person(stack: Stack, http: aiohttp.ClientSession) -> None:
    phone = Phone(http, stack.phones_url, "+447700900561", CAMDEN)
    await phone.text(CALLS["uk"])
    (offer,) = await phone.gets(1)
    assert offer.endswith("1 Поговорити з людиною")
    await phone.text("1")
    assert "консультанту" in (await phone.gets(3))[-1]


async def test_what_is_not_ours_gets_one_calm_line_with_the_council_s_website(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    (reply,) = await (await Person.arrives(http, stack.url)).say("when do you collect the green bin")
    assert reply["kind"] == "fallback" and "https://www.camden.example" in reply["text"]
    assert [choice["answer"] for choice in reply["choices"]] == ["talk-to-person"]
