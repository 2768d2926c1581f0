"""Where alerts are texted: each member of staff gives their own number, and only a mobile one."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import text

from handoff.app import Parts
from handoff.errors import Unprocessable
from handoff.phones import is_drama, mobile
from handoff.staff import service
from tests.handoff.cases.scenes import signed_in
from tests.handoff.staff.test_enrol import add


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("07700 900123", "+447700900123"),
        ("+44 7911 123456", "+447911123456"),
        ("0044 7911 123456", "+447911123456"),
        ("020 7946 0102", "+442079460102"),  # drama: a demonstration may use it
        ("020 7219 3000", None),  # a landline takes no texts
        ("07911", None),
        ("call me", None),
        ("", None),
        ("'; drop table staff; --", None),
    ],
)
def test_only_a_mobile_number_is_taken(typed: str, read: str | None) -> None:
    assert mobile(typed) == read


@pytest.mark.parametrize(
    ("number", "drama"),
    [
        ("020 7946 0102", True),
        ("07700 900999", True),
        ("01632 960001", True),
        ("020 7974 4000", False),
        ("999", False),
    ],
)
def test_numbers_for_drama_are_known(number: str, drama: bool) -> None:
    assert is_drama(number) is drama


async def test_staff_save_their_own_number_and_it_is_nowhere_in_the_clear(
    client: TestClient, parts: Parts
) -> None:
    async with signed_in(client) as sam:
        status, page = await sam.submit("/staff/account/phone", phone="07700 900777")
        assert status == 200 and "Saved." in page and "+447700900777" in page
    async with parts.db.reading() as session:
        stored = (await session.execute(text("SELECT phone FROM staff WHERE phone IS NOT NULL"))).scalars()
        assert all(b"7700900777" not in bytes(value) for value in stored)
        audited = (
            await session.execute(text("SELECT detail FROM audit WHERE action = 'staff.phone'"))
        ).scalars()
        assert all("7700" not in str(detail) for detail in audited)


async def test_what_is_no_mobile_number_is_said_and_stays_in_the_box(client: TestClient) -> None:
    async with signed_in(client) as sam:
        status, page = await sam.submit("/staff/account/phone", phone="020 7219 3000")
    assert status == 422 and "not a mobile number we can text" in page and 'value="020 7219 3000"' in page


async def test_an_account_may_start_with_a_number(client: TestClient, parts: Parts) -> None:
    with pytest.raises(Unprocessable):
        await add(parts, phone="nobody")
    await add(parts, phone="07700 900778")
    async with parts.db.reading() as session:
        person = await service.by_email(session, "first@council.example")
    assert person is not None and person.phone == "+447700900778"
