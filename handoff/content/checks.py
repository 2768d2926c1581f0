"""The checks of each field of an answer: each gives the faults of one field, as what to do about it.

Used for the shipped answers and for those that staff write.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from handoff.content.areas import Area, fill, unknown_placeholders
from handoff.sms.gsm7 import septets, unmappable

WEB_WORDS = 120
SMS_SEPTETS = 459
TITLE_LENGTH = 60
MAX_NEXT = 3
MIN_EXAMPLES = 12
SIGNPOST = "signpost-"

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SWALLOWED = re.compile(r"\b(STOP|STOPALL|UNSUBSCRIBE|END|QUIT|CANCEL|REVOKE|OPTOUT)\b")


def _slug(fields: dict[str, Any], areas: tuple[Area, ...]) -> Iterator[str]:
    if not isinstance(fields["slug"], str) or not _SLUG.fullmatch(fields["slug"]):
        yield "slug must be small letters, digits and dashes, such as free-meals"


def _title(fields: dict[str, Any], areas: tuple[Area, ...]) -> Iterator[str]:
    title = fields["title"]
    if not isinstance(title, str) or not title.strip():
        yield "title must be a short text"
    elif len(title) > TITLE_LENGTH or unmappable(title):
        yield f"title must be at most {TITLE_LENGTH} plain characters: it is shown on buttons and in texts"


def _web(fields: dict[str, Any], areas: tuple[Area, ...]) -> Iterator[str]:
    yield from _text(fields["web"])
    if isinstance(fields["web"], str):
        count = len(_LINK.sub(r"\1", fields["web"]).split())
        if count > WEB_WORDS:
            yield f"web has {count} words: cut it to {WEB_WORDS}"


def _sms(fields: dict[str, Any], areas: tuple[Area, ...]) -> Iterator[str]:
    text = fields["sms"]
    yield from _text(text)
    if not isinstance(text, str):
        return
    if strange := unmappable(text):
        yield f"sms holds {' '.join(strange)}, which texts cannot carry cheaply: write it another way"
        return
    longest = max((septets(fill(text.strip(), area)) for area in areas), default=septets(text.strip()))
    if longest > SMS_SEPTETS:
        yield f"sms takes {longest} places with the area filled in: cut it to {SMS_SEPTETS} (3 parts)"


def _text(text: object) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip():
        yield "must be a text"
        return
    for name in unknown_placeholders(text):
        yield f"{{{name}}} is not a placeholder: use {{area.name}}, .hours, .phone, .email or .address"
    for word in dict.fromkeys(_SWALLOWED.findall(text)):
        yield f"{word} in capitals makes phone networks block us when it is sent back: write it another way"


def _next(fields: dict[str, Any], areas: tuple[Area, ...]) -> Iterator[str]:
    if not is_texts(fields["next"]) or len(fields["next"]) > MAX_NEXT:
        yield f"next must be a list of at most {MAX_NEXT} slugs"


def _source(fields: dict[str, Any], areas: tuple[Area, ...]) -> Iterator[str]:
    source = fields["source"]
    if not isinstance(source, dict) or source.keys() != {"name", "url", "checked"}:
        yield "source must be {name, url, checked}"
        return
    if not isinstance(source["name"], str) or not source["name"].strip():
        yield "source needs a name people know, such as GOV.UK"
    if not str(source["url"]).startswith("https://"):
        yield "source url must start with https://"
    if type(source["checked"]) is not date:
        yield "source checked must be a date such as 2026-11-22"


def _review(fields: dict[str, Any], areas: tuple[Area, ...]) -> Iterator[str]:
    review, source = fields["review"], fields.get("source")
    checked = source.get("checked") if isinstance(source, dict) else None
    if type(review) is not date:
        yield "review must be a date such as 2027-03-01"
    elif type(checked) is date and review <= checked:
        yield "review must be after the day the source was checked"


def _examples(fields: dict[str, Any], areas: tuple[Area, ...]) -> Iterator[str]:
    examples = fields["examples"]
    if not is_texts(examples):
        yield "examples must be a list of questions (quote one that YAML reads as yes, no or a number)"
    elif str(fields.get("slug")).startswith(SIGNPOST):
        if examples:
            yield "a signpost is given by the registration form, never asked for: leave examples empty"
    elif len(examples) < MIN_EXAMPLES:
        yield f"only {len(examples)} examples: give at least {MIN_EXAMPLES} ways people ask this"


CHECKS: dict[str, Callable[[dict[str, Any], tuple[Area, ...]], Iterator[str]]] = {
    "slug": _slug, "title": _title, "web": _web, "sms": _sms, "next": _next,
    "source": _source, "review": _review, "examples": _examples,
}  # fmt: skip


def is_texts(value: object) -> bool:
    """Whether it is a list of texts, none of them empty."""
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)
