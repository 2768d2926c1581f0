"""The record of a case: who decided what and when, who else was told, and what the law's clocks say."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp.test_utils import TestClient
from sqlalchemy import select, text

from bot.vocabulary import load_vocabulary
from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.cases.destinations import DestinationFaults, load_destinations
from handoff.clock import Clock
from handoff.settings import Settings
from tests.handoff.cases.scenes import Colleague, make_case, signed_in, stored
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa, talk

Client = TestClient[Any, Any]
DECIDED = "Rang Priya at 3pm; we agreed to ring MASH at once because he is at home tonight."


async def record(who: Colleague, case: dict[str, str]) -> dict[str, Any]:
    status, body = await who.get(case["at"])
    assert status == 200
    return body


async def claimed(who: Colleague, parts: Parts, **over: Any) -> dict[str, str]:
    case = await make_case(parts, "safeguarding", **{"level": "urgent"} | over)
    assert (await who.post(f"{case['at']}/claim"))[0] == 200
    return case


async def audited(parts: Parts, action: str) -> list[dict[str, Any]]:
    async with parts.db.reading() as session:
        query = select(AuditEntry.detail).where(AuditEntry.action == action).order_by(AuditEntry.id)
        return list((await session.execute(query)).scalars())


async def test_a_decision_says_who_made_it_and_when_and_stays(sam: Colleague, parts: Parts) -> None:
    case = await claimed(sam, parts)
    for words in (DECIDED, "MASH accepted it."):
        assert (await sam.post(f"{case['at']}/decisions", {"text": words}))[0] == 200
    seen = await record(sam, case)
    assert [(one["text"], one["by"]) for one in seen["decisions"]] == [
        (DECIDED, "Sam Okafor"),
        ("MASH accepted it.", "Sam Okafor"),
    ]
    assert seen["decision"] == "MASH accepted it." and seen["decisions"][0]["at"].endswith("Z")
    assert [set(one) for one in await audited(parts, "case.decide")] == [{"decision"}, {"decision"}]


async def test_a_decision_made_before_lets_the_case_close(sam: Colleague, parts: Parts) -> None:
    case = await claimed(sam, parts)
    close = f"{case['at']}/close"
    assert (await sam.post(close, {"outcome": "safety_plan"}))[1]["error"]["code"] == "decision_required"
    await sam.post(f"{case['at']}/decisions", {"text": DECIDED})
    assert (await sam.post(close, {"outcome": "safety_plan"}))[0] == 200
    assert (await record(sam, case))["decision"] == DECIDED


async def test_a_lead_may_decide_for_others_and_a_colleague_may_not(
    sam: Colleague, priya: Colleague, client: Client, parts: Parts
) -> None:
    case = await make_case(parts, "safeguarding", level="urgent")
    status, body = await sam.post(f"{case['at']}/decisions", {"text": DECIDED})
    assert (status, body["error"]["code"]) == (409, "not_owner")
    assert (await sam.post(f"{case['at']}/referrals", {"to": "mash"}))[0] == 409
    assert (await priya.post(f"{case['at']}/decisions", {"text": DECIDED}))[0] == 200
    async with signed_in(client, "manager@demo.test") as dana:
        assert (await dana.post(f"{case['at']}/decisions", {"text": DECIDED}))[0] == 403


async def test_another_areas_adviser_finds_no_case_to_write_on(
    alex: Colleague, priya: Colleague, parts: Parts
) -> None:
    case = await claimed(priya, parts, area="camden")
    told = (await priya.post(f"{case['at']}/referrals", {"to": "mash"}))[1]["referrals"][0]["id"]
    for path, body in (
        ("decisions", {"text": "x"}),
        ("referrals", {"to": "mash"}),
        (f"referrals/{told}", {"answer": "x"}),
    ):
        assert (await alex.post(f"{case['at']}/{path}", body))[0] == 404


async def test_a_referral_keeps_to_whom_when_and_what_came_of_it(
    sam: Colleague, parts: Parts, clock: Clock
) -> None:
    case = await claimed(sam, parts)
    made = {"to": "police", "whom": "PC 1234 Shah", "reference": "CAD 881", "at": clock.now().isoformat()}
    status, body = await sam.post(f"{case['at']}/referrals", made)
    (told,) = body["referrals"]
    assert (status, told["to"], told["whom"], told["reference"]) == (200, "police", "PC 1234 Shah", "CAD 881")
    assert (told["by"], told["acknowledged_at"], told["answer"]) == ("Sam Okafor", None, None)
    answer = {"answer": "A car is on its way.", "reference": "CAD 882"}
    _, body = await sam.post(f"{case['at']}/referrals/{told['id']}", answer)
    (told,) = body["referrals"]
    assert (told["answer"], told["reference"]) == ("A car is on its way.", "CAD 882")
    assert told["acknowledged_at"]
    assert [one["to"] for one in await audited(parts, "case.refer")] == ["police"]
    assert [one["to"] for one in await audited(parts, "case.refer.answer")] == ["police"]


async def test_an_outcome_that_says_referred_brings_its_referral_once(sam: Colleague, parts: Parts) -> None:
    case = await claimed(sam, parts)
    await sam.post(f"{case['at']}/close", {"outcome": "referred_mash", "decision": DECIDED})
    assert [one["to"] for one in (await record(sam, case))["referrals"]] == ["mash"]
    other = await claimed(sam, parts)
    await sam.post(f"{other['at']}/referrals", {"to": "mash", "whom": "Duty worker"})
    await sam.post(f"{other['at']}/close", {"outcome": "referred_mash", "decision": DECIDED})
    assert [one["whom"] for one in (await record(sam, other))["referrals"]] == ["Duty worker"]


async def test_what_came_of_a_referral_is_written_down_after_the_case_closed(
    sam: Colleague, parts: Parts
) -> None:
    case = await claimed(sam, parts)
    await sam.post(f"{case['at']}/close", {"outcome": "referred_mash", "decision": DECIDED})
    (told,) = (await record(sam, case))["referrals"]
    path = f"{case['at']}/referrals/{told['id']}"
    assert (await sam.post(path, {"acknowledged": True}))[1]["referrals"][0]["acknowledged_at"]
    assert (await stored(parts, case)).state == "closed"


async def test_the_same_id_writes_nothing_twice_and_serves_one_case(sam: Colleague, parts: Parts) -> None:
    case, other, same = await claimed(sam, parts), await claimed(sam, parts), str(uuid.uuid4())
    for _ in range(2):
        _, body = await sam.post(f"{case['at']}/decisions", {"text": DECIDED, "id": same})
        _, body = await sam.post(f"{case['at']}/referrals", {"to": "lado", "id": same})
    assert (len(body["decisions"]), len(body["referrals"])) == (1, 1)
    status, body = await sam.post(f"{other['at']}/decisions", {"text": DECIDED, "id": same})
    assert (status, body["error"]["code"]) == (409, "id_reused")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"to": "the pope"}, "unknown_destination"),
        ({"to": ""}, "empty"),
        ({}, "bad_field"),
        ({"to": "mash", "at": "yesterday"}, "bad_time"),
        ({"to": "mash", "at": "2026-11-22T10:00:00"}, "bad_time"),
        ({"to": "mash", "at": "2001-01-01T10:00:00Z"}, "bad_time"),
        ({"to": "mash", "at": "2999-01-01T10:00:00Z"}, "bad_time"),
        ({"to": "mash", "id": "7"}, "bad_field"),
        ({"to": "mash", "whom": "x" * 201}, "too_long"),
    ],
)
async def test_a_referral_that_cannot_be_right_says_why(
    sam: Colleague, parts: Parts, body: dict[str, str], code: str
) -> None:
    case = await claimed(sam, parts)
    status, answer = await sam.post(f"{case['at']}/referrals", body)
    assert status in (413, 422) and answer["error"]["code"] == code


@pytest.mark.parametrize("words", ["", "  ", "\u200b\u2060", None, 7, "x" * 5001])
async def test_a_decision_of_nothing_is_none(sam: Colleague, parts: Parts, words: Any) -> None:
    case = await claimed(sam, parts)
    assert (await sam.post(f"{case['at']}/decisions", {"text": words}))[0] in (413, 422)


async def test_a_referral_of_another_case_is_not_found(sam: Colleague, parts: Parts) -> None:
    case, other = await claimed(sam, parts), await claimed(sam, parts)
    (told,) = (await sam.post(f"{case['at']}/referrals", {"to": "mash"}))[1]["referrals"]
    assert (await sam.post(f"{other['at']}/referrals/{told['id']}", {"answer": "x"}))[0] == 404
    assert (await sam.post(f"{case['at']}/referrals/nonsense", {"answer": "x"}))[0] == 404


async def test_the_record_is_nowhere_in_the_clear(sam: Colleague, parts: Parts) -> None:
    case = await claimed(sam, parts)
    await sam.post(f"{case['at']}/decisions", {"text": DECIDED})
    await sam.post(f"{case['at']}/referrals", {"to": "mash", "whom": "Ms Sharp", "reference": "R-55"})
    async with parts.db.reading() as session:
        rows = [
            *(await session.execute(text("SELECT text FROM case_decision"))).scalars(),
            *(await session.execute(text("SELECT whom FROM case_referral"))).scalars(),
            *(await session.execute(text("SELECT reference FROM case_referral"))).scalars(),
        ]
    kept = b"".join(bytes(row) for row in rows)
    assert not any(words in kept for words in (b"Rang", b"Sharp", b"R-55"))


class TestClocks:
    """Times from law and procedure: Friday noon leads over a weekend to Monday's close."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, now=datetime(2026, 11, 20, 12, tzinfo=UTC))

    async def test_an_allegation_goes_to_the_lado_within_one_working_day(
        self, priya: Colleague, parts: Parts
    ) -> None:
        case = await claimed(priya, parts, categories=("allegation",))
        (duty,) = (await record(priya, case))["duties"]
        assert (duty["to"], duty["due_at"], duty["done_at"]) == ("lado", "2026-11-23T17:00:00Z", None)
        page = await priya.page(case["at"].removeprefix("/api"))
        assert "LADO within one working day" in page and "due 5pm on Monday" in page
        _, body = await priya.post(f"{case['at']}/referrals", {"to": "lado"})
        assert body["duties"][0]["done_at"]

    async def test_a_duty_that_was_not_done_in_time_shows_late(
        self, client: Client, parts: Parts, clock: Clock
    ) -> None:
        case = await make_case(parts, "safeguarding", level="urgent", categories=("allegation",))
        clock.move(timedelta(days=4))
        async with signed_in(client, "lead@demo.test") as priya:
            page = await priya.page(case["at"].removeprefix("/api"))
        assert "duty--late" in page and "overdue by" in page

    async def test_mash_gets_it_in_writing_in_a_day_and_answers_in_a_working_day(
        self, priya: Colleague, parts: Parts, clock: Clock
    ) -> None:
        case = await claimed(priya, parts)
        made = {"to": "mash", "at": clock.now().replace(microsecond=0).isoformat()}
        _, body = await priya.post(f"{case['at']}/referrals", made)
        (told,) = body["referrals"]
        at = datetime.fromisoformat(told["made_at"])
        due = [datetime.fromisoformat(one["due_at"]) for one in told["due"]]
        assert due == [at + timedelta(hours=24), datetime(2026, 11, 23, 17, tzinfo=UTC)]
        _, body = await priya.post(f"{case['at']}/referrals/{told['id']}", {"acknowledged": True})
        assert body["referrals"][0]["due"] == []

    async def test_what_sets_no_time_shows_none(self, priya: Colleague, parts: Parts) -> None:
        case = await claimed(priya, parts, categories=("radicalisation",))
        _, body = await priya.post(f"{case['at']}/referrals", {"to": "prevent"})
        assert (body["duties"], body["referrals"][0]["due"]) == ([], [])


