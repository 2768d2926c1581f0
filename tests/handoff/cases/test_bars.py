"""Who is named where harm is heard sees nothing of the case: not in a list, not by its address, not live."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.cases.bars import is_meant, plain
from handoff.cases.model import CaseBar
from handoff.conversations.service import lock
from tests.handoff.cases.scenes import LEAD, Colleague, make_case, signed_in, stored
from tests.handoff.factories import Chat, make_chat

Client = TestClient[Any, Any]
WORRIED = "i have no money for food"
ABOUT_SAM = "my adviser sam okafor touched me"


async def cases(who: Colleague) -> list[dict[str, Any]]:
    return list((await who.get("/api/staff/cases?state=open"))[1]["cases"])


async def heard(client: Client, *said: str, area: str | None = "camden") -> Chat:
    chat = await make_chat(client, area)
    for words in said:
        await chat.say(words)
    return chat


def at(case: dict[str, Any]) -> dict[str, str]:
    return {"id": case["id"], "conversation": case["conversation"], "at": f"/api/staff/cases/{case['id']}"}


async def until_one_waits(parts: Parts) -> None:
    """Return once a transaction waits for another."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0")
    async with asyncio.timeout(20):
        while True:
            async with parts.db.reading() as session:
                if (await session.execute(waiting)).scalar_one():
                    return


async def bars(parts: Parts) -> int:
    async with parts.db.reading() as session:
        return len(list((await session.execute(select(CaseBar))).scalars()))


@pytest.mark.parametrize("area", ["camden", None])
async def test_the_one_named_has_no_such_case_and_a_lead_has(
    client: Client, sam: Colleague, priya: Colleague, area: str | None
) -> None:
    await heard(client, ABOUT_SAM, area=area)
    (case,) = [at(one) for one in await cases(priya)]
    assert await cases(sam) == []
    assert (await sam.post("/api/staff/cases/take-next"))[0] == 204
    for path in ("", "/messages"):
        assert (await sam.get(case["at"] + path))[0] == 404
    for path, body in (
        ("claim", {}),
        ("notes", {"text": "x"}),
        ("reveal", {}),
        ("decisions", {"text": "x"}),
        ("escalate", {"why": "x"}),
    ):
        assert (await sam.post(f"{case['at']}/{path}", body))[0] == 404
    async with sam.http.get(f"/api/staff/events?case={case['id']}") as response:
        assert response.status == 404
    _, seen = await priya.get(case["at"])
    assert [one["name"] for one in seen["barred"]] == ["Sam Okafor"]
    assert "Sam Okafor is named here" in str(seen["notes"])
    assert "cannot see it" in await priya.page(case["at"].removeprefix("/api"))


async def test_every_case_of_the_conversation_is_kept_from_them(
    client: Client, sam: Colleague, priya: Colleague, parts: Parts
) -> None:
    chat = await heard(client, ABOUT_SAM)
    await make_case(parts, "request", conversation=chat.conversation)
    assert (len(await cases(priya)), await cases(sam)) == (2, [])


async def test_a_name_in_a_message_of_its_own_counts_before_or_after(
    client: Client, sam: Colleague, parts: Parts
) -> None:
    await heard(client, "my adviser is called Sam Okafor", "hes a bit weird", "he touched my leg")
    await heard(client, "my adviser touched me", "im scared", "its Mr Okafor")
    assert await bars(parts) == 2 and await cases(sam) == []


async def test_an_adviser_who_is_talking_to_them_loses_the_talk_at_once(
    client: Client, sam: Colleague, priya: Colleague, parts: Parts
) -> None:
    chat = await heard(client, WORRIED)
    (case,) = [at(one) for one in await cases(sam)]
    await sam.post(f"{case['at']}/claim")
    await sam.post(f"{case['at']}/reply", {"text": "Hi, I'm Sam."})
    (safety,) = await chat.say("sam you touched me last week my adviser touched me")
    assert safety["kind"] == "safety"
    assert await chat.state() == "waiting"
    assert any("Sam has left" in message["text"] for message in await chat.messages())
    held = await stored(parts, case)
    assert (held.state, held.owner_id) == ("waiting", None)
    assert (await sam.get(case["at"]))[0] == 404
    assert (await sam.post(f"{case['at']}/reply", {"text": "please"}))[0] == 404
    assert (await priya.post(f"{case['at']}/claim"))[0] == 200


