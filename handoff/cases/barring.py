"""What a lead decides about who is kept from a case: keep somebody out, or let them in again, and why."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from handoff.cases.access import case_to_change
from handoff.cases.bars import take_away
from handoff.cases.leads_only import let_advisers_in
from handoff.cases.model import Case, CaseBar, CaseNote
from handoff.db import ROW
from handoff.errors import Unprocessable
from handoff.staff import service as staff

if TYPE_CHECKING:
    from handoff.cases.work import Desk


def unknown_member() -> Unprocessable:
    return Unprocessable("unknown_colleague", "Choose a colleague from the list.", field="staff")


async def bar(desk: Desk, case_id: uuid.UUID, whom: uuid.UUID, why: str) -> Case:
    """Keep a colleague from every case of this conversation; what they hold of it goes back to the queue."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    person = next((one for one in await staff.active(desk.session) if one.id == whom), None)
    if person is None or person.id == desk.who.id:
        raise unknown_member()
    kept = await desk.session.get(CaseBar, (conversation.id, person.id), with_for_update=ROW)
    if kept is None:
        kept = CaseBar(conversation_id=conversation.id, staff_id=person.id)
        desk.session.add(kept)
    elif kept.lifted_at is None:
        return case
    kept.at, kept.by_id, kept.lifted_at = desk.now, desk.who.id, None
    await take_away(desk.session, desk.rules, desk.now, conversation, person)
    await let_advisers_in(desk.session, desk.now, conversation.id, desk.who.id)
    _note(desk, case, f"{person.name} cannot see this case any more. {why}")
    await desk.record("case.bar", case, staff=str(person.id))
    return case


async def open_up(desk: Desk, case_id: uuid.UUID, why: str) -> Case:
    """Let advisers see an allegation that names nobody, once a lead has looked. Twice is as once."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    if await let_advisers_in(desk.session, desk.now, conversation.id, desk.who.id):
        _note(desk, case, f"Advisers can see this case now. {why}")
        await desk.record("case.open_up", case)
    return case


async def lift(desk: Desk, case_id: uuid.UUID, whom: uuid.UUID, why: str) -> Case:
    """Let a colleague see the conversation's cases again; the same words do not keep them out twice."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    kept = await desk.session.get(CaseBar, (conversation.id, whom), with_for_update=ROW)
    if kept is None or kept.lifted_at is not None:
        raise unknown_member()
    kept.lifted_at = desk.now
    names = await staff.names(desk.session, [whom])
    _note(desk, case, f"{names[whom]} can see this case again. {why}")
    await desk.record("case.lift_bar", case, staff=str(whom))
    return case


def _note(desk: Desk, case: Case, text: str) -> None:
    desk.session.add(CaseNote(case_id=case.id, staff_id=desk.who.id, text=text, at=desk.now))
