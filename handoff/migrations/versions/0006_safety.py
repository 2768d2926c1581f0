"""What follows when somebody may not be safe: alerts and who is on call, phrase editions, referrals, switches."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One function a part of the service."""
    _alerts()


def downgrade() -> None:
    """In the opposite order."""
    _undo_alerts()


def _alerts() -> None:
    op.add_column("staff", sa.Column("phone", sa.LargeBinary(), nullable=True))
    op.add_column("case_", sa.Column("unanswered_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("lap", sa.Integer(), nullable=False),
        sa.Column("laps", sa.Integer(), nullable=False),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by_id"], ["staff.id"], name="fk_alert_acknowledged_by_id_staff"
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["staff.id"], name="fk_alert_asked_by_id_staff"),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name="fk_alert_case_id_case_"),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
    )
    op.create_index("ix_alert_case_id", "alert", ["case_id"], unique=False)
    op.create_index("ix_alert_due", "alert", ["acknowledged_at", "next_step_at"], unique=False)
    op.create_index(
        "uq_alert_ringing",
        "alert",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("acknowledged_at IS NULL"),
        sqlite_where=sa.text("acknowledged_at IS NULL"),
    )
    op.create_table(
        "alert_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supplier_id", sa.String(length=64), nullable=True),
        sa.Column("error_code", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name="fk_alert_notice_alert_id_alert"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_alert_notice_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_alert_notice"),
        sa.UniqueConstraint(
            "alert_id", "step", "staff_id", "channel", name="uq_alert_notice_alert_id_step_staff_id_channel"
        ),
    )
    op.create_index("ix_alert_notice_alert_id", "alert_notice", ["alert_id"], unique=False)
    op.create_index("ix_alert_notice_due", "alert_notice", ["state", "next_try_at"], unique=False)
    op.create_index("ix_alert_notice_supplier_id", "alert_notice", ["supplier_id"], unique=False)
    op.create_table(
        "shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_shift_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_shift"),
    )
    op.create_index("ix_shift_area", "shift", ["area"], unique=False)


def _undo_alerts() -> None:
    for table in ("shift", "alert_notice", "alert"):
        op.drop_table(table)
    op.drop_column("case_", "unanswered_since")
    op.drop_column("staff", "phone")
