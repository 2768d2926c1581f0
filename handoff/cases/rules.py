"""The pure rules of a case: who a conversation belongs to next, what an adviser may close, masked numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.vocabulary import Vocabulary
from handoff.cases.model import FAILURE, REQUEST, SAFEGUARDING, WAITING, Case
from handoff.conversations import model as conversations
from handoff.errors import Unprocessable


@dataclass(frozen=True)
class Left:
    """What is still open in a conversation besides the case in hand."""

    owner_holds_one: bool  # the conversation's own adviser has claimed another open case of it
    needs_adviser: bool  # an unclaimed request or failure is open, or anything at urgent or above


def state_after_close(state: str, left: Left) -> str:
    """The conversation's state once a case of it is closed; the other cases stay as they are."""
    if state == conversations.ADVISER:
        if left.owner_holds_one:
            return conversations.ADVISER
        return conversations.WAITING if left.needs_adviser else conversations.CLOSED
    if state == conversations.WAITING and not left.needs_adviser:
        return conversations.BOT
    return state


def state_after_return(state: str, left: Left) -> str:
    """The conversation's state once its adviser gives a case back to the queue, or to a colleague."""
    if state == conversations.ADVISER and not left.owner_holds_one:
        return conversations.WAITING
    return state


def needs_adviser(case: Case, urgent_rank: int) -> bool:
    """Whether this open case by itself keeps a person waiting for an adviser.

    One at urgent or above does so claimed too: nobody in danger is told that the chat is over, or left to
    the assistant, because somebody else has taken their case.
    """
    if case.level_rank >= urgent_rank:
        return True
    return case.state == WAITING and case.reason in (REQUEST, FAILURE)


def unclaim(case: Case, fresh_due: datetime, now: datetime) -> None:
    """Back to the queue. A clock that still runs is never put off by this; a spent one starts again."""
    if case.state != WAITING:
        case.due_at = min(fresh_due, case.due_at) if case.due_at > now else fresh_due
        case.waiting_since = now
    case.state, case.owner_id, case.claimed_at, case.offered_to_id = WAITING, None, None, None


def check_outcome(vocabulary: Vocabulary, case: Case, outcome: str, decided: bool) -> None:
    """Unprocessable `decision_required` or `unknown_outcome`.

    The screens offer the outcomes made for the reason; a program sees one list of codes, so it may use any.
    """
    if case.reason == SAFEGUARDING and not decided:
        raise Unprocessable(
            "decision_required",
            "Write down what was decided and why before you close a safeguarding case.",
            field="decision",
        )
    known = vocabulary.outcomes.get(outcome)
    if known is None or known.retired:
        raise Unprocessable("unknown_outcome", "Choose one of the outcomes in the list.", field="outcome")


def masked(number: str) -> str:
    """A phone number of which only the ends show: enough to tell two apart, not to call one."""
    return f"{number[:3]} •••• ••• {number[-3:]}" if len(number) > 8 else "•••"
