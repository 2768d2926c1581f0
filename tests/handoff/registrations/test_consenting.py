"""A permission talked over later: kept with when, how, the words and by whom, and acted on at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.cases.model import CaseNote
from handoff.jobcentre.model import Notice
from handoff.records import service as records
from handoff.registrations.model import Registration
from tests.handoff.cases.scenes import LAMBETH, Colleague, signed_in
from tests.handoff.records.scenes import make_record
from tests.handoff.registrations.papers import make_registration, reload

Client = TestClient[Any, Any]
ASKED = "Is it OK if I tell the Jobcentre you registered?"
FIELDS = {"answer": "yes", "how": "phone", "words": ASKED, "free": "yes"}


@pytest.fixture
async def registration(parts: Parts) -> Registration:
    """Somebody who said no to everything when they registered."""
    record = await make_record(parts)
    return await make_registration(parts, jobcentre_permission=False, record_id=record)


def today(parts: Parts) -> date:
    return parts.clock.now().date()


async def put_down(
    sam: Colleague, parts: Parts, registration: Registration, purpose: str = "jobcentre", **over: str
) -> tuple[int, str]:
    path = f"/staff/registrations/{registration.reference}/permissions/{purpose}"
    part = {"part": f"permission_{purpose}", "on": today(parts).isoformat()}
    return await sam.submit(path, **{**FIELDS, **part, **over})


async def notices(parts: Parts) -> list[str]:
    async with parts.db.reading() as session:
        return list((await session.execute(select(Notice.kind).order_by(Notice.created_at))).scalars())


async def test_a_yes_given_later_counts_is_on_the_record_and_told(
    sam: Colleague, parts: Parts, registration: Registration
) -> None:
    status, shown = await put_down(sam, parts, registration)
    assert (
        status == 200
        and "Jobcentre Plus: may be told" in shown
        and ASKED in shown
        and "On the phone on" in shown
    )
    assert (await reload(parts, registration)).jobcentre_permission is True
    assert await notices(parts) == ["registered"]
    async with parts.db.reading() as session:
        [kept] = await records.consents(session, registration.record_id)
        notes = [one.text for one in (await session.execute(select(CaseNote))).scalars()]
    assert ASKED in kept.words and kept.given_by not in ("person", "system")
    assert any("we may now tell Jobcentre Plus" in note for note in notes)


async def test_a_no_given_later_is_over_at_once(
    sam: Colleague, parts: Parts, registration: Registration
) -> None:
    await put_down(sam, parts, registration)
    _, shown = await put_down(sam, parts, registration, answer="no", free="")
    assert "Jobcentre Plus: must not be told" in shown
    assert (await reload(parts, registration)).jobcentre_permission is False
    async with parts.db.reading() as session:
        assert not await records.may_tell(session, registration.record_id, records.JOBCENTRE)


async def test_who_else_may_be_told_is_asked_by_itself(
    sam: Colleague, parts: Parts, registration: Registration
) -> None:
    await put_down(sam, parts, registration, "others")
    kept = await reload(parts, registration)
    assert (kept.others_permission, kept.jobcentre_permission) == (True, False)
    assert await notices(parts) == []


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"answer": ""}, "Choose what they said"),
        ({"how": "telepathy"}, "Choose how they said it"),
        ({"on": "soon"}, "Give the day"),
        ({"on": "2999-01-01"}, "Give the day"),
        ({"words": " "}, "in the words you used"),
        ({"words": "x" * 501}, "At most 500"),
        ({"free": ""}, "they can say no"),
    ],
)
async def test_a_half_kept_permission_is_none(
    sam: Colleague, parts: Parts, registration: Registration, over: dict[str, str], says: str
) -> None:
    status, shown = await put_down(sam, parts, registration, **over)
    assert status == 422 and says in shown
    assert (await reload(parts, registration)).jobcentre_permission is False and await notices(parts) == []


async def test_it_is_in_the_audit_without_the_words(
    sam: Colleague, parts: Parts, registration: Registration
) -> None:
    await put_down(sam, parts, registration)
    async with parts.db.reading() as session:
        found = select(AuditEntry).where(AuditEntry.action == "registration.permission")
        entry = (await session.execute(found)).scalar_one()
    assert ASKED not in str(entry.detail) and "phone" in str(entry.detail)


async def test_only_in_their_areas_and_with_the_right(
    client: Client, parts: Parts, registration: Registration
) -> None:
    async with signed_in(client, LAMBETH) as alex:
        assert (await put_down(alex, parts, registration))[0] == 404
    async with signed_in(client, "editor.one@demo.test") as ed:
        assert (await put_down(ed, parts, registration))[0] == 403
    assert (await reload(parts, registration)).jobcentre_permission is False


async def test_no_purpose_that_there_is_not(sam: Colleague, parts: Parts, registration: Registration) -> None:
    assert (await put_down(sam, parts, registration, "everyone"))[0] in (404, 405)


async def test_a_yes_from_long_ago_is_asked_anew(
    sam: Colleague, parts: Parts, registration: Registration
) -> None:
    long_ago = (today(parts) - timedelta(days=400)).isoformat()
    assert (await put_down(sam, parts, registration, on=long_ago))[0] == 422
