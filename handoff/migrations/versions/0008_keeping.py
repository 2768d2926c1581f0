"""Keeping the answers right: approved and scheduled wordings, releases that are learnt, notices to editors."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _releases()
    _writing()


def downgrade() -> None:
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
        sa.Column("folder", sa.Integer(), nullable=True),
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


def _undo_writing() -> None:
    op.drop_table("content_file")
    op.drop_column("revision", "areas")
