"""Leaving a registration in a chat and finishing it by text, and taking a permission back in plain words."""

from __future__ import annotations

import re

import aiohttp

from tests.end_to_end.people import Adviser, Person, Phone
from tests.end_to_end.personas import Script, personas, play_by_text, play_in_chat
from tests.stack import Stack


async def test_a_code_and_the_date_of_birth_go_on_by_text_without_showing_what_was_said(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    _, usual = personas()
    persona = {"opens": "register for benefits", "name": "Aisha Khan", "says": {"activity": ["save it"]}}
    played = await play_in_chat(await Person.arrives(http, stack.url), persona, usual)
    assert played.end == "saved"
    [code] = re.findall(r"Your come-back code is ([A-Z]+-\d{5})", " ".join(played.heard))
    phone = Phone(http, stack.phones_url, "+447700900871")
    await phone.text(f"hi i have a come back code {code.lower()}")
    assert "date of birth" in (await phone.gets(1))[0]
    born = Script({}, usual).reply("date_of_birth")
    by_text = await play_by_text(phone, {"opens": born}, usual, seen=1)
    assert (by_text.end, by_text.asked[0]) == ("registered", "activity")
    said = " ".join(by_text.heard)
    assert "what you're doing, since when" in said
    assert not any(words in said for words in ("Aisha", "Khan", "NW5"))


async def test_dont_tell_the_jobcentre_said_later_is_done_and_noted(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    _, usual = personas()
    person = await Person.arrives(http, stack.url)
    played = await play_in_chat(person, {"opens": "register for benefits", "name": "Noah Bell"}, usual)
    assert played.end == "registered"
    [done] = await person.say("actually dont tell the jobcentre")
    assert "taken that permission back" in done["text"]
    adviser = await Adviser.signs_in(http, stack.url)
    [case] = [one for one in await adviser.cases(person.conversation) if one["reason"] == "benefits"]
    async with http.get(f"{stack.url}/api/staff/cases/{case['id']}") as response:
        seen = await response.json()
    assert seen["registrations"][0]["Tell Jobcentre Plus"] == "No"
    assert any("Do NOT tell Jobcentre Plus" in note["text"] for note in seen["notes"])


async def test_dont_tell_the_jobcentre_said_in_a_check_in_is_done_and_the_question_comes_again(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    _, usual = personas()
    person = await Person.arrives(http, stack.url)
    played = await play_in_chat(person, {"opens": "register for benefits", "name": "Ivy Lane"}, usual)
    assert played.end == "registered"
    *_, asked = await person.say("can we do a check in")
    done, again = await person.say("dont tell the jobcentre")
    assert "taken that permission back" in done["text"]
    assert (again["kind"], again["text"]) == ("prompt", asked["text"])
