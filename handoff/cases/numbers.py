"""The phone numbers a case knows of: where they text from or asked to be reached, and its registrations'."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.model import Case
from handoff.cases.rules import masked
from handoff.conversations.model import SMS, Contact
from handoff.registrations import service as registrations


@dataclass(frozen=True)
class Number:
    """A number, and whose registration gave it; nobody's when they text from it.

    `written`: they wrote it in the chat; what they said about it is for an adviser to read.
    """

    number: str
    registration: str | None = None
    name: str | None = None
    written: bool = False

    @property
    def masked(self) -> Number:
        return replace(self, number=masked(self.number))


async def numbers_of(session: AsyncSession, case: Case, contact: Contact) -> list[Number]:
    """Every number in full, each once, the one they text from first."""
    found = {contact.address: Number(contact.address)} if contact.channel == SMS else {}
    if contact.reach:
        found[contact.reach] = Number(contact.reach, written=True)
    for one in await registrations.for_case(session, case.id):
        if one.phone:
            found.setdefault(one.phone, Number(one.phone, one.reference, one.name))
    return list(found.values())
