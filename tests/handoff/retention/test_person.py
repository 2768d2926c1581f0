"""Somebody can be told everything that is held about them, and be forgotten but for what must be kept."""

from __future__ import annotations

import argparse
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update

from handoff import audit
from handoff.conversations.model import Contact, Conversation, Message, Turn
from handoff.crypto import keyring
from handoff.errors import Conflict, NotFound
from handoff.jobcentre.model import ACKNOWLEDGED, BY_HAND, QUEUED, SENDING, SENT, WITHDRAWN, Notice
from handoff.records.model import Record
from handoff.registrations.model import Registration
from handoff.retention import commands
from handoff.retention.holdings import HELD, NOT_THEIRS
from handoff.retention.model import Forgotten
from handoff.sms.catch_up import CatchUp
from handoff.sms.inbox import Inbox
from handoff.tables import Base
from tests.handoff.fakes import FakeRasa, FakeTwilio
from tests.handoff.retention.everything import fill, left_of, tables_saying
from tests.handoff.retention.scenes import NAME, NOTE, PHONE, House

LEAD = "lead@demo.test"


def asked(whom: object, **more: Any) -> argparse.Namespace:
    return argparse.Namespace(whom=str(whom), by=LEAD, **more)


async def export(house: House, whom: object, to: Path) -> dict[str, Any]:
    await commands.export_person(house.parts.db, house.parts.clock, asked(whom, to=to))
    return dict(json.loads(to.read_text()))


async def erase(house: House, whom: object) -> str:
    parts = house.parts
    return await commands.erase_person(parts.db, parts.clock, parts.rasa, asked(whom))


async def hold(house: House, whom: object, why: str | None = None) -> str:
    request = asked(whom, why=why, lift=why is None)
    return await commands.hold_person(house.parts.db, house.parts.clock, request)


async def somebody(house: House, phone: str | None = PHONE, **over: Any) -> Registration:
    """Registered, with words and a note; no case is open any more."""
    if phone:
        await house.talk(f"I am {NAME}", phone=phone)
    made = await house.registered(phone=phone, **over)
    await house.case(made.conversation_id)
    await house.close_cases(made.conversation_id)
    return made


def test_every_table_is_held_or_said_to_hold_nothing_of_theirs() -> None:
    known = [model.__tablename__ for model in HELD] + list(NOT_THEIRS)
    assert sorted(known) == sorted(Base.metadata.tables), "put the new table in HELD or in NOT_THEIRS"
    assert all(NOT_THEIRS.values())


def test_every_column_that_marks_or_hides_something_exists() -> None:
    for model, holding in HELD.items():
        named = {*holding.on, *holding.review, *holding.secret}
        assert named <= set(Base.metadata.tables[model.__tablename__].columns.keys()), model


async def test_everything_of_every_table_is_exported_and_then_erased(house: House, tmp_path: Path) -> None:
    made = await somebody(house)
    roots = await fill(house.parts, made)
    await house.close_cases(made.conversation_id)
    expected = await left_of(house.parts, roots)
    assert set(expected) >= {model.__tablename__ for model in HELD} - {"retention_hold", "record_pair"}

    told = await export(house, made.reference, tmp_path / "them.json")
    assert {table: len(found) for table, found in told["held"].items()} == expected

    said = await erase(house, made.reference)
    assert "1  registrations" in said.lower() or "1  Registrations" in said
    assert await left_of(house.parts, roots) == {}
    assert await tables_saying(house.parts, "Quillfeather", PHONE, NOTE) == []
    async with house.parts.db.reading() as session:
        assert await audit.verify(session) is None


async def test_an_export_marks_what_staff_wrote_and_hides_secrets_and_staff(
    house: House, tmp_path: Path
) -> None:
    made = await somebody(house)
    await fill(house.parts, made)
    told = await export(house, PHONE, tmp_path / "them.json")
    notes = [note["text"] for note in told["held"]["case_note"]]
    assert all(note.keys() == {"review", "value"} for note in notes)
    assert NOTE in [note["value"] for note in notes]
    assert told["held"]["registration"][0]["name"] == NAME
    text = (tmp_path / "them.json").read_text()
    for secret in ("token_hash", "address_index", "identity_index", "digest", "staff_id", "owner_id", LEAD):
        assert f'"{secret}"' not in text
    assert told["read_first"]
    assert "record.create" in [one["what"] for one in told["seen_and_done"]]


