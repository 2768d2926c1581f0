"""What the console's templates are given: labels, times and the rights that decide what is shown."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.vocabulary import Outcome
from handoff import keys
from handoff.cases import queue, view
from handoff.cases.access import able_to_take
from handoff.cases.destinations import Destination
from handoff.cases.model import WAITING, Case
from handoff.cases.quiet import Quiet, quiet
from handoff.cases.record import Record, record_of
from handoff.cases.service import CaseRules
from handoff.console import words
from handoff.jobcentre import service as jobcentre
from handoff.neet import service as neet
from handoff.neet.service import Activity
from handoff.staff import service as staff
from handoff.staff.auth import signed_in
from handoff.staff.service import Member


@dataclass(frozen=True)
class Desktop:
    """Helpers that templates call; `now` is the product's clock at the moment of drawing."""

    rules: CaseRules
    now: datetime
    me: Member
    names: dict[uuid.UUID, str]
    lapsed: Set[uuid.UUID] = frozenset()
    quiet: Mapping[uuid.UUID, Quiet] = field(default_factory=dict)

    def level(self, code: str) -> str:
        return self.rules.vocabulary.levels[code].label

    def reason(self, code: str) -> str:
        return self.rules.vocabulary.reasons[code].label

    def category(self, code: str) -> str:
        known = self.rules.vocabulary.categories.get(code)
        return known.label if known else code

    def channel(self, code: str) -> str:
        return self.rules.vocabulary.channels[code].label

    def area(self, slug: str | None) -> str:
        known = self.rules.areas.get(slug or "")
        return known.name if known else "Area not known"

    def fact(self, name: str, value: object) -> tuple[str, str]:
        """A fact of "What we know" in words: what it is, and what was said."""
        if name == "area":
            return "Area they said", self.area(str(value))
        if name == "activity":
            known = self.rules.vocabulary.doing_now.get(str(value))
            return "Doing now", known.label if known else str(value)
        return name.replace("_", " ").capitalize(), str(value)

    def activities(self) -> list[tuple[str, list[Activity]]]:
        """The activity codes that may be set, by group, each group under its name."""
        groups = [(label, code) for code, label in words.ACTIVITY_GROUPS.items()]
        return [(label, [one for one in neet.activities() if one.group == code]) for label, code in groups]

    def waited(self, case: Case) -> str:
        return words.span(self.now - case.waiting_since)

    def due(self, case: Case) -> str:
        return words.due(case.due_at, self.now, self.rules.area(case.area))

    def due_tone(self, case: Case) -> str:
        return words.due_tone(case.due_at, self.now)

    def moment(self, case: Case, at: datetime) -> str:
        return words.moment(at, self.rules.area(case.area))

    def day(self, case: Case, at: datetime) -> str:
        return words.day(at, self.rules.area(case.area))

    def silence(self, case: Case) -> str:
        """Since when they have said nothing more: "Silent since 2.03pm", or nothing ("")."""
        found = self.quiet.get(case.id)
        if found is None:
            return ""
        today = self.day(case, found.since) == self.day(case, self.now)
        on = "" if today else f" on {self.day(case, found.since)}"
        return f"{'Silent' if found.rang else 'No word'} since {self.moment(case, found.since)}{on}"

    def owner(self, case: Case) -> str:
        """Who has the case: "you", a name, or nobody ("")."""
        if case.owner_id is None:
            return ""
        return "you" if case.owner_id == self.me.id else self.names.get(case.owner_id, "a colleague")

    def offered(self, case: Case) -> str:
        if case.offered_to_id is None:
            return ""
        return (
            "you" if case.offered_to_id == self.me.id else self.names.get(case.offered_to_id, "a colleague")
        )

    def outcomes(self, case: Case) -> list[Outcome]:
        """The outcomes made for this reason."""
        all_of_them = self.rules.vocabulary.outcomes.values()
        return [one for one in all_of_them if case.reason in one.reasons and not one.retired]

    def destination(self, code: str) -> str:
        return self.rules.destinations[code].label

    def destinations(self) -> list[Destination]:
        """Whom a case can be referred to now."""
        return [one for one in self.rules.destinations.values() if not one.retired]

    def may_write(self, case: Case) -> bool:
        """Whether they may write the case's record: its adviser, or a lead."""
        return self.me.may("case.note") and (case.owner_id == self.me.id or self.me.may("case.decide"))

    def due_by(self, case: Case, at: datetime) -> str:
        return words.due(at, self.now, self.rules.area(case.area))

    def tone_at(self, at: datetime) -> str:
        return words.due_tone(at, self.now)

    def local(self, case: Case, at: datetime) -> str:
        """An instant as a form's time field has it."""
        return f"{at.astimezone(self.rules.area(case.area).timezone):%Y-%m-%dT%H:%M}"

    def heard(self, detector: str) -> str:
        return words.HEARD.get(detector, f"heard by {detector}")

    def choices(self, name: str) -> list[tuple[str, str]]:
        """The codes and labels of one of the vocabulary's lists."""
        return [(one.code, one.label) for one in getattr(self.rules.vocabulary, name).values()]

    def outcome(self, code: str) -> str:
        return self.rules.vocabulary.outcomes[code].label


