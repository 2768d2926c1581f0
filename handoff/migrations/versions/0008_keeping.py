"""Keeping answers right: approved and scheduled wordings, releases that are learnt, notices to editors."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _releases()
    _writing()
    _floods()
    _keeping()


def downgrade() -> None:
    _undo_floods()
    _undo_keeping()
    _undo_writing()
    _undo_releases()


def _releases() -> None:
    op.create_table(
        "training",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("earlier", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=36), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_training_by_id_staff"),
        sa.PrimaryKeyConstraint("number", name="pk_training"),
    )
    op.create_index("ix_training_state", "training", ["state"], unique=False)
    op.create_table(
        "content_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_content_notice_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_content_notice"),
    )
    op.create_index("ix_content_notice_mail_at", "content_notice", ["mail_at"], unique=False)
    op.create_index("ix_content_notice_staff_id", "content_notice", ["staff_id"], unique=False)
    op.add_column("revision", sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_revision_publish_at", "revision", ["publish_at"], unique=False)
    op.add_column("release", sa.Column("learnt", sa.Integer(), nullable=True))


def _undo_releases() -> None:
    op.drop_column("release", "learnt")
    op.drop_index("ix_revision_publish_at", "revision")
    op.drop_column("revision", "publish_at")
    op.drop_table("content_notice")
    op.drop_table("training")


def _writing() -> None:
    """What is different in one area, and files of answers as they were brought in."""
    op.add_column("revision", sa.Column("areas", sa.JSON(), server_default="{}", nullable=False))
    op.create_table(
        "content_file",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_content_file"),
    )
    op.create_table(
        "editor_here",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["slug"], ["answer.slug"], name="fk_editor_here_slug_answer"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_editor_here_staff_id_staff"),
        sa.PrimaryKeyConstraint("slug", "staff_id", name="pk_editor_here"),
    )


def _undo_writing() -> None:
    op.drop_table("editor_here")
    op.drop_table("content_file")
    op.drop_column("revision", "areas")


def _keeping() -> None:
    """Holds, the nightly run, its counts, and what others have still to forget."""
    op.add_column("jobcentre_notice", sa.Column("emptied_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "retention_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_retention_hold_conversation_id_conversation"
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name="fk_retention_hold_record_id_record"),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_retention_hold_by_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_retention_hold"),
    )
    for column in ("conversation_id", "record_id"):
        op.create_index(f"ix_retention_hold_{column}", "retention_hold", [column], unique=False)
    op.create_table(
        "retention_run",
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("worker", sa.String(length=36), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("night", name="pk_retention_run"),
    )
    op.create_table(
        "retention_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", name="pk_retention_count"),
    )
    op.create_table(
        "forgotten",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "reference", name="pk_forgotten"),
    )
    op.create_index("ix_forgotten_at", "forgotten", ["at"], unique=False)


def _undo_keeping() -> None:
    for table in ("forgotten", "retention_count", "retention_run", "retention_hold"):
        op.drop_table(table)
    op.drop_column("jobcentre_notice", "emptied_at")


def _floods() -> None:
    """Who wrote more at once than the assistant answers, and was not told so yet."""
    op.add_column("conversation", sa.Column("flooded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_conversation_flooded_at",
        "conversation",
        ["flooded_at"],
        unique=False,
        postgresql_where=sa.text("flooded_at IS NOT NULL"),
        sqlite_where=sa.text("flooded_at IS NOT NULL"),
    )


def _undo_floods() -> None:
    op.drop_index("ix_conversation_flooded_at", "conversation")
    op.drop_column("conversation", "flooded_at")