async def test_an_adviser_who_is_thanked_by_name_in_a_talk_about_harm_stays(
    client: Client, sam: Colleague, parts: Parts
) -> None:
    chat = await heard(client, "my step dad hits me")
    (case,) = [at(one) for one in await cases(sam)]
    await sam.post(f"{case['at']}/claim")
    await chat.say("thanks sam, hes at home now and he hit me again")
    assert await bars(parts) == 0 and await chat.state() == "adviser"
    assert (await sam.get(case["at"]))[0] == 200


async def test_a_name_said_of_no_harm_keeps_nobody_out(client: Client, sam: Colleague, parts: Parts) -> None:
    await heard(client, "sam okafor told me to text you, can i get a bursary")
    await heard(client, "i want to kill myself. i told sam okafor")
    assert await bars(parts) == 0 and len(await cases(sam)) == 1


async def test_a_lead_lets_them_in_again_and_the_same_words_do_not_keep_them_out(
    client: Client, sam: Colleague, priya: Colleague, parts: Parts
) -> None:
    chat = await heard(client, ABOUT_SAM)
    (case,) = [at(one) for one in await cases(priya)]
    sams_id = (await sam.get("/api/staff/session"))[1]["id"]
    body = {"staff": sams_id, "why": "Another Sam: I rang the school."}
    status, record = await priya.post(f"{case['at']}/lift", body)
    assert (status, record["barred"]) == (200, [])
    await chat.say("i said sam okafor touched me")
    assert (await sam.get(case["at"]))[0] == 200
    async with parts.db.reading() as session:
        query = select(AuditEntry.actor, AuditEntry.action).where(AuditEntry.action.like("case.%bar"))
        actions = [tuple(row) for row in await session.execute(query.order_by(AuditEntry.id))]
    me = (await priya.get("/api/staff/session"))[1]["id"]
    assert actions == [("system", "case.bar"), (me, "case.lift_bar")]


async def test_a_lead_keeps_someone_out_by_hand(
    client: Client, sam: Colleague, priya: Colleague, parts: Parts
) -> None:
    await heard(client, "he hits me all the time")
    (case,) = [at(one) for one in await cases(sam)]
    await sam.post(f"{case['at']}/claim")
    sams_id = (await sam.get("/api/staff/session"))[1]["id"]
    body = {"staff": sams_id, "why": "He may be the one meant."}
    assert (await sam.post(f"{case['at']}/bar", body))[0] == 403
    assert (await priya.post(f"{case['at']}/bar", body))[0] == 200
    assert (await sam.get(case["at"]))[0] == 404
    assert (await stored(parts, case)).owner_id is None
    status, answer = await priya.post(f"{case['at']}/transfer", {"to": sams_id})
    assert (status, answer["error"]["code"]) == (422, "unknown_colleague")


@pytest.mark.parametrize("whom", ["", "nobody", "5f095e40-0b01-468f-9826-bba09a4632f9", "me"])
async def test_only_a_colleague_can_be_kept_out(client: Client, priya: Colleague, whom: str) -> None:
    await heard(client, ABOUT_SAM)
    (case,) = [at(one) for one in await cases(priya)]
    if whom == "me":
        whom = (await priya.get("/api/staff/session"))[1]["id"]
    for action in ("bar", "lift"):
        status, _ = await priya.post(f"{case['at']}/{action}", {"staff": whom, "why": "x"})
        assert status == 422


async def test_a_lead_who_is_named_does_not_see_it_and_the_manager_decides(
    client: Client, priya: Colleague
) -> None:
    await heard(client, "priya nair your safeguarding lead touched me")
    assert await cases(priya) == []
    async with signed_in(client, "manager@demo.test") as dana:
        (case,) = [at(one) for one in await cases(dana)]
        hers = (await priya.get("/api/staff/session"))[1]["id"]
        assert (await dana.post(f"{case['at']}/lift", {"staff": hers, "why": "Checked"}))[0] == 200
    assert len(await cases(priya)) == 1


