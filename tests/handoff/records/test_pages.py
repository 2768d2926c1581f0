"""A colleague finds somebody, reads their record and puts it right; who may not, sees nothing."""

from __future__ import annotations

import re
import uuid
from datetime import date

import pytest

from handoff.app import Parts
from handoff.records import service
from tests.handoff.cases.scenes import Colleague
from tests.handoff.records.scenes import AISHA, activity_of, make_record

HOME = "/staff/records"
NOBODY = "00000000-0000-4000-8000-000000000000"
SHOWN = AISHA.replace("'", "&#39;")


@pytest.fixture
async def aisha(parts: Parts) -> uuid.UUID:
    return await make_record(parts)


@pytest.mark.parametrize(
    "given",
    [
        {"name": "aisha"},
        {"name": "O’Hara begum"},
        {"date_of_birth": "2010-02-03"},
        {"date_of_birth": "3/2/2010"},
        {"postcode": "nw1 1aa"},
        {"phone": "+44 7700 900123"},
        {"reference": "way-7k4m2p"},
        {"name": "Aisha", "postcode": "NW11AA", "date_of_birth": "2010-02-03"},
    ],
    ids=lambda given: ", ".join(given),
)
async def test_somebody_is_found_by_what_is_known(
    parts: Parts, sam: Colleague, aisha: uuid.UUID, given: dict[str, str]
) -> None:
    async with parts.db.transaction() as session:
        await service.name_reference(session, aisha, "WAY-7K4M2P")
    status, text = await sam.submit(f"{HOME}/search", **given)
    assert (status, SHOWN in text) == (200, True)


async def test_a_registrations_reference_leads_to_the_record(
    parts: Parts, sam: Colleague, alex: Colleague, aisha: uuid.UUID
) -> None:
    async with parts.db.transaction() as session:
        await service.name_reference(session, aisha, "WAY-7K4M2P")
    assert SHOWN in await sam.page(f"{HOME}/by/WAY-7K4M2P")
    for colleague, reference in ((alex, "WAY-7K4M2P"), (sam, "WAY-222222")):
        async with colleague.http.get(f"{HOME}/by/{reference}") as response:
            assert response.status == 404


@pytest.mark.parametrize(
    "given", [{"name": "Zoe"}, {"name": "Aisha", "postcode": "SW1A 1AA"}, {"phone": "07700900124"}]
)
async def test_what_does_not_all_fit_finds_nobody(
    sam: Colleague, aisha: uuid.UUID, given: dict[str, str]
) -> None:
    status, text = await sam.submit(f"{HOME}/search", **given)
    assert (status, "Nobody found" in text, SHOWN in text) == (200, True, False)


async def test_an_empty_search_says_what_to_fill_in(sam: Colleague) -> None:
    status, text = await sam.submit(f"{HOME}/search")
    assert (status, "Fill in at least one" in text) == (422, True)


async def test_a_date_that_is_none_is_named(sam: Colleague) -> None:
    status, text = await sam.submit(f"{HOME}/search", date_of_birth="31/2/2010")
    assert (status, "that is not a day" in text) == (422, True)


async def test_another_area_neither_finds_nor_opens_the_record(alex: Colleague, aisha: uuid.UUID) -> None:
    _, text = await alex.submit(f"{HOME}/search", name="Aisha")
    assert SHOWN not in text
    for path in ("", "/log", "/contact", "/activity"):
        async with alex.http.get(f"{HOME}/{aisha}{path}") as response:
            assert response.status == 404
    status, _ = await alex.submit(f"{HOME}/{aisha}/support", version="1", level_of_need="1")
    assert status == 404


async def test_a_manager_looks_and_changes_nothing(dana: Colleague, aisha: uuid.UUID) -> None:
    assert SHOWN in await dana.page(f"{HOME}/{aisha}")
    status, _ = await dana.submit(f"{HOME}/{aisha}/support", version="1", level_of_need="1")
    assert status == 403


async def test_an_editor_of_answers_sees_no_record(robin: Colleague, aisha: uuid.UUID) -> None:
    async with robin.http.get(f"{HOME}/{aisha}") as response:
        assert response.status == 403


async def test_numbers_are_masked_until_somebody_asks_and_the_asking_is_logged(
    sam: Colleague, aisha: uuid.UUID
) -> None:
    assert "+447700900123" not in await sam.page(f"{HOME}/{aisha}")
    status, text = await sam.submit(f"{HOME}/{aisha}/reveal")
    assert (status, "+447700900123" in text) == (200, True)
    log = await sam.page(f"{HOME}/{aisha}/log")
    assert "Sam Okafor" in log
    assert "saw the phone and other numbers" in log
    assert "made the record" in log


