"""Who is on call is somebody's decision, week by week: shown, changed by who may, its gaps said in words."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.alerts.model import Shift
from handoff.audit import AuditEntry
from handoff.settings import Settings
from tests.handoff.alerts.scenes import ALEX, DANA, PRIYA, SAM, Bell
from tests.handoff.cases.scenes import LAMBETH, LEAD, Colleague, make_case, signed_in

MONDAY = "2026-11-23"
ROTA, SHIFTS = "/api/staff/rota", "/api/staff/rota/shifts"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """It is Tuesday 24 November 2026, half past two."""
    return replace(settings, now=datetime(2026, 11, 24, 14, 30, tzinfo=UTC))


@pytest.fixture
async def empty(bell: Bell) -> Bell:
    """A rota with nobody on it."""
    async with bell.parts.db.transaction() as session:
        for shift in (await session.execute(select(Shift))).scalars():
            await session.delete(shift)
    return bell


async def new_shift(bell: Bell, **over: Any) -> dict[str, Any]:
    given = {"area": "camden", "role": "on_call", "staff": str((await bell.person(SAM)).id)}
    return {**given, "starts_at": "2026-11-24T17:00", "ends_at": "2026-11-25T09:00", **over}


async def test_a_shift_rings_for_that_person_from_its_start_to_its_end(empty: Bell, priya: Colleague) -> None:
    status, shift = await priya.post(SHIFTS, await new_shift(empty))
    assert (status, shift["staff"]["name"]) == (201, "Sam Okafor")
    assert (shift["starts_at"], shift["ends_at"]) == ("2026-11-24T17:00:00Z", "2026-11-25T09:00:00Z")
    await make_case(empty.parts, "safeguarding", level="urgent")
    assert await empty.later() == [PRIYA]  # not on call yet: the lead
    empty.parts.clock.move(timedelta(hours=3))
    await make_case(empty.parts, "safeguarding", level="urgent")
    assert SAM in await empty.later()
    empty.parts.clock.move(timedelta(hours=20))
    await make_case(empty.parts, "safeguarding", level="urgent")
    assert SAM not in await empty.later()


async def test_gaps_are_said_in_words_and_listed(empty: Bell, priya: Colleague) -> None:
    await priya.post(SHIFTS, await new_shift(empty))
    _, body = await priya.get(f"{ROTA}?area=camden&from={MONDAY}")
    found = [(gap["role"], gap["from"], gap["until"]) for gap in body["gaps"] if gap["role"] == "on_call"]
    assert found[1] == ("on_call", "2026-11-25T09:00:00Z", "2026-11-30T00:00:00Z")
    page = await priya.page(f"/staff/rota?area=camden&from={MONDAY}")
    assert "Nobody is on call from 2.30pm on Tuesday to 5pm on Tuesday." in page
    assert "Nobody is on call from 9am on Wednesday to the end of the week." in page
    later = await priya.page("/staff/rota?area=camden&from=2026-12-07")
    assert "Nobody is on call this week." in later and "Nobody is second this week." in later


async def test_a_standing_shift_leaves_no_gap(empty: Bell, priya: Colleague) -> None:
    for email, role in ((SAM, "on_call"), (ALEX, "second")):
        person = await empty.person(email)
        given = await new_shift(
            empty, role=role, staff=str(person.id), starts_at="2026-11-24T00:00", ends_at=""
        )
        assert (await priya.post(SHIFTS, {**given, "ends_at": ""}))[0] == 201
    for day in (MONDAY, "2031-01-01"):
        assert (await priya.get(f"{ROTA}?area=camden&from={day}"))[1]["gaps"] == []


async def test_times_are_local_also_when_the_clocks_change(empty: Bell, priya: Colleague) -> None:
    given = await new_shift(empty, starts_at="2027-03-28T00:30", ends_at="2027-03-28T09:00")
    _, shift = await priya.post(SHIFTS, given)
    assert (shift["starts_at"], shift["ends_at"]) == ("2027-03-28T00:30:00Z", "2027-03-28T08:00:00Z")
    page = await priya.page("/staff/rota?area=camden&from=2027-03-28")
    assert "12.30am to 9am" in page


async def test_who_is_told_now_is_shown_in_order(bell: Bell, sam: Colleague) -> None:
    _, body = await sam.get(f"{ROTA}?area=camden")
    named = {role: [one["name"] for one in people] for role, people in body["now"].items()}
    assert list(named) == ["on_call", "second", "lead", "manager"]
    assert [*named.values()] == [["Sam Okafor"], ["Alex Chen"], ["Priya Nair"], ["Dana Whitlock"]]


@pytest.mark.parametrize("email", ["pa.camden@demo.test", "editor.one@demo.test"])
async def test_without_the_right_nobody_changes_it(bell: Bell, client: TestClient, email: str) -> None:
    async with signed_in(client, email) as colleague:
        assert (await colleague.post(SHIFTS, await new_shift(bell)))[0] == 403
        assert (await colleague.submit("/staff/rota/shifts", **await new_shift(bell)))[0] == 403
        assert "Add a shift" not in await colleague.page("/staff/account")


@pytest.mark.parametrize("email", [LEAD, "manager@demo.test", "admin@demo.test"])
async def test_leads_managers_and_administrators_change_it(
    empty: Bell, client: TestClient, email: str
) -> None:
    async with signed_in(client, email) as colleague:
        assert (await colleague.post(SHIFTS, await new_shift(empty)))[0] == 201
        assert "Sam Okafor" in await colleague.page("/staff/rota?area=camden")


async def test_outside_ones_areas_there_is_no_rota(bell: Bell, client: TestClient, priya: Colleague) -> None:
    async with bell.parts.db.transaction() as session:
        (await session.merge(await bell.person(PRIYA))).areas = ["lambeth"]
    assert (await priya.get(f"{ROTA}?area=camden"))[0] == 404
    assert (await priya.post(SHIFTS, await new_shift(bell)))[0] == 404
    async with bell.parts.db.reading() as session:
        shift = (await session.execute(select(Shift.id).where(Shift.area == "camden").limit(1))).scalar_one()
    async with priya.http.delete(f"{SHIFTS}/{shift}", headers={"X-CSRF-Token": priya.csrf}) as response:
        assert response.status == 404
    assert (await priya.submit(f"/staff/rota/shifts/{shift}/remove"))[0] == 404


@pytest.mark.parametrize(
    ("over", "status", "code"),
    [
        ({"role": "lead"}, 422, "unknown_role"),
        ({"area": "atlantis"}, 404, "not_found"),
        ({"staff": "me"}, 422, "unknown_colleague"),
        ({"staff": str(uuid.uuid4())}, 422, "unknown_colleague"),
        ({"starts_at": "soon"}, 422, "bad_time"),
        ({"starts_at": "9999-12-31T23:59"}, 422, "bad_time"),
        ({"starts_at": ""}, 422, "bad_time"),
        ({"ends_at": "2026-11-24T17:00"}, 422, "bad_time"),
        ({"ends_at": "2026-11-24T16:00"}, 422, "bad_time"),
        ({"starts_at": "x" * 5_000}, 413, "too_long"),
        ({"staff": 7}, 422, "bad_field"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(
    empty: Bell, priya: Colleague, over: dict[str, Any], status: int, code: str
) -> None:
    answer, body = await priya.post(SHIFTS, await new_shift(empty, **over))
    assert (answer, body["error"]["code"]) == (status, code)


async def test_only_who_takes_cases_of_the_area_can_be_on_call(empty: Bell, priya: Colleague) -> None:
    for email, area in ((SAM, "lambeth"), (DANA, "camden"), ("editor.one@demo.test", "camden")):
        given = await new_shift(empty, area=area, staff=str((await empty.person(email)).id))
        assert (await priya.post(SHIFTS, given))[0] == 422, email


async def test_nobody_has_two_shifts_at_a_time(empty: Bell, priya: Colleague) -> None:
    assert (await priya.post(SHIFTS, await new_shift(empty)))[0] == 201
    again = await new_shift(empty, role="second", starts_at="2026-11-25T08:59", ends_at="")
    status, body = await priya.post(SHIFTS, again)
    assert (status, body["error"]["code"]) == (409, "already_on")
    assert (await priya.post(SHIFTS, {**again, "starts_at": "2026-11-25T09:00"}))[0] == 201


async def test_taking_a_shift_off_is_audited_with_whom_it_was(empty: Bell, priya: Colleague) -> None:
    _, shift = await priya.post(SHIFTS, await new_shift(empty))
    headers = {"X-CSRF-Token": priya.csrf}
    async with priya.http.delete(f"{SHIFTS}/{shift['id']}", headers=headers) as response:
        assert response.status == 204
    async with priya.http.delete(f"{SHIFTS}/{shift['id']}", headers=headers) as response:
        assert response.status == 404
    async with empty.parts.db.reading() as session:
        query = select(AuditEntry).where(AuditEntry.subject == f"shift:{shift['id']}")
        entries = (await session.execute(query.order_by(AuditEntry.id))).scalars().all()
    assert [entry.action for entry in entries] == ["rota.add", "rota.remove"]
    assert {entry.detail["staff"] for entry in entries} == {str((await empty.person(SAM)).id)}


async def test_a_refused_form_keeps_what_was_typed(empty: Bell, priya: Colleague) -> None:
    given = await new_shift(empty, ends_at="2026-11-24T16:00")
    status, page = await priya.submit("/staff/rota/shifts", **given)
    assert status == 422 and "must end after it starts" in page
    assert 'value="2026-11-24T17:00"' in page and 'value="2026-11-24T16:00"' in page


async def test_a_day_that_is_none_is_refused(bell: Bell, priya: Colleague) -> None:
    for day in ("yesterday", "0001-01-01", "9999-12-31"):
        assert (await priya.get(f"{ROTA}?area=camden&from={day}"))[0] == 422


async def test_the_lambeth_adviser_sees_lambeths_rota_without_being_asked(
    bell: Bell, client: TestClient
) -> None:
    async with bell.parts.db.transaction() as session:
        (await session.merge(await bell.person(ALEX))).areas = ["lambeth"]
    async with signed_in(client, LAMBETH) as alex:
        page = await alex.page("/staff/rota")
    assert "Rota for Lambeth" in page and "Take off" not in page
