"""Closing a case: outcomes, decisions, and where the conversation goes."""

from __future__ import annotations

from itertools import product

import pytest

from handoff.app import Parts
from handoff.cases.rules import Left, masked, state_after_close, state_after_return
from tests.handoff.cases.scenes import Colleague, conversation_state, make_case

# state before, owner holds another, someone is still needed -> state after
AFTER_CLOSE = [
    ("adviser", True, True, "adviser"),
    ("adviser", True, False, "adviser"),
    ("adviser", False, True, "waiting"),
    ("adviser", False, False, "closed"),
    ("waiting", False, True, "waiting"),
    ("waiting", True, True, "waiting"),
    ("waiting", False, False, "bot"),
    ("waiting", True, False, "bot"),
    *((state, holds, needs, state) for state, holds, needs in product(("bot", "closed"), (0, 1), (0, 1))),
]


@pytest.mark.parametrize("before, holds, needed, after", AFTER_CLOSE)
def test_where_a_conversation_goes_after_a_close(before: str, holds: bool, needed: bool, after: str) -> None:
    assert state_after_close(before, Left(bool(holds), bool(needed))) == after


def test_a_returned_case_leaves_an_adviser_who_holds_another_in_place() -> None:
    assert state_after_return("adviser", Left(True, False)) == "adviser"
    assert state_after_return("adviser", Left(False, False)) == "waiting"
    assert state_after_return("bot", Left(False, False)) == "bot"


def test_a_masked_number_shows_its_ends_only() -> None:
    assert masked("+447700900123") == "+44 •••• ••• 123" and masked("12345") == "•••"


async def claimed(sam: Colleague, parts: Parts, reason: str = "request", **over: str) -> dict[str, str]:
    case = await make_case(parts, reason, **over)  # type: ignore[arg-type]
    assert (await sam.post(f"{case['at']}/claim"))[0] == 200
    return case


async def test_a_closed_case_says_how_it_ended_and_the_person_is_told(sam: Colleague, parts: Parts) -> None:
    case = await claimed(sam, parts)
    status, body = await sam.post(f"{case['at']}/close", {"outcome": "advice_given"})
    assert (status, body["state"], body["outcome"]) == (200, "closed", "advice_given")
    _, told = await sam.get(f"{case['at']}/messages")
    assert [message["kind"] for message in told["messages"]] == ["notice", "notice"]
    assert await conversation_state(parts, case) == "closed"


@pytest.mark.parametrize(
    "action, body", [("claim", {}), ("reply", {"text": "x"}), ("close", {"outcome": "declined"})]
)
async def test_nothing_more_happens_to_a_closed_case(
    sam: Colleague, parts: Parts, action: str, body: dict[str, str]
) -> None:
    case = await claimed(sam, parts)
    await sam.post(f"{case['at']}/close", {"outcome": "advice_given"})
    status, answer = await sam.post(f"{case['at']}/{action}", body)
    assert (status, answer["error"]["code"]) == (409, "closed")


@pytest.mark.parametrize("outcome", ["", "nonsense", 7, None])
async def test_an_unknown_outcome_is_refused(sam: Colleague, parts: Parts, outcome: object) -> None:
    case = await claimed(sam, parts)
    status, body = await sam.post(f"{case['at']}/close", {"outcome": outcome})
    assert (status, body["error"]["code"]) == (422, "unknown_outcome")


@pytest.mark.parametrize("decision", [None, "", "  ", "\u200b\u2060", "\u202e", "\u3164"])
async def test_safeguarding_cannot_close_without_a_decision(
    sam: Colleague, parts: Parts, decision: str | None
) -> None:
    case = await claimed(sam, parts, "safeguarding", level="urgent")
    status, body = await sam.post(f"{case['at']}/close", {"outcome": "referred_mash", "decision": decision})
    assert (status, body["error"]["code"]) == (422, "decision_required")
    said = {"outcome": "referred_mash", "decision": "Referred at 3pm with Priya."}
    assert (await sam.post(f"{case['at']}/close", said))[0] == 200


async def test_an_adviser_with_another_case_of_the_conversation_stays(sam: Colleague, parts: Parts) -> None:
    case = await claimed(sam, parts)
    await claimed(sam, parts, "neet", conversation=case["conversation"])
    await sam.post(f"{case['at']}/close", {"outcome": "advice_given"})
    assert await conversation_state(parts, case) == "adviser"


async def test_an_unclaimed_urgent_case_keeps_the_person_waiting(sam: Colleague, parts: Parts) -> None:
    case = await claimed(sam, parts)
    await make_case(parts, "safeguarding", level="urgent", conversation=case["conversation"], state="adviser")
    await sam.post(f"{case['at']}/close", {"outcome": "advice_given"})
    assert await conversation_state(parts, case) == "waiting"


async def test_an_unclaimed_routine_case_does_not(sam: Colleague, parts: Parts) -> None:
    case = await claimed(sam, parts)
    await make_case(parts, "neet", conversation=case["conversation"])
    await sam.post(f"{case['at']}/close", {"outcome": "advice_given"})
    assert await conversation_state(parts, case) == "closed"


async def test_a_case_the_bot_kept_talking_in_closes_without_a_word(sam: Colleague, parts: Parts) -> None:
    case = await claimed(sam, parts, "neet")
    await sam.post(f"{case['at']}/close", {"outcome": "no_contact"})
    _, told = await sam.get(f"{case['at']}/messages")
    assert (await conversation_state(parts, case), told["messages"]) == ("bot", [])
