"""Whether the service may write to somebody by itself about their registration, where they registered."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import automatic
from handoff.conversations.model import SMS, Contact, Conversation
from handoff.registrations.contact import Reach, reach
from handoff.registrations.model import Registration


async def may_write(session: AsyncSession, conversation: Conversation, way: Reach) -> bool:
    """They can be reached, nothing urgent was heard, and a text goes only to the number they call safe."""
    if conversation.left_at or conversation.blocked_at:
        return False
    if not await automatic.may_go_out(session, conversation):
        return False
    return conversation.channel != SMS or await texts_are_safe(session, conversation, way)


async def texts_are_safe(session: AsyncSession, conversation: Conversation, way: Reach) -> bool:
    """The number they text from is the one to reach them by, at any time; a time only an adviser can heed."""
    contact = await session.get_one(Contact, conversation.contact_id)
    return contact.address == way.phone and not way.times


def way_to(registration: Registration) -> Reach:
    """How they can safely be reached, as it is on the registration now."""
    said = registration.safe_contact
    phone = reach(said).phone if said else registration.phone
    return Reach(said or "", registration.safe_times, phone, registration.email)