def desktop(
    request: web.Request,
    names: dict[uuid.UUID, str],
    lapsed: Set[uuid.UUID] = frozenset(),
    quiet: Mapping[uuid.UUID, Quiet] | None = None,
) -> Desktop:
    now = request.app[keys.CLOCK].now()
    return Desktop(request.app[keys.RULES], now, signed_in(request), names, lapsed, quiet or {})


def moment_of(request: web.Request) -> queue.Moment:
    return queue.Moment(request.app[keys.RULES], request.app[keys.CLOCK].now())


async def queue_context(
    request: web.Request, session: AsyncSession, show: str, wanted: int
) -> dict[str, Any]:
    """The queue page: `show` is waiting, mine, all or closed; page `wanted` of it, or the last there is."""
    who, moment = signed_in(request), moment_of(request)
    state = {"waiting": WAITING, "closed": "closed"}.get(show, "open")
    found = await queue.page_of(session, who, moment, state=state, mine=show == "mine", wanted=wanted)
    return {
        "show": show,
        "cases": found.cases,
        "incidents": found.incidents,
        "page": found.number,
        "last": found.last,
        "counts": await queue.counts(session, who, moment),
        "desk": desktop(
            request,
            await queue.owner_names(session, found.shown),
            await queue.lapsed(session, moment, found.shown),
            await quiet(session, moment, found.shown),
        ),
    }


async def case_context(
    request: web.Request, session: AsyncSession, seen: view.CaseView, lines: Sequence[view.Line]
) -> dict[str, Any]:
    """The case page."""
    who, moment = signed_in(request), moment_of(request)
    able = await able_to_take(session, moment.rules, seen.case)
    references = [one["Registration"] for one in seen.registrations if "Registration" in one]
    record = await record_of(session, moment.rules, seen.case)
    return {
        "seen": seen,
        "case": seen.case,
        "conversation": seen.conversation,
        "lines": lines,
        "record": record,
        "told": await jobcentre.standing(session, references),
        "marked": view.marked,
        "barrable": await _barrable(session, who, record),
        "colleagues": [(str(one.id), one.name) for one in able if one.id != who.id],
        "counts": await queue.counts(session, who, moment),
        "desk": desktop(
            request,
            seen.names,
            await queue.lapsed(session, moment, [seen.case]),
            await quiet(session, moment, [seen.case]),
        ),
    }


async def _barrable(session: AsyncSession, who: Member, record: Record) -> list[tuple[str, str]]:
    """The colleagues whom a lead could keep from the case: id and name."""
    if not who.may("case.oversee"):
        return []
    out = {who.id, *(bar.staff_id for bar in record.bars)}
    able = [one for one in await staff.active(session) if one.id not in out]
    return sorted(((str(one.id), one.name) for one in able), key=lambda one: one[1])