def test_every_outcome_that_says_referred_for_safeguarding_says_to_whom() -> None:
    says = {
        code
        for code, one in load_vocabulary().outcomes.items()
        if code.startswith("referred_") and "safeguarding" in one.reasons
    }
    known = load_destinations()
    assert says == {outcome for there in known.values() for outcome in there.outcomes}
    categories = {code for there in known.values() if there.duty for code in there.duty.categories}
    assert categories <= set(load_vocabulary().categories)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"code": "x", "label": "X", "written_hours": 24}, "needs the source"),
        ({"code": "x"}, "label is missing"),
        ({"code": "x", "label": "X", "colour": "red"}, "colour is no field"),
    ],
)
def test_a_destination_that_is_not_whole_is_refused(
    tmp_path: Path, entry: dict[str, Any], fault: str
) -> None:
    path = tmp_path / "referrals.yml"
    path.write_text(yaml.safe_dump([entry]))
    with pytest.raises(DestinationFaults, match=fault):
        load_destinations(path)


async def test_each_finding_says_what_heard_it_and_a_tapped_choice_its_level(
    client: Client, sam: Colleague, rasa: FakeRasa
) -> None:
    offered = [{"text": "Home isn't safe", "answer": None}, {"text": "Money", "answer": None}]
    rasa.script["can we do a check in"] = [talk("Is anything in the way?", choices=offered)]
    chat = await make_chat(client, "camden")
    await chat.say("can we do a check in")
    await chat.say("1")
    await chat.say("my step dad hits me")
    _, body = await sam.get("/api/staff/cases")
    at = next(f"/api/staff/cases/{one['id']}" for one in body["cases"] if one["reason"] == "safeguarding")
    _, seen = await sam.get(f"{at}/messages")
    tapped, said = (one["findings"] for one in seen["messages"] if one["findings"])
    assert [(one["detector"], one["level"], one["evidence"]) for one in tapped][:1] == [
        ("choice", "urgent", ["Home isn't safe"])
    ]
    assert "phrases" in {one["detector"] for one in said}
    page = await sam.page(at.removeprefix("/api"))
    assert "tapped: Home isn" in page and "heard by the phrases: " in page
