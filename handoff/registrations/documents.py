"""What the papers of a registration say: the confirmation for the young person, and the Jobcentre's copy.

One Document is shown as a web page and printed as a PDF, so the two cannot differ. The young person's own
leaves out what could harm them if somebody at home found it: ground, care status, address, contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from handoff.content.areas import Area, local_day
from handoff.days import day_words
from handoff.registrations.model import ACTIVE, EXPIRED, Registration

Section = tuple[str, Sequence[str]]
NOT_A_CLAIM = (
    "This is not a claim for benefits. Jobcentre Plus decides about every claim. "
    "You can bring someone you trust to any appointment."
)
BEFORE_YOU_CLAIM = (
    "While Universal Credit is paid to you, your parent or carer no longer gets Child Benefit or other "
    "benefit money for you. Talk to an adviser before you claim."
)
TELL_US = (
    "Tell us if something here is wrong, if you start a course, training or a job, or if you move. "
    "The registration ends then."
)
ENDS = {
    "education": "They are in education",
    "training": "They are in training",
    "employment": "They are in work",
    "entered_eet": "They are in education, training or work",
    "moved": "They moved to another area",
    "no_longer_looking": "They no longer look",
    "asked": "They asked to end it",
    "mistake": "It was made by mistake",
    "died": "They died",
    "expired": "It ran out",
}
"""Why a registration ends, by the code that is stored."""
_TOLD_WHY = ("education", "training", "employment", "entered_eet", "moved", "expired")


@dataclass(frozen=True)
class Document:
    """A paper: `status` stands out at its top; facts are (label, value), sections (heading, paragraphs)."""

    title: str
    authority: str
    foot: str
    status: str | None = None
    intro: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    sections: Sequence[Section] = ()
    closing: Sequence[str] = field(default=())


def confirmation(registration: Registration, area: Area, tells_jobcentre: bool, seeking: bool) -> Document:
    """The young person's own; `seeking`: their record says that they look for education, training or work."""
    return Document(
        title="Your registration",
        authority=area.name,
        foot=f"{registration.reference}, {area.name}",
        status=_status(registration, yours=True),
        intro=[f"You are registered with {area.name} as looking for education, training or work."]
        if is_running(registration) and seeking
        else [],
        facts=[
            ("Reference", registration.reference),
            *_who(registration),
            ("Registered on", day_words(registration.registered_on)),
            *_until(registration),
            ("Checked by an adviser", _checked(registration, area)),
            (
                "Jobcentre Plus",
                "We may tell them" if tells_jobcentre else "We do not tell them",
            ),
        ],
        sections=_what_next(registration, area),
    )


def for_jobcentre(registration: Registration, area: Area, ground: str | None, since: date | None) -> Document:
    """The Jobcentre's copy; only made with the permission, the ground only once an adviser has checked it.

    `since`: when code 619 begins on their record, None where they are not recorded as seeking: a council
    certifies what it has recorded, no more.
    """
    facts = [
        ("Reference", registration.reference),
        *_who(registration),
        ("Postcode", registration.postcode),
        ("Registered on", day_words(registration.registered_on)),
        *_seeking(since),
        *_until(registration),
        ("Checked by an adviser", _checked(registration, area)),
    ]
    if ground and registration.checked_at:
        facts.append(("Circumstances, as they told us", ground))
    return Document(
        title="Confirmation of registration for Jobcentre Plus",
        authority=area.name,
        foot=f"{registration.reference}, {area.name}",
        status=_status(registration, yours=False),
        intro=[
            f"The local authority, {area.name}, confirms that this young person is registered with it as "
            "seeking education, employment or training."
        ]
        if is_running(registration) and since
        else [],
        facts=facts,
        sections=[
            (
                "About this paper",
                [
                    "They agreed that we may share this with Jobcentre Plus, and may take that back.",
                    "The local authority does not decide about benefits.",
                    f"To check that it still stands, call {area.phone} ({area.hours}) with the reference.",
                ],
            )
        ],
    )


def is_running(registration: Registration) -> bool:
    return registration.state == ACTIVE


def _who(registration: Registration) -> list[tuple[str, str]]:
    born = date.fromisoformat(registration.date_of_birth)
    return [("Name", registration.name), ("Date of birth", day_words(born))]


def _seeking(since: date | None) -> list[tuple[str, str]]:
    words = "Seeking education, employment or training (code 619) since"
    return [("Activity", f"{words} {day_words(since)}")] if since else []


def _until(registration: Registration) -> list[tuple[str, str]]:
    if is_running(registration) and registration.expires_on:
        return [("Lasts until", day_words(registration.expires_on))]
    return []


def _checked(registration: Registration, area: Area) -> str:
    if registration.checked_at is None:
        return "Not yet"
    return day_words(local_day(area, registration.checked_at))


def _status(registration: Registration, *, yours: bool) -> str | None:
    """That it has ended; why, only where a Jobcentre needs it."""
    if is_running(registration) or registration.ended_on is None:
        return None
    ended = f"This registration ended on {day_words(registration.ended_on)}."
    if yours:
        again = " Write to us if you still look: we can start it again."
        return ended + (again if registration.state == EXPIRED else "")
    why = registration.end_reason or ""
    return f"{ended} {ENDS[why]}." if why in _TOLD_WHY else ended


def _what_next(registration: Registration, area: Area) -> list[Section]:
    reach = f"Write to us where you registered, or call {area.phone} ({area.hours})."
    if not is_running(registration):
        return [("If you need us", [reach])]
    planned = []
    if registration.checked_at is None:
        planned.append(
            "An adviser looks at this within one working day, and gets in touch if something is missing."
        )
    if registration.next_contact_on:
        planned.append(f"We plan to ask how you are getting on by {day_words(registration.next_contact_on)}.")
    return [
        ("What this is for", [NOT_A_CLAIM, BEFORE_YOU_CLAIM]),
        ("What happens next", [*planned, TELL_US, reach]),
    ]
