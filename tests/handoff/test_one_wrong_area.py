"""One area is wrong: the service starts, says so, and answers the people of that area as it safely can."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from handoff.__main__ import prepare
from handoff.app import Parts
from handoff.cases.service import CaseRules
from handoff.content.areas import REFERENCE, load_areas
from handoff.content.facts import facts_served
from handoff.settings import BadSettings, Settings, unknown_areas
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeTwilio
from tests.handoff.sms.phones import LAMBETH, Phone

Client = TestClient[Any, Any]
URGENT = "my dad hits me with a belt"
CAMDEN_DUTY = load_areas()["camden"].duty_phone_day[-4:], load_areas()["camden"].duty_phone_night[-4:]


@pytest.fixture(autouse=True)
def a_wrong_area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambeth's duty number is no text."""
    (tmp_path / "bank-holidays.yml").write_bytes((REFERENCE / "bank-holidays.yml").read_bytes())
    said = (REFERENCE / "areas.yml").read_text("utf-8")
    number = load_areas()["lambeth"].duty_phone_day
    (tmp_path / "areas.yml").write_text(said.replace(f'"{number}"', "7"), "utf-8")
    (tmp_path / "money.yml").write_bytes((REFERENCE / "money.yml").read_bytes())
    facts = facts_served("camden", tmp_path)
    monkeypatch.setattr("handoff.app.facts_served", lambda default: facts)


async def test_it_is_prepared_and_served_and_says_which_is_wrong(settings: Settings, client: Client) -> None:
    await prepare(settings)
    async with client.get("/readyz") as response:
        body = await response.json()
    assert response.status == 200 or not body["checks"]["rasa"]
    assert (body["status"], body["checks"]["areas"]) == ("degraded", False)


@pytest.mark.parametrize("area", ["lambeth", "islington"])
async def test_a_child_of_any_area_gets_a_duty_number_that_is_right(client: Client, area: str) -> None:
    (safety,) = await (await make_chat(client, area)).say(URGENT)
    assert load_areas()[area].name in safety["text"]
    theirs = load_areas()[area]
    right = CAMDEN_DUTY if area == "lambeth" else (theirs.duty_phone_day[-4:], theirs.duty_phone_night[-4:])
    assert any(number in safety["text"] for number in right)


class TestNotOpen:
    """Nobody answers for Lambeth."""

    @pytest.fixture
    async def parts(self, parts: Parts) -> Parts:
        closed: CaseRules = parts.rules
        object.__setattr__(closed, "closed", frozenset({"lambeth"}))
        return parts

    async def test_its_people_are_the_default_areas_and_every_areas_advisers_see_them(
        self, client: Client, sam: Colleague
    ) -> None:
        (safety,) = await (await make_chat(client, "lambeth")).say(URGENT)
        assert "Camden" in safety["text"] and "Lambeth" not in safety["text"]
        _, body = await sam.get("/api/staff/cases?state=open")
        assert [(case["reason"], case["area"]) for case in body["cases"]] == [("safeguarding", None)]


class TestANumberOfNoArea:
    """TWILIO_NUMBERS gives a number an area that there is none of."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, twilio_numbers={**settings.twilio_numbers, LAMBETH: "lamberth"})

    async def test_who_texts_it_is_served_as_somebody_whose_area_is_not_known(
        self, client: Client, parts: Parts, twilio: FakeTwilio
    ) -> None:
        assert any("'lamberth' is not one of" in fault for fault in parts.rules.faults)
        phone = Phone(client, parts, service=LAMBETH)
        await phone.text("hi")
        await phone.settled()
        assert (await phone.conversation()).area is None and len(twilio.sent) == 1


def test_a_default_area_that_is_none_stops_the_start(settings: Settings) -> None:
    with pytest.raises(BadSettings, match="DEFAULT_AREA: 'kamden' is not one of"):
        unknown_areas(replace(settings, default_area="kamden"), load_areas())
