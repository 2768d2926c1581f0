"""Registration for benefits and what comes of it: papers, reminders, the record, notices to the Jobcentre."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One function a part of the service."""
    _registrations()
    _records()
    _papers()
    _jobcentre()
    _safety()


def downgrade() -> None:
    """In the opposite order."""
    _undo_safety()
    _undo_jobcentre()
    _undo_papers()
    _undo_records()
    _undo_registrations()


def _registrations() -> None:
    """What is asked now, how it stands, and the way back to one that was begun; a phone is not required."""
    for column in (
        sa.Column("code_index", sa.String(length=64), nullable=True),
        sa.Column("wrong_tries", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("registration_draft", column)
    op.create_index("ix_registration_draft_code_index", "registration_draft", ["code_index"], unique=True)
    op.create_index("ix_registration_draft_updated_at", "registration_draft", ["updated_at"], unique=False)
    op.create_table(
        "come_back_try",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_come_back_try_contact_id_contact"),
        sa.PrimaryKeyConstraint("contact_id", name="pk_come_back_try"),
    )
    _let_be_empty("phone", sa.LargeBinary())
    op.drop_index("ix_registration_phone_index", "registration")
    _let_be_empty("phone_index", sa.String(length=64))
    op.create_index("ix_registration_phone_index", "registration", ["phone_index"], unique=False)
    for column in _new_columns():
        op.add_column("registration", column)
    op.create_index("ix_registration_record_id", "registration", ["record_id"], unique=False)
    op.create_index("ix_registration_state", "registration", ["state"], unique=False)


def _new_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("safe_contact", sa.LargeBinary(), nullable=True),
        sa.Column("safe_times", sa.LargeBinary(), nullable=True),
        sa.Column("activity_since", sa.LargeBinary(), nullable=True),
        sa.Column("activity_since_on", sa.Date(), nullable=True),
        sa.Column("care_status", sa.String(length=16), nullable=True),
        sa.Column("ground", sa.String(length=16), nullable=True),
        sa.Column("others_permission", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("state", sa.String(length=16), nullable=False, server_default="active"),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=True),
        sa.Column("next_contact_on", sa.Date(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by_id", sa.Uuid(), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=True),
    ]


def _let_be_empty(name: str, kind: sa.types.TypeEngine[Any]) -> None:
    """SQLite cannot lift a NOT NULL: the column moves into one that has none."""
    op.add_column("registration", sa.Column(f"{name}_", kind, nullable=True))
    registration = sa.table("registration", sa.column(name), sa.column(f"{name}_"))
    op.execute(sa.update(registration).values({f"{name}_": registration.c[name]}))
    op.drop_column("registration", name)
    op.execute(f"ALTER TABLE registration RENAME COLUMN {name}_ TO {name}")


def _undo_registrations() -> None:
    """A registration without a phone stays so: what could be empty is not made up."""
    op.drop_index("ix_registration_state", "registration")
    op.drop_index("ix_registration_record_id", "registration")
    for column in reversed(_new_columns()):
        op.drop_column("registration", column.name)
    op.drop_table("come_back_try")
    op.drop_index("ix_registration_draft_updated_at", "registration_draft")
    op.drop_index("ix_registration_draft_code_index", "registration_draft")
    op.drop_column("registration_draft", "wrong_tries")
    op.drop_column("registration_draft", "code_index")


def _papers() -> None:
    op.create_table(
        "registration_link",
        *_columns(sa.Uuid(), "id registration_id"),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        *_columns(_TIME, "created_at expires_at"),
        *_constraints("registration_link", "id", registration_id="registration"),
        sa.UniqueConstraint("token_hash", name="uq_registration_link_token_hash"),
    )
    op.create_index(
        "ix_registration_link_registration_id", "registration_link", ["registration_id"], unique=False
    )
    op.create_table(
        "support_letter",
        *_columns(sa.Uuid(), "id registration_id staff_id"),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        *_constraints("support_letter", "id", registration_id="registration", staff_id="staff"),
    )
    op.create_index("ix_support_letter_registration_id", "support_letter", ["registration_id"], unique=False)
    op.create_table(
        "registration_reminder",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        *_columns(sa.Uuid(), "message_id case_id", nullable=True),
        sa.Column("answer", sa.String(length=8), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        *_constraints(
            "registration_reminder",
            "registration_id expires_on",
            case_id="case_",
            message_id="message",
            registration_id="registration",
        ),
    )


def _undo_papers() -> None:
    op.drop_table("registration_reminder")
    op.drop_table("support_letter")
    op.drop_table("registration_link")


def _jobcentre() -> None:
    code, text, when = sa.String(length=16), sa.LargeBinary(), sa.DateTime(timezone=True)
    op.create_table(
        "jobcentre_channel",
        sa.Column("area", sa.String(length=64), nullable=False),
        *_columns(code, "kind"),
        *_columns(text, "options"),
        *_columns(sa.Integer(), "chase_days link_serial"),
        *_columns(when, "updated_at"),
        *_columns(sa.Uuid(), "updated_by_id"),
        *_constraints("jobcentre_channel", "area", updated_by_id="staff"),
    )
    op.create_table(
        "jobcentre_notice",
        *_columns(sa.Uuid(), "id"),
        *_columns(sa.Uuid(), "registration_id staff_id", nullable=True),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("error_code", sa.String(length=32), nullable=True),
        *_columns(code, "reference kind state"),
        *_columns(code, "via acknowledged_how", nullable=True),
        *_columns(text, "about"),
        *_columns(text, "acknowledged_by", nullable=True),
        *_columns(sa.Integer(), "attempts round"),
        *_columns(sa.Boolean(), "may_have_gone"),
        *_columns(when, "created_at waiting_since"),
        *_columns(when, "next_try_at sent_at acknowledged_at raised_at withdrawn_at", nullable=True),
        *_constraints("jobcentre_notice", "id", registration_id="registration", staff_id="staff"),
    )
    op.create_index("ix_jobcentre_notice_due", "jobcentre_notice", ["state", "next_try_at"])
    op.create_table(
        "jobcentre_claimant",
        *_columns(sa.Uuid(), "id record_id case_id"),
        *_columns(sa.Uuid(), "staff_id", nullable=True),
        *_columns(sa.String(length=64), "key area"),
        *_columns(sa.String(length=8), "source"),
        *_columns(sa.Boolean(), "consent"),
        *_columns(text, "details"),
        *_columns(when, "created_at"),
        *_constraints("jobcentre_claimant", "id", case_id="case_", staff_id="staff"),
        sa.UniqueConstraint("key", name="uq_jobcentre_claimant_key"),
    )
    op.create_table(
        "jobcentre_batch",
        *_columns(sa.Uuid(), "id staff_id"),
        sa.Column("area", sa.String(length=64), nullable=False),
        *_columns(text, "rows"),
        *_columns(when, "created_at"),
        *_columns(when, "taken_at", nullable=True),
        *_constraints("jobcentre_batch", "id", staff_id="staff"),
    )
    for table, columns in (
        ("notice", "registration_id reference area"),
        ("claimant", "record_id case_id area"),
        ("batch", "staff_id"),
    ):
        for column in columns.split():
            op.create_index(f"ix_jobcentre_{table}_{column}", f"jobcentre_{table}", [column])


def _undo_jobcentre() -> None:
    op.drop_table("jobcentre_batch")
    op.drop_table("jobcentre_claimant")
    op.drop_table("jobcentre_notice")
    op.drop_table("jobcentre_channel")


_TIME, _SHORT, _NAME, _SECRET = sa.DateTime(timezone=True), sa.String(16), sa.String(64), sa.LargeBinary()
_CODE = sa.String(3)


def _records() -> None:
    op.create_table(
        "record_import",
        *_columns(sa.Uuid(), "id staff_id"),
        *_columns(_SHORT, "kind state encoding"),
        *_columns(_NAME, "area"),
        *_columns(_NAME, "worker", nullable=True),
        *_columns(_SECRET, "file_name"),
        *_columns(_SECRET, "content", nullable=True),
        *_columns(sa.JSON(), "columns counts"),
        *_columns(sa.Integer(), "rows done"),
        *_columns(_TIME, "at"),
        *_columns(_TIME, "started_at finished_at", nullable=True),
        *_constraints("record_import", "id", staff_id="staff"),
    )
    op.create_table(
        "record",
        *_columns(sa.Uuid(), "id"),
        *_columns(sa.Uuid(), "joined_into_id import_id", nullable=True),
        *_columns(_NAME, "area also_area", nullable=True),
        *_columns(_SECRET, "details"),
        *_columns(sa.String(1), "cohort_status"),
        *_columns(sa.String(1), "level_of_need", nullable=True),
        *_columns(
            _CODE, "lead_authority educated_authority transferred_to authority_at_year_11", nullable=True
        ),
        *_columns(_CODE, "intended_destination guarantee_11 guarantee_11_authority", nullable=True),
        *_columns(_CODE, "guarantee_12 guarantee_12_authority", nullable=True),
        *_columns(sa.Boolean(), "ehcp sen_support"),
        *_columns(sa.String(8), "objected_by", nullable=True),
        *_columns(sa.Date(), "objected_on", nullable=True),
        *_columns(_TIME, "joined_at", nullable=True),
        *_columns(_TIME, "created_at updated_at"),
        *_columns(_SHORT, "source"),
        *_columns(_NAME, "created_by"),
        *_columns(sa.Integer(), "version"),
        *_constraints("record", "id", joined_into_id="record", import_id="record_import"),
    )
    _spells()
    _around_records()
    for table, names in _RECORD_INDEXES.items():
        for name in names.split():
            op.create_index(f"ix_{table}_{name}", table, [name], unique=False)


_RECORD_INDEXES = {
    "record": "area also_area joined_into_id import_id",
    "record_import": "area state",
    "record_activity": "record_id",
    "record_characteristic": "record_id",
    "record_consent": "record_id",
    "record_currency": "group",
    "record_import_row": "outcome record_id",
    "record_key": "digest",
    "record_pair": "record_id other_id state",
}


def _spells() -> None:
    op.create_table(
        "record_activity",
        *_columns(sa.Uuid(), "id record_id"),
        *_columns(_CODE, "code"),
        *_columns(sa.Date(), "started_on ascertained_on"),
        *_columns(
            sa.Date(), "ended_on verified_on review_on predicted_end_on neet_started_on", nullable=True
        ),
        *_columns(_SECRET, "verified_by establishment_name", nullable=True),
        *_columns(sa.String(7), "establishment_number", nullable=True),
        *_columns(sa.String(8), "ukprn", nullable=True),
        *_columns(_NAME, "by"),
        *_columns(_TIME, "at"),
        *_columns(_TIME, "ended_at", nullable=True),
        *_constraints("record_activity", "id", record_id="record"),
    )
    op.create_table(
        "record_characteristic",
        *_columns(sa.Uuid(), "id record_id"),
        *_columns(_CODE, "code"),
        *_columns(sa.Date(), "from_on"),
        *_columns(sa.Date(), "until_on", nullable=True),
        *_columns(_NAME, "by"),
        *_columns(_TIME, "at"),
        *_constraints("record_characteristic", "id", record_id="record"),
    )
    op.create_table(
        "record_consent",
        *_columns(sa.Uuid(), "id record_id"),
        *_columns(_SHORT, "purpose"),
        *_columns(_SECRET, "words"),
        *_columns(_TIME, "given_at"),
        *_columns(_TIME, "withdrawn_at", nullable=True),
        *_columns(_NAME, "given_by"),
        *_columns(_NAME, "withdrawn_by", nullable=True),
        *_constraints("record_consent", "id", record_id="record"),
    )


def _around_records() -> None:
    op.create_table(
        "record_key",
        *_columns(sa.Uuid(), "record_id"),
        *_columns(_SHORT, "kind"),
        *_columns(_NAME, "digest"),
        *_constraints("record_key", "record_id kind digest", record_id="record"),
    )
    op.create_table(
        "record_pair",
        *_columns(sa.Uuid(), "id record_id other_id"),
        *_columns(sa.Uuid(), "decided_by_id", nullable=True),
        *_columns(sa.JSON(), "why"),
        *_columns(sa.String(8), "state"),
        *_columns(_TIME, "found_at"),
        *_columns(_TIME, "decided_at", nullable=True),
        *_constraints("record_pair", "id", record_id="record", other_id="record", decided_by_id="staff"),
        sa.UniqueConstraint("record_id", "other_id", name="uq_record_pair_record_id_other_id"),
    )
    op.create_table(
        "record_currency",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        *_columns(sa.String(32), "group"),
        *_columns(_SHORT, "rule"),
        *_columns(sa.Integer(), "number contact_months"),
        *_columns(_NAME, "edition"),
        *_columns(sa.Date(), "checked_on"),
        *_columns(sa.Uuid(), "staff_id"),
        *_columns(_TIME, "at"),
        *_constraints("record_currency", "id", staff_id="staff"),
    )
    op.create_table(
        "record_import_row",
        *_columns(sa.Uuid(), "import_id"),
        *_columns(sa.Uuid(), "record_id", nullable=True),
        *_columns(sa.Integer(), "number"),
        *_columns(sa.Integer(), "version", nullable=True),
        *_columns(_SHORT, "outcome"),
        *_columns(_SECRET, "before told", nullable=True),
        *_constraints("record_import_row", "import_id number", import_id="record_import", record_id="record"),
    )


def _undo_records() -> None:
    for table in ("import_row", "currency", "pair", "key", "consent", "characteristic", "activity"):
        op.drop_table(f"record_{table}")
    op.drop_table("record")
    op.drop_table("record_import")


def _columns(kind: sa.types.TypeEngine[Any], names: str, *, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=nullable) for name in names.split()]


def _constraints(table: str, key: str, **foreign: str) -> list[sa.Constraint]:
    """The primary key, and where each foreign key leads."""
    return [
        sa.PrimaryKeyConstraint(*key.split(), name=f"pk_{table}"),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
            for column, other in foreign.items()
        ),
    ]


def _safety() -> None:
    """When an adviser was offered again after a no; an allegation that names nobody is for leads alone."""
    op.add_column("case_", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "leads_only",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by_id", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        *_constraints("leads_only", "conversation_id", conversation_id="conversation", lifted_by_id="staff"),
    )


def _undo_safety() -> None:
    op.drop_table("leads_only")
    op.drop_column("case_", "offered_at")
