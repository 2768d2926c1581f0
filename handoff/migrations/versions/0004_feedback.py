"""Whether an answer helped, and when an adviser let automatic questions go out again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("said_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_feedback_conversation_id_conversation"
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_feedback_message_id_message"),
        sa.ForeignKeyConstraint(["said_id"], ["message.id"], name="fk_feedback_said_id_message"),
        sa.PrimaryKeyConstraint("message_id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_conversation_id", "feedback", ["conversation_id"], unique=False)
    op.create_index("ix_feedback_slug", "feedback", ["slug", "at"], unique=False)
    op.create_index("ix_case__conversation_id", "case_", ["conversation_id"], unique=False)
    op.add_column(
        "conversation", sa.Column("automatic_allowed_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("conversation", "automatic_allowed_at")
    op.drop_index("ix_case__conversation_id", table_name="case_")
    op.drop_index("ix_feedback_slug", table_name="feedback")
    op.drop_index("ix_feedback_conversation_id", table_name="feedback")
    op.drop_table("feedback")
