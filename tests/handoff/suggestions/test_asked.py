"""Which questions editors get to see, and whose they never see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handoff.suggestions.routes import READING
from tests.handoff.cases.scenes import Colleague, make_case
from tests.handoff.factories import make_chat
from tests.handoff.suggestions.scenes import HERE, LICENCE, SORRY, People

CHOICES = {"kind": "choices", "text": "Is it one of these?", "choices": [{"text": "CV", "answer": "cv"}]}


async def test_what_was_not_understood_stands_together_by_meaning(people: People, jo: Colleague) -> None:
    await people.ask_all([*LICENCE, "what do dragons eat", "when is my bin collected"])
    await people.are_read()
    shown = await jo.page(HERE)
    assert "3 chats or phones" in shown and "3 not understood" in shown
    assert all(words in shown for words in LICENCE)
    assert "dragons" not in shown and "2 other questions were asked from fewer than 3" in shown


async def test_a_name_asked_about_in_three_chats_is_still_not_shown(people: People, jo: Colleague) -> None:
    await people.ask_all(["can tyrese okonjo-adeyinka get a bus pass"] * 3)
    await people.are_read()
    shown = await jo.page(HERE)
    assert "3 chats or phones" in shown and "can […] get a bus pass" in shown.replace("[…]-[…]", "[…]")
    assert not any(name in shown for name in ("tyrese", "okonjo", "adeyinka"))


async def test_choices_count_only_if_nobody_took_one(people: People) -> None:
    await people.ask("help with a thing", intent="unclear", reply=CHOICES)
    took = await people.ask("help with another thing", intent="unclear", reply=CHOICES)
    await people.ask_more(took, "CV", intent="faq", reply=SORRY, topic="cv")
    asked_on = await people.ask("help with a third thing", intent="unclear", reply=CHOICES)
    await people.ask_more(asked_on, "no, travel", intent="faq", reply=SORRY, topic="travel")
    await people.are_read()
    kept = [one.conversation_id for one in await people.kept()]
    assert len(kept) == 2 and took.conversation not in map(str, kept)
    assert {one.why for one in await people.kept()} == {"not_chosen"}


async def test_a_no_counts_and_what_nobody_thought_ours(people: People, jo: Colleague) -> None:
    await people.say_no("how much is a zip card for the bus", "travel")
    await people.ask("how much does a zip card for the bus cost", intent="out_of_scope")
    await people.ask("what is the cost of a zip card for the bus")
    await people.are_read()
    shown = await jo.page(HERE)
    for why in ("1 said the answer did not help", "1 taken for nothing of ours", "1 not understood"):
        assert why in shown


async def test_nobody_is_counted_twice(people: People, jo: Colleague) -> None:
    chat = await make_chat(people.client, "camden")
    for words in LICENCE:
        await people.ask_more(chat, words)
    await people.are_read()
    assert len(await people.kept()) == 3 and "Nothing here" in await jo.page(HERE)


async def test_it_waits_until_people_may_have_chosen(people: People) -> None:
    await people.ask(LICENCE[0])
    await people.client.app[READING].look()
    assert await people.kept() == []


@pytest.mark.parametrize(
    "worry", ["my stepdad hits me", "i feel so low i can't cope", "my friend wants to kill herself"]
)
async def test_nothing_of_a_worry_gets_in_nor_of_whoever_had_one(people: People, worry: str) -> None:
    await people.ask(f"{worry}, how do i get a provisional licence")
    chat = await people.ask(LICENCE[0])
    await people.ask_more(chat, worry)
    await people.are_read()
    assert await people.kept() == []


async def test_a_case_about_safety_takes_their_questions_away_at_once(people: People, jo: Colleague) -> None:
    chats = await people.ask_all(LICENCE)
    await people.are_read()
    assert "3 chats or phones" in await jo.page(HERE)
    await make_case(people.parts, "safeguarding", level="urgent", conversation=chats[0].conversation)
    shown = await jo.page(HERE)
    assert "Nothing here" in shown and "licence" not in shown
    await people.are_read()
    assert len(await people.kept()) == 2


async def test_an_answer_to_our_question_is_no_question(people: People) -> None:
    chat = await make_chat(people.client, "camden")
    prompt = {"kind": "prompt", "text": "What's your full name?"}
    await people.ask_more(chat, "i want to sign up", intent="register_for_benefits", reply=prompt)
    await people.ask_more(chat, "Kemi Adeyemi", intent="lost", reply=SORRY)
    await people.are_read()
    assert await people.kept() == []


async def test_stories_and_single_words_are_left_out(people: People) -> None:
    await people.ask("licence")
    await people.ask("so what happened was " + "that my friend and i went there and " * 8)
    await people.are_read()
    assert await people.kept() == []


async def test_questions_go_after_twelve_weeks(people: People) -> None:
    await people.ask_all(LICENCE)
    await people.are_read()
    assert len(await people.kept()) == 3
    people.parts.clock.move(timedelta(weeks=12))
    await people.are_read()
    assert await people.kept() == []


async def test_editors_see_their_areas_and_what_came_from_nowhere_known(
    people: People, jo: Colleague, lambeth_editor: Colleague
) -> None:
    await people.ask_all(LICENCE, "camden")
    await people.are_read()
    assert "3 chats or phones" in await jo.page(HERE) and "Nothing here" in await lambeth_editor.page(HERE)
    await people.ask(LICENCE[0], "lambeth")
    await people.ask_all(LICENCE[:2], None)
    await people.are_read()
    assert "6 chats or phones" in await jo.page(HERE) and "3 chats or phones" in await lambeth_editor.page(
        HERE
    )


async def test_advisers_do_not_read_them(people: People, sam: Colleague) -> None:
    async with sam.http.get(HERE, headers={"Accept": "text/html"}) as response:
        assert response.status == 403
    assert HERE not in await sam.page("/staff/answers")


async def test_that_they_were_read_is_on_record(people: People, jo: Colleague, audited: Any) -> None:
    await jo.page(HERE)
    assert await audited("suggestions.read") == []
    await people.ask_all(LICENCE)
    await people.are_read()
    await jo.page(HERE)
    assert [entry.detail for entry in await audited("suggestions.read")] == [{"groups": 1}]
