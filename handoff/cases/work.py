"""What staff do with a case. Each function is one thing, inside the caller's transaction.

The caller tells the hub afterwards: `console`, the conversation's topic, and `outbox`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.alerts import service as alerts
from handoff.cases import notices, queue
from handoff.cases.access import able_to_take, case_to_change
from handoff.cases.deciding import add_decision, is_decided, refer_by_outcome
from handoff.cases.handover import call_on_others, fresh_due
from handoff.cases.model import CLAIMED, CLOSED, SAFEGUARDING, Case, CaseNote
from handoff.cases.numbers import Number, numbers_of
from handoff.cases.rules import (
    Left,
    check_outcome,
    needs_adviser,
    state_after_close,
    state_after_return,
    unclaim,
)
from handoff.cases.service import CaseRules, open_cases, open_or_raise
from handoff.conversations import model as conversations
from handoff.conversations.model import SMS, Contact, Conversation, Message
from handoff.conversations.service import (
    append,
    is_answered,
    last_word_of_adviser,
    repeat_question,
    said_before,
)
from handoff.errors import Conflict, NotFound, TooLong, Unprocessable
from handoff.registrations import service as registrations
from handoff.sms.gsm7 import to_gsm7
from handoff.staff import service as staff
from handoff.staff.service import Member

LONGEST_TEXT = 1_600  # characters; Twilio takes no more in one message
TAKE_TRIES = 20


@dataclass(frozen=True)
class Desk:
    """One member of staff at work, inside one transaction."""

    session: AsyncSession
    rules: CaseRules
    now: datetime
    who: Member

    @property
    def moment(self) -> queue.Moment:
        return queue.Moment(self.rules, self.now)

    async def acted(self, action: str, case: Case, **ids: object) -> None:
        """Something was done for the person: by its adviser it answers what was heard and what rings."""
        if case.owner_id == self.who.id:
            case.unanswered_since = None
            await alerts.acted(self.session, self.now, case.id, self.who.id)
        await self.record(action, case, **ids)

    async def record(self, action: str, case: Case, **ids: object) -> None:
        """Note it in the audit."""
        await audit.record(self.session, self.now, self.who.id, action, f"case:{case.id}", **ids)


async def claim(desk: Desk, case_id: uuid.UUID) -> Case:
    """Take a case, or take it over once its claim has lapsed.

    What rings is silent for as long as the level gives: until then something must be done for the person, or
    the claim lapses. The second of two gets Conflict `already_claimed` with the first one's name.
    """
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    _refuse_closed(case)
    if case.state == CLAIMED:
        if not await queue.lapsed(desk.session, desk.moment, [case]):
            if case.owner_id == desk.who.id:
                return await _claimed(desk, case)
            by = await _owner_name(desk, case)
            raise Conflict("already_claimed", f"{by} has already taken this case.", by=by)
        await _take_over(desk, case, conversation)
    case.state, case.owner_id, case.claimed_at, case.offered_to_id = CLAIMED, desk.who.id, desk.now, None
    await _start_to_act(desk, case, conversation)
    if conversation.state == conversations.WAITING:
        await _join(desk, conversation)
    return await _claimed(desk, case)


async def _start_to_act(desk: Desk, case: Case, conversation: Conversation) -> None:
    """From urgent up taking a case is no act towards the person: from now on one is due. None is where the
    last word in the talk is an adviser's already."""
    case.unanswered_since = None
    if case.level_rank >= desk.rules.rank("urgent") and not await is_answered(desk.session, conversation):
        case.unanswered_since = desk.now
        case.due_at = fresh_due(desk.rules, desk.now, case)


async def _claimed(desk: Desk, case: Case) -> Case:
    await alerts.acted(desk.session, desk.now, case.id, desk.who.id)
    await desk.record("case.claim", case)
    return case


async def _take_over(desk: Desk, case: Case, conversation: Conversation) -> None:
    """Tell the adviser who had the case, in a note on it; nothing to tell when it is one's own."""
    if case.owner_id == desk.who.id:
        return
    joined = conversation.state == conversations.ADVISER and conversation.owner_id == case.owner_id
    why = "nothing had been done in time" if joined else "nobody had joined in time"
    _add_note(desk, case, f"Taken over from {await _owner_name(desk, case)}: {why}.")
    if joined:
        await _join(desk, conversation)
    await desk.record("case.take_over", case, was=str(case.owner_id))


async def _owner_name(desk: Desk, case: Case) -> str:
    names = await staff.names(desk.session, [case.owner_id])
    return next(iter(names.values()), "A colleague")


async def take_next(desk: Desk) -> Case | None:
    """Claim the top case of one's queue; None when nothing waits."""
    for case_id in await queue.waiting_for(desk.session, desk.who, desk.moment, TAKE_TRIES):
        try:
            return await claim(desk, case_id)
        except (Conflict, NotFound):  # taken, or no longer theirs to see, since the list was made
            continue
    return None


