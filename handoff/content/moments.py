"""Times that editors type and read: of the place where the service works, also when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from handoff.errors import Unprocessable


def moment_of(typed: str, zone: tzinfo, now: datetime) -> datetime:
    """The moment that "2026-11-23T09:00" is there; Unprocessable for none, or one that is over.

    Of a time that comes twice (the clocks go back) the first is meant; one that the clocks skip is refused.
    """
    try:
        local = datetime.fromisoformat(typed)
    except ValueError:
        raise _bad("Give a day and a time, such as 2026-11-23 and 09:00.") from None
    if local.tzinfo is not None or not 2000 < local.year < 9999:
        raise _bad("Give a day and a time here, such as 2026-11-23 and 09:00.")
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise _bad("The clocks go forward then, so there is no such time that day. Choose another.")
    if moment <= now:
        raise _bad("That time is over. Choose a later one, or publish now.")
    return moment


def in_words(moment: datetime, zone: tzinfo) -> str:
    """A moment as people there say it: "23 November 2026, 09:00"."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B %Y, %H:%M}"


def _bad(told: str) -> Unprocessable:
    return Unprocessable("bad_time", told, field="at")
