"""Signed links for Jobcentre staff, who have no account: to one notice, or to tell one area of a claimant.

A link says by itself what it opens and until when; without our key none can be made or changed, so there is
nothing to guess and nothing to look up before the signature fits.
"""

from __future__ import annotations

import hmac
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handoff.crypto import keyring

NOTICE_LASTS = timedelta(days=30)
AREA_LASTS = timedelta(days=90)
_SIGNED = 40  # hex digits: 160 bits
_NOTICE = re.compile(r"([0-9a-f]{32})([0-9a-f]{8})([0-9a-f]{40})")
_AREA = re.compile(r"([a-z-]{1,64})\.([0-9]{1,6})\.([0-9a-f]{8})\.([0-9a-f]{40})")


@dataclass(frozen=True)
class NoticeLink:
    """What a well-signed link to a notice says."""

    notice_id: uuid.UUID
    expires: datetime


@dataclass(frozen=True)
class AreaLink:
    """What a well-signed link to tell an area says; it counts while `serial` is the area's newest."""

    area: str
    serial: int
    expires: datetime


def notice_token(notice_id: uuid.UUID, now: datetime) -> str:
    """The end of a link to this notice that works for NOTICE_LASTS."""
    expires = f"{int((now + NOTICE_LASTS).timestamp()):08x}"
    return f"{notice_id.hex}{expires}{_sign('notice', notice_id.hex, expires)}"


def read_notice_token(token: str) -> NoticeLink | None:
    """What it says, over or not; None for anything that we did not sign."""
    match = _NOTICE.fullmatch(token)
    if match is None or not _signed_by_us(match[3], "notice", match[1], match[2]):
        return None
    return NoticeLink(uuid.UUID(match[1]), _instant(match[2]))


def area_token(area: str, serial: int, now: datetime) -> str:
    """The end of the link with which Jobcentre staff tell this area of claimants for AREA_LASTS."""
    expires = f"{int((now + AREA_LASTS).timestamp()):08x}"
    return f"{area}.{serial}.{expires}.{_sign('area', area, str(serial), expires)}"


def read_area_token(token: str) -> AreaLink | None:
    """What it says, over or not; None for anything that we did not sign."""
    match = _AREA.fullmatch(token)
    if match is None or not _signed_by_us(match[4], "area", match[1], match[2], match[3]):
        return None
    return AreaLink(match[1], int(match[2]), _instant(match[3]))


def _sign(*parts: str) -> str:
    return keyring.blind_index("|".join(("jobcentre link", *parts)))[:_SIGNED]


def _signed_by_us(given: str, *parts: str) -> bool:
    return hmac.compare_digest(given, _sign(*parts))


def _instant(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds, 16), UTC)