async def test_an_export_is_for_its_owner_alone_audited_and_never_written_over(
    house: House, tmp_path: Path
) -> None:
    made, file = await somebody(house), tmp_path / "them.json"
    await export(house, made.reference, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    subjects = {one.subject for one in await house.audited("person.export")}
    assert subjects >= {f"registration:{made.id}", f"record:{made.record_id}"}
    with pytest.raises(Conflict, match="exists"):
        await export(house, made.reference, file)


@pytest.mark.parametrize(
    "whom", ["WAY-222222", "C-222222", "07700 900999", "who?", "84505e79-1e67-4591-b805-bcbc7b7f885a"]
)
async def test_nobody_is_found_by_what_names_nobody(house: House, whom: str) -> None:
    with pytest.raises(NotFound):
        await erase(house, whom)


async def test_somebody_who_only_wrote_is_found_by_their_number_as_people_type_it(house: House) -> None:
    thread = await house.talk(phone=PHONE)
    assert "Erased" in await erase(house, "07700 900 123")
    assert not await house.has(Conversation, thread)
    async with house.parts.db.reading() as session:
        assert (await session.execute(select(Contact))).first() is None


async def test_only_staff_can_answer_for_it(house: House, tmp_path: Path) -> None:
    made = await somebody(house)
    stranger = argparse.Namespace(whom=made.reference, by="nobody@demo.test", to=tmp_path / "x.json")
    with pytest.raises(NotFound, match="not_found"):
        await commands.export_person(house.parts.db, house.parts.clock, stranger)
    assert not (tmp_path / "x.json").exists()


async def test_a_safeguarding_case_keeps_its_conversation_and_the_rest_goes(house: House) -> None:
    made = await somebody(house)
    await fill(house.parts, made)
    await house.case(made.conversation_id, "safeguarding")
    await house.close_cases(made.conversation_id)
    said = await erase(house, made.reference)
    assert "is a safeguarding case" in said
    assert await house.has(Conversation, made.conversation_id)
    assert not await house.has(Registration, made.id)
    assert not await house.has(Record, made.record_id)
    kept = set(await tables_saying(house.parts, "Quillfeather"))
    assert {"message", "case_note"} <= kept
    assert not kept & {"registration", "record", "registration_draft", "learned", "feedback"}


async def test_while_a_case_is_open_nothing_is_erased(house: House) -> None:
    made = await somebody(house)
    await house.case(made.conversation_id)
    with pytest.raises(Conflict) as refused:
        await erase(house, made.reference)
    assert "still open" in refused.value.message
    assert await house.has(Registration, made.id)


async def test_under_a_hold_nothing_is_erased_and_nothing_goes_by_itself(house: House) -> None:
    made = await somebody(house)
    await hold(house, made.reference, "A court asked for it")
    with pytest.raises(Conflict, match="held"):
        await erase(house, made.reference)
    await house.end(made)
    house.later(days=365 * 30)
    assert await house.run() == {}
    await hold(house, made.reference)
    assert "Erased" in await erase(house, made.reference)


async def test_while_the_assistant_answers_them_nothing_is_erased(house: House) -> None:
    thread = await house.talk(phone=PHONE)
    async with house.parts.db.transaction() as session:
        said = (await session.execute(select(Message.id))).scalar_one()
        now = house.parts.clock.now()
        session.add(Turn(conversation_id=thread, message_id=said, seq=1, episode=1, created_at=now))
    with pytest.raises(Conflict, match="busy"):
        await erase(house, PHONE)


async def test_of_two_people_on_one_phone_only_the_one_asked_for_is_shown_or_erased(
    house: House, tmp_path: Path
) -> None:
    first = await somebody(house)
    brother = await house.record(name="Yusuf Quillfeather", postcode="NW5 2TJ")
    second = await somebody(house, record_id=brother)
    with pytest.raises(Conflict) as refused:
        await export(house, PHONE, tmp_path / "phone.json")
    assert first.reference in refused.value.message
    assert second.reference in refused.value.message

    told = await export(house, first.reference, tmp_path / "them.json")
    assert second.reference not in json.dumps(told["held"])
    assert "message" not in told["held"]
    assert told["not_included"]

    said = await erase(house, first.reference)
    assert "somebody else registered" in said
    assert not await house.has(Registration, first.id)
    assert await house.has(Registration, second.id)
    assert await house.has(Conversation, second.conversation_id)
    assert await house.has(Record, brother)


async def test_what_may_be_theirs_is_named_and_left(house: House, tmp_path: Path) -> None:
    thread = await house.talk(phone=PHONE)
    made = await somebody(house, phone=None)
    async with house.parts.db.transaction() as session:
        found = await session.get_one(Registration, made.id)
        found.phone_index = keyring.blind_index(PHONE)
    told = await export(house, made.reference, tmp_path / "them.json")
    assert told["perhaps_theirs"] == [f"Texts from the number they gave: {thread}"]
    assert str(thread) in await erase(house, made.reference)
    assert await house.has(Conversation, thread)


async def test_a_number_that_was_only_given_names_the_reference_to_ask_for(
    house: House, tmp_path: Path
) -> None:
    made = await somebody(house, phone=None, phone_index=keyring.blind_index(PHONE))
    for command in (export(house, "07700 900123", tmp_path / "them.json"), erase(house, PHONE)):
        with pytest.raises(NotFound) as refused:
            await command
        assert made.reference in refused.value.message
    assert await house.has(Registration, made.id)
    thread = await house.talk(phone=PHONE)
    assert f"A registration with the same number: {made.reference}" in await erase(house, PHONE)
    assert not await house.has(Conversation, thread)
    assert await house.has(Registration, made.id)


async def test_while_jobcentre_plus_is_being_told_nothing_is_erased(house: House) -> None:
    made = await somebody(house)
    async with house.parts.db.transaction() as session:
        await session.execute(update(Notice).values(state=SENDING))
    with pytest.raises(Conflict, match="busy"):
        await erase(house, made.reference)
    async with house.parts.db.reading() as session:
        assert (await session.execute(select(Notice))).scalar_one().about
    assert await house.has(Registration, made.id)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (BY_HAND, "Ask Jobcentre Plus to delete it, by hand: "),
        (SENT, "Ask Jobcentre Plus to delete it, if it does not confirm that, by hand: "),
        (ACKNOWLEDGED, None),
    ],
)
async def test_whoever_erases_is_told_what_to_ask_of_jobcentre_plus(
    house: House, state: str, says: str | None
) -> None:
    made = await somebody(house)
    async with house.parts.db.transaction() as session:
        await session.execute(update(Notice).values(kind=WITHDRAWN, state=state))
    said = await erase(house, made.reference)
    assert f"{says}{made.reference}." in said if says else "Jobcentre" not in said