async def reply(desk: Desk, case_id: uuid.UUID, text: str, key: str | None = None) -> Message:
    """Say something to the person, on their channel. The same `key` again says nothing twice.

    Raises Conflict `id_reused` where the key went with other words, which were never sent."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    _refuse_unless_owner(desk, case)
    external_id = f"staff:{key}" if key else None
    if external_id and (said := await said_before(desk.session, conversation, external_id)):
        if said.text != text:
            raise Conflict("id_reused", "Other words went out under this id. Send these again.", field="id")
        return said
    if conversation.channel == SMS and len(to_gsm7(text)) > LONGEST_TEXT:
        raise TooLong("too_long", f"A text may have {LONGEST_TEXT:,} characters at most.", field="text")
    if conversation.state != conversations.ADVISER:
        await _join(desk, conversation)
    message = await append(
        desk.session,
        conversation,
        desk.now,
        author=conversations.ADVISER_AUTHOR,
        text=text,
        staff_id=desk.who.id,
        external_id=external_id,
    )
    await desk.acted("case.reply", case, message=str(message.id))
    for other in await open_cases(desk.session, conversation):  # whoever talks to them has heard it ring
        other.unanswered_since = None
        await alerts.acted(desk.session, desk.now, other.id, desk.who.id)
    return message


async def note(desk: Desk, case_id: uuid.UUID, text: str) -> Case:
    """Write something down; only staff ever see it.

    It answers nobody: by its adviser, while something is due for the person, it gives the time of the level
    once more, from now, and holds what rings as long.
    """
    case, _ = await case_to_change(desk.session, desk.who, case_id)
    _add_note(desk, case, text)
    if case.owner_id == desk.who.id:
        if case.unanswered_since is not None:
            case.due_at = fresh_due(desk.rules, desk.now, case)
        await alerts.acted(desk.session, desk.now, case.id, desk.who.id)
    await desk.record("case.note", case)
    return case


async def hand_back(desk: Desk, case_id: uuid.UUID) -> Case:
    """Give the conversation back to the assistant; the case stays with its adviser.

    Conflict `not_answered` while something urgent is open here about which nobody wrote to the person or
    recorded a decision.
    """
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    _refuse_unless_owner(desk, case)
    if conversation.state != conversations.ADVISER or conversation.owner_id != desk.who.id:
        raise Conflict("not_owner", "This conversation is not with you, so you cannot hand it back.")
    await _refuse_unanswered(desk, conversation)
    conversation.safety_sent = None  # safety messages are counted afresh from here, and so are worries
    conversation.afresh_at = desk.now
    await _leave(desk, conversation, conversations.BOT, notices.HANDED_BACK)
    if conversation.form:
        await repeat_question(desk.session, conversation, desk.now)
    await desk.acted("case.hand_back", case)
    return case


async def allow_automatic(desk: Desk, case_id: uuid.UUID) -> Case:
    """Let "Did this help?" and the like go to the person again, after something urgent stopped them."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    _refuse_unless_owner(desk, case)
    conversation.automatic_allowed_at = desk.now
    await desk.record("case.allow_automatic", case)
    return case


async def return_to_queue(desk: Desk, case_id: uuid.UUID) -> Case:
    """Let another adviser take the case."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    _refuse_unless_may_move(desk, case)
    await _release(desk, case, conversation)
    await desk.record("case.return", case)
    return case


async def transfer(desk: Desk, case_id: uuid.UUID, to: uuid.UUID, why: str) -> Case:
    """Offer the case to a colleague: back in the queue, marked as theirs to take."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    _refuse_closed(case)
    if case.state == CLAIMED:
        _refuse_unless_may_move(desk, case)
    able = await able_to_take(desk.session, desk.rules, case)
    chosen = next((one for one in able if one.id == to and one.id != desk.who.id), None)
    if chosen is None:
        raise Unprocessable("unknown_colleague", "Choose a colleague who can take this case.", field="to")
    await _release(desk, case, conversation)
    case.offered_to_id = chosen.id
    _add_note(desk, case, f"Passed to {chosen.name}. {why}".strip())
    await desk.record("case.transfer", case, to=str(chosen.id))
    return case


