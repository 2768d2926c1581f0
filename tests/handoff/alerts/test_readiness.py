"""Production opens no area that nobody answers for, and opens the others: it says which and why, one sentence
a fault. Where the default area is one, which answers for all that is not open, it does not start."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from handoff.__main__ import serve
from handoff.alerts.readiness import faults_of, number_faults, open_areas, soon
from handoff.app import Parts
from handoff.cases.service import CaseRules
from handoff.content.areas import Area, load_areas
from handoff.settings import BadSettings
from tests.handoff.alerts.scenes import ALEX, DANA, PRIYA, SAM, Bell
from tests.handoff.conftest import facts

TODAY = date(2026, 11, 24)


@pytest.fixture
def real() -> Area:
    """An area as a council would fill it in."""
    return replace(
        facts().areas["camden"],
        duty_phone_day="020 7974 3317",
        duty_phone_night="020 7974 4444",
        duty_checked=TODAY - timedelta(days=90),
    )


async def faults(parts: Parts, area: Area) -> list[str]:
    async with parts.db.reading() as session:
        return [fault for fault in await faults_of(session, area, parts.clock.now()) if "chain" in fault]


def test_numbers_checked_within_90_days_will_do(real: Area) -> None:
    assert list(number_faults(real, TODAY)) == []
    (fault,) = number_faults(real, TODAY + timedelta(days=1))
    assert fault == "Camden: its duty numbers were last checked 91 days ago, and 90 is the most"


def test_numbers_that_were_never_checked_or_reach_nobody_are_named(real: Area) -> None:
    (fault,) = number_faults(replace(real, duty_checked=None), TODAY)
    assert "duty_checked is missing" in fault
    (fault,) = number_faults(replace(real, duty_phone_night="020 7946 0103"), TODAY)
    assert fault.startswith("Camden: its duty number out of hours is one of the numbers for drama")


def test_a_check_that_is_due_soon_is_said_ahead(real: Area) -> None:
    checked = replace(real, duty_checked=TODAY - timedelta(days=80))
    assert "within 10 days" in (soon(checked, TODAY) or "")
    assert soon(replace(real, duty_checked=TODAY), TODAY) is None


async def test_a_chain_of_two_will_do_and_one_of_fewer_is_named(bell: Bell, real: Area) -> None:
    assert await faults(bell.parts, real) == []
    await _leave_only(bell, SAM, PRIYA)
    assert await faults(bell.parts, real) == []
    await _leave_only(bell, SAM)
    assert "only one person" in (await faults(bell.parts, real))[0]
    await _leave_only(bell)
    assert (await faults(bell.parts, real))[0].startswith("Camden: nobody in its chain")


async def test_an_area_without_a_lead_is_named(bell: Bell, real: Area) -> None:
    await _leave_only(bell, SAM, ALEX, DANA)
    (fault,) = await faults(bell.parts, real)
    assert fault.startswith("Camden: no lead in its chain")


async def test_a_chain_in_which_nobody_has_a_mobile_is_named_and_stays_open_also_by_default(
    bell: Bell, real: Area, priya
) -> None:  # type: ignore[no-untyped-def]
    async with bell.parts.db.transaction() as session:
        for email in (SAM, ALEX, PRIYA, DANA):
            (await session.merge(await bell.person(email))).phone = None
    rules = await opened(bell, real)
    told = "Camden: nobody in its chain of alerts has a mobile number"
    assert rules.default_area == "camden" and any(fault.startswith(told) for fault in rules.faults)
    assert rules.closed == set() and await faults(bell.parts, real) == []
    assert told in await priya.page("/staff/rota?area=camden")


async def test_the_same_person_in_two_places_counts_once(bell: Bell, real: Area) -> None:
    await _leave_only(bell, PRIYA)
    await bell.shift(PRIYA, "on_call")
    assert "only one person" in (await faults(bell.parts, real))[0]


async def test_the_start_in_production_names_every_area_with_its_faults(bell: Bell) -> None:
    settings = replace(bell.parts.settings, mode="production")
    with pytest.raises(BadSettings) as refused:
        await serve(settings)
    for area in load_areas().values():
        assert any(fault.startswith(f"{area.name}: ") for fault in refused.value.faults)


async def opened(bell: Bell, real: Area, **others: Area) -> CaseRules:
    """The rules that production would serve with, where every area but these is like the real one."""
    rules = bell.parts.rules
    areas = {slug: others.get(slug, replace(real, slug=slug, name=slug.title())) for slug in rules.areas}
    async with bell.parts.db.reading() as session:
        return await open_areas(session, replace(rules, areas=areas), bell.parts.clock.now())


async def test_an_area_with_too_few_people_is_not_open_and_the_others_are(bell: Bell, real: Area) -> None:
    async with bell.parts.db.transaction() as session:
        for email in (SAM, ALEX, PRIYA, DANA):
            person = await session.merge(await bell.person(email))
            person.areas = [area for area in person.areas if area != "lambeth"]
    rules = await opened(bell, real)
    assert (rules.closed, rules.opened("lambeth"), rules.opened("camden")) == ({"lambeth"}, None, "camden")
    assert rules.area("lambeth").slug == "camden"
    assert len(rules.faults) == 2 and all(fault.startswith("Lambeth: ") for fault in rules.faults)


async def test_where_duty_numbers_are_in_doubt_the_default_areas_are_given(bell: Bell, real: Area) -> None:
    late = replace(
        real, slug="lambeth", name="Lambeth", duty_phone_day="020 7926 5555", duty_checked=date(2026, 1, 5)
    )
    rules = await opened(bell, real, lambeth=late)
    assert rules.closed == set() and rules.area("lambeth").name == "Lambeth"
    assert rules.area("lambeth").duty_phone_day == real.duty_phone_day
    assert [fault.partition(" were")[0] for fault in rules.faults] == ["Lambeth: its duty numbers"]


async def test_a_default_area_that_is_not_ready_stops_the_start_and_every_fault_is_said(
    bell: Bell, real: Area
) -> None:
    with pytest.raises(BadSettings) as refused:
        await opened(
            bell,
            real,
            camden=replace(real, duty_checked=None),
            lambeth=replace(real, slug="lambeth", name="Lambeth", duty_checked=None),
        )
    assert [fault.partition(":")[0] for fault in refused.value.faults] == ["Camden", "Lambeth"]


async def test_a_demonstration_starts_and_warns_who_could_change_it(bell: Bell, sam, priya) -> None:  # type: ignore[no-untyped-def]
    assert bell.parts.rules.faults == () and bell.parts.rules.closed == set()
    assert "Production would not open this area" in await priya.page("/staff/rota?area=camden")
    assert "Production would not open" not in await sam.page("/staff/rota?area=camden")


async def _leave_only(bell: Bell, *emails: str) -> None:
    for email in (SAM, ALEX, PRIYA, DANA):
        async with bell.parts.db.transaction() as session:
            (await session.merge(await bell.person(email))).areas = ["camden"] if email in emails else []
