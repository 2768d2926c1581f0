"""What has been kept long enough goes by itself, once a night; what is still needed stays."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from handoff import audit, keeping
from handoff.conversations import service as conversations
from handoff.conversations.model import Contact, Conversation, Message
from handoff.jobcentre import service as jobcentre
from handoff.jobcentre.model import SENT, Notice
from handoff.jobcentre.service import NoticeAbout
from handoff.records.importing import service as importing
from handoff.records.model import Import, ImportRow, Record
from handoff.registrations.model import Registration
from handoff.retention import due
from handoff.retention.model import Forgotten, Run
from handoff.retention.nightly import night_of
from handoff.sms.catch_up import CatchUp
from handoff.sms.inbox import Inbox
from handoff.staff import service as staff
from tests.handoff.fakes import FakeRasa, FakeTwilio
from tests.handoff.retention.scenes import BORN, NAME, POSTCODE, House

LONDON = ZoneInfo("Europe/London")


async def test_a_conversation_without_a_case_goes_after_ninety_days_with_its_contact(house: House) -> None:
    thread = await house.talk(phone="+447700900123")
    house.later(days=89)
    assert await house.run() == {}
    house.later(days=2)
    assert await house.due() == {"chats": 1}
    assert await house.run() == {"chats": 1}
    async with house.parts.db.reading() as session:
        for table in (Conversation, Contact, Message):
            assert (await session.execute(select(table))).first() is None
    assert [one.subject for one in await house.audited("retention.remove")] == [f"conversation:{thread}"]


async def test_a_contact_stays_while_it_has_another_conversation(house: House) -> None:
    old = await house.talk(phone="+447700900123")
    house.later(days=80)
    async with house.parts.db.transaction() as session:
        thread = await session.get_one(Conversation, old)
        other = Conversation(
            contact_id=thread.contact_id, channel="sms", our_number="+447700900002",
            created_at=house.parts.clock.now(),
        )  # fmt: skip
        session.add(other)
    house.later(days=11)
    assert await house.run() == {"chats": 1}
    assert await house.has(Conversation, other.id)
    assert await house.has(Contact, other.contact_id)


async def test_what_they_wrote_since_counts(house: House) -> None:
    thread = await house.talk()
    house.later(days=60)
    async with house.parts.db.transaction() as session:
        locked = await conversations.lock(session, thread)
        await conversations.append(session, locked, house.parts.clock.now(), author="bot", text="hi")
    house.later(days=60)
    assert await house.run() == {}


@pytest.mark.parametrize(
    ("reason", "kind", "months"), [("request", "cases", 36), ("safeguarding", "safeguarding", 300)]
)
async def test_closed_cases_are_kept_for_their_own_time(
    house: House, reason: str, kind: str, months: int
) -> None:
    thread = await house.talk()
    await house.case(thread, reason)
    house.later(days=31 * months)
    assert await house.run() == {}, "an open case is never removed"
    await house.close_cases(thread)
    house.later(days=30 * months)
    assert await house.run() == {}
    house.later(days=2 * months)
    assert await house.run() == {kind: 1}
    assert await house.threads() == 0


async def test_a_registration_goes_a_year_after_its_end_and_then_what_hung_on_it(house: House) -> None:
    made = await house.registered()
    await house.close_cases(made.conversation_id)
    house.later(days=100)
    assert await house.run() == {}, "it has not ended"
    await house.end(made)
    await _settled(house)
    house.later(days=360)
    assert await house.run() == {"notices": 1}
    house.later(days=10)
    assert await house.run() == {"registrations": 1}
    assert await house.has(Conversation, made.conversation_id)
    assert await house.has(Record, made.record_id)
    house.later(days=365 * 3)
    assert await house.run() == {"cases": 1, "records": 1}, "by now they are twenty, too"


async def test_a_registration_beside_a_safeguarding_case_is_kept_as_long(house: House) -> None:
    made = await house.registered()
    await house.case(made.conversation_id, "safeguarding")
    await house.close_cases(made.conversation_id)
    await house.end(made)
    await _settled(house)
    house.later(days=365 * 20)
    assert await house.run() == {"notices": 1}, "the record hangs on the registration"
    house.later(days=365 * 6)
    assert await house.run() == {"registrations": 1, "safeguarding": 1, "records": 1}


async def test_a_record_goes_at_twenty_when_nobody_touched_it_for_a_year(house: House) -> None:
    record = await house.record()
    house.later(days=365 * 3)
    assert await house.run() == {}
    house.later(days=75)  # 3 February 2030 is past
    assert await house.run() == {"records": 1}
    assert not await house.has(Record, record)


async def test_a_record_with_a_plan_is_kept_until_twenty_six(house: House) -> None:
    record = await house.record()
    async with house.parts.db.transaction() as session:
        (await session.get_one(Record, record)).ehcp = True
    house.later(days=365 * 9)
    assert await house.run() == {}
    house.later(days=100)
    assert await house.run() == {"records": 1}


async def test_joined_records_go_together_or_not_at_all(house: House) -> None:
    first, second = await house.record(), await house.record(name="Zadie Quill", postcode="NW5 2TJ")
    assert first != second
    async with house.parts.db.transaction() as session:
        joined = await session.get_one(Record, second)
        joined.joined_into_id, joined.joined_at = first, house.parts.clock.now()
    made = await house.registered(record_id=second)
    house.later(days=365 * 4)
    assert await house.run() == {}, "a registration hangs on the one that was joined"
    await house.close_cases(made.conversation_id)
    await house.end(made)
    house.later(days=3)
    async with house.parts.db.transaction() as session:
        await session.execute(update(Registration).values(ended_on=date(2027, 1, 1)))
    await _settled(house)
    assert (await house.run()).get("records") == 1
    assert not await house.has(Record, first)
    assert not await house.has(Record, second)


async def test_what_is_under_a_hold_stays_until_it_is_lifted(house: House) -> None:
    thread, record = await house.talk(), await house.record()
    await house.begun(thread)
    await _file(house, record)
    await house.hold(conversation_id=thread)
    await house.hold(record_id=record)
    house.later(days=365 * 12)
    assert await house.due() == await house.run() == {}
    await house.lift()
    assert await house.run() == {"drafts": 1, "imports": 1, "chats": 1, "records": 1}


@pytest.mark.parametrize("held", ["conversation_id", "record_id"])
async def test_what_was_told_of_somebody_under_a_hold_stays_as_it_is(house: House, held: str) -> None:
    made = await house.registered()
    await house.close_cases(made.conversation_id)
    await house.end(made)
    await _settled(house)
    await house.hold(**{held: getattr(made, held)})
    house.later(days=365 * 3)
    assert await house.due() == await house.run() == {}
    await house.lift()
    assert (await house.run()).keys() >= {"notices", "registrations"}


async def test_answers_that_were_paused_stay_while_their_case_is_open(house: House) -> None:
    thread = await house.talk()
    await house.begun(thread)
    await house.case(thread, "safeguarding")
    house.later(days=31)
    assert await house.due() == await house.run() == {}
    await house.close_cases(thread)
    assert await house.run() == {"drafts": 1}


async def test_rows_of_a_file_go_after_ninety_days_and_it_cannot_be_undone_then(house: House) -> None:
    made = await _file(house, None)
    house.later(days=91)
    assert await house.run() == {"imports": 1}
    async with house.parts.db.reading() as session:
        assert (await session.execute(select(ImportRow))).first() is None
        kept = await session.get_one(Import, made)
        assert (kept.state, kept.file_name, kept.counts) == (importing.PAST, importing.PAST_NAME, {"made": 1})
    assert await house.run() == {}


async def test_what_a_notice_said_is_forgotten_and_that_it_went_is_not(house: House) -> None:
    made = await house.registered()
    await house.close_cases(made.conversation_id)
    await house.end(made)
    await _settled(house)
    house.later(days=190)
    assert await house.run() == {"notices": 1}
    async with house.parts.db.reading() as session:
        notice = (await session.execute(select(Notice))).scalar_one()
        assert (notice.about, notice.state) == ({}, SENT)
    assert await house.run() == {}


async def test_while_a_registration_runs_what_was_told_is_known_so_old_news_is_not_sent_again(
    house: House,
) -> None:
    made = await house.registered()
    await house.close_cases(made.conversation_id)
    await _settled(house)
    house.later(days=400)
    assert await house.run() == {}
    about = NoticeAbout(made.id, made.reference, NAME, BORN, POSTCODE, made.registered_on, made.area)
    async with house.parts.db.reading() as session:
        assert not await jobcentre.is_news(session, about)


# -- the run itself


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 7, 1, 1, 29, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 7, 1, 1, 30, tzinfo=UTC), date(2026, 7, 1)),  # half past two in London
        (datetime(2026, 12, 1, 2, 29, tzinfo=UTC), date(2026, 11, 30)),
        (datetime(2026, 12, 1, 2, 30, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_a_night_begins_at_its_hour_on_the_clock_on_the_wall(now: datetime, night: date) -> None:
    assert night_of(now, LONDON) == night


async def test_it_runs_once_a_night_and_not_on_the_day_it_is_first_started(house: House) -> None:
    keeper = house.keeper()
    assert await keeper.look() is False
    house.later(hours=24)
    assert [await keeper.look(), await keeper.look(), await house.keeper().look()] == [True, False, False]
    house.later(hours=24)
    assert await house.keeper().look() is True
    assert len(await house.audited("retention.run")) == 2


async def test_of_two_processes_at_once_one_runs_and_all_is_counted_once(house: House) -> None:
    for _ in range(5):
        await house.talk()
    await house.keeper().look()
    house.later(days=91)
    assert sorted(await asyncio.gather(house.keeper().look(), house.keeper().look())) == [False, True]
    assert await house.counted() == {"chats": 5}
    assert len(await house.audited("retention.remove")) == 5
    async with house.parts.db.reading() as session:
        assert await audit.verify(session) is None


async def test_two_runs_by_hand_at_once_remove_and_count_each_once(house: House) -> None:
    for _ in range(3):
        await house.talk()
    house.later(days=91)
    done = await asyncio.gather(house.run(), house.run())
    assert sum(one.get("chats", 0) for one in done) == 3
    assert await house.counted() == {"chats": 3}


async def test_a_night_that_died_half_way_is_finished_by_another(house: House) -> None:
    await house.talk()
    dying, other = house.keeper(), house.keeper()
    await dying.look()
    house.later(days=91)
    night = night_of(house.parts.clock.now(), LONDON)
    assert await dying._take(night)
    assert await other.look() is False
    house.later(minutes=11)
    assert await other.look() is True
    assert await house.threads() == 0
    async with house.parts.db.reading() as session:
        assert (await session.get_one(Run, night)).finished_at is not None


async def test_one_that_cannot_be_removed_does_not_stop_the_rest(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sorted([await house.talk(), await house.talk()])
    house.later(days=91)
    bad, whole = first, due._take_thread

    async def stumbles(session, now, one, kind):  # type: ignore[no-untyped-def]
        if one == bad:
            raise RuntimeError("no")
        return await whole(session, now, one, kind)

    monkeypatch.setattr(due, "_take_thread", stumbles)
    assert await house.run() == {"chats": 1}
    assert not await house.has(Conversation, second)
    assert await house.has(Conversation, first)


async def test_more_than_a_page_goes_in_one_run(house: House) -> None:
    async with house.parts.db.transaction() as session:
        for _ in range(230):
            await conversations.open_webchat(session, house.parts.clock.now(), "camden")
    house.later(days=91)
    assert await house.due() == {"chats": 230}
    assert await house.run() == {"chats": 230}


async def test_rasa_forgets_too_and_is_told_again_when_it_was_down(house: House, rasa: FakeRasa) -> None:
    await house.keeper().look()
    thread = await house.talk()
    house.later(days=91)
    rasa.token, token = "another", rasa.token
    await house.keeper().look()
    assert await house.has(Forgotten, ("tracker", str(thread)))
    rasa.token = token
    await house.keeper().look()
    assert rasa.forgotten == [str(thread)]
    assert not await house.has(Forgotten, ("tracker", str(thread)))


async def test_an_area_can_keep_less(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = keeping.load_policy()
    own = {"lambeth": {"chats": keeping.Keep(days=10)}}
    changed = keeping.Policy(policy.at, policy.usual, own, policy.labels)
    monkeypatch.setattr(due, "load_policy", lambda: changed)
    await house.talk(area="camden")
    lambeth = await house.talk(area="lambeth")
    house.later(days=11)
    assert await house.run() == {"chats": 1}
    assert not await house.has(Conversation, lambeth)


async def _file(house: House, record: uuid.UUID | None) -> uuid.UUID:
    """A file that was brought in, with one row: of this record, or refused."""
    async with house.parts.db.transaction() as session:
        by, now = await staff.by_email(session, "manager@demo.test"), house.parts.clock.now()
        assert by is not None
        made = Import(
            kind="roll", area="camden", state=importing.DONE, file_name="Quillfeather.csv", encoding="utf-8",
            columns={}, rows=1, counts={"made": 1}, staff_id=by.id, at=now, finished_at=now,
        )  # fmt: skip
        session.add(made)
        await session.flush()
        outcome = importing.MADE if record else "refused"
        session.add(
            ImportRow(
                import_id=made.id, number=1, outcome=outcome, record_id=record, told=["Zadie Quillfeather"]
            )
        )
    return made.id


async def _settled(house: House) -> None:
    """Every notice went out."""
    async with house.parts.db.transaction() as session:
        sent = {"state": SENT, "sent_at": house.parts.clock.now() - timedelta(minutes=1), "next_try_at": None}
        await session.execute(update(Notice).values(**sent))


async def test_a_text_that_arrives_while_its_thread_goes_is_not_lost(
    house: House, twilio: FakeTwilio
) -> None:
    parts = house.parts
    inbox = Inbox(parts.db, parts.clock, parts.hub, parts.rules, parts.settings, parts.turns)
    catch_up = CatchUp(parts.db, parts.clock, inbox, parts.twilio)
    await house.talk(phone="+447700900123")
    house.later(days=91)
    twilio.arrives("SM" + "8" * 32, "+447700900123", "+447700900001", "is anybody there")
    await asyncio.gather(house.run(), catch_up.round(), return_exceptions=True)
    await catch_up.round()
    await parts.turns.stop()
    async with parts.db.reading() as session:
        said = [one.text for one in (await session.execute(select(Message))).scalars()]
    assert said.count("is anybody there") == 1
