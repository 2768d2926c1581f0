"""What follows when somebody may not be safe: alerts, the rota, phrase editions, referrals, switches."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One function a part of the service."""
    _alerts()
    _records()
    _switches()
    _editions()
    _learned()
    _context()


def downgrade() -> None:
    """In the opposite order."""
    _undo_context()
    _undo_learned()
    _undo_editions()
    _undo_switches()
    _undo_records()
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


def _records() -> None:
    op.create_table(
        "case_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name="fk_case_decision_case_id_case_"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_case_decision_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_case_decision"),
    )
    op.create_index("ix_case_decision_case_id", "case_decision", ["case_id"], unique=False)
    op.execute(
        "INSERT INTO case_decision (id, case_id, staff_id, text, at) "
        "SELECT id, id, owner_id, decision, closed_at FROM case_ WHERE decision IS NOT NULL"
    )
    op.drop_column("case_", "decision")
    op.create_table(
        "case_referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("to", sa.String(length=32), nullable=False),
        sa.Column("whom", sa.LargeBinary(), nullable=True),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name="fk_case_referral_case_id_case_"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_case_referral_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_case_referral"),
    )
    op.create_index("ix_case_referral_case_id", "case_referral", ["case_id"], unique=False)
    op.create_table(
        "case_bar",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_case_bar_by_id_staff"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_case_bar_conversation_id_conversation"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_case_bar_staff_id_staff"),
        sa.PrimaryKeyConstraint("conversation_id", "staff_id", name="pk_case_bar"),
    )
    op.create_index("ix_case_bar_staff_id", "case_bar", ["staff_id"], unique=False)
    op.add_column("contact", sa.Column("reach", sa.LargeBinary(), nullable=True))


def _undo_records() -> None:
    op.drop_column("contact", "reach")
    op.drop_table("case_bar")
    op.drop_table("case_referral")
    op.add_column("case_", sa.Column("decision", sa.LargeBinary(), nullable=True))
    op.execute(
        "UPDATE case_ SET decision = (SELECT text FROM case_decision "
        "WHERE case_decision.case_id = case_.id ORDER BY case_decision.at DESC LIMIT 1)"
    )
    op.drop_table("case_decision")


def _switches() -> None:
    op.create_table(
        "bot_switch",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_bot_switch_staff_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_bot_switch"),
    )
    op.create_index("ix_bot_switch_channel", "bot_switch", ["channel", "id"], unique=False)
    op.add_column("conversation", sa.Column("off_told_at", sa.DateTime(timezone=True), nullable=True))


def _undo_switches() -> None:
    op.drop_column("conversation", "off_told_at")
    op.drop_table("bot_switch")


def _editions() -> None:
    op.create_table(
        "screening_edition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("review_note", sa.LargeBinary(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("editor_ids", sa.JSON(), nullable=False),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("trial", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("live_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["approver_id"], ["staff.id"], name="fk_screening_edition_approver_id_staff"),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name="fk_screening_edition_author_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_screening_edition"),
        sa.UniqueConstraint("kind", "number", name="uq_screening_edition_kind_number"),
    )
    for name, states in (("open", "state IN ('draft', 'in_review')"), ("live", "state = 'live'")):
        op.create_index(
            f"uq_screening_edition_{name}",
            "screening_edition",
            ["kind"],
            unique=True,
            postgresql_where=sa.text(states),
            sqlite_where=sa.text(states),
        )


def _undo_editions() -> None:
    op.drop_table("screening_edition")


def _learned() -> None:
    op.add_column("case_", sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "learned",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_by_id", sa.Uuid(), nullable=True),
        sa.Column("wrong_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_learned_conversation_id_conversation"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_learned_staff_id_staff"),
        sa.ForeignKeyConstraint(["wrong_by_id"], ["staff.id"], name="fk_learned_wrong_by_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_learned"),
    )
    op.create_index("ix_learned_conversation_id", "learned", ["conversation_id"], unique=False)


def _undo_learned() -> None:
    op.drop_index("ix_learned_conversation_id", table_name="learned")
    op.drop_table("learned")
    op.drop_column("case_", "declined_at")


def _context() -> None:
    op.add_column("conversation", sa.Column("afresh_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation", sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True))


def _undo_context() -> None:
    op.drop_column("conversation", "silent_since")
    op.drop_column("conversation", "afresh_at")
