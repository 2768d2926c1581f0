"""The phone numbers a case knows of: the one they text from, and those its registrations gave."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.model import Case
from handoff.cases.rules import masked
from handoff.conversations.model import SMS, Contact
from handoff.registrations import service as registrations


@dataclass(frozen=True)
class Number:
    """A number, and whose registration gave it; nobody's when they text from it."""

    number: str
    registration: str | None = None
    name: str | None = None

    @property
    def masked(self) -> Number:
        return replace(self, number=masked(self.number))


async def numbers_of(session: AsyncSession, case: Case, contact: Contact) -> list[Number]:
    """Every number in full, each once, the one they text from first."""
    found = {contact.address: Number(contact.address)} if contact.channel == SMS else {}
    for one in await registrations.for_case(session, case.id):
        found.setdefault(one.phone, Number(one.phone, one.reference, one.name))
    return list(found.values())
