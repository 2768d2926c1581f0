"""A check-in over the promised interfaces, and the case that it leaves with an adviser."""

from __future__ import annotations

from typing import Any

import aiohttp

from tests.end_to_end.people import Person, Phone
from tests.stack import PASSWORD, Stack


async def case_of(http: aiohttp.ClientSession, url: str, conversation: str) -> dict[str, Any]:
    """The whole NEET case of a conversation, as an adviser of Camden sees it."""
    who = {"email": "pa.camden@demo.test", "password": PASSWORD}
    async with http.post(f"{url}/api/staff/session", json=who) as response:
        assert response.status == 200
    async with http.get(f"{url}/api/staff/cases?limit=5000") as response:
        cases = (await response.json())["cases"]
    [found] = [one for one in cases if one["conversation"] == conversation and one["reason"] == "neet"]
    async with http.get(f"{url}/api/staff/cases/{found['id']}") as response:
        return dict(await response.json())


async def test_a_check_in_by_chat_leaves_a_case_with_what_was_said(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    person = await Person.arrives(http, stack.url)
    start, first = await person.say("Do a quick check-in")
    assert (start["kind"], first["kind"]) == ("talk", "prompt")
    told, second = await person.say("Nothing")
    assert "no thanks" in told["text"] and second["text"].startswith("Since when")
    answer, again = await person.say("what is a t level?")
    assert (answer["answer"], again["text"]) == ("t-levels", second["text"])
    await person.say("since june")
    [last] = await person.say("An apprenticeship")
    assert "Home isn't safe" in [choice["text"] for choice in last["choices"]]
    thanks, help = await person.say("Money")
    assert "adviser" in thanks["text"] and help["choices"][0]["answer"] == "apprenticeship-find"
    assert [reply["answer"] for reply in await person.say("how do i write a cv")] == ["cv"]
    case = await case_of(http, stack.url, person.conversation)
    assert case["situation"]["activity"]["code"] == "619"
    assert {one["value"] for one in case["situation"]["learned"]} >= {"An apprenticeship", "Money"}
    await person.say("no thanks")
    assert (await case_of(http, stack.url, person.conversation))["declined_at"] is not None


async def test_a_check_in_by_text_takes_numbers_and_several_at_once(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    phone = Phone(http, stack.phones_url, "+447700900583")
    await phone.text("can we do a check in")
    *_, doing = await phone.gets(2)
    assert "\n3 At college" in doing and len(doing) <= 160
    await phone.text("3")
    await phone.gets(3)
    await phone.text("skip")
    await phone.gets(4)
    await phone.text("1 and 3")
    *_, way = await phone.gets(5)
    assert "\n5 Home isn't safe" in way and len(way) <= 160
    await phone.text("1 and 5")
    *_, safety = await phone.gets(6)
    assert "999" in safety
