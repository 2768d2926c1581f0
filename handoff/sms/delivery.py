"""What became of a text on its way to a phone: receipts that only move forward, blocked numbers, giving up.

    queued > sending > sent > delivered
                            > undelivered | failed | blocked
         > withheld (the bot was overtaken)

Each function works inside the caller's transaction and takes the conversation's lock first.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import CaseRules, fault_passed, note_open_cases, open_or_raise
from handoff.conversations.model import (
    BOT,
    STAFF_ONLY,
    SYSTEM_AUTHOR,
    WAITING,
    Conversation,
    Outgoing,
)
from handoff.conversations.service import append, lock
from handoff.sms.lost_touch import alarm_if_at_risk
from handoff.sms.replies import STAFF_BLOCKED, STAFF_UNBLOCKED

QUEUED, SENDING, SENT, DELIVERED = "queued", "sending", "sent", "delivered"
UNDELIVERED, FAILED, BLOCKED, WITHHELD = "undelivered", "failed", "blocked", "withheld"
BLOCKED_CODE = "21610"
SAFETY_ALARM_AFTER = 3  # attempts at a safety message
INCIDENT = "texts-"  # what the incident of a case begins with that texts opened
RECEIPT_OVERDUE = timedelta(minutes=10)
FAILURE = "failure"  # the reason of a case, as the vocabulary names it

_RANK = {QUEUED: 0, SENDING: 1, SENT: 2, UNDELIVERED: 3, FAILED: 3, BLOCKED: 3, WITHHELD: 3, DELIVERED: 4}
_OURS = {
    "accepted": SENT, "scheduled": SENT, "queued": SENT, "sending": SENT, "sent": SENT,
    "delivered": DELIVERED, "read": DELIVERED,
    "undelivered": UNDELIVERED, "failed": FAILED, "canceled": FAILED,
}  # fmt: skip


@dataclass(frozen=True)
class Receipt:
    """What Twilio says of a text: by its sid, or by the reference we gave it when sending."""

    sid: str
    reference: str
    status: str
    code: str

    @property
    def state(self) -> str | None:
        """Our word for Twilio's status; None for one we do not know."""
        return _OURS.get(self.status.lower())

    @property
    def bad(self) -> bool:
        return self.state in (UNDELIVERED, FAILED)


async def is_news(session: AsyncSession, receipt: Receipt) -> bool:
    """False for what changes nothing, so that the many receipts of every text cost no transaction."""
    row = await _named(session, receipt)
    if row is None or receipt.state is None:
        return False
    return row.supplier_id is None or _RANK[receipt.state] > _RANK[row.state]


async def take_receipt(
    session: AsyncSession, rules: CaseRules, now: datetime, receipt: Receipt
) -> uuid.UUID | None:
    """Take a receipt in; the conversation it changed, or None for no change."""
    row, state = await _named(session, receipt), receipt.state
    if row is None or state is None:
        return None
    conversation = await lock(session, row.conversation_id)
    text = await session.get_one(Outgoing, row.id, populate_existing=True)
    text.supplier_id = text.supplier_id or receipt.sid
    if _RANK[state] <= _RANK[text.state]:
        return None
    if not receipt.bad:
        await got_through(session, rules, now, conversation, text)
    settle(text, now, state, receipt.code)
    if receipt.code == BLOCKED_CODE:
        await block(session, rules, now, conversation)
    if receipt.bad:
        await tell_advisers(session, rules, now, conversation, text, open_case=text.safety)
    return conversation.id


async def _named(
    session: AsyncSession, receipt: Receipt
) -> Row[uuid.UUID, uuid.UUID, str, str | None] | None:
    """The text of this sid, or, where the answer with the sid was lost, the one we named when sending it."""
    query = select(Outgoing.conversation_id, Outgoing.id, Outgoing.state, Outgoing.supplier_id)
    row = (await session.execute(query.where(Outgoing.supplier_id == receipt.sid))).first()
    if row is None and (named := _uuid(receipt.reference)):
        unanswered = query.where(Outgoing.id == named, Outgoing.supplier_id.is_(None))
        row = (await session.execute(unanswered)).first()
    return row


