"""What an adviser does with what was learned of somebody: sets the activity, strikes things out."""

from __future__ import annotations

import uuid

from handoff.cases.access import case_to_change
from handoff.cases.model import Case
from handoff.cases.work import Desk
from handoff.errors import NotFound, Unprocessable
from handoff.neet import service as neet


async def set_activity(desk: Desk, case_id: uuid.UUID, code: str) -> Case:
    """Put the adviser's activity code in the place of the suggestion; Unprocessable `unknown_activity`."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    if code not in {one.code for one in neet.activities()}:
        raise Unprocessable("unknown_activity", "Choose one of the activities in the list.", field="code")
    await neet.set_activity(desk.session, desk.now, conversation, code, desk.who.id)
    await desk.record("case.activity", case)
    return case


async def strike_out(desk: Desk, case_id: uuid.UUID, learned_id: uuid.UUID) -> Case:
    """Mark one thing learned as not so; it is kept, and no longer counts. NotFound when there is none."""
    case, conversation = await case_to_change(desk.session, desk.who, case_id)
    if not await neet.strike_out(desk.session, desk.now, conversation, learned_id, desk.who.id):
        raise NotFound("There is no such thing on this case.")
    await desk.record("case.strike_out", case, learned=str(learned_id))
    return case
