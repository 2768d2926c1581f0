"""An allegation that names nobody is for leads and managers alone, until one says who is kept out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.cases.pointing import points_at_us, points_here
from tests.handoff.cases.scenes import Colleague, signed_in, stored
from tests.handoff.factories import Chat, make_chat

Client = TestClient[Any, Any]
UNNAMED = "my adviser touched me"
WORRIED = "i have no money for food"


async def cases(who: Colleague) -> list[dict[str, Any]]:
    return list((await who.get("/api/staff/cases?state=open"))[1]["cases"])


async def heard(client: Client, *said: str) -> Chat:
    chat = await make_chat(client, "camden")
    for words in said:
        await chat.say(words)
    return chat


async def the_case(who: Colleague) -> dict[str, str]:
    (case,) = await cases(who)
    return {**case, "at": f"/api/staff/cases/{case['id']}"}


async def talk_with(sam: Colleague, client: Client) -> tuple[Chat, dict[str, str]]:
    """The chat of somebody with a worry, which Sam has joined, and its case."""
    chat = await heard(client, WORRIED)
    case = await the_case(sam)
    await sam.post(f"{case['at']}/claim")
    await sam.post(f"{case['at']}/reply", {"text": "Hi, I'm Sam."})
    return chat, case


async def test_no_adviser_sees_it_and_leads_and_managers_do(
    client: Client, sam: Colleague, priya: Colleague
) -> None:
    await heard(client, UNNAMED)
    case = await the_case(priya)
    assert await cases(sam) == [] and (await sam.post("/api/staff/cases/take-next"))[0] == 204
    for path in ("", "/messages"):
        assert (await sam.get(case["at"] + path))[0] == 404
    for path, body in (("claim", {}), ("notes", {"text": "x"}), ("reveal", {}), ("open-up", {"why": "x"})):
        assert (await sam.post(f"{case['at']}/{path}", body))[0] in (403, 404)
    async with signed_in(client, "manager@demo.test") as dana:
        assert len(await cases(dana)) == 1
    _, seen = await priya.get(case["at"])
    assert seen["leads_only_since"] and "names nobody" in str(seen["notes"])
    page = await priya.page(case["at"].removeprefix("/api"))
    assert "Only leads and managers see this case." in page and "Let advisers see it" in page


async def test_it_holds_for_every_case_of_the_conversation(
    client: Client, sam: Colleague, priya: Colleague
) -> None:
    await heard(client, "i am neet", UNNAMED)
    assert (len(await cases(priya)), await cases(sam)) == (2, [])


async def test_a_lead_says_that_advisers_may_see_it_and_that_stands(
    client: Client, sam: Colleague, priya: Colleague, parts: Parts
) -> None:
    chat = await heard(client, UNNAMED)
    case = await the_case(priya)
    status, record = await priya.post(f"{case['at']}/open-up", {"why": "She means her football coach."})
    assert (status, record["leads_only_since"]) == (200, None)
    await chat.say("i said my adviser touched me")
    assert len(await cases(sam)) == 1
    assert (await priya.post(f"{case['at']}/open-up", {"why": "again"}))[0] == 200
    async with parts.db.reading() as session:
        query = select(AuditEntry.action).where(AuditEntry.action.in_(("case.leads_only", "case.open_up")))
        actions = list((await session.execute(query.order_by(AuditEntry.id))).scalars())
    assert actions == ["case.leads_only", "case.open_up"]


async def test_a_lead_says_who_is_kept_out_and_the_others_see_it(
    client: Client, sam: Colleague, priya: Colleague
) -> None:
    await heard(client, UNNAMED)
    case = await the_case(priya)
    sams_id = (await sam.get("/api/staff/session"))[1]["id"]
    status, record = await priya.post(f"{case['at']}/bar", {"staff": sams_id, "why": "He is meant."})
    assert (status, record["leads_only_since"], len(record["barred"])) == (200, None, 1)
    assert await cases(sam) == []


async def test_named_at_once_only_the_named_is_kept_out(client: Client, priya: Colleague) -> None:
    await heard(client, "my adviser sam okafor touched me")
    _, seen = await priya.get((await the_case(priya))["at"])
    assert (seen["leads_only_since"], [one["name"] for one in seen["barred"]]) == (None, ["Sam Okafor"])


async def test_named_later_it_stays_with_leads_until_one_has_looked(
    client: Client, sam: Colleague, priya: Colleague
) -> None:
    await heard(client, UNNAMED, "its Mr Okafor")
    _, seen = await priya.get((await the_case(priya))["at"])
    assert seen["leads_only_since"] and len(seen["barred"]) == 1 and await cases(sam) == []


async def test_harm_that_is_no_allegation_stays_with_advisers(client: Client, sam: Colleague) -> None:
    await heard(client, "my step dad hits me")
    assert len(await cases(sam)) == 1


async def test_whoever_has_the_case_without_talking_loses_it(
    client: Client, sam: Colleague, priya: Colleague, parts: Parts
) -> None:
    chat = await heard(client, "i am neet")
    case = await the_case(sam)
    await sam.post(f"{case['at']}/claim")
    assert await chat.state() == "bot"
    await chat.say("my football coach touched me")
    assert (await sam.get(case["at"]))[0] == 404
    assert (await stored(parts, case)).owner_id is None
    assert (await priya.post(f"{case['at']}/claim"))[0] == 200


async def test_the_adviser_who_is_told_of_somebody_else_goes_on_talking(
    client: Client, sam: Colleague, parts: Parts
) -> None:
    chat, case = await talk_with(sam, client)
    await chat.say("my football coach touched me")
    assert await chat.state() == "adviser"
    assert (await sam.post(f"{case['at']}/reply", {"text": "I am here."}))[0] == 202
    assert (await sam.get(case["at"]))[1]["leads_only_since"]
    assert (await sam.post(f"{case['at']}/return"))[0] == 200
    assert await cases(sam) == []


@pytest.mark.parametrize(
    ("before", "words"),
    [("are you my adviser", "my football coach touched me"),
     ("my mentor hit the road, he left", "my football coach touched me"),
     ("hi", "you are a good adviser so i can tell you my football coach touched me")],
)  # fmt: skip
async def test_a_word_for_somebody_here_takes_nobody_away_unless_they_are_said_to_have_done_it(
    client: Client, sam: Colleague, before: str, words: str
) -> None:
    chat, case = await talk_with(sam, client)
    await chat.say(before)
    await chat.say(words)
    assert await chat.state() == "adviser"
    assert (await sam.get(case["at"]))[1]["leads_only_since"]


@pytest.mark.parametrize(
    "words", ["my adviser touched me", "you touched me last week. my adviser touched me"]
)
async def test_the_adviser_in_the_talk_loses_it_when_the_words_point_at_somebody_here(
    client: Client, sam: Colleague, words: str
) -> None:
    chat, case = await talk_with(sam, client)
    await chat.say(words)
    assert await chat.state() == "waiting" and (await sam.get(case["at"]))[0] == 404


@pytest.mark.parametrize(
    "answer", ["it was my adviser", "him, the one at your office", "sam from here", "you did"]
)
async def test_who_did_it_in_the_next_message_is_an_allegation_and_takes_the_talk_from_its_adviser(
    client: Client, sam: Colleague, priya: Colleague, answer: str
) -> None:
    chat, case = await talk_with(sam, client)
    await chat.say("someone touched me")
    assert await chat.state() == "adviser"
    (safety,) = [one for one in await chat.say(answer) if one["kind"] == "safety"]
    assert safety["text"] and await chat.state() == "waiting"
    assert (await sam.get(case["at"]))[0] == 404 and await cases(sam) == []
    _, seen = await priya.get(case["at"])
    assert "allegation" in seen["categories"] and seen["leads_only_since"]


@pytest.mark.parametrize(
    ("before", "words"),
    [("someone touched me", "my adviser told me to text you"), ("someone touched me", "you are kind"),
     ("someone touched me", "can i talk to someone here"), ("my mum hits me", "my mentor gave me this"),
     ("which college is best", "it was my adviser"), ("i feel so low all the time", "you did"),
     ("my dad hit me", "at your office"), ("my dad hit me", "in your building"),
     ("my dad hit me", "my mentor"), ("my dad hit me", "my key worker")],
)  # fmt: skip
async def test_words_that_give_nobody_here_for_it_take_nobody_away(
    client: Client, sam: Colleague, before: str, words: str
) -> None:
    chat, case = await talk_with(sam, client)
    await chat.say(before)
    await chat.say(words)
    assert await chat.state() == "adviser"
    assert (await sam.get(case["at"]))[1]["leads_only_since"] is None


async def test_a_word_for_somebody_here_takes_the_talk_away_where_who_did_it_was_asked(
    client: Client, sam: Colleague
) -> None:
    chat, case = await talk_with(sam, client)
    await chat.say("someone touched me")
    await sam.post(f"{case['at']}/reply", {"text": "Thank you for telling me. Who did that?"})
    await chat.say("my mentor")
    assert await chat.state() == "waiting" and (await sam.get(case["at"]))[0] == 404


async def test_a_claim_at_the_same_moment_does_not_hold(client: Client, sam: Colleague, parts: Parts) -> None:
    chat = await heard(client, WORRIED)
    case = await the_case(sam)
    await asyncio.gather(sam.post(f"{case['at']}/claim"), chat.say(UNNAMED))
    assert (await sam.get(case["at"]))[0] == 404
    assert (await stored(parts, case)).owner_id is None


async def test_a_lead_passes_it_to_no_adviser_meanwhile(
    client: Client, sam: Colleague, priya: Colleague
) -> None:
    await heard(client, UNNAMED)
    case = await the_case(priya)
    sams_id = (await sam.get("/api/staff/session"))[1]["id"]
    status, answer = await priya.post(f"{case['at']}/transfer", {"to": sams_id})
    assert (status, answer["error"]["code"]) == (422, "unknown_colleague")


async def test_the_page_works_with_plain_forms(client: Client, priya: Colleague, sam: Colleague) -> None:
    await heard(client, UNNAMED)
    case = await the_case(priya)
    at = case["at"].removeprefix("/api")
    status, text = await priya.submit(f"{at}/open-up", form="open", opened=" ")
    assert status == 422 and "Only leads and managers see this case." in text
    status, text = await priya.submit(f"{at}/open-up", form="open", opened="It is about a teacher.")
    assert status == 200 and "Only leads and managers" not in text and "It is about a teacher." in text
    assert len(await cases(sam)) == 1


@pytest.mark.parametrize(
    "said",
    ["my adviser touched me", "one of you hit me", "your staff hurt me", "someone here touched me",
     "you hurt me", "the man who works for you", "u kept touching me", "it was my mentor",
     "i was touched by my key worker", "the one who touched me is my adviser",
     "your adviser keeps hitting me"],
)  # fmt: skip
def test_words_that_point_at_somebody_here(said: str) -> None:
    assert points_at_us(said)


@pytest.mark.parametrize(
    "said",
    ["my coach touched me", "my teacher hit me", "thank you he hit me", "he works at the school", "",
     "i told my adviser my coach touched me", "thanks for being my mentor, my coach hit me",
     "my key worker says i can tell you", "can one of you help, my teacher hit me"],
)  # fmt: skip
def test_words_that_point_elsewhere(said: str) -> None:
    assert not points_at_us(said)


@pytest.mark.parametrize(
    "said",
    ["it was my adviser", "him, the one at your office", "sam from here", "you did", "it was you",
     "it was one of you", "the guy who works here", "her, from this service",
     "my key worker called dave did it", "by my mentor", "at your office did it", "the lady at your office",
     "um it was the man from your team"],
)  # fmt: skip
def test_an_answer_that_gives_somebody_here(said: str) -> None:
    assert points_here(said)


WHERE = "I'm glad you told me. Where are you, or what number is safe to reach you on?"
TOLD = "Thank you for telling me. Who have you told?"
WHO = "I'm so sorry. Can you tell me who did that to you?"


@pytest.mark.parametrize(
    "said", ["My adviser.", "my mentor", "you", "one of you", "at your office", "sam from here"]
)
@pytest.mark.parametrize("asked", [WHO, "who was it?", "Who hurt you", "whos been hitting you"])
def test_a_word_for_somebody_here_is_the_answer_to_who_did_it(said: str, asked: str) -> None:
    assert points_here(said, asked)


@pytest.mark.parametrize("asked", [WHERE, TOLD, "who else knows", ""])
@pytest.mark.parametrize(
    "said",
    ["at your office", "in your building", "im at your office", "its at your office", "my mentor",
     "my key worker", "you", "my adviser from here", "waiting at your office", "just in your building"],
)  # fmt: skip
def test_where_they_are_and_whom_they_told_accuses_nobody(said: str, asked: str) -> None:
    assert not points_here(said, asked)


@pytest.mark.parametrize(
    ("said", "asked"),
    [("the lady at your office", TOLD), ("cafe in your building", WHERE), ("sam from here", TOLD)],
)
def test_somebody_they_told_is_not_who_did_it(said: str, asked: str) -> None:
    assert not points_here(said, asked)


@pytest.mark.parametrize(
    "said",
    ["my adviser told me to text", "my adviser knows", "you are kind", "i am here", "is someone here",
     "hes here", "my coach from school", "are you from here", "i got your number from my adviser",
     "i live at this place", ""],
)  # fmt: skip
def test_an_answer_that_gives_nobody_here(said: str) -> None:
    assert not points_here(said)
