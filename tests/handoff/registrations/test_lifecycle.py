"""A registration as time goes by: asked about once, renewed by a YES, ended when they left, never by a NO."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from handoff.app import Parts
from handoff.cases.model import Case, CaseNote
from handoff.clock import Clock
from handoff.conversations.model import Conversation, Message
from handoff.jobcentre import service as jobcentre
from handoff.records import service as records
from handoff.registrations.lifecycle import Lifecycle
from handoff.registrations.model import Registration, Reminder
from handoff.sms.gsm7 import parts as sms_parts
from tests.handoff.cases.scenes import signed_in
from tests.handoff.factories import make_chat
from tests.handoff.fakes import FakeRasa
from tests.handoff.registrations import papers
from tests.handoff.registrations.forms import Form
from tests.handoff.registrations.papers import BORN, reload

PHONE = "+447700900111"
BEGIN = datetime(2026, 9, 16, 10, 30, tzinfo=UTC)


async def make_registration(parts: Parts, **over: Any) -> Registration:
    """One that an adviser has checked: nothing rings for it."""
    return await papers.make_registration(parts, **{"checked_at": parts.clock.now(), **over})


@dataclass(frozen=True)
class Life:
    """Time passes for the registrations of a service; what was said and opened because of it."""

    parts: Parts

    async def after(self, **time: float) -> int:
        """How many were seen to, once this time has passed."""
        self.parts.clock.move(timedelta(**time))
        return await self.job().round()

    def job(self) -> Lifecycle:
        return Lifecycle(self.parts.db, self.parts.clock, self.parts.hub, self.parts.rules)

    async def said(self, registration: Registration) -> list[str]:
        async with self.parts.db.reading() as session:
            query = select(Message).where(Message.conversation_id == registration.conversation_id)
            found = (await session.execute(query.order_by(Message.seq))).scalars()
            return [one.text for one in found if one.author != "person"]

    async def follow_ups(self, registration: Registration) -> list[str]:
        """The notes of the planned contacts that advisers got."""
        async with self.parts.db.reading() as session:
            query = (
                select(CaseNote)
                .join(Case, Case.id == CaseNote.case_id)
                .where(Case.conversation_id == registration.conversation_id, Case.reason == "follow_up")
            )
            return [note.text for note in (await session.execute(query.order_by(CaseNote.at))).scalars()]

    async def answer(self, registration: Registration, text: str) -> None:
        """They write this where they registered, and its turn comes to its end."""
        taken = await self.parts.turns.receive(registration.conversation_id, str(uuid.uuid4()), text)
        assert await self.parts.turns.wait(taken.turn_id, 10)

    async def notices(self, registration: Registration) -> list[str]:
        async with self.parts.db.reading() as session:
            return [one.kind for one in await jobcentre.notices_of(session, registration.id)]


@pytest.fixture
def life(parts: Parts) -> Life:
    """It begins on a Wednesday morning: the question goes out in opening hours only."""
    parts.clock.move(BEGIN - parts.clock.now())
    return Life(parts)


async def asked(life: Life, **over: Any) -> Registration:
    """Somebody on a phone who has just been asked whether they still look."""
    registration = await make_registration(life.parts, phone=PHONE, next_contact_on=None, **over)
    assert await life.after(weeks=10) == 1
    return registration


async def test_they_are_asked_two_weeks_before_it_runs_out_in_one_text(life: Life) -> None:
    registration = await make_registration(life.parts, phone=PHONE, next_contact_on=None)
    assert await life.after(weeks=10, days=-1) == 0
    assert await life.after(days=1) == 1
    [said] = await life.said(registration)
    assert "still looking" in said and "YES" in said and sms_parts(said) == 1


async def test_they_are_asked_when_the_area_is_open_and_never_at_night(life: Life) -> None:
    registration = await make_registration(life.parts, phone=PHONE, next_contact_on=None)
    midnight = life.parts.clock.now().replace(hour=0, minute=5) - life.parts.clock.now()
    assert await life.after(seconds=(midnight + timedelta(weeks=10)).total_seconds()) == 0
    assert await life.after(hours=5) == 0 and await life.said(registration) == []
    assert await life.after(hours=6) == 1
    assert len(await life.said(registration)) == 1


@pytest.mark.parametrize(
    ("phone", "over"),
    [
        (PHONE, {"safe_contact": "07700 900111, after 6pm", "safe_times": "after 6pm"}),
        (PHONE, {"safe_contact": "07700 900999"}),
        (PHONE, {"safe_contact": "my nan at the house"}),
        (None, {"safe_contact": "07700 900123"}),
    ],
    ids=["at set times", "by another number", "through somebody they trust", "by phone and not in the chat"],
)
async def test_who_is_safe_to_reach_another_way_or_at_set_times_is_an_advisers_to_ask(
    life: Life, phone: str | None, over: dict[str, str]
) -> None:
    registration = await make_registration(life.parts, phone=phone, next_contact_on=None, **over)
    await life.after(weeks=10)
    assert await life.said(registration) == []
    [note] = await life.follow_ups(registration)
    assert "ask whether they still look" in note


@pytest.mark.parametrize(("phone", "safe"), [(PHONE, "07700 900111"), (None, "in this chat")])
async def test_who_is_safe_to_reach_here_is_asked_here(life: Life, phone: str | None, safe: str) -> None:
    registration = await make_registration(life.parts, phone=phone, next_contact_on=None, safe_contact=safe)
    await life.after(weeks=10)
    assert len(await life.said(registration)) == 1


async def test_they_are_asked_once_however_often_the_job_starts_again(life: Life) -> None:
    registration = await asked(life)
    for _ in range(3):
        await life.job().round()
    assert len(await life.said(registration)) == 1


async def test_two_processes_ask_once(life: Life) -> None:
    registration = await make_registration(life.parts, phone=PHONE, next_contact_on=None)
    life.parts.clock.move(timedelta(weeks=10))
    await asyncio.gather(*(life.job().round() for _ in range(3)))
    assert len(await life.said(registration)) == 1


@pytest.mark.parametrize("words", ["YES", "yes pls", "yeah", "Yes, still looking"])
async def test_a_yes_renews_it_and_is_not_taken_to_the_assistant(
    life: Life, rasa: FakeRasa, words: str
) -> None:
    registration = await asked(life)
    before = registration.expires_on
    await life.answer(registration, words)
    kept = await reload(life.parts, registration)
    assert before and kept.expires_on == before + timedelta(weeks=10)
    assert kept.next_contact_on and kept.state == "active"
    assert "stay registered" in (await life.said(registration))[-1] and not rasa.asked


async def test_a_renewed_one_is_asked_again_when_its_new_end_comes_near(life: Life) -> None:
    registration = await asked(life)
    await life.answer(registration, "yes")
    async with life.parts.db.transaction() as session:
        (await session.get_one(Registration, registration.id)).next_contact_on = None
    await life.after(weeks=10)
    assert sum("still looking" in one for one in await life.said(registration)) == 2


@pytest.mark.parametrize("words", ["no", "NO", "nah", "No, not any more"])
async def test_a_no_ends_nothing_but_asks_an_adviser_to_find_out(life: Life, words: str) -> None:
    registration = await asked(life)
    await life.answer(registration, words)
    assert (await reload(life.parts, registration)).state == "active"
    [note] = await life.follow_ups(registration)
    assert "no longer look" in note and registration.reference in note
    assert "An adviser will get in touch" in (await life.said(registration))[-1]
    assert await life.notices(registration) == []


@pytest.mark.parametrize(
    "words",
    [
        *("maybe", "what is this", "yes but my mum threw me out last night", "who r u"),
        *("dont tell the jobcentre", "no i take back my permission", "don't contact my college"),
    ],
)
async def test_what_is_no_plain_answer_goes_on_as_any_message(life: Life, rasa: FakeRasa, words: str) -> None:
    registration = await asked(life)
    until = registration.expires_on
    await life.answer(registration, words)
    assert (await reload(life.parts, registration)).expires_on == until
    assert await life.follow_ups(registration) == []
    assert "stay registered" not in " ".join((await life.said(registration))[1:])


async def test_a_yes_to_something_else_renews_nothing(life: Life, rasa: FakeRasa) -> None:
    registration = await asked(life)
    await life.answer(registration, "what is a bursary")
    await life.answer(registration, "yes")
    async with life.parts.db.reading() as session:
        [reminder] = (await session.execute(select(Reminder))).scalars()
    assert reminder.answer is None and len(rasa.asked) == 2


async def test_a_yes_after_it_ran_out_revives_nothing(life: Life) -> None:
    registration = await asked(life)
    await life.after(weeks=3)
    await life.after()
    await life.answer(registration, "yes")
    assert (await reload(life.parts, registration)).state == "expired"


async def test_nothing_automatic_goes_out_after_something_urgent(life: Life) -> None:
    registration = await make_registration(life.parts, phone=PHONE, next_contact_on=None)
    await life.answer(registration, "i want to kill myself")
    said = await life.said(registration)
    await life.after(weeks=10)
    assert await life.said(registration) == said
    [note] = await life.follow_ups(registration)
    assert "ask whether they still look" in note


@pytest.mark.parametrize(
    "change", [{"form": "register_form"}, {"state": "adviser"}, {"left_at": True}, {"blocked_at": True}]
)
async def test_who_is_busy_or_cannot_be_reached_is_an_advisers_to_ask(
    life: Life, change: dict[str, Any]
) -> None:
    registration = await make_registration(life.parts, phone=PHONE, next_contact_on=None)
    async with life.parts.db.transaction() as session:
        thread = await session.get_one(Conversation, registration.conversation_id)
        for name, value in change.items():
            setattr(thread, name, life.parts.clock.now() if value is True else value)
    await life.after(weeks=10)
    assert await life.said(registration) == [] and len(await life.follow_ups(registration)) == 1


async def test_silence_for_a_week_is_handed_over_once(life: Life) -> None:
    registration = await asked(life)
    assert await life.after(days=7) == 1
    assert await life.after() == 0
    [note] = await life.follow_ups(registration)
    assert "no answer" in note


async def test_it_runs_out_at_the_end_of_its_last_day_and_jobcentre_plus_is_told_once(life: Life) -> None:
    registration = await asked(life)
    await life.after(weeks=2)
    assert (await reload(life.parts, registration)).state == "active"
    for _ in range(3):
        await life.after(days=1)
    kept = await reload(life.parts, registration)
    assert (kept.state, kept.ended_on) == ("expired", registration.expires_on)
    assert await life.notices(registration) == ["ended"]


async def test_without_the_permission_nobody_is_told_that_it_ended(life: Life) -> None:
    registration = await asked(life, jobcentre_permission=False)
    for _ in range(4):
        await life.after(weeks=1)
    assert (await reload(life.parts, registration)).state == "expired"
    assert await life.notices(registration) == []


async def with_record(life: Life, **over: Any) -> Registration:
    """A registration with a record on which they agreed, and seek since the day they registered."""
    facts = records.PersonFacts("Aisha Khan", BORN, "NW5 2TJ", PHONE, area="camden")
    async with life.parts.db.transaction() as session:
        now = life.parts.clock.now()
        found = await records.find_or_create(session, now, facts, "person")
        await records.record_activity(session, now, found.record.id, "619", now.date(), "person", now.date())
        await records.give_consent(session, now, found.record.id, "jobcentre", "You may tell them.", "person")
        record_id = found.record.id
    return await make_registration(life.parts, phone=PHONE, record_id=record_id, next_contact_on=None, **over)


async def test_it_ends_when_the_record_says_that_they_are_in_learning(life: Life) -> None:
    registration = await with_record(life)
    assert await life.after(days=1) == 0
    async with life.parts.db.transaction() as session:
        now = life.parts.clock.now()
        await records.record_activity(session, now, registration.record_id, "230", now.date(), "staff")  # type: ignore[arg-type]
    assert await life.after() == 1
    kept = await reload(life.parts, registration)
    assert (kept.state, kept.end_reason) == ("ended", "entered_eet")
    assert await life.notices(registration) == ["ended"]
    assert await life.after() == 0 and await life.said(registration) == []


async def test_a_consent_withdrawn_on_the_record_keeps_the_end_from_the_jobcentre(life: Life) -> None:
    registration = await with_record(life)
    async with life.parts.db.transaction() as session:
        now = life.parts.clock.now()
        await records.withdraw_consent(session, now, registration.record_id, "jobcentre", "person")  # type: ignore[arg-type]
    for _ in range(13):
        await life.after(weeks=1)
    assert (await reload(life.parts, registration)).state == "expired"
    assert "ended" not in await life.notices(registration)


async def test_a_yes_confirms_on_the_record_that_they_seek(life: Life) -> None:
    registration = await with_record(life)
    await life.after(weeks=10)
    await life.answer(registration, "yes")
    async with life.parts.db.reading() as session:
        doing = await records.current_activity(session, registration.record_id)  # type: ignore[arg-type]
    assert doing and doing.code == "619" and doing.started_on == registration.registered_on
    assert doing.verified_on == registration.registered_on + timedelta(weeks=10)


async def test_registering_again_renews_it_too(
    life: Life, client: TestClient[Any, Any], internal: TestClient[Any, Any]
) -> None:
    form = Form(internal, (await make_chat(client)).conversation)
    await form.fill()
    _, first = await form.finish()
    life.parts.clock.move(timedelta(weeks=5))
    await form.fill()
    _, second = await form.finish()
    assert second["reference"] == first["reference"]
    async with life.parts.db.reading() as session:
        [kept] = (await session.execute(select(Registration))).scalars()
    assert kept.expires_on == kept.registered_on + timedelta(weeks=17)
    assert kept.next_contact_on == kept.registered_on + timedelta(weeks=6)


async def test_a_planned_contact_is_an_advisers_on_its_day_and_the_next_is_planned(life: Life) -> None:
    registration = await make_registration(life.parts, phone=PHONE)
    assert await life.after(weeks=6, days=-1) == 0
    assert await life.after(days=1) == 1
    assert await life.after() == 0
    [note] = await life.follow_ups(registration)
    assert "the contact planned" in note
    kept = await reload(life.parts, registration)
    assert kept.next_contact_on == registration.registered_on + timedelta(weeks=12)


async def test_whoever_turns_18_first_gets_an_adviser_and_no_question(life: Life) -> None:
    today = life.parts.clock.now().date()
    born = date(today.year - 18, today.month, today.day) + timedelta(days=30)
    registration = await make_registration(
        life.parts, phone=PHONE, date_of_birth=born.isoformat(), expires_on=None, next_contact_on=None
    )
    await life.after()
    kept = await reload(life.parts, registration)
    assert kept.expires_on == today + timedelta(days=29)
    async with life.parts.db.transaction() as session:
        (await session.get_one(Registration, registration.id)).next_contact_on = None
    await life.after(days=16)
    assert await life.said(registration) == []
    assert "turn 18" in (await life.follow_ups(registration))[0]


async def test_an_adviser_ends_it_with_a_reason_once(
    life: Life, client: TestClient[Any, Any], clock: Clock
) -> None:
    registration = await make_registration(life.parts, phone=PHONE)
    async with signed_in(client) as sam:
        at = f"/staff/registrations/{registration.reference}/end"
        assert (await sam.submit(at, reason="because"))[0] == 422
        answers = await asyncio.gather(*(sam.submit(at, reason="education") for _ in range(3)))
    assert sorted(status for status, _ in answers) == [200, 409, 409]
    assert await life.notices(registration) == ["ended"]
    kept = await reload(life.parts, registration)
    assert (kept.state, kept.end_reason, kept.ended_on) == ("ended", "education", clock.now().date())
    async with life.parts.db.reading() as session:
        [note] = (await session.execute(select(CaseNote))).scalars()
    assert note.text.startswith(f"{registration.reference} ended on") and "in education" in note.text


async def test_one_that_cannot_be_seen_to_keeps_no_other_waiting(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = await make_registration(life.parts, phone=PHONE, date_of_birth="x", expires_on=None)
    other = await make_registration(life.parts, phone="+447700900112", next_contact_on=None)
    await life.after(weeks=10)
    assert len(await life.said(other)) == 1 and await life.said(broken) == []