async def version_of(sam: Colleague, aisha: uuid.UUID, section: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', await sam.page(f"{HOME}/{aisha}/{section}"))
    assert found
    return found[1]


async def test_a_section_is_changed_and_still_finds_them(sam: Colleague, aisha: uuid.UUID) -> None:
    fields = {"address_1": "1 Example Street", "postcode": "nw52bb", "phone": "07700 900555"}
    version = await version_of(sam, aisha, "contact")
    status, text = await sam.submit(f"{HOME}/{aisha}/contact", version=version, **fields)
    assert (status, "Saved." in text, "NW5 2BB" in text) == (200, True, True)
    _, text = await sam.submit(f"{HOME}/search", phone="+447700900555")
    assert SHOWN in text


async def test_a_change_by_a_colleague_meanwhile_is_not_written_over(
    sam: Colleague, priya: Colleague, aisha: uuid.UUID
) -> None:
    version = await version_of(sam, aisha, "support")
    assert (await priya.submit(f"{HOME}/{aisha}/support", version=version, level_of_need="1"))[0] == 200
    status, text = await sam.submit(f"{HOME}/{aisha}/support", version=version, level_of_need="3")
    assert (status, "Somebody changed this record" in text) == (409, True)


@pytest.mark.parametrize(
    ("section", "fields", "says"),
    [
        ("person", {"given_name": "", "date_of_birth": "2010-02-03"}, "Give at least one name."),
        ("person", {"given_name": "A", "date_of_birth": "31/02/2010"}, "that is not a day"),
        ("person", {"given_name": "A", "date_of_birth": "1950-01-01"}, "up to 25"),
        ("numbers", {"uln": "0123456789"}, "does not begin with 0"),
        ("numbers", {"upn": "B12"}, "A UPN is 13 characters"),
        ("numbers", {"nino": "QQ123456"}, "It is never needed"),
        ("contact", {"email": "not an address"}, "name@example.org"),
        ("standing", {"cohort_status": "T", "lead_authority": "202"}, "Choose the council in England"),
        ("standing", {"cohort_status": "E", "lead_authority": "202"}, "Choose Wales, Scotland"),
        ("standing", {"cohort_status": "P", "lead_authority": "204"}, "which of our councils leads"),
        ("plans", {"guarantee_11": "114"}, "for Year 12 only"),
        ("plans", {"guarantee_12": "999"}, "Choose one from the list"),
        ("objection", {"objected_by": "person"}, "Give the day they said no"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_field_and_the_fix(
    sam: Colleague, aisha: uuid.UUID, section: str, fields: dict[str, str], says: str
) -> None:
    version = await version_of(sam, aisha, section)
    status, text = await sam.submit(f"{HOME}/{aisha}/{section}", version=version, **fields)
    assert (status, says in text) == (422, True), text
    assert 'aria-invalid="true"' in text


async def test_an_activity_is_recorded_and_ends_the_one_before(
    parts: Parts, sam: Colleague, aisha: uuid.UUID
) -> None:
    async with parts.db.transaction() as session:
        await service.record_activity(
            session, parts.clock.now(), aisha, "619", date(2026, 9, 1), "person", date(2026, 7, 1)
        )
    version = await version_of(sam, aisha, "activity")
    fields = {"code": "230", "started_on": "2026-11-02", "predicted_end_on": "2028-07-01"}
    status, text = await sam.submit(f"{HOME}/{aisha}/activity", version=version, **fields)
    assert status == 200, text
    assert "1 September 2026 to 2 November 2026" in text
    assert "until 31 August 2027" in text
    assert await activity_of(parts, aisha) == "230"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"code": "619", "started_on": "2026-11-01"}, "Say since when they have not been"),
        ({"code": "230", "started_on": "2026-11-01", "neet_started_on": "2026-10-01"}, "Leave this empty"),
        ({"code": "230", "started_on": "2099-11-01"}, "cannot be in the future"),
        ({"code": "110", "started_on": "2026-09-01"}, "they are past it"),
        ({"code": "460", "started_on": "2026-09-01"}, "EHC plan"),
        ({"code": "620", "started_on": "2026-09-01", "neet_started_on": "2026-09-01"}, "characteristic"),
        ({"code": "230", "started_on": "2026-09-01", "verified_on": "2026-10-01"}, "Say who confirmed it"),
        ({"code": "450", "started_on": "2026-09-01"}, "Choose an activity from the list"),
        ({"code": "230", "started_on": "2026-09-01", "ukprn": "20000001"}, "begins with 1"),
        ({"started_on": "2026-09-01"}, "Choose an activity"),
    ],
)
async def test_an_activity_that_cannot_be_is_refused_in_words(
    sam: Colleague, parts: Parts, fields: dict[str, str], says: str
) -> None:
    older = await make_record(parts, name="Older Person", date_of_birth=date(2009, 5, 1), phone=None)
    version = await version_of(sam, older, "activity")
    status, text = await sam.submit(f"{HOME}/{older}/activity", version=version, **fields)
    assert (status, says in text) == (422, True), text


