"""Starting points for tests of alerts: people with numbers, shifts, and a service that rings when told to."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from handoff.alerts.climb import Alarms
from handoff.alerts.model import ONCE, Alert, AlertNotice, Shift
from handoff.app import Parts
from handoff.callout import MailCaller, TextCaller
from handoff.staff import service as staff
from handoff.staff.model import Staff
from tests.handoff.fakes import FakeTwilio

SAM, ALEX, PRIYA, DANA = "pa.camden@demo.test", "pa.lambeth@demo.test", "lead@demo.test", "manager@demo.test"
NUMBERS = {SAM: "+447700900901", ALEX: "+447700900902", PRIYA: "+447700900903", DANA: "+447700900904"}
NAMES = {number: email for email, number in NUMBERS.items()}
WHOLE_CHAIN = [SAM, ALEX, PRIYA, DANA]


@dataclass
class Bell:
    """A service that rings and sends only when a test says so. Camden: Sam on call, Alex second."""

    parts: Parts
    twilio: FakeTwilio

    async def set_up(self) -> None:
        """Numbers for everybody, Alex in Camden too, and a standing rota of the two."""
        async with self.parts.db.transaction() as session:
            for one in await staff.active(session):
                one.phone = NUMBERS.get(one.email)
                if one.email == ALEX:
                    one.areas = ["camden", "lambeth"]
            for shift in (await session.execute(select(Shift))).scalars():
                await session.delete(shift)
        await self.shift(SAM, "on_call")
        await self.shift(ALEX, "second")

    async def person(self, email: str) -> Staff:
        async with self.parts.db.reading() as session:
            found = await staff.by_email(session, email)
        assert found is not None
        return found

    async def shift(
        self,
        email: str,
        role: str,
        area: str = "camden",
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> None:
        now, person = self.parts.clock.now(), await self.person(email)
        async with self.parts.db.transaction() as session:
            session.add(
                Shift(
                    area=area,
                    role=role,
                    staff_id=person.id,
                    created_at=now,
                    starts_at=start or now - timedelta(hours=1),
                    ends_at=end,
                )
            )

    def alarms(self) -> Alarms:
        return Alarms(self.parts.db, self.parts.clock, self.parts.hub, self.parts.rules)

    def texts(self) -> TextCaller:
        return TextCaller(*self._told, self.parts.twilio)

    def mails(self) -> MailCaller:
        return MailCaller(*self._told)

    @property
    def _told(self) -> tuple[Any, ...]:
        return self.parts.db, self.parts.clock, self.parts.hub, self.parts.rules, self.parts.settings

    async def later(self, **how: float) -> list[str]:
        """Let this much time pass, ring and send; whom that texted, by address, in the order of the texts."""
        before = len(self.twilio.sent)
        self.parts.clock.move(timedelta(**how))
        async with asyncio.timeout(20):
            await self.alarms().round()
            while await self._is_due():  # somebody was at work in that talk just then
                await self.alarms().round()
        await self.texts().drain()
        await self.mails().drain()
        return [NAMES[text["To"]] for text in self.twilio.sent[before:]]

    async def _is_due(self) -> bool:
        now = self.parts.clock.now()
        climbs = Alert.acknowledged_at.is_(None), Alert.why.not_in(ONCE)
        query = select(Alert.id).where(*climbs, Alert.next_step_at <= now)
        async with self.parts.db.reading() as session:
            return (await session.execute(query.limit(1))).first() is not None

    def mailed(self) -> list[EmailMessage]:
        """Every mail so far, oldest first."""
        files = sorted(
            (self.parts.settings.data_dir / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns
        )
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]  # type: ignore[misc]

    async def alert(self) -> Alert:
        async with self.parts.db.reading() as session:
            return (
                await session.execute(select(Alert).order_by(Alert.started_at.desc()).limit(1))
            ).scalar_one()

    async def notices(self) -> list[AlertNotice]:
        async with self.parts.db.reading() as session:
            return list(
                (await session.execute(select(AlertNotice).order_by(AlertNotice.created_at))).scalars()
            )


def id_of(case: dict[str, str]) -> uuid.UUID:
    return uuid.UUID(case["id"])
