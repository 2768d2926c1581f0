"""What rings on every page of the console for whoever may write answers: sums without a known rate."""

from __future__ import annotations

from aiohttp import web

from handoff import keys
from handoff.content.areas import local_day
from handoff.content.keeping.rules import DAY
from handoff.staff.auth import signed_in


def sums_ended(request: web.Request) -> int:
    """How many sums that live answers name have no known rate any more; 0 for whoever cannot mend it."""
    if not signed_in(request).may("content.edit"):
        return 0
    today = local_day(request.app[keys.RULES].area(None), request.app[keys.CLOCK].now())
    return len(request.app[keys.CONTENT].ending(today - DAY))


def setup(app: web.Application) -> None:
    app[keys.TEMPLATES].globals["sums_ended"] = sums_ended
