"""What a mail and a text to staff say: how bad, which case, where, since when, a link. Nothing of a person.

The words depend on nothing but the stored alert, so a text whose sender died can be looked up by its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handoff.alerts.model import (
    BLOCKED,
    CALLED,
    CONTACT_DUE,
    CONTACT_LATE,
    DANGER,
    EVERYBODY,
    LAPSED,
    LEAD,
    MANAGER,
    ON_CALL,
    OWNER,
    SECOND,
    SILENT,
    UNCHECKED,
)
from handoff.content.areas import WEEKDAYS, Area, clock_words
from handoff.sms.gsm7 import to_gsm7

HAPPENED = {
    DANGER: "Somebody may not be safe.",
    BLOCKED: "Somebody who may not be safe has blocked our texts.",
    CALLED: "An adviser asks for the safeguarding lead.",
    LAPSED: "Nobody has come to this case in time.",
    SILENT: "Somebody who may not be safe has gone quiet.",
    UNCHECKED: "A registration was not checked within its working day.",
    CONTACT_DUE: "The time for a first contact ends soon, and nobody has been in touch.",
    CONTACT_LATE: "The time for a first contact is over, and nobody has been in touch.",
}
YOU_ARE = {
    OWNER: "they are with you",
    ON_CALL: "you are on call",
    SECOND: "you are second on call",
    LEAD: "you are the safeguarding lead",
    MANAGER: "you are the manager",
    EVERYBODY: "you work in this area",
}


_UNTIL = (
    "Until somebody does, the next person in the chain is told, and again if nobody\n"
    "then takes the case and answers."
)
GOES_ON = {
    UNCHECKED: "Until it is checked or has ended, somebody is told each working morning.",
    CONTACT_DUE: "If nobody is in touch by then, this rings again, and a manager is told too.",
    CONTACT_LATE: "Nobody else is told of it.",
}


@dataclass(frozen=True)
class Told:
    """What a notice is about."""

    why: str
    level: str
    reference: str
    area: Area
    area_known: bool
    since: datetime
    role: str
    link: str

    @property
    def place(self) -> str:
        return self.area.name if self.area_known else "area not known"

    @property
    def time(self) -> str:
        local = self.since.astimezone(self.area.timezone)
        return f"{clock_words(local.time())} on {WEEKDAYS[local.weekday()]}"


def text(told: Told) -> str:
    """The SMS, one part long with a link of usual length."""
    when = told.time.partition(" ")[0]
    what = f"Wayline {told.level.upper()} {told.reference}, {told.place}, {when}"
    return to_gsm7(f"{what}: {YOU_ARE[told.role]}. {told.link}")


def subject(told: Told) -> str:
    return f"Wayline {told.level}: case {told.reference}, {told.place}"


def mail(told: Told) -> str:
    """The body of the mail, in plain text."""
    return (
        f"{HAPPENED[told.why]}\n\n"
        f"Level:  {told.level}\n"
        f"Case:   {told.reference}\n"
        f"Area:   {told.place}\n"
        f"Since:  {told.time}\n"
        f"You:    {YOU_ARE[told.role]}\n\n"
        f'Sign in and press "I have seen this":\n{told.link}\n\n'
        f"{GOES_ON.get(told.why, _UNTIL)}\n"
        "This message leaves out names and words on purpose. Please do not answer it.\n"
    )
