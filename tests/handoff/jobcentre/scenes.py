"""Starting points: a registration with permission, an area with a channel, a post that works when told to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import select

from handoff.app import Parts
from handoff.audit import AuditEntry
from handoff.cases.model import Case
from handoff.cases.service import open_or_raise
from handoff.conversations.service import open_webchat
from handoff.crypto import keyring
from handoff.jobcentre import service as jobcentre
from handoff.jobcentre.model import Channel, Notice
from handoff.jobcentre.options import Options, stored
from handoff.jobcentre.post import Post
from handoff.jobcentre.service import NoticeAbout
from handoff.registrations.model import Registration
from handoff.staff import service as staff

Kind = Literal["registered", "changed", "ended", "withdrawn"]
NAME, POSTCODE = "Zadie Quill", "NW1 8NH"


@dataclass
class Office:
    """The council's side: registrations, notices and the post, all moved by hand."""

    parts: Parts
    post: Post = field(init=False)

    def __post_init__(self) -> None:
        self.post = self.new_post()

    def new_post(self, **settings: Any) -> Post:
        """A worker, as a process that starts has one."""
        parts = self.parts
        return Post(parts.db, parts.clock, parts.hub, parts.rules, settings.get("settings", parts.settings))

    async def channel(self, kind: str, options: Options | None, area: str = "camden", days: int = 3) -> None:
        now = self.parts.clock.now()
        async with self.parts.db.transaction() as session:
            by = await staff.by_email(session, "manager@demo.test")
            assert by is not None
            await session.merge(
                Channel(
                    area=area, kind=kind, options=stored(options), chase_days=days, link_serial=1,
                    updated_at=now, updated_by_id=by.id,
                )
            )  # fmt: skip

    async def registration(self, area: str = "camden", name: str = NAME) -> NoticeAbout:
        """Somebody who registered and gave permission; what may be told of them."""
        now = self.parts.clock.now()
        reference = f"WAY-{uuid.uuid4().hex[:6].upper()}"
        async with self.parts.db.transaction() as session:
            thread = await open_webchat(session, now, area)
            case, _ = await open_or_raise(session, self.parts.rules, now, thread, "benefits")
            made = Registration(
                id=uuid.uuid4(), reference=reference, conversation_id=thread.id, case_id=case.id, name=name,
                date_of_birth="2010-02-03", postcode=POSTCODE, activity="Looking for work",
                identity_index=keyring.blind_index(reference), jobcentre_permission=True, area=area,
                registered_on=now.date(), created_at=now,
            )  # fmt: skip
            session.add(made)
        return NoticeAbout(
            made.id, reference, name, date(2010, 2, 3), POSTCODE, now.date(), area, "619", "Seeking work"
        )

    async def notify(self, kind: Kind, about: NoticeAbout) -> None:
        async with self.parts.db.transaction() as session:
            await jobcentre.notify(session, self.parts.clock.now(), kind, about)

    async def registered(self, area: str = "camden") -> NoticeAbout:
        about = await self.registration(area)
        await self.notify("registered", about)
        return about

    async def withdraw(self, about: NoticeAbout) -> bool:
        """As when they take back their permission."""
        async with self.parts.db.transaction() as session:
            now = self.parts.clock.now()
            gone = await jobcentre.cancel_unsent(session, now, about.registration_id)
            if gone:
                await jobcentre.notify(session, now, "withdrawn", about)
        return gone

    async def later(self, **how: float) -> None:
        """Let this much time pass, send what is due and look after the rest."""
        self.parts.clock.move(timedelta(**how))
        await self.post.drain()
        await self.post.look_after()
        await self.post.drain()

    async def notices(self) -> list[Notice]:
        async with self.parts.db.reading() as session:
            query = select(Notice).order_by(Notice.created_at, Notice.kind)
            return list((await session.execute(query)).scalars())

    async def states(self) -> list[str]:
        return [f"{one.kind} {one.state}" for one in await self.notices()]

    async def cases(self, reason: str = "follow_up") -> list[Case]:
        async with self.parts.db.reading() as session:
            query = select(Case).where(Case.reason == reason).order_by(Case.opened_at)
            return list((await session.execute(query)).scalars())

    async def audited(self, action: str) -> list[AuditEntry]:
        async with self.parts.db.reading() as session:
            query = select(AuditEntry).where(AuditEntry.action == action)
            return list((await session.execute(query)).scalars())