async def test_a_claim_at_the_moment_of_the_naming_does_not_hold(
    client: Client, sam: Colleague, parts: Parts
) -> None:
    chat = await heard(client, "a man touched me")
    (case,) = [at(one) for one in await cases(sam)]
    await asyncio.gather(sam.post(f"{case['at']}/claim"), chat.say("it was sam okafor"))
    assert (await sam.get(case["at"]))[0] == 404
    assert (await stored(parts, case)).owner_id is None


async def test_the_lead_of_all_areas_is_not_kept_out_by_another_name(client: Client) -> None:
    await heard(client, ABOUT_SAM)
    async with signed_in(client, LEAD) as priya:
        assert len(await cases(priya)) == 1


NAMED = [
    "sam okafor did it",
    "SAM OKAFOR",
    "it was sam... okafor",
    "Sam Okafor's hands",
    "sam okafour",
    "sam j okafor",
    "okafor sam",
    "mr okafor",
    "Sám Okáfor",
]
NOT_NAMED = ["sam touched me", "samantha okafor", "okafor", "sam said that", "some okra for dinner", ""]
BLAMED = ["sam you touched me", "it was sam", "sam keeps hitting me", "i was hit by sam", "SAM... kissed me"]
NOT_BLAMED = [
    "thanks sam",
    "hi sam my uncle touched me",
    "sam said i can ring",
    "thanks sam he hit me",
    "samantha touched me",
]


def meant(said: str, *, name_is_enough: bool = True, met: bool = False) -> bool:
    return is_meant("Sam Okafor", plain(said), name_is_enough=name_is_enough, met=met)


@pytest.mark.parametrize("said", NAMED)
def test_a_full_name_is_heard_however_it_is_written(said: str) -> None:
    assert meant(said)


@pytest.mark.parametrize("said", NOT_NAMED)
def test_half_a_name_is_nobodys(said: str) -> None:
    assert not meant(said)


@pytest.mark.parametrize("said", BLAMED)
def test_the_first_name_is_enough_to_blame_someone_they_have_met(said: str) -> None:
    assert meant(said, met=True)
    assert meant(said, met=True, name_is_enough=False)
    assert not meant(said)


@pytest.mark.parametrize("said", NOT_BLAMED)
def test_talking_to_an_adviser_by_name_blames_nobody(said: str) -> None:
    assert not meant(said, met=True)


def test_of_other_harm_a_full_name_counts_where_they_are_said_to_have_done_it() -> None:
    assert meant("sam okafor hits me", name_is_enough=False)
    assert not meant("sam okafor said to text you. my step dad hits me", name_is_enough=False)


@given(st.text(min_size=1, max_size=40), st.text(max_size=200), st.booleans(), st.booleans())
def test_whatever_the_name_and_the_text_nobody_is_let_in_because_they_have_met(
    name: str, said: str, enough: bool, met: bool
) -> None:
    text = plain(f"{said} {name} hit me")
    unmet = is_meant(name, text, name_is_enough=False, met=False)
    assert not unmet or is_meant(name, text, name_is_enough=enough, met=met)


@pytest.mark.parametrize(
    "database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_who_is_barred_while_taking_the_next_case_gets_the_one_after_it(
    sam: Colleague, parts: Parts
) -> None:
    top = await make_case(parts, "safeguarding", level="urgent")
    after = await make_case(parts)
    sams_id = uuid.UUID((await sam.get("/api/staff/session"))[1]["id"])
    async with parts.db.transaction() as session:
        conversation = await lock(session, uuid.UUID(top["conversation"]))
        taking = asyncio.create_task(sam.post("/api/staff/cases/take-next"))
        await until_one_waits(parts)
        session.add(CaseBar(conversation_id=conversation.id, staff_id=sams_id, at=parts.clock.now()))
    status, body = await taking
    assert (status, body["id"]) == (200, after["id"])
