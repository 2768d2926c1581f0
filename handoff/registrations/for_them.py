"""An adviser finishes what somebody began: what is left is put down for them, and the registration made."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.cases.service import CaseRules, case_for
from handoff.conversations.model import Conversation
from handoff.conversations.service import begin_episode, lock
from handoff.errors import Conflict
from handoff.registrations import drafts, finishing, form
from handoff.registrations.contact import reach, without_number
from handoff.registrations.eligibility import grounds
from handoff.registrations.permissions import WORDS
from handoff.registrations.reading import Problem
from handoff.registrations.service import FORM
from handoff.registrations.situation import CARE_WORDS, NOT_SAID, OTHER
from handoff.registrations.telling import tell
from handoff.staff.service import Member

LABELS = {
    "name": "Full name",
    "date_of_birth": "Date of birth",
    "postcode": "Postcode where they live or stay",
    "borough": "Borough or council of that postcode",
    "contact": "Safe way and time to reach them",
    "activity": "What they are doing now",
    "since": "Since when",
    "care_status": "Care",
    "ground": "Main reason to claim",
    "jobcentre_permission": WORDS["jobcentre"],
    "others_permission": WORDS["others"],
}
_FIXES = {
    "not_a_name": "Use letters, such as Aisha Khan.",
    "not_a_postcode": "Write the whole postcode, such as NW1 2DB.",
    "which_postcode": "Those lie in two councils' areas. Write the one where they stay most.",
    "not_a_borough": "Name the borough or council, such as Camden.",
    "not_a_contact": "Give a number, an e-mail, or someone they trust.",
    "which_contact": "That says what is not safe. Give only what is safe.",
    "age_differs": "They gave another age before. Check it with them and save again.",
    "not_yes_or_no": "Choose yes or no.",
}
_DATE = "Write it like 3 February 2010."
_YES_NO = {"yes": "Yes", "no": "No"}


@dataclass(frozen=True)
class Saved:
    """What came of a save: the reference once it is finished, whether they were told it, what was wrong by
    field, where to send them."""

    reference: str | None = None
    told: bool = False
    wrong: Mapping[str, str] = field(default_factory=dict)
    signpost: str | None = None


@dataclass(frozen=True)
class At:
    """One member of staff at the registration begun in a case's conversation, inside one transaction."""

    session: AsyncSession
    rules: CaseRules
    now: datetime
    who: Member
    case_id: uuid.UUID
    base: str
    """The service's own address, for a link."""

    async def conversation(self, *, to_change: bool = False) -> Conversation:
        """The conversation; NotFound when the case is not theirs to see, Conflict `closed` to change it."""
        case = await case_for(self.session, self.who, self.case_id)
        if not to_change:
            return await self.session.get_one(Conversation, case.conversation_id)
        if case.closed_at is not None:
            raise Conflict("closed", "This case is closed.")
        return await lock(self.session, case.conversation_id)


async def look(at: At) -> dict[str, Any]:
    """What is answered, in words, and what is left to ask: by field."""
    thread = await at.conversation()
    answers = await drafts.draft_answers(at.session, thread.id)
    left = form.missing(drafts.values_of(answers), at.rules.areas)
    subject = f"conversation:{thread.id}"
    await audit.record(at.session, at.now, at.who.id, "registration.read_draft", subject)
    shown = {name: without_number(str(one["shown"])) for name, one in answers.items()}
    return {"answered": shown, "left": left, "elsewhere": _elsewhere(at, thread, answers)}


async def save(at: At, given: Mapping[str, str], key: str) -> Saved:
    """Keep each answer that can be read, and finish once none is missing; `key` makes a repeat do nothing."""
    thread = await at.conversation(to_change=True)
    done = await finishing.reference_of(at.session, key)
    if done:
        return Saved(done)
    wrong: dict[str, str] = {}
    for name in LABELS:
        if given.get(name, "").strip():
            problem = await _keep(at, thread, name, given[name])
            wrong |= {name: problem} if problem else {}
    answers = await drafts.draft_answers(at.session, thread.id)
    subject, kept = f"conversation:{thread.id}", sorted(set(given) & answers.keys())
    await audit.record(at.session, at.now, at.who.id, "registration.answer_for_them", subject, fields=kept)
    elsewhere = _elsewhere(at, thread, answers)
    if wrong or elsewhere or form.missing(drafts.values_of(answers), at.rules.areas):
        return Saved(wrong=wrong, signpost=elsewhere)
    way = reach(drafts.values_of(answers)["contact"])
    told = await finishing.register(at.session, at.rules, at.now, thread, key, at.who.id)
    if thread.form == FORM:
        begin_episode(thread)
    heard = await tell(at.session, at.now, thread, at.case_id, told, way, at.base)
    return Saved(told.reference, heard)


def choices(name: str) -> dict[str, str]:
    """What can be chosen for a field; empty for one that is written."""
    if name == "care_status":
        return CARE_WORDS
    if name == "ground":
        return {one.code: one.web for one in grounds()} | {OTHER: "Another reason", NOT_SAID: "Not said"}
    return _YES_NO if name.endswith("_permission") else {}


async def _keep(at: At, thread: Conversation, name: str, text: str) -> str | None:
    """What is wrong with an answer, in words with the fix; None once it is kept."""
    known = await drafts.known_about(at.session, at.rules, at.now, thread)
    doubted = await drafts.doubt(at.session, thread.id)
    found = (await drafts.read_answer(known, name, text, doubted, again=True)).answer
    if not isinstance(found, Problem):
        await drafts.keep_answer(at.session, at.now, thread, name, found)
        return None
    if found.code == "age_differs" and found.value:
        await drafts.keep_doubt(at.session, at.now, thread, found.value)
    if found.code == "which_contact":
        await drafts.keep_unsafe(at.session, at.now, thread, text)
    if found.signpost:
        return f"They cannot register here: {found.signpost.removeprefix('signpost-').replace('-', ' ')}."
    return _FIXES.get(found.code, _DATE if name == "date_of_birth" else "Write it another way.")


def _elsewhere(at: At, thread: Conversation, answers: drafts.Answers) -> str | None:
    found = drafts.sent_elsewhere(answers, at.rules, drafts.today_of(at.rules, at.now, thread))
    return found.slug.removeprefix("signpost-").replace("-", " ") if found else None
