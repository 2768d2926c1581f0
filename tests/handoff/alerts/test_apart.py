"""One alert or notice that cannot be worked on holds up no other, and is counted and logged without words."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import update

from handoff.alerts.model import Alert, AlertNotice
from handoff.background import apart
from handoff.conversations.service import lock
from tests.handoff.alerts.scenes import SAM, Bell, id_of
from tests.handoff.cases.scenes import make_case, stored

UNHEARD_OF = "unheard-of"


async def poison(bell: Bell, case: dict[str, str]) -> None:
    """An alert of a level that there is none of: its step cannot be worked out."""
    async with bell.parts.db.transaction() as session:
        await lock(session, uuid.UUID(case["conversation"]))
        await session.execute(update(Alert).where(Alert.case_id == id_of(case)).values(level=UNHEARD_OF))


async def stumbles(internal: TestClient[Any, Any], job: str) -> float:
    lines = (await (await internal.get("/metrics")).text()).splitlines()
    start = f'wayline_stumbles_total{{job="{job}"}} '
    return sum(float(line.removeprefix(start)) for line in lines if line.startswith(start))


async def test_an_alert_whose_step_fails_holds_up_no_other(
    bell: Bell, internal: TestClient[Any, Any], caplog: pytest.LogCaptureFixture
) -> None:
    bad = await make_case(bell.parts, "safeguarding", level="emergency")
    await make_case(bell.parts, "safeguarding", level="emergency")
    await poison(bell, bad)
    before = await stumbles(internal, "alarms")
    assert await bell.alarms().round() == 1
    assert await stumbles(internal, "alarms") == before + 1
    await bell.texts().drain()
    assert len(bell.twilio.sent) == 1
    (line,) = [one.getMessage() for one in caplog.records if "stumbled" in one.getMessage()]
    assert "alarms stumbled alert=" in line and "error=KeyError" in line and UNHEARD_OF not in line


@pytest.mark.parametrize("channel", ["sms", "email"])
async def test_a_notice_that_cannot_be_worded_holds_up_no_other_and_is_tried_again(
    bell: Bell, internal: TestClient[Any, Any], channel: str
) -> None:
    bad = await make_case(bell.parts, "safeguarding", level="emergency")
    await bell.alarms().round()
    async with bell.parts.db.transaction() as session:
        await session.execute(update(AlertNotice).values(role=UNHEARD_OF))
    await make_case(bell.parts, "safeguarding", level="emergency")
    before = await stumbles(internal, "callout")
    assert await bell.later() == [SAM]
    assert len(bell.mailed()) == 1
    assert await stumbles(internal, "callout") == before + 2
    (row,) = [one for one in await bell.notices() if one.role == UNHEARD_OF and one.channel == channel]
    assert (row.state, row.error_code, row.attempts) == ("sending", "KeyError", 1)
    async with bell.parts.db.transaction() as session:
        await session.execute(update(AlertNotice).values(role="on_call"))
    assert await bell.later(seconds=2) == [SAM]
    reference = (await stored(bell.parts, bad)).reference
    assert sum(reference in str(one) for one in bell.mailed()) == 1


async def test_what_ends_a_service_is_no_stumble() -> None:
    with pytest.raises(asyncio.CancelledError), apart("job", thing=1):
        raise asyncio.CancelledError
