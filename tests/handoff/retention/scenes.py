"""Starting points for tests of keeping and forgetting: somebody with all there is, and time gone by."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, update

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.cases.model import CLOSED, Case
from handoff.cases.service import note_case, open_or_raise
from handoff.conversations import service as conversations
from handoff.conversations.model import Conversation
from handoff.jobcentre import service as jobcentre
from handoff.jobcentre.service import NoticeAbout
from handoff.records import service as records
from handoff.records.service import PersonFacts
from handoff.registrations.model import ENDED, Draft, Registration
from handoff.retention.model import Count, Hold
from handoff.retention.nightly import Keeper
from handoff.staff import service as staff
from tests.handoff.registrations.papers import make_registration

NAME, PHONE, POSTCODE = "Zadie Quillfeather", "+447700900123", "NW1 8NH"
NOTE = "Rang her aunt Wilhelmina"
BORN = date(2010, 2, 3)


@dataclass
class House:
    """The service with its keeper, and the hands to make people and let time pass."""

    parts: Parts

    def keeper(self) -> Keeper:
        """A process's own."""
        return Keeper(self.parts.db, self.parts.clock, self.parts.rules, self.parts.rasa)

    def later(self, **how: float) -> None:
        self.parts.clock.move(timedelta(**how))

    async def run(self) -> dict[str, int]:
        """What a run removes: the kinds of which there was something."""
        return {kind: count for kind, count in (await self.keeper().remove_due()).items() if count}

    async def due(self) -> dict[str, int]:
        return {kind: count for kind, count in (await self.keeper().count_due()).items() if count}

    async def talk(
        self, text: str = "hello there", phone: str | None = None, area: str = "camden"
    ) -> uuid.UUID:
        """A conversation with one message, by webchat or from a phone."""
        now = self.parts.clock.now()
        async with self.parts.db.transaction() as session:
            if phone:
                thread = await conversations.sms_conversation(session, now, phone, "+447700900001", area)
            else:
                thread = await conversations.open_webchat(session, now, area)
            await conversations.append(
                session, thread, now, author="person", text=text, external_id=f"SM{uuid.uuid4().hex}"
            )
        return thread.id

    async def case(self, conversation: uuid.UUID, reason: str = "request") -> uuid.UUID:
        async with self.parts.db.transaction() as session:
            thread = await conversations.lock(session, conversation)
            now = self.parts.clock.now()
            case, _ = await open_or_raise(session, self.parts.rules, now, thread, reason)
            note_case(session, now, case.id, NOTE)
        return case.id

    async def close_cases(self, conversation: uuid.UUID) -> None:
        async with self.parts.db.transaction() as session:
            await conversations.lock(session, conversation)
            query = select(Case).where(Case.conversation_id == conversation)
            for case in (await session.execute(query)).scalars():
                case.state, case.closed_at = CLOSED, self.parts.clock.now()

    async def record(self, **over: Any) -> uuid.UUID:
        known: dict[str, Any] = {
            "name": NAME, "date_of_birth": BORN, "postcode": POSTCODE, "phone": PHONE, "area": "camden",
        }  # fmt: skip
        async with self.parts.db.transaction() as session:
            facts = PersonFacts(**known | over)
            return (await records.find_or_create(session, self.parts.clock.now(), facts, "person")).record.id

    async def registered(self, phone: str | None = None, **over: Any) -> Registration:
        """Somebody who registered, with record and a notice that went out."""
        record_id = over.pop("record_id", None) or await self.record()
        made = await make_registration(
            self.parts, phone=phone, name=NAME, postcode=POSTCODE, record_id=record_id, **over
        )
        async with self.parts.db.transaction() as session:
            await records.name_reference(session, record_id, made.reference)
            about = NoticeAbout(made.id, made.reference, NAME, BORN, POSTCODE, made.registered_on, made.area)
            await jobcentre.notify(session, self.parts.clock.now(), "registered", about)
        return made

    async def begun(self, conversation: uuid.UUID) -> None:
        """A registration that was begun there and left."""
        said = {"name": {"value": NAME, "shown": NAME}}
        async with self.parts.db.transaction() as session:
            session.add(Draft(conversation_id=conversation, answers=said, updated_at=self.parts.clock.now()))

    async def hold(self, **on: uuid.UUID) -> None:
        """A legal hold on a `conversation_id` or `record_id`."""
        async with self.parts.db.transaction() as session:
            by = await staff.by_email(session, "lead@demo.test")
            assert by is not None
            session.add(Hold(**on, reason="court", by_id=by.id, at=self.parts.clock.now()))

    async def lift(self) -> None:
        async with self.parts.db.transaction() as session:
            await session.execute(update(Hold).values(lifted_at=self.parts.clock.now()))

    async def end(self, registration: Registration) -> None:
        async with self.parts.db.transaction() as session:
            await conversations.lock(session, registration.conversation_id)
            found = await session.get_one(Registration, registration.id)
            found.state, found.ended_on = ENDED, self.parts.clock.now().date()

    async def has(self, model: type[Any], identity: object) -> bool:
        async with self.parts.db.reading() as session:
            return await session.get(model, identity) is not None

    async def threads(self) -> int:
        async with self.parts.db.reading() as session:
            return int((await session.execute(select(func.count()).select_from(Conversation))).scalar_one())

    async def audited(self, action: str) -> list[AuditEntry]:
        async with self.parts.db.reading() as session:
            query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
            return list((await session.execute(query)).scalars())

    async def counted(self) -> Counter[str]:
        """What the counts say was removed, over all days."""
        async with self.parts.db.reading() as session:
            found: Counter[str] = Counter()
            for one in (await session.execute(select(Count))).scalars():
                found[one.kind] += one.removed
            return found
