"""Registration for benefits and what comes of it: papers, reminders, the record, notices to Jobcentre Plus."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One function a part of the service."""
    _papers()


def downgrade() -> None:
    """In the opposite order."""
    _undo_papers()


def _papers() -> None:
    op.create_table(
        "registration_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name="fk_registration_link_registration_id_registration"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registration_link"),
        sa.UniqueConstraint("token_hash", name="uq_registration_link_token_hash"),
    )
    op.create_index(
        "ix_registration_link_registration_id", "registration_link", ["registration_id"], unique=False
    )
    op.create_table(
        "support_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name="fk_support_letter_registration_id_registration"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_support_letter_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_support_letter"),
    )
    op.create_index("ix_support_letter_registration_id", "support_letter", ["registration_id"], unique=False)
    op.create_table(
        "registration_reminder",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.String(length=8), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name="fk_registration_reminder_case_id_case_"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_registration_reminder_message_id_message"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name="fk_registration_reminder_registration_id_registration",
        ),
        sa.PrimaryKeyConstraint("registration_id", "expires_on", name="pk_registration_reminder"),
    )


def _undo_papers() -> None:
    op.drop_table("registration_reminder")
    op.drop_table("support_letter")
    op.drop_table("registration_link")
