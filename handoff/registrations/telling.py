"""What somebody hears whom an adviser registered: the reference, and the link to the confirmation.

Where writing to them by itself may not be safe, nothing is sent, and the case asks the adviser to tell them.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handoff.cases.service import note_case
from handoff.conversations.model import SYSTEM_AUTHOR, Conversation
from handoff.conversations.service import append
from handoff.registrations import links
from handoff.registrations.contact import Reach
from handoff.registrations.finishing import Told
from handoff.registrations.writing import may_write

DONE = (
    "An adviser has finished registering you. Your reference is {reference}. Please keep it safe. "
    "Registering is not the claim: you claim from the Jobcentre (DWP), and they decide. An adviser will "
    "check your details and can help you with the claim."
)
DONE_SMS = (
    "An adviser has registered you. Your reference is {reference}. Keep it safe. You claim from the "
    "Jobcentre (DWP), and they decide."
)
LINK = (
    "Your confirmation, to show or print, is here for 30 days: {link} It asks for your date of birth first."
)
TO_CHECK = "An adviser will check what you told us with you before anything else happens."
"""As the assistant says it (utter_confirmation_link and utter_registered_to_check in domain.yml)."""
NOT_TOLD = (
    "{}: they have NOT been sent the reference and the link, as that may not be safe. Tell them the "
    "reference yourself, in a way that is safe. The link can be sent from the registration's page."
)


async def tell(
    session: AsyncSession, now: datetime, conversation: Conversation, case_id: uuid.UUID, told: Told,
    way: Reach, base: str,
) -> bool:  # fmt: skip
    """Say it where they write to us, under the conversation's lock; False where the adviser has to.

    `way` is the safe way to reach them, `base` the service's own address.
    """
    if not await may_write(session, conversation, way):
        if told.link:
            await links.forget_link(session, told.link)
        note_case(session, now, case_id, NOT_TOLD.format(told.reference))
        return False
    done, sms = (words.format(reference=told.reference) for words in (DONE, DONE_SMS))
    then = LINK.format(link=f"{base}{told.link}") if told.link else TO_CHECK
    for text, short in ((done, sms), (then, None)):
        await append(session, conversation, now, author=SYSTEM_AUTHOR, kind="notice", text=text, sms=short)
    return True