def _uuid(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def settle(text: Outgoing, now: datetime, state: str, code: str = "") -> None:
    """Put a text into a state that no longer needs the worker; one that was sent is asked about once."""
    text.state, text.error_code = state, code[:16] or None
    text.next_try_at = now + RECEIPT_OVERDUE if state == SENT else None
    if state in (SENT, DELIVERED):
        text.sent_at = text.sent_at or now
    if state == DELIVERED:
        text.delivered_at = now


async def block(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    key: str | None = None,
) -> None:
    """Remember that the phone takes no more texts from this number of ours, and tell whoever holds the
    conversation; where they may not be safe that is an alarm. Our other numbers may still text it: the
    network keeps each pair apart.

    `key` is the id of the notice about a STOP, which is then always written.
    """
    newly = conversation.blocked_at is None
    if newly or key:
        conversation.blocked_at = now
    if newly:
        await audit.record(session, now, "person", "texts.block", f"conversation:{conversation.id}")
        await alarm_if_at_risk(session, rules, now, conversation)
    if newly or key:
        await tell_staff(session, now, conversation, STAFF_BLOCKED, key)


async def unblock(session: AsyncSession, now: datetime, conversation: Conversation) -> None:
    """The phone takes texts from this number of ours again."""
    if conversation.blocked_at is not None:
        conversation.blocked_at = None
        await audit.record(session, now, "person", "texts.unblock", f"conversation:{conversation.id}")
        await tell_staff(session, now, conversation, STAFF_UNBLOCKED)


async def tell_staff(
    session: AsyncSession, now: datetime, conversation: Conversation, text: str, key: str | None = None
) -> None:
    """A notice in the conversation that only staff see; `key` is its id."""
    await append(
        session,
        conversation,
        now,
        author=SYSTEM_AUTHOR,
        kind="notice",
        text=text,
        audience=STAFF_ONLY,
        external_id=key,
    )


async def tell_advisers(
    session: AsyncSession,
    rules: CaseRules,
    now: datetime,
    conversation: Conversation,
    text: Outgoing,
    *,
    open_case: bool,
) -> None:
    """A note on every open case of the conversation that a text did not arrive.

    With `open_case` it also becomes a failure case, grouped by the hour as one incident on the console.
    """
    if open_case:
        incident = f"{INCIDENT}{now:%Y-%m-%dT%H}"
        await open_or_raise(session, rules, now, conversation, FAILURE, incident=incident)
        if conversation.state == BOT:
            conversation.state = WAITING
    kind = "safety message" if text.safety else "text"
    words = (
        f"A {kind} to this phone has not arrived (reason {text.error_code or 'not known'}). Try another way."
    )
    await note_open_cases(session, now, conversation, words)


async def got_through(
    session: AsyncSession, rules: CaseRules, now: datetime, conversation: Conversation, text: Outgoing
) -> None:
    """Take the alarm about a text back, if there was one and no other text of the conversation is in trouble.

    Call it before the text is settled: its state so far says whether advisers were told.
    """
    if not (text.state in (UNDELIVERED, FAILED) or (text.safety and text.attempts > SAFETY_ALARM_AFTER)):
        return
    stuck = and_(
        Outgoing.state.in_((QUEUED, SENDING)),
        Outgoing.safety.is_(True),
        Outgoing.attempts >= SAFETY_ALARM_AFTER,
    )
    others = select(Outgoing.id).where(
        Outgoing.conversation_id == conversation.id,
        Outgoing.id != text.id,
        or_(Outgoing.state.in_((UNDELIVERED, FAILED)), stuck),
    )
    if (await session.execute(others.limit(1))).first() is None:
        kind = "safety message" if text.safety else "text"
        words = f"The {kind} that had not arrived has got through to this phone now."
        await fault_passed(session, rules, now, conversation, INCIDENT, words)
