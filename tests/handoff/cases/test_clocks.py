"""By when a case is due: what worries us is looked at on the working day on which it came."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.app import Parts
from tests.handoff.cases.scenes import LEAD, make_case, signed_in, stored
from tests.handoff.factories import make_chat

Client = TestClient[Any, Any]
WORRY = "i feel really low and cant sleep"
POLISH = "nie rozumiem po angielsku, szukam pracy"
# Camden is open from 9 to 5 from Monday, 23 November 2026, to Friday; the clocks are on winter time.
SAME_DAY = {
    "2026-11-23T09:00": "2026-11-23T17:00",
    "2026-11-23T14:20": "2026-11-23T17:00",
    "2026-11-23T16:59": "2026-11-23T17:00",  # within the working day: first of its level the next morning
    "2026-11-23T07:15": "2026-11-23T17:00",
    "2026-11-23T17:00": "2026-11-24T17:00",
    "2026-11-27T21:40": "2026-11-30T17:00",
    "2026-12-24T18:00": "2026-12-29T17:00",  # over Christmas, a weekend and the bank holiday after it
}


def move_to(parts: Parts, moment: str) -> None:
    parts.clock.move(datetime.fromisoformat(moment).replace(tzinfo=UTC) - parts.clock.now())


@pytest.mark.parametrize("words", [WORRY, POLISH])
@pytest.mark.parametrize(("said", "due"), SAME_DAY.items())
async def test_a_worry_and_another_language_are_due_when_the_working_day_ends(
    client: Client, parts: Parts, words: str, said: str, due: str
) -> None:
    move_to(parts, said)
    await (await make_chat(client, "camden")).say(words)
    async with signed_in(client, LEAD) as lead:
        [case] = (await lead.get("/api/staff/cases"))[1]["cases"]
    assert (case["level"], case["due_at"]) == ("concern", f"{due}:00Z")


async def test_a_case_that_becomes_a_worry_is_due_that_day(parts: Parts) -> None:
    move_to(parts, "2026-11-23T10:00")
    case = await make_case(parts, "unanswered")
    assert f"{(await stored(parts, case)).due_at:%d %H:%M}" == "24 17:00"
    await make_case(parts, "unanswered", level="concern", conversation=case["conversation"])
    assert f"{(await stored(parts, case)).due_at:%d %H:%M}" == "23 17:00"