async def escalate(desk: Desk, case_id: uuid.UUID, why: str) -> Case:
    """Call in the safeguarding lead: a safeguarding case at urgent or above, marked as escalated."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    _refuse_closed(case)
    raised, _ = await open_or_raise(
        desk.session, desk.rules, desk.now, conversation, SAFEGUARDING, level="urgent"
    )
    raised.escalated_at = desk.now
    await alerts.call_lead(
        desk.session, desk.now, raised.id, level=raised.level, area=raised.area, by=desk.who.id
    )
    if conversation.state == conversations.BOT:
        conversation.state = conversations.WAITING
    _add_note(desk, raised, f"Escalated to the safeguarding lead. {why}".strip())
    if raised is not case:
        _add_note(desk, case, f"Escalated to the safeguarding lead as {raised.reference}. {why}".strip())
    await desk.acted("case.escalate", raised, origin=str(case.id))
    return raised


async def reveal_numbers(desk: Desk, case_id: uuid.UUID) -> list[Number]:
    """The case's phone numbers in full, on the record of who saw them; Unprocessable when it has none."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    contact = await desk.session.get_one(Contact, conversation.contact_id)
    numbers = await numbers_of(desk.session, case, contact)
    if not numbers:
        raise Unprocessable("no_number", "This person has given no phone number here.")
    await desk.acted("case.reveal_number", case)
    await registrations.note_seen(desk.session, desk.now, desk.who.id, case.id, "reveal")
    return numbers


async def close(desk: Desk, case_id: uuid.UUID, outcome: str, decision: str) -> Case:
    """End a case with its outcome; the conversation goes where the rules of state_after_close say."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    _refuse_unless_owner(desk, case)
    check_outcome(
        desk.rules.vocabulary, case, outcome, bool(decision) or await is_decided(desk.session, case)
    )
    if decision:
        await add_decision(desk, case, decision)
    await refer_by_outcome(desk, case, outcome)
    case.state, case.outcome = CLOSED, outcome
    case.closed_at, case.offered_to_id = desk.now, None
    if case.reason == SAFEGUARDING:
        conversation.afresh_at = desk.now
    state = state_after_close(conversation.state, await _left(desk, conversation, case))
    if conversation.state == conversations.ADVISER and state != conversations.ADVISER:
        said = notices.ended if state == conversations.CLOSED else notices.passed_on
        await _leave(desk, conversation, state, said(desk.who.first_name))
    conversation.state = state
    await desk.acted("case.close", case, outcome=outcome)
    return case


async def _join(desk: Desk, conversation: Conversation) -> None:
    conversation.state, conversation.owner_id = conversations.ADVISER, desk.who.id
    await _tell(desk, conversation, notices.joined(desk.who.first_name))


async def _leave(desk: Desk, conversation: Conversation, state: str, text: str) -> None:
    conversation.state, conversation.owner_id = state, None
    await _tell(desk, conversation, text)
    if state == conversations.WAITING:
        await call_on_others(desk.session, desk.rules, desk.now, conversation, desk.who.id)


async def _tell(desk: Desk, conversation: Conversation, text: str) -> None:
    await append(
        desk.session, conversation, desk.now, author=conversations.SYSTEM_AUTHOR, text=text, kind="notice"
    )


async def _release(desk: Desk, case: Case, conversation: Conversation) -> None:
    unclaim(case, fresh_due(desk.rules, desk.now, case), desk.now)
    state = state_after_return(conversation.state, await _left(desk, conversation, case))
    if state != conversation.state:
        await _leave(desk, conversation, state, notices.passed_on(desk.who.first_name))


async def _left(desk: Desk, conversation: Conversation, but: Case) -> Left:
    await desk.session.flush()
    others = [case for case in await open_cases(desk.session, conversation) if case.id != but.id]
    return Left(
        owner_holds_one=any(
            case.state == CLAIMED and case.owner_id == conversation.owner_id for case in others
        ),
        needs_adviser=any(needs_adviser(case, desk.rules.rank("urgent")) for case in others),
    )


def _add_note(desk: Desk, case: Case, text: str) -> None:
    desk.session.add(CaseNote(case_id=case.id, staff_id=desk.who.id, text=text, at=desk.now))


def _refuse_closed(case: Case) -> None:
    if case.state == CLOSED:
        raise Conflict("closed", "This case is closed.")


def _refuse_unless_owner(desk: Desk, case: Case) -> None:
    _refuse_closed(case)
    if case.owner_id != desk.who.id:
        raise Conflict("not_owner", "Take this case first: only its adviser can do this.")


async def _refuse_unanswered(desk: Desk, conversation: Conversation) -> None:
    """Nobody whom something urgent brought here goes back to the assistant without a word or a decision."""
    said = await last_word_of_adviser(desk.session, conversation)
    for case in await open_cases(desk.session, conversation):
        if case.level_rank < desk.rules.rank("urgent"):
            continue
        seen_to = (said is not None and said >= case.opened_at) or await is_decided(desk.session, case)
        if case.unanswered_since is not None or not seen_to:
            raise Conflict(
                "not_answered",
                f"Write to them first, or record what was decided: {case.reference} is "
                f"{desk.rules.vocabulary.levels[case.level].label.lower()}.",
            )


def _refuse_unless_may_move(desk: Desk, case: Case) -> None:
    """Its adviser; or a lead or manager, for someone who is away."""
    _refuse_closed(case)
    if case.owner_id != desk.who.id and not desk.who.may("case.oversee"):
        raise Conflict("not_owner", "Take this case first: only its adviser can do this.")
