"""What a notice says: as fields for a program, as lines for a person, and its states in words for staff."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handoff.content.areas import Area
from handoff.days import day_words
from handoff.jobcentre.model import CHANGED, ENDED, FILES, MAIL, REGISTERED, TEST, WEB, WITHDRAWN

SCHEMA = "wayline-jobcentre-1"
TITLES = {
    REGISTERED: "A young person has registered",
    CHANGED: "A registration has changed",
    ENDED: "A registration has ended",
    WITHDRAWN: "Please delete what we told you",
    TEST: "This is a test",
}
KINDS = {
    REGISTERED: "Registered",
    CHANGED: "Changed",
    ENDED: "Ended",
    WITHDRAWN: "Permission taken back",
    TEST: "Test",
}
STATES = {
    "queued": "Waiting to be sent",
    "sending": "Being sent",
    "sent": "Sent, not confirmed yet",
    "acknowledged": "Confirmed",
    "by_hand": "To be told by hand",
    "told": "Told by hand",
    "cancelled": "Cancelled",
}
CHANNELS = {
    "by_hand": "By hand: an adviser tells them",
    FILES: "Encrypted files over SFTP",
    MAIL: "Secure e-mail",
    WEB: "HTTPS webhook",
}
_LABELS = {
    "name": "Name",
    "date_of_birth": "Date of birth",
    "postcode": "Postcode",
    "registered_on": "Registered on",
    "activity_code": "Activity code",
    "activity": "Recorded as",
    "ground": "Ground, checked with them",
    "contact": "Adviser to ask",
}
_ERRORS = {
    "timeout": "Their server took too long",
    "unreachable": "Their server could not be reached",
    "not_secure": "The connection would not have been secure, so nothing was sent",
    "host_key": "Their server is not the one whose key is in the settings",
    "sign_in": "Their server did not let us in",
    "folder": "The folder could not be written to",
    "certificate": "The certificate is out of date",
    "private_address": "The address leads into a private network, so nothing was sent",
    "fault": "Something is wrong on our side: tell whoever runs the service",
    "redirect": "Their server pointed somewhere else, so nothing was sent",
}


@dataclass(frozen=True)
class Words:
    """One notice as whoever gets it reads it."""

    id: uuid.UUID
    kind: str
    reference: str
    about: Mapping[str, Any]
    area: Area

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Label and value, in the order in which people read them."""
        found = [("Reference", self.reference), ("From", f"{self.area.name} Council")]
        for name, label in _LABELS.items():
            if value := self.about.get(name):
                is_day = name.endswith(("_on", "_of_birth"))
                found.append((label, day_words(date.fromisoformat(value)) if is_day else str(value)))
        return found

    @property
    def asks(self) -> str:
        """What they are asked to do."""
        if self.kind == WITHDRAWN:
            return (
                "They have taken back their permission. Please delete what we told you under this reference, "
                "unless the law asks you to keep it, and confirm that you have seen this."
            )
        if self.kind == TEST:
            return "Nobody is meant by it. Please confirm it, so that we know that notices reach you."
        return "They gave us permission to tell you this. Please confirm that you have it."

    def as_json(self, link: str) -> dict[str, Any]:
        """The fields of a notice (docs/jobcentre.md names each); those nobody gave are absent."""
        said = {name: value for name, value in self.about.items() if name != "area" and value}
        return {
            "schema": SCHEMA,
            "id": str(self.id),
            "kind": self.kind,
            "reference": self.reference,
            "from": {"area": self.area.slug, "name": self.area.name, "phone": self.area.phone},
            "about": said,
            "asks": self.asks,
            "confirm": link,
        }

    def as_text(self, link: str) -> str:
        """The whole notice, for a sealed mail."""
        lines = "\n".join(f"{label}: {value}" for label, value in self.lines)
        return f"{self.title}.\n\n{lines}\n\n{self.asks}\n{link}\n\nQuestions: {self.area.phone}\n"

    def as_pointer(self, link: str) -> str:
        """A mail that names nobody: everything is behind the link."""
        return (
            f"{self.area.name} Council has something to tell Jobcentre Plus (reference {self.reference}).\n\n"
            f"Read and confirm it here. The link is for you alone and works for 30 days:\n{link}\n\n"
            f"Questions: {self.area.phone}\n"
        )


def error_words(code: str | None) -> str:
    """Why the last attempt failed, in words for staff."""
    if not code:
        return ""
    return _ERRORS.get(code, f"Their server answered {code}" if code.isdigit() else f"It failed ({code})")