async def test_characteristics_and_permissions_are_kept_with_their_history(
    sam: Colleague, aisha: uuid.UUID
) -> None:
    status, text = await sam.submit(f"{HOME}/{aisha}/characteristics", characteristic="140")
    assert (status, "Carer of somebody" in text) == (200, True)
    ending = re.search(r"/characteristics/([0-9a-f-]{36})/end", text)
    assert ending
    status, text = await sam.submit(f"{HOME}/{aisha}/characteristics", characteristic="140")
    assert (status, "says so already" in text) == (422, True)
    status, text = await sam.submit(f"{HOME}/{aisha}/characteristics/{ending[1]}/end")
    assert (status, "No longer" in text) == (200, False)
    agreed = {"purpose": "jobcentre", "words": "I asked if we may tell them. She said yes."}
    status, text = await sam.submit(f"{HOME}/{aisha}/permissions", **agreed)
    assert (status, "She said yes." in text) == (200, True)
    status, text = await sam.submit(f"{HOME}/{aisha}/permissions/withdraw", purpose="jobcentre")
    assert (status, "taken back" in text) == (200, True)


async def test_a_new_person_is_added_once(sam: Colleague) -> None:
    fields = {"area": "camden", "given_name": "Noor", "date_of_birth": "2009-10-01", "postcode": "NW1 2CC"}
    status, text = await sam.submit(f"{HOME}/new", **fields)
    assert (status, "A new record was made" in text) == (200, True)
    status, text = await sam.submit(f"{HOME}/new", **fields)
    assert (status, "There was a record of exactly this person" in text) == (200, True)
    status, text = await sam.submit(f"{HOME}/new", **fields | {"area": "lambeth"})
    assert (status, "one of your areas" in text) == (422, True)


async def test_a_moved_lead_hands_the_record_on_and_both_see_it(
    sam: Colleague, alex: Colleague, aisha: uuid.UUID
) -> None:
    version = await version_of(sam, aisha, "standing")
    fields = {"cohort_status": "P", "lead_authority": "208"}
    status, _ = await sam.submit(f"{HOME}/{aisha}/standing", version=version, **fields)
    assert status == 200
    assert SHOWN in await alex.page(f"{HOME}/{aisha}")
    assert SHOWN in await sam.page(f"{HOME}/{aisha}")


async def test_an_administrator_changes_how_long_a_group_counts(sam: Colleague, robin: Colleague) -> None:
    change = {"rule": "months", "number": "4", "contact_months": "2", "edition": "NCCIS 2026-27"}
    status, text = await robin.submit(f"{HOME}/currency/other_work", **change)
    assert (status, "4 months after it was last confirmed" in text) == (200, True)
    status, text = await robin.submit(f"{HOME}/currency/other_work", **change | {"number": "99"})
    assert (status, "Give 1 to 24 months" in text) == (422, True)
    assert "NCCIS 2026-27" in await sam.page(f"{HOME}/currency")
    assert (await sam.submit(f"{HOME}/currency/other_work", **change))[0] == 403


async def test_a_form_without_the_pages_token_changes_nothing(sam: Colleague, aisha: uuid.UUID) -> None:
    async with sam.http.post(f"{HOME}/{aisha}/support", data={"level_of_need": "1"}) as response:
        assert response.status == 403


@pytest.mark.parametrize("rubbish", ["nonsense", NOBODY, "%00", "matches/x"])
async def test_an_address_that_leads_nowhere_says_so(sam: Colleague, rubbish: str) -> None:
    async with sam.http.post(f"{HOME}/{rubbish}/reveal", data={"csrf": sam.csrf}) as response:
        assert response.status in (404, 405)
