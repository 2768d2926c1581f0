"""The checks of each field of an answer: each gives the faults of one field, as what to do about it.

Used for the shipped answers and for those that staff write. `on_day` adds what only a build refuses.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from handoff.content.facts import Facts, fill, has_stray_brace, placeholders
from handoff.content.markdown import links, to_text
from handoff.sms.gsm7 import septets, unmappable

WEB_WORDS = 120
SMS_SEPTETS = 459
TITLE_LENGTH = 60
DIFFERS_LENGTH = 160
MAX_NEXT = 3
MIN_EXAMPLES, MAX_EXAMPLES = 25, 400
SIGNPOST = "signpost-"
OPTIONAL = ("differs", "areas", "goes_to")

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"\*\*|\]\(")
_SUM = re.compile(r"£ ?\d[\d,.]*\d|£ ?\d")
_SWALLOWED = re.compile(r"\b(STOP|STOPALL|UNSUBSCRIBE|END|QUIT|CANCEL|REVOKE|OPTOUT)\b")


def _slug(fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    if not isinstance(fields["slug"], str) or not SLUG.fullmatch(fields["slug"]):
        yield "slug must be small letters, digits and dashes, such as free-meals"


def _title(fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    title = fields["title"]
    if not isinstance(title, str) or not title.strip():
        yield "title must be a short text"
    elif len(title) > TITLE_LENGTH or unmappable(title) or placeholders(title):
        yield f"title must be at most {TITLE_LENGTH} plain characters: it is shown on buttons and in texts"


def _web(fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    yield from _text("web", fields, facts)
    if isinstance(fields["web"], str):
        count = len(_LINK.sub(r"\1", fields["web"]).split())
        if count > WEB_WORDS:
            yield f"web has {count} words: cut it to {WEB_WORDS}"
        addresses = [address for words in facts.longest for address in links(fields["web"], words)]
        for address in dict.fromkeys(one for one in addresses if not is_address(one)):
            yield f"{address} is no https:// address: people could not follow it"
        said = to_text(fields["web"], facts.longest[0])
        for mark in dict.fromkeys(_MARKS.findall(said)):
            yield f"{mark} would be shown as it is: write **bold** so, and a link as [name](https://address)"


def _sms(fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    text = fields["sms"]
    yield from _text("sms", fields, facts)
    if not isinstance(text, str):
        return
    for mark in dict.fromkeys(_MARKS.findall(text)):
        yield f"sms shows {mark} as it is: texts have no bold and no links, write the words and the address"
    ways = [fill(text.strip(), words) for words in facts.longest]
    if strange := list(dict.fromkeys(char for way in ways for char in unmappable(way))):
        yield f"sms holds {' '.join(strange)}, which texts cannot carry cheaply: write it another way"
    elif (longest := max(map(septets, ways))) > SMS_SEPTETS:
        yield f"sms takes {longest} places with everything filled in: cut it to {SMS_SEPTETS} (3 parts)"


def _text(name: str, fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    text = fields[name]
    if not isinstance(text, str) or not text.strip():
        yield f"{name} must be a text"
        return
    yield from facts.unknown(text)
    if has_stray_brace(text):
        yield f"{name} has a {{ or }} that belongs to nothing: a fact is written like {{area.phone}}"
    for word in dict.fromkeys(_SWALLOWED.findall(text)):
        yield f"{word} in capitals makes phone networks block us when it is sent back: write it another way"


def _differs(fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    reason = fields["differs"]
    if not isinstance(reason, str):
        yield "differs must be one sentence that says why this may be different elsewhere"
        return
    yield from facts.unknown(reason)
    if len(reason) > DIFFERS_LENGTH or "\n" in reason.strip():
        yield f"differs must be one sentence of at most {DIFFERS_LENGTH} characters"


def _next(fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    if not is_texts(fields["next"]) or len(fields["next"]) > MAX_NEXT:
        yield f"next must be a list of at most {MAX_NEXT} slugs"


def _source(fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    source = fields["source"]
    if not isinstance(source, dict) or source.keys() != {"name", "url", "checked"}:
        yield "source must be {name, url, checked}"
        return
    if not isinstance(source["name"], str) or not source["name"].strip():
        yield "source needs a name people know, such as GOV.UK"
    yield from facts.unknown(f"{source['name']} {source['url']}")
    if not all(is_address(fill(str(source["url"]), words)) for words in facts.longest):
        yield "source url must start with https:// and be an address people can open"
    if type(source["checked"]) is not date:
        yield "source checked must be a date such as 2026-11-22"


def _review(fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    review, checked = fields["review"], _checked(fields)
    if type(review) is not date:
        yield "review must be a date such as 2027-03-01"
    elif checked and review <= checked:
        yield "review must be after the day the source was checked"


def _examples(fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    examples = fields["examples"]
    if not is_texts(examples):
        yield "examples must be a list of questions (quote one that YAML reads as yes, no or a number)"
    elif str(fields.get("slug")).startswith(SIGNPOST):
        if examples:
            yield "a signpost is given by the registration form, never asked for: leave examples empty"
    elif fields.get("goes_to") and not examples:
        return  # they moved to the answer that people get instead
    elif len(examples) < MIN_EXAMPLES:
        yield f"only {len(examples)} examples: give at least {MIN_EXAMPLES} ways people ask this"
    elif len(examples) > MAX_EXAMPLES:
        yield f"{len(examples)} examples: keep the {MAX_EXAMPLES} that differ most"


def _areas(fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    areas = fields["areas"]
    if not isinstance(areas, dict):
        yield "areas must be {an area's slug: {web: ..., sms: ...}}"
        return
    for slug, texts in areas.items():
        if slug not in facts.areas:
            yield f"areas names {slug}, which is none of our areas: use one of {', '.join(facts.areas)}"
        elif not isinstance(texts, dict) or not texts or texts.keys() - VARIED.keys():
            yield f"areas gives {slug} no other web or sms: leave the area out, or give one of them"
        else:
            for name, text in texts.items():
                yield from (f"for {slug}: {told}" for told in VARIED[name]({name: text}, facts))


def _goes_to(fields: dict[str, Any], facts: Facts) -> Iterator[str]:
    to = fields["goes_to"]
    if to and (not isinstance(to, str) or not SLUG.fullmatch(to) or to == fields.get("slug")):
        yield "goes_to must be the slug of another answer, which people get instead of this one"


VARIED = {"web": _web, "sms": _sms}  # what may be other words in one area

CHECKS: dict[str, Callable[[dict[str, Any], Facts], Iterator[str]]] = {
    "slug": _slug, "title": _title, "web": _web, "sms": _sms, "differs": _differs, "next": _next,
    "source": _source, "review": _review, "examples": _examples, "areas": _areas, "goes_to": _goes_to,
}  # fmt: skip


def on_day(fields: dict[str, Any], day: date) -> Iterator[tuple[str, str]]:
    """What a build on this day refuses and a running service does not: (field, what to do about it)."""
    review, checked = fields.get("review"), _checked(fields)
    if type(review) is date and review < day:
        yield "review", f"review date {review} has passed: check the answer again, then give a later one"
    if checked and (told := lies_ahead(checked, day)):
        yield "source", told
    for name in ("title", "web", "sms", "differs"):
        for amount in dict.fromkeys(sums_in(str(fields.get(name, "")))):
            yield name, f"{amount} is written out: put it into money.yml and name it as {{money.its-key}}"


def lies_ahead(checked: date, day: date) -> str | None:
    """What is wrong with a source that was read after `day`."""
    told = f"source checked {checked} lies ahead: give the day someone read it there"
    return told if checked > day else None


def is_address(address: str) -> bool:
    """Whether it is an https address of a site by its name, and says nothing else before that name."""
    try:
        found = urlsplit(address)
        return found.scheme == "https" and "." in (found.hostname or "") and "@" not in found.netloc
    except ValueError:
        return False


def _checked(fields: dict[str, Any]) -> date | None:
    """The day on which somebody read the source, where one is given."""
    source = fields.get("source")
    on = source.get("checked") if isinstance(source, dict) else None
    return on if type(on) is date else None


def sums_in(text: str) -> list[str]:
    """The sums of money that a text writes out, as they come."""
    return _SUM.findall(text)


def asked_as(example: object) -> str:
    """An example question as it is compared with others: nothing but its words, in small letters."""
    return " ".join(re.findall(r"\w+", str(example).casefold()))


def is_texts(value: object) -> bool:
    """Whether it is a list of texts, none of them empty."""
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)
