"""The parts of a record as its forms show them: which fields, in which words, filled in how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handoff.records.codes import Codes

TEXT, DATE, LIST, TICK = "text", "date", "list", "tick"


@dataclass(frozen=True)
class Field:
    """One field of a form; `codes` names the list of its choices, `secret` is shown on request only."""

    name: str
    label: str
    kind: str = TEXT
    hint: str = ""
    codes: str = ""
    most: int = 100
    autocomplete: str = "off"
    secret: bool = False


@dataclass(frozen=True)
class Section:
    """One form of the record; `stored` says whether its fields are details (encrypted) or columns."""

    name: str
    title: str
    fields: Sequence[Field]
    details: bool = True
    says: str = ""

    @property
    def secret(self) -> bool:
        return any(field.secret for field in self.fields)


SECTIONS: Mapping[str, Section] = {
    one.name: one
    for one in (
        Section(
            "person",
            "Who they are",
            (
                Field("given_name", "First name"),
                Field("middle_name", "Middle names"),
                Field("family_name", "Family name"),
                Field("known_as", "Name they use", hint="if it is another one"),
                Field("date_of_birth", "Date of birth", DATE),
                Field("gender", "Gender", LIST, codes="gender"),
                Field("ethnicity", "Ethnicity", LIST, "only if they told us", codes="ethnicity"),
            ),
        ),
        Section(
            "contact",
            "Where and how to reach them",
            (
                Field("address_1", "Address", hint="care of somebody is fine"),
                Field("address_2", "Address, second line"),
                Field("address_3", "Address, third line"),
                Field("town", "Town"),
                Field("county", "County"),
                Field("postcode", "Postcode", most=10),
                Field("phone", "Phone", most=30, secret=True),
                Field("email", "E-mail", secret=True),
            ),
        ),
        Section(
            "numbers",
            "Numbers others know them by",
            (
                Field("uln", "Unique learner number (ULN)", hint="10 digits", most=20),
                Field("upn", "Unique pupil number (UPN)", hint="13 characters", most=20),
                Field("nino", "National Insurance number", hint="never needed", most=20, secret=True),
                Field("client_id", "Number in our earlier client list", most=40),
            ),
            says="Leave out what you are not sure of: a wrong number is worse than none.",
        ),
        Section(
            "parent",
            "Parent or carer",
            (
                Field("parent_name", "Name"),
                Field("parent_relationship", "Who they are to the young person", hint="for example mother"),
                Field("parent_address", "Address", most=300),
                Field("parent_phone", "Phone", most=30, secret=True),
                Field("parent_email", "E-mail", secret=True),
            ),
        ),
        Section(
            "standing",
            "Who leads",
            (
                Field("cohort_status", "Where they stand", LIST, codes="cohort_status"),
                Field("lead_authority", "Leading council", LIST, codes="ours"),
                Field("educated_authority", "Council where they learn", LIST, codes="authority"),
                Field(
                    "transferred_to", "Moved to", LIST, "only for moved or left England", codes="authority"
                ),
                Field("authority_at_year_11", "Council in Year 11", LIST, codes="authority"),
            ),
            details=False,
        ),
        Section(
            "support",
            "What support they need",
            (
                Field("level_of_need", "Level of need", LIST, codes="level_of_need"),
                Field("ehcp", "They have an education, health and care (EHC) plan", TICK),
                Field("sen_support", "They get SEN support", TICK),
            ),
            details=False,
        ),
        Section(
            "plans",
            "What they plan, and the September Guarantee",
            (
                Field("intended_destination", "After Year 11", LIST, codes="intended_destination"),
                Field("guarantee_11", "Guarantee, Year 11", LIST, codes="guarantee"),
                Field("guarantee_11_authority", "By the council", LIST, codes="authority"),
                Field("guarantee_12", "Guarantee, Year 12", LIST, codes="guarantee"),
                Field("guarantee_12_authority", "By the council, Year 12", LIST, codes="authority"),
            ),
            details=False,
        ),
        Section(
            "objection",
            "What school may tell us",
            (
                Field("objected_by", "Who said no", LIST, codes="objector"),
                Field("objected_on", "On", DATE),
            ),
            details=False,
            says=(
                "A school gives us name, address, date of birth and the parent's name and address anyway. It "
                "gives anything else unless the parent (under 16) or the young person (16 and over) says no "
                "(Education and Skills Act 2008, section 72)."
            ),
        ),
    )
}

ACTIVITY = Section(
    "activity",
    "What they do now",
    (
        Field("code", "Activity", LIST, codes="activity"),
        Field("started_on", "Since", DATE),
        Field("neet_started_on", "NEET since", DATE, "only when they are in no education, work or training"),
        Field("ascertained_on", "When we found out", DATE),
        Field("verified_on", "Last confirmed", DATE, "leave empty if nobody has yet"),
        Field("verified_by", "Confirmed by", hint="for example: told me on the phone"),
        Field("predicted_end_on", "Expected to end", DATE, "needed for education and training"),
        Field("review_on", "To be looked at again", DATE, "needed for gap year, custody, temporary work"),
        Field("establishment_name", "School, college or employer"),
        Field("establishment_number", "School or college number", hint="7 digits", most=7),
        Field("ukprn", "Provider number (UKPRN)", hint="8 digits", most=8),
    ),
    details=False,
)
OBJECTORS = (("parent", "Their parent or carer"), ("person", "The young person"))
NEW_FIELDS = (*SECTIONS["person"].fields, *SECTIONS["contact"].fields)


def choices(codes: Codes, field: Field, on: date, now: str = "") -> list[tuple[str, str]]:
    """What may be chosen in a list on a day: code and label."""
    if field.codes == "objector":
        return list(OBJECTORS)
    if field.codes == "ours":
        return [(one.code, one.label) for one in codes.lists["authority"].values() if one.area]
    years = 12 if field.name == "guarantee_12" else 11
    return [
        (one.code, one.label)
        for one in codes.offered(field.codes, on, now)
        if years in one.years or field.codes != "guarantee"
    ]
