"""The API gives and changes a record as its page does, with the same refusals."""

from __future__ import annotations

import uuid

import pytest

from handoff.app import Parts
from tests.handoff.cases.scenes import Colleague
from tests.handoff.records.scenes import AISHA, make_record

AT = "/api/staff/records"


@pytest.fixture
async def aisha(parts: Parts) -> uuid.UUID:
    return await make_record(parts)


async def test_a_record_is_found_read_and_changed(sam: Colleague, aisha: uuid.UUID) -> None:
    status, body = await sam.post(f"{AT}/search", {"name": "aisha"})
    assert (status, [one["name"] for one in body["records"]]) == (200, [AISHA])
    status, body = await sam.get(f"{AT}/{aisha}")
    assert (status, body["sections"]["contact"]["phone"]) == (200, "•••• 123")
    change = {"section": "support", "version": body["version"], "level_of_need": "2", "ehcp": True}
    status, body = await sam.post(f"{AT}/{aisha}", change)
    assert (status, body["sections"]["support"]) == (
        200,
        {"level_of_need": "2", "ehcp": True, "sen_support": False},
    )
    assert (await sam.post(f"{AT}/{aisha}", change))[0] == 409
    doing = {"code": "230", "started_on": "2026-09-01", "version": body["version"]}
    status, body = await sam.post(f"{AT}/{aisha}/activities", doing)
    assert (status, body["activities"][0]["lapses_on"]) == (200, "2027-08-31")
    assert {"section": "activity", "says": "Add when the course or training is expected to end."} in body[
        "wants"
    ]


async def test_a_fault_names_its_field_and_the_fix(sam: Colleague, aisha: uuid.UUID) -> None:
    _, body = await sam.get(f"{AT}/{aisha}")
    doing = {"code": "619", "started_on": "2026-09-01", "version": body["version"]}
    status, body = await sam.post(f"{AT}/{aisha}/activities", doing)
    assert (status, body["error"]["faults"][0]["field"]) == (422, "neet_started_on")
    assert "Say since when" in body["error"]["message"]


async def test_permissions_characteristics_and_the_log(sam: Colleague, aisha: uuid.UUID) -> None:
    agreed = {"purpose": "others", "words": "May we tell college? Yes."}
    assert (await sam.post(f"{AT}/{aisha}/consents", agreed))[0] == 200
    status, body = await sam.post(f"{AT}/{aisha}/consents/withdraw", {"purpose": "others"})
    assert (status, body["consents"][0]["withdrawn_at"] is not None) == (200, True)
    status, body = await sam.post(f"{AT}/{aisha}/characteristics", {"characteristic": "160"})
    assert (status, body["characteristics"][0]["code"]) == (200, "160")
    status, body = await sam.get(f"{AT}/{aisha}/log")
    assert (status, body["entries"][0]["by"]) == (200, "Sam Okafor")


async def test_likely_matches_are_decided_once(parts: Parts, sam: Colleague, aisha: uuid.UUID) -> None:
    await make_record(parts, name="Ayisha Begum O'Hara", phone=None)
    _, body = await sam.get(f"{AT}/matches")
    at = f"{AT}/matches/{body['matches'][0]['id']}"
    assert (await sam.post(at, {"decision": "maybe"}))[0] == 422
    status, body = await sam.post(at, {"decision": "same"})
    assert (status, body["state"]) == (200, "same")
    assert (await sam.post(at, {"decision": "apart"}))[0] == 409
    assert (await sam.post(at, {"decision": "undone"}))[0] == 200


async def test_somebody_new_and_the_lists(sam: Colleague) -> None:
    new = {"area": "camden", "given_name": "Noor", "date_of_birth": "2009-10-01", "postcode": "NW1 2CC"}
    assert [(await sam.post(AT, new))[0] for _ in range(2)] == [201, 200]
    _, body = await sam.get(f"{AT}/codes")
    assert {"code": "619", "label": "Seeking employment, education or training"} in body["lists"]["activity"]
    _, body = await sam.get(f"{AT}/currency")
    assert all(group["inferred"] for group in body["groups"])


async def test_other_areas_and_other_roles_are_kept_out(
    alex: Colleague, dana: Colleague, robin: Colleague, aisha: uuid.UUID
) -> None:
    assert (await alex.get(f"{AT}/{aisha}"))[0] == 404
    assert (await alex.post(f"{AT}/search", {"name": "aisha"}))[1]["records"] == []
    assert (await dana.get(f"{AT}/{aisha}"))[0] == 200
    assert (await dana.post(f"{AT}/{aisha}", {"section": "support", "version": 1}))[0] == 403
    assert (await robin.get(f"{AT}/{aisha}"))[0] == 403


@pytest.mark.parametrize(
    "body",
    [
        {"section": "nothing", "version": 1},
        {"section": "support", "version": "1"},
        {"section": "support"},
        {"section": "person", "version": 1, "given_name": ["a"], "date_of_birth": {"b": 1}},
        {"section": "contact", "version": 1, "postcode": "x" * 5000},
    ],
)
async def test_rubbish_is_refused(sam: Colleague, aisha: uuid.UUID, body: dict[str, object]) -> None:
    assert (await sam.post(f"{AT}/{aisha}", body))[0] == 422
