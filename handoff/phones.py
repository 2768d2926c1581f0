"""Numbers of staff and of duty teams: read as people type them, and told from the numbers of drama."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

# Ofcom, "Telephone numbers for drama use (TV, Radio)": ranges that never reach anybody.
_DRAMA = re.compile(
    r"\+44(7700900\d{3}|1632960\d{3}|2079460\d{3}|1134960\d{3}|1144960\d{3}|1154960\d{3}|1164960\d{3}"
    r"|1174960\d{3}|1184960\d{3}|1214960\d{3}|1314960\d{3}|1414960\d{3}|1514960\d{3}|1614960\d{3}"
    r"|1914980\d{3}|2890180\d{3}|2920180\d{3}|3069990\d{3}|8081570\d{3}|9098790\d{3})"
)
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def mobile(text: str) -> str | None:
    """A mobile number as E.164; None for what is none. Drama numbers count, for demonstrations."""
    number = _e164(text)
    if number is None or _DRAMA.fullmatch(number):
        return number
    parsed = phonenumbers.parse(number)
    reachable = phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in _MOBILE
    return number if reachable else None


def is_drama(text: str) -> bool:
    """Whether this number is one of those that reach nobody."""
    number = _e164(text)
    return number is not None and _DRAMA.fullmatch(number) is not None


def _e164(text: str) -> str | None:
    try:
        return phonenumbers.format_number(phonenumbers.parse(text, "GB"), PhoneNumberFormat.E164)
    except NumberParseException:
        return None
