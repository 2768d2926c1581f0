"""What is said after an answer, and two things asked at once, over the promised interfaces."""

from __future__ import annotations

import aiohttp

from tests.end_to_end.people import Person, Phone
from tests.stack import Stack


def answers(replies: list[dict[str, object]]) -> list[object]:
    return [reply["answer"] for reply in replies if reply["kind"] == "answer"]


async def test_a_chat_goes_on_from_the_answer_before(stack: Stack, http: aiohttp.ClientSession) -> None:
    person = await Person.arrives(http, stack.url)
    said = ["what is an apprenticeship", "how much do they pay", "and if im 19", "what about a t level"]
    assert [answers(await person.say(text)) for text in said] == [
        ["apprenticeship-what"],
        ["apprenticeship-pay"],
        ["apprenticeship-pay"],
        ["t-levels"],
    ]


async def test_two_questions_have_two_answers_in_a_chat_and_one_with_an_offer_by_text(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    both = "how do i apply for college and can i get help w travel"
    person = await Person.arrives(http, stack.url)
    assert sorted(map(str, answers(await person.say(both)))) == ["how-to-apply", "travel"]
    phone = Phone(http, stack.phones_url, "+447700900581")
    await phone.text(both)
    _, offer = await phone.gets(2)
    assert "\n1 " in offer
    await phone.text("1")
    assert len((await phone.gets(3))[2]) > len(offer)
