"""An adviser finishes what somebody began: nothing typed is lost or made twice, and only in their areas."""

from __future__ import annotations

import re
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.registrations.model import Registration
from tests.handoff.cases.scenes import LAMBETH, make_case, signed_in
from tests.handoff.registrations.forms import GIVEN, Form

Client = TestClient[Any, Any]
REST = {
    "postcode": "nw5 2tj", "contact": "07700 900123", "activity": "nothing", "since": "july",
    "care_status": "neither", "ground": "g", "jobcentre_permission": "yes", "others_permission": "no",
}  # fmt: skip


@pytest.fixture
async def at(internal: Client, parts: Parts) -> str:
    """Where an adviser finishes the registration of somebody who gave a name and a date of birth."""
    case = await make_case(parts, "benefits")
    form = Form(internal, case["conversation"])
    for field in ("name", "date_of_birth"):
        await form.answer(field, GIVEN[field])
    return f"/staff/cases/{case['id']}/registration"


async def made(parts: Parts) -> list[Registration]:
    async with parts.db.reading() as session:
        return list((await session.execute(select(Registration))).scalars())


async def test_the_case_leads_to_it_and_only_what_is_left_is_asked(client: Client, at: str) -> None:
    async with signed_in(client) as sam:
        assert f'href="{at}"' in await sam.page(at.removesuffix("/registration"))
        shown = await sam.page(at)
    assert "Aisha Khan" in shown
    asked = re.findall(r'<(?:input class="input"|select class="input") id="(\w+)"', shown)
    assert asked == list(REST)


async def test_once_nothing_is_left_it_is_registered_by_the_adviser(
    client: Client, at: str, parts: Parts
) -> None:
    async with signed_in(client) as sam:
        status, shown = await sam.submit(at, **REST, key="one")
    [registration] = await made(parts)
    assert status == 200 and registration.reference in shown
    async with parts.db.reading() as session:
        found = select(AuditEntry).where(AuditEntry.action == "registration.create")
        entry = (await session.execute(found)).scalar_one()
    assert entry.actor not in ("person", "system")


async def test_a_repeat_makes_nothing_twice(client: Client, at: str, parts: Parts) -> None:
    async with signed_in(client) as sam:
        shown = [await sam.submit(at, **REST, key="one") for _ in range(2)]
    [registration] = await made(parts)
    assert all(registration.reference in page for _, page in shown)


async def test_what_cannot_be_read_is_named_and_the_rest_is_kept(
    client: Client, at: str, parts: Parts
) -> None:
    async with signed_in(client) as sam:
        status, shown = await sam.submit(at, **{**REST, "postcode": "camden"}, key="one")
        assert status == 422 and "Write the whole postcode" in shown
        assert 'value="camden"' in shown and 'id="contact"' not in shown
        await sam.submit(at, postcode="NW5 2TJ", key="two")
    assert len(await made(parts)) == 1


async def test_someone_who_cannot_register_here_is_not_registered(
    client: Client, at: str, parts: Parts
) -> None:
    async with signed_in(client) as sam:
        _, shown = await sam.submit(at, **{**REST, "care_status": "looked_after"}, key="one")
    assert "they cannot register here (in care)" in shown and await made(parts) == []


async def test_an_adviser_of_another_area_sees_none_of_it(client: Client, at: str) -> None:
    async with signed_in(client, LAMBETH) as alex:
        assert (await alex.submit(at, **REST))[0] == 404
        async with alex.http.get(at) as response:
            assert response.status == 404


async def test_who_may_not_change_records_may_not_finish_it(client: Client, at: str) -> None:
    async with signed_in(client, "editor.one@demo.test") as ed:
        assert (await ed.submit(at, **REST))[0] == 403


async def test_hostile_words_are_shown_as_words(client: Client, at: str) -> None:
    async with signed_in(client) as sam:
        _, shown = await sam.submit(at, activity="<script>alert(1)</script>", postcode="<b>", key="one")
    assert "<script>alert" not in shown and "&lt;b&gt;" in shown
