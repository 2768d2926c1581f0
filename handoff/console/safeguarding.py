"""The lead's page: every safeguarding case of their areas, to filter and open; no words of anybody on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from handoff import keys
from handoff.cases import oversight, queue
from handoff.cases.oversight import ALL, NOWHERE, Wanted
from handoff.cases.quiet import quiet
from handoff.cases.service import CaseRules
from handoff.console.context import desktop, moment_of
from handoff.pages import page
from handoff.security import access
from handoff.staff.auth import signed_in, staff, staff_page

LAST_PAGE = 1_000


@access(staff_page("case.oversee"))
async def safeguarding_page(request: web.Request) -> web.Response:
    return await _page(request, "console/safeguarding.html")


@access(staff("case.oversee", touch=False))
async def safeguarding_part(request: web.Request) -> web.Response:
    """The list alone, for a page that is open."""
    return await _page(request, "console/_safeguarding_list.html")


async def _page(request: web.Request, template: str) -> web.Response:
    who, moment = signed_in(request), moment_of(request)
    wanted = wanted_in(request.query, moment.rules)
    async with request.app[keys.DB].reading() as session:
        seen = await oversight.overseen(session, who, moment, wanted)
        totals = await oversight.totals(session, who, moment)
        counts = await queue.counts(session, who, moment)
        names = await queue.owner_names(session, seen.cases)
        lapsed = await queue.lapsed(session, moment, seen.cases)
        silent = await quiet(session, moment, seen.cases)
    areas = {slug: area.name for slug, area in moment.rules.areas.items() if slug in who.areas}
    return page(
        request, template, wanted=wanted, seen=seen, totals=totals, counts=counts, areas=areas,
        address=_address, desk=desktop(request, names, lapsed, silent),
    )  # fmt: skip


def wanted_in(query: Mapping[str, str], rules: CaseRules) -> Wanted:
    """The filters in an address; one that means nothing is left out, for a link may be old."""
    words = rules.vocabulary
    number = query.get("page", "1")
    return Wanted(
        level=_one_of(query.get("level", ""), words.levels),
        category=_one_of(query.get("category", ""), words.categories),
        area=_one_of(query.get("area", ""), [*rules.areas, NOWHERE]),
        state=_one_of(query.get("state", ""), [*queue.STATES, ALL]) or "open",
        overdue=query.get("overdue") == "1",
        undecided=query.get("undecided") == "1",
        page=int(number) if number.isascii() and number.isdigit() and 0 < int(number[:5]) <= LAST_PAGE else 1,
    )


def _one_of(value: str, known: Any) -> str:
    return value if value in known else ""


def _address(wanted: Wanted, path: str = "/staff/safeguarding", **other: object) -> str:
    """The address that shows this, with some of it otherwise."""
    fields = {**vars(wanted), "page": 1, **other}
    usual = vars(Wanted())
    told = {name: "1" if value is True else value for name, value in fields.items() if value != usual[name]}
    return f"{path}?{urlencode(told)}" if told else path


def setup(app: web.Application) -> None:
    app.router.add_get("/staff/safeguarding", safeguarding_page)
    app.router.add_get("/staff/safeguarding/list", safeguarding_part)
