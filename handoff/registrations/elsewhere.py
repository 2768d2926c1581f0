"""Somebody registering again from another contact: who knows a name, a birthday and a postcode may be anyone.

What they take back counts at once, as it can only keep more to us. The rest is held in a note on the case
until an adviser has checked with the young person, and nothing that is on record is shown or moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.conversations.model import SMS, Contact, Conversation
from handoff.registrations.contact import without_number
from handoff.registrations.model import Registration
from handoff.registrations.situation import CARE_WORDS, ground_in_words

PERMISSIONS = ("jobcentre_permission", "others_permission")
_LABELS = {
    "postcode": "Postcode",
    "safe_contact": "Reach them",
    "activity": "Doing now",
    "activity_since": "Since",
    "care_status": "Care",
    "ground": "Reason to claim",
    "jobcentre_permission": "Tell Jobcentre Plus",
    "others_permission": "Talk to others",
}


async def contact_elsewhere(
    session: AsyncSession, conversation: Conversation, registration: Registration
) -> Contact | None:
    """The contact of this conversation, where it is not the one that the registration was made from."""
    first = await session.get_one(Conversation, registration.conversation_id)
    if conversation.contact_id == first.contact_id:
        return None
    return await session.get_one(Contact, conversation.contact_id)


def withdrawals(changed: Mapping[str, Any]) -> dict[str, Any]:
    """Of the changed answers, the permissions taken back."""
    return {name: False for name in PERMISSIONS if changed.get(name) is False}


def note(registration: Registration, changed: Mapping[str, Any], contact: Contact) -> str:
    """What the adviser is told: what was taken back, what waits for a check, and how it was said."""
    gone = withdrawals(changed)
    said = [f"{registration.reference}: somebody registered again as them{_where(contact)}."]
    if "jobcentre_permission" in gone:
        said.append("Do NOT tell Jobcentre Plus any more: they took their permission back.")
    if "others_permission" in gone:
        said.append("We may NOT talk to others who help them.")
    held = [
        f"- {_LABELS[name]}: {_words(name, changed[name])}"
        for name in _LABELS
        if name in changed.keys() - gone
    ]
    if not held:
        return "\n".join([*said, "No other answer differs. Check with them that it was they."])
    check = "It may be somebody else: these answers are NOT used. Check them in the way they first gave, then"
    return "\n".join([*said, f"{check} put right what is so:", *held])


def _where(contact: Contact) -> str:
    if contact.channel == SMS:
        return f", by text from a number that ends in {contact.address[-3:]}"
    return ", in another webchat"


def _words(name: str, value: Any) -> str:
    if name in PERMISSIONS:
        return "yes"
    if name == "care_status":
        return CARE_WORDS.get(value or "", "not said")
    if name == "ground":
        return ground_in_words(value) if value else "another reason, or not said"
    return without_number(value) if value else "not said"
