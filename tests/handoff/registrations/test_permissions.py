"""Jobcentre Plus is told what they were asked, and a permission taken back is honoured at any time."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.cases.model import CaseNote
from handoff.jobcentre import service as jobcentre
from handoff.jobcentre.model import Notice
from handoff.records import service as records
from handoff.records.model import Consent
from handoff.registrations.lifecycle import Lifecycle
from handoff.registrations.model import Registration
from handoff.registrations.permissions import WORDS
from tests.handoff.cases.scenes import Colleague
from tests.handoff.factories import make_chat
from tests.handoff.registrations.forms import Form

ASKED = yaml.safe_load((Path(__file__).parents[3] / "domain.yml").read_text("utf-8"))["responses"]
OWN_WORDS = "hiding at my nans since my dad found out"


@pytest.fixture
async def form(client: TestClient[Any, Any], internal: TestClient[Any, Any]) -> Form:
    return Form(internal, (await make_chat(client, "camden")).conversation)


async def registered(form: Form, parts: Parts, **given: str) -> Registration:
    await form.fill(**given)
    status, _ = await form.finish()
    assert status == 200
    return await reloaded(form, parts)


async def reloaded(form: Form, parts: Parts) -> Registration:
    async with parts.db.reading() as session:
        thread = uuid.UUID(form.sender.partition(":")[0])
        return (
            await session.execute(select(Registration).where(Registration.conversation_id == thread))
        ).scalar_one()


async def notices(parts: Parts, registration: Registration) -> list[Notice]:
    async with parts.db.reading() as session:
        return list(await jobcentre.notices_of(session, registration.id))


async def kinds(parts: Parts, registration: Registration) -> list[str]:
    return [one.kind for one in await notices(parts, registration)]


async def arrived(parts: Parts, registration: Registration) -> None:
    """Everything so far reached Jobcentre Plus."""
    async with parts.db.transaction() as session:
        for one in await jobcentre.notices_of(session, registration.id):
            one.state, one.may_have_gone = "acknowledged", True


async def notes(parts: Parts) -> str:
    async with parts.db.reading() as session:
        return "\n".join(one.text for one in (await session.execute(select(CaseNote))).scalars())


async def agreed(parts: Parts, registration: Registration) -> dict[str, Consent]:
    """The consents on their record that stand, by purpose."""
    assert registration.record_id
    async with parts.db.reading() as session:
        found = await records.consents(session, registration.record_id)
    return {one.purpose: one for one in found if one.withdrawn_at is None}


def job(parts: Parts) -> Lifecycle:
    return Lifecycle(parts.db, parts.clock, parts.hub, parts.rules)


async def ended(parts: Parts, registration: Registration, sam: Colleague) -> None:
    status, _ = await sam.submit(f"/staff/registrations/{registration.reference}/end", reason="moved")
    assert status == 200


@pytest.mark.parametrize("purpose", WORDS)
def test_what_is_kept_as_agreed_is_what_was_asked_on_every_channel(purpose: str) -> None:
    [asked] = ASKED[f"utter_prompt_{purpose}_permission"]
    assert asked["custom"]["text"].startswith(WORDS[purpose])
    assert asked["custom"]["sms"].startswith(WORDS[purpose])


async def test_a_notice_says_what_was_asked_and_nothing_in_their_own_words(form: Form, parts: Parts) -> None:
    made = await registered(form, parts, activity=OWN_WORDS)
    [told] = await notices(parts, made)
    assert told.about == {
        "name": "Aisha Khan",
        "date_of_birth": "2010-02-03",
        "postcode": "NW5 2TJ",
        "registered_on": made.registered_on.isoformat(),
        "area": "camden",
        "activity_code": "619",
        "activity": "Seeking employment, education or training",
        "ground": None,
        "contact": None,
    }


async def test_who_is_not_recorded_as_looking_is_not_told_of_as_looking(form: Form, parts: Parts) -> None:
    made = await registered(form, parts, activity="at college")
    [told] = await notices(parts, made)
    assert (told.about["activity_code"], told.about["activity"]) == (None, None)


async def test_the_reason_is_told_once_an_adviser_has_checked_it_and_once_only(
    form: Form, parts: Parts, sam: Colleague
) -> None:
    made = await registered(form, parts)
    at = f"/staff/registrations/{made.reference}/parts"
    assert (await sam.submit(f"{at}/present", present="nobody"))[0] == 200
    assert await kinds(parts, made) == ["registered"]
    for _ in range(2):
        assert (await sam.submit(f"{at}/ground", ground="g", ground_checked="yes"))[0] == 200
    _, changed = await notices(parts, made)
    assert (changed.kind, changed.about["ground"]) == ("changed", "Without parental support")


async def test_a_checked_reason_is_told_to_nobody_without_the_permission(
    form: Form, parts: Parts, sam: Colleague
) -> None:
    made = await registered(form, parts, jobcentre_permission="no")
    at = f"/staff/registrations/{made.reference}/parts/ground"
    assert (await sam.submit(at, ground="g", ground_checked="yes"))[0] == 200
    assert await kinds(parts, made) == []


async def test_the_end_is_told_without_why_or_what_they_do(form: Form, parts: Parts, sam: Colleague) -> None:
    made = await registered(form, parts)
    await ended(parts, made, sam)
    *_, told = await notices(parts, made)
    assert told.kind == "ended"
    assert [told.about[name] for name in ("activity", "activity_code", "ground")] == [None, None, None]


async def test_saying_the_same_again_in_other_words_tells_nothing_new(form: Form, parts: Parts) -> None:
    made = await registered(form, parts)
    await registered(form, parts, activity="still nothing, at my mates")
    assert await kinds(parts, made) == ["registered"]


@pytest.mark.parametrize("went", [False, True])
async def test_a_permission_taken_back_after_the_end_is_honoured(
    form: Form, parts: Parts, sam: Colleague, went: bool
) -> None:
    made = await registered(form, parts)
    await ended(parts, made, sam)
    if went:
        await arrived(parts, made)
    assert await form.post("permissions", purpose="jobcentre") == {"found": True, "had_gone": went}
    told = await notices(parts, made)
    assert [one.kind for one in told] == ["registered", "ended", *(["withdrawn"] if went else [])]
    assert {one.state for one in told[:2]} == {"acknowledged" if went else "cancelled"}
    assert all(one.about == {} for one in told[:2])
    assert (await reloaded(form, parts)).jobcentre_permission is False
    assert f"{made.reference}: Do NOT tell Jobcentre Plus" in await notes(parts)
    assert "jobcentre" not in await agreed(parts, made)


async def test_taken_back_twice_it_is_withdrawn_once(form: Form, parts: Parts, sam: Colleague) -> None:
    made = await registered(form, parts)
    await arrived(parts, made)
    await ended(parts, made, sam)
    for had_gone in (True, False):
        assert (await form.post("permissions", purpose="jobcentre"))["had_gone"] is had_gone
    assert (await kinds(parts, made)).count("withdrawn") == 1


@pytest.mark.parametrize("over", [False, True], ids=["while it runs", "after its end"])
async def test_taken_back_on_the_record_it_is_honoured_by_itself_once(
    form: Form, parts: Parts, sam: Colleague, over: bool
) -> None:
    made = await registered(form, parts)
    await arrived(parts, made)
    if over:
        await ended(parts, made, sam)
    status, _ = await sam.submit(f"/staff/records/{made.record_id}/permissions/withdraw", purpose="jobcentre")
    assert status == 200
    for _ in range(2):
        await job(parts).round()
    assert (await kinds(parts, made)).count("withdrawn") == 1
    assert (await notes(parts)).count("Do NOT tell Jobcentre Plus") == 1
    assert (await reloaded(form, parts)).jobcentre_permission is False


async def test_talking_to_others_taken_back_on_the_record_is_honoured_too(
    form: Form, parts: Parts, sam: Colleague
) -> None:
    made = await registered(form, parts, others_permission="yes")
    status, _ = await sam.submit(f"/staff/records/{made.record_id}/permissions/withdraw", purpose="others")
    assert status == 200
    await job(parts).round()
    kept = await reloaded(form, parts)
    assert (kept.others_permission, kept.jobcentre_permission) == (False, True)
    assert "Do NOT tell others who help them" in await notes(parts)
    assert await kinds(parts, made) == ["registered"]


async def test_one_permission_taken_back_leaves_the_other_as_it_was(form: Form, parts: Parts) -> None:
    made = await registered(form, parts, others_permission="yes")
    before = (await agreed(parts, made))["others"]
    parts.clock.move(timedelta(days=3))
    await form.post("permissions", purpose="jobcentre")
    left = await agreed(parts, made)
    assert list(left) == ["others"] and left["others"].id == before.id


async def test_what_an_adviser_was_told_outlives_another_permission_taken_back(
    form: Form, parts: Parts
) -> None:
    made = await registered(form, parts)
    assert made.record_id
    async with parts.db.transaction() as session:
        now = parts.clock.now()
        await records.give_consent(session, now, made.record_id, "others", "Said on the phone.", "staff")
    await form.post("permissions", purpose="jobcentre")
    assert [one.words for one in (await agreed(parts, made)).values()] == ["Said on the phone."]


async def test_registering_again_rewrites_only_what_they_changed(form: Form, parts: Parts) -> None:
    made = await registered(form, parts)
    before = (await agreed(parts, made))["jobcentre"]
    parts.clock.move(timedelta(days=3))
    await registered(form, parts, others_permission="yes")
    left = await agreed(parts, made)
    assert left["jobcentre"].id == before.id and left["jobcentre"].given_at == before.given_at
    assert left["others"].given_at > before.given_at


async def test_a_yes_after_it_was_taken_back_on_the_record_counts(
    form: Form, parts: Parts, sam: Colleague
) -> None:
    made = await registered(form, parts)
    await sam.submit(f"/staff/records/{made.record_id}/permissions/withdraw", purpose="jobcentre")
    await registered(form, parts)
    await job(parts).round()
    assert (await reloaded(form, parts)).jobcentre_permission is True
    assert "jobcentre" in await agreed(parts, made)
