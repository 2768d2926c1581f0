"""How long an activity counts as known: the shipped table, and what an administrator changed in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.errors import NotFound, Unprocessable
from handoff.records.codes import RULES, Currency, load_codes
from handoff.records.model import CurrencyEdit
from handoff.staff.service import Member

MOST = {"months": 24, "review": 366, "august": 0, "never": 0}


async def table(session: AsyncSession) -> dict[str, Currency]:
    """Every group as it counts now; what somebody changed is no longer inferred."""
    newest = select(func.max(CurrencyEdit.id)).group_by(CurrencyEdit.group)
    edits = (await session.execute(select(CurrencyEdit).where(CurrencyEdit.id.in_(newest)))).scalars()
    found = dict(load_codes().currency)
    for edit in edits:
        if shipped := found.get(edit.group):
            found[edit.group] = replace(
                shipped,
                rule=edit.rule,
                number=edit.number,
                contact_months=edit.contact_months,
                edition=edit.edition,
                checked_on=edit.checked_on,
                inferred=False,
            )
    return found


async def currency_of(session: AsyncSession, activity: str) -> Currency:
    """How long an activity code counts as known."""
    return (await table(session))[load_codes().currency_of(activity).group]


async def change(
    session: AsyncSession, now: datetime, who: Member, group: str, rule: str, number: int,
    contact_months: int, edition: str, checked_on: date,
) -> None:  # fmt: skip
    """Say how long a group counts as known, by which edition, read when. The old stays in the history."""
    if group not in load_codes().currency:
        raise NotFound("There is no such group.")
    if rule not in RULES:
        raise Unprocessable("unknown_rule", "Choose how the day is worked out.", field="rule")
    if not (0 if MOST[rule] == 0 else 1) <= number <= MOST[rule]:
        raise Unprocessable("bad_number", _number_words(rule), field="number")
    if not 1 <= contact_months <= 24:
        raise Unprocessable("bad_number", "Give 1 to 24 months for our own check.", field="contact_months")
    session.add(
        CurrencyEdit(
            group=group, rule=rule, number=number, contact_months=contact_months, edition=edition,
            checked_on=checked_on, staff_id=who.id, at=now,
        )
    )  # fmt: skip
    await session.flush()
    detail = {"rule": rule, "number": number, "contact_months": contact_months}
    await audit.record(session, now, who.id, "record.currency", f"currency:{group}", **detail)


def _number_words(rule: str) -> str:
    if rule == "months":
        return "Give 1 to 24 months."
    return "Give 1 to 366 days." if rule == "review" else "This rule needs no number: give 0."
