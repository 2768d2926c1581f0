"""What other features say of a record: what somebody does, what they agreed to, why a registration ends."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from handoff.app import Parts
from handoff.errors import Unprocessable
from handoff.records import service
from handoff.records.codes import load_codes
from handoff.records.model import Record
from handoff.records.person import Details
from handoff.records.rules import Doing, Standing, academic_age, doing_faults, fitting_faults, lapses_on
from tests.handoff.records.scenes import activity_of, make_record

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
async def aisha(parts: Parts) -> uuid.UUID:
    return await make_record(parts)


async def record(parts: Parts, who: uuid.UUID, code: str, day: date, by: str = "person", **more: Any) -> None:
    async with parts.db.transaction() as session:
        await service.record_activity(session, NOW, who, code, day, by, **more)


async def test_seeking_is_recorded_with_its_start(parts: Parts, aisha: uuid.UUID) -> None:
    await record(parts, aisha, "619", TODAY, neet_started_on=date(2026, 7, 1))
    async with parts.db.reading() as session:
        found = await service.current_activity(session, aisha)
    assert found and (found.code, found.is_neet, found.neet_started_on) == ("619", True, date(2026, 7, 1))
    assert found.lapses_on is None


async def test_the_same_again_is_found_out_anew_and_no_second_spell(parts: Parts, aisha: uuid.UUID) -> None:
    for _ in range(2):
        await record(parts, aisha, "619", TODAY, neet_started_on=TODAY)
    async with parts.db.reading() as session:
        assert len(await service.store.spells(session, [aisha])) == 1


async def test_the_same_found_out_anew_is_confirmed_and_keeps_the_rest(
    parts: Parts, aisha: uuid.UUID
) -> None:
    await record(parts, aisha, "230", date(2026, 9, 1))
    async with parts.db.transaction() as session:
        spell = (await service.store.spells(session, [aisha]))[0]
        spell.verified_on, spell.verified_by = date(2026, 10, 1), "college"
        spell.predicted_end_on = date(2027, 7, 1)
    await record(parts, aisha, "230", date(2026, 9, 1), ascertained_on=TODAY)
    async with parts.db.reading() as session:
        found = await service.current_activity(session, aisha)
    assert found and (found.ascertained_on, found.verified_on) == (date(2026, 9, 1), TODAY)
    assert (found.verified_by, found.predicted_end_on) == ("They said so", date(2027, 7, 1))


@pytest.mark.parametrize(
    ("code", "day", "more", "field"),
    [
        ("999", TODAY, {}, "code"),
        ("720", TODAY, {"neet_started_on": TODAY}, "code"),
        ("619", date(2026, 11, 24), {"neet_started_on": TODAY}, "started_on"),
        ("619", TODAY, {"neet_started_on": TODAY, "ascertained_on": date(2026, 11, 1)}, "ascertained_on"),
        ("230", TODAY, {"neet_started_on": TODAY}, "neet_started_on"),
    ],
    ids=["no such code", "a retired code", "tomorrow", "known before it began", "a NEET start in college"],
)
async def test_what_cannot_be_is_refused_with_its_field(
    parts: Parts, aisha: uuid.UUID, code: str, day: date, more: dict[str, date], field: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        await record(parts, aisha, code, day, "a colleague", **more)
    assert refused.value.extra["field"] == field
    assert await activity_of(parts, aisha) is None


async def test_a_neet_start_the_person_cannot_mean_is_left_at_the_start(
    parts: Parts, aisha: uuid.UUID
) -> None:
    await record(parts, aisha, "619", TODAY, neet_started_on=date(2015, 1, 1))
    async with parts.db.reading() as session:
        found = await service.current_activity(session, aisha)
    assert found and found.neet_started_on == TODAY


async def test_permission_is_one_purpose_at_a_time_and_withdrawn_for_good(
    parts: Parts, aisha: uuid.UUID
) -> None:
    async with parts.db.transaction() as session:
        for purpose in ("jobcentre", "others", "jobcentre"):
            await service.give_consent(session, NOW, aisha, purpose, "May we?", "person")
        assert await service.withdraw_consent(session, NOW, aisha, "jobcentre", "person")
        assert not await service.withdraw_consent(session, NOW, aisha, "jobcentre", "person")
    async with parts.db.reading() as session:
        assert not await service.may_tell(session, aisha, "jobcentre")
        assert await service.may_tell(session, aisha, "others")
        assert len(await service.consents(session, aisha)) == 2


async def test_an_unknown_purpose_is_refused(parts: Parts, aisha: uuid.UUID) -> None:
    with pytest.raises(Unprocessable):
        async with parts.db.transaction() as session:
            await service.give_consent(session, NOW, aisha, "marketing", "May we?", "person")


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        ("P", None, None),
        ("P", "619", None),
        ("P", "810", None),
        ("P", "310", "entered_eet"),
        ("P", "530", "entered_eet"),
        ("T", "619", "moved"),
        ("E", "230", "moved"),
        ("D", "619", "died"),
    ],
)
async def test_why_a_registration_ends(
    parts: Parts, aisha: uuid.UUID, status: str, code: str | None, why: str | None
) -> None:
    if code:
        await record(parts, aisha, code, TODAY, neet_started_on=TODAY if code == "619" else None)
    async with parts.db.transaction() as session:
        (await session.get_one(Record, aisha)).cohort_status = status
    async with parts.db.reading() as session:
        assert await service.has_moved_or_entered_eet(session, aisha) == why


@pytest.mark.parametrize(
    ("code", "over", "lapse"),
    [
        ("230", {}, date(2027, 8, 31)),
        ("230", {"predicted_end_on": date(2027, 6, 1)}, date(2027, 6, 1)),
        ("310", {}, date(2027, 11, 22)),
        ("310", {"verified_on": date(2026, 12, 1)}, date(2027, 12, 1)),
        ("330", {}, date(2027, 5, 22)),
        ("410", {"predicted_end_on": date(2027, 1, 1)}, date(2027, 1, 1)),
        ("530", {}, date(2027, 2, 22)),
        ("350", {"review_on": date(2027, 1, 1)}, date(2027, 1, 29)),
        ("350", {}, None),
        ("619", {}, None),
        ("810", {}, None),
    ],
)
def test_when_what_is_known_lapses(code: str, over: dict[str, date], lapse: date | None) -> None:
    doing = Doing(code, TODAY, TODAY, **over)
    assert lapses_on(load_codes().currency_of(code), doing) == lapse


@pytest.mark.parametrize(
    ("code", "who", "says"),
    [
        ("620", Standing(Details()), "Carer of somebody"),
        ("630", Standing(Details()), "Caring for their own child"),
        ("650", Standing(Details()), "Pregnant"),
        ("650", Standing(Details(gender="M"), {"180"}), "gender male"),
        ("280", Standing(Details()), "EHC plan"),
        ("440", Standing(Details(date_of_birth="2009-05-01")), "18 and over"),
        ("619", Standing(Details(date_of_birth="2011-05-01")), "Year 11 or below"),
        ("110", Standing(Details(date_of_birth="2009-05-01")), "past it"),
    ],
)
def test_what_does_not_fit_the_record_is_said(code: str, who: Standing, says: str) -> None:
    faults = fitting_faults(load_codes(), Doing(code, TODAY, TODAY), who)
    assert [one.field for one in faults] == ["code"]
    assert says in faults[0].says


def test_neet_before_fifteen_and_after_the_start_are_faults() -> None:
    who = Standing(Details(date_of_birth="2010-02-03"))
    for began in (date(2025, 2, 2), date(2026, 11, 23)):
        faults = doing_faults(load_codes(), Doing("619", TODAY, TODAY, began), who, TODAY)
        assert {one.field for one in faults} == {"neet_started_on"}


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2010, 8, 31), date(2026, 9, 1), 16),
        (date(2010, 9, 1), date(2026, 9, 1), 15),
        (date(2010, 9, 1), date(2027, 8, 31), 15),
        (date(2008, 2, 29), date(2026, 11, 22), 18),
    ],
)
def test_academic_age_is_the_age_on_the_31_august_before(born: date, on: date, age: int) -> None:
    assert academic_age(born, on) == age
