"""Keeping answers right, and being kind to new editors."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _first_edit()


def downgrade() -> None:
    _undo_first_edit()


def _first_edit() -> None:
    op.create_table(
        "first_edit",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_first_edit_staff_id_staff"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_first_edit"),
    )


def _undo_first_edit() -> None:
    op.drop_table("first_edit")