async def test_erasing_locks_in_the_order_in_which_somebody_registers(house: House) -> None:
    made = await somebody(house)
    if house.parts.db.sqlite:
        pytest.skip("SQLite writes one at a time")
    locked: list[str] = []

    def look(*said: Any) -> None:
        if found := re.search(
            r"pg_advisory_xact_lock|FROM (\w+)(?=.* FOR NO KEY UPDATE)", said[2], re.DOTALL
        ):
            locked.append(found[1] or "birth")

    event.listen(Engine, "before_cursor_execute", look)
    try:
        await erase(house, made.reference)
    finally:
        event.remove(Engine, "before_cursor_execute", look)
    order = ["contact", "conversation", "birth", "registration", "record", "jobcentre_notice"]
    assert list(dict.fromkeys(locked))[:6] == order


async def test_jobcentre_plus_is_asked_to_delete_what_it_was_told(house: House) -> None:
    made = await somebody(house)
    async with house.parts.db.transaction() as session:
        await session.execute(update(Notice).values(state=SENT, sent_at=house.parts.clock.now()))
    await erase(house, made.reference)
    async with house.parts.db.reading() as session:
        left = (await session.execute(select(Notice))).scalar_one()
    assert (left.kind, left.reference, left.registration_id) == (WITHDRAWN, made.reference, None)
    assert NAME not in str(left.about)


async def test_a_notice_that_never_went_is_not_sent(house: House) -> None:
    made = await somebody(house)
    async with house.parts.db.transaction() as session:
        await session.execute(update(Notice).values(state=QUEUED, may_have_gone=False))
    await erase(house, made.reference)
    async with house.parts.db.reading() as session:
        assert (await session.execute(select(Notice))).first() is None


async def test_an_erased_text_is_not_fetched_again(house: House, twilio: FakeTwilio) -> None:
    parts = house.parts
    inbox = Inbox(parts.db, parts.clock, parts.hub, parts.rules, parts.settings, parts.turns)
    catch_up = CatchUp(parts.db, parts.clock, inbox, parts.twilio)
    twilio.arrives("SM" + "7" * 32, PHONE, "+447700900001", "hello there")
    assert await catch_up.round() == 1
    await parts.turns.stop()
    async with parts.db.transaction() as session:
        await session.execute(update(Turn).values(state="done"))
    await erase(house, PHONE)
    assert await catch_up.round() == 0
    assert await house.threads() == 0


async def test_rasa_is_asked_to_forget_and_asked_again_when_it_was_down(house: House, rasa: FakeRasa) -> None:
    thread = await house.talk(phone=PHONE)
    rasa.token, token = "another", rasa.token
    assert "Rasa does not answer" in await erase(house, PHONE)
    rasa.token = token
    await house.keeper().look()
    assert rasa.forgotten == [str(thread)]
    assert not await house.has(Forgotten, ("tracker", str(thread)))
