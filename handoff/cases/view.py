"""One case as its adviser sees it: the words, what screening heard, what is known, what was sent."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit, automatic
from handoff.cases import queue
from handoff.cases.access import visible_to
from handoff.cases.model import Case, CaseNote
from handoff.cases.numbers import Number, numbers_of
from handoff.cases.rules import masked
from handoff.conversations.model import SMS, Contact, Conversation, Message, Outgoing
from handoff.conversations.service import as_json, messages_after
from handoff.feedback import service as feedback
from handoff.neet import service as neet
from handoff.registrations import service as registrations
from handoff.screening import service as screening
from handoff.staff import service as staff
from handoff.staff.service import Member

_READ = "case.read"


@dataclass(frozen=True)
class Line:
    """One message with what belongs to it; `helped` is what the person said of an answer."""

    message: Message
    findings: Sequence[screening.StoredFinding] = ()
    outgoing: Outgoing | None = None
    by: str | None = None
    helped: bool | None = None

    @property
    def text(self) -> str:
        """The words as the person has them: of a text, those that went to the phone."""
        return self.outgoing.body if self.outgoing else self.message.text

    @property
    def evidence(self) -> list[str]:
        return [words for finding in self.findings for words in finding.evidence]

    def as_json(self) -> dict[str, Any]:
        body = as_json(self.message) | {"audience": self.message.audience, "by": self.by}
        if self.outgoing:  # what the web page would have shown, they never saw
            body.pop("html", None)
            body["text"] = self.text
        body["helped"] = self.helped
        body["findings"] = [
            {
                "level": one.level,
                "categories": one.categories,
                "evidence": one.evidence,
                "detector": one.detector,
            }
            for one in self.findings
        ]
        body["delivery"] = (
            {"state": self.outgoing.state, "error_code": self.outgoing.error_code} if self.outgoing else None
        )
        return body


@dataclass(frozen=True)
class CaseView:
    """Everything the case page shows besides the words.

    `hushed`: nothing automatic goes to the person, since something urgent, until an adviser allows it.
    """

    case: Case
    conversation: Conversation
    contact: Contact
    notes: Sequence[CaseNote]
    others: Sequence[Case]
    names: dict[uuid.UUID, str]
    facts: dict[str, Any] = field(default_factory=dict)
    registrations: Sequence[dict[str, str]] = ()
    numbers: Sequence[Number] = ()
    hushed: bool = False
    situation: neet.Situation = field(default_factory=neet.Situation)

    @property
    def number(self) -> str | None:
        """The person's number, masked; on webchat the one they wrote, if they did."""
        number = self.contact.address if self.contact.channel == SMS else self.contact.reach
        return masked(number) if number else None

    def as_json(self) -> dict[str, Any]:
        case, conversation = self.case, self.conversation
        return queue.as_json(case, self.names) | {
            "facts": self.facts,
            "registrations": self.registrations,
            "outcome": case.outcome,
            "opened_at": queue.iso(case.opened_at),
            "claimed_at": queue.iso(case.claimed_at),
            "closed_at": queue.iso(case.closed_at),
            "declined_at": queue.iso(case.declined_at),
            "escalated_at": queue.iso(case.escalated_at),
            "conversation_state": conversation.state,
            "left_at": queue.iso(conversation.left_at),
            "number": self.number,
            "blocked_at": queue.iso(conversation.blocked_at),
            "hushed": self.hushed,
            "situation": self.situation.as_json(),
            "notes": [
                {
                    "text": note.text,
                    "by": self.names.get(note.staff_id) if note.staff_id else None,
                    "at": queue.iso(note.at),
                }
                for note in self.notes
            ],
            "other_cases": [queue.as_json(other, self.names) for other in self.others],
        }


async def note_read(session: AsyncSession, now: datetime, who: Member, case_id: uuid.UUID) -> None:
    """The look is recorded: at the case, and at each registration it shows."""
    await audit.record(session, now, who.id, _READ, f"case:{case_id}")
    await registrations.note_seen(session, now, who.id, case_id)


async def is_noted(session: AsyncSession, who: Member, case_id: uuid.UUID) -> bool:
    """Whether a look of theirs at the case is recorded since they signed in."""
    since = await staff.signed_in_at(session, who)
    return await audit.has(session, since, who.id, _READ, f"case:{case_id}")


async def look(session: AsyncSession, who: Member, case: Case) -> CaseView:
    """Gather what the case page shows."""
    conversation = await session.get_one(Conversation, case.conversation_id)
    contact = await session.get_one(Contact, conversation.contact_id)
    notes = list(
        (
            await session.execute(select(CaseNote).where(CaseNote.case_id == case.id).order_by(CaseNote.at))
        ).scalars()
    )
    threads = select(Conversation.id).where(Conversation.contact_id == contact.id)
    same_person = (
        select(Case)
        .where(Case.conversation_id.in_(threads), Case.id != case.id, visible_to(who))
        .order_by(Case.opened_at.desc())
        .limit(20)
    )
    others = list((await session.execute(same_person)).scalars())
    known = [note.staff_id for note in notes]
    for one in (case, *others):
        known += [one.owner_id, one.offered_to_id]
    names = await staff.names(session, known)
    facts = {**(conversation.facts or {}), **(case.facts or {})}
    given = await _registrations(session, case)
    numbers = [one.masked for one in await numbers_of(session, case, contact)]
    hushed = not await automatic.may_go_out(session, conversation)
    told = await neet.situation(session, conversation)
    return CaseView(case, conversation, contact, notes, others, names, facts, given, numbers, hushed, told)


async def _registrations(session: AsyncSession, case: Case) -> list[dict[str, str]]:
    """Every registration the case is about, newest first, and the answers of one not finished yet."""
    finished = [
        {**registrations.in_words(one), **({"Phone": masked(one.phone)} if one.phone else {})}
        for one in await registrations.for_case(session, case.id)
    ]
    so_far = await registrations.begun_in_words(session, case.conversation_id)
    return [so_far, *finished] if so_far else finished


async def transcript(session: AsyncSession, conversation_id: uuid.UUID, after: int = 0) -> list[Line]:
    """The messages after `after`, staff-only ones included, each with its findings and delivery."""
    messages = await messages_after(session, conversation_id, after, staff=True)
    findings = await screening.findings_by_message(session, conversation_id)
    sent = select(Outgoing).where(Outgoing.conversation_id == conversation_id)
    outgoing = {one.message_id: one for one in (await session.execute(sent)).scalars()}
    names = await staff.names(session, [message.staff_id for message in messages])
    helped = await feedback.votes(session, conversation_id)
    return [
        Line(
            one,
            findings.get(one.id, []),
            outgoing.get(one.id),
            names.get(one.staff_id) if one.staff_id else None,
            helped.get(one.id),
        )
        for one in messages
    ]


def marked(text: str, evidence: Sequence[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is evidence; the pieces joined are the text again."""
    words = sorted({words for words in evidence if words.strip()}, key=len, reverse=True)
    if not words:
        return [(text, False)]
    pattern = re.compile("(" + "|".join(_loosely(one) for one in words) + ")", re.IGNORECASE)
    return [(piece, bool(place % 2)) for place, piece in enumerate(pattern.split(text)) if piece]


def _loosely(words: str) -> str:
    """Evidence is kept with single spaces; the message may break its lines anywhere."""
    return r"\s+".join(re.escape(word) for word in words.split())
