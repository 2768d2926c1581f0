"""What is said and who registered: answers, releases, registrations."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("topic_group", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_answer"),
    )
    op.create_table(
        "release",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_release_by_id_staff"),
        sa.PrimaryKeyConstraint("number", name="pk_release"),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("web", sa.Text(), nullable=False),
        sa.Column("sms", sa.Text(), nullable=False),
        sa.Column("next", sa.JSON(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("editor_ids", sa.JSON(), nullable=False),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("review_note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["approver_id"], ["staff.id"], name="fk_revision_approver_id_staff"),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name="fk_revision_author_id_staff"),
        sa.ForeignKeyConstraint(["slug"], ["answer.slug"], name="fk_revision_slug_answer"),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.UniqueConstraint("slug", "number", name="uq_revision_slug_number"),
    )
    op.create_index("ix_revision_slug", "revision", ["slug"], unique=False)
    op.create_table(
        "registration_draft",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name="fk_registration_draft_conversation_id_conversation",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_registration_draft"),
    )
    op.create_table(
        "release_item",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["release.number"], name="fk_release_item_number_release"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name="fk_release_item_revision_id_revision"
        ),
        sa.ForeignKeyConstraint(["slug"], ["answer.slug"], name="fk_release_item_slug_answer"),
        sa.PrimaryKeyConstraint("number", "slug", name="pk_release_item"),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("date_of_birth", sa.LargeBinary(), nullable=False),
        sa.Column("postcode", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.String(length=64), nullable=False),
        sa.Column("identity_index", sa.String(length=64), nullable=False),
        sa.Column("activity", sa.LargeBinary(), nullable=False),
        sa.Column("jobcentre_permission", sa.Boolean(), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name="fk_registration_case_id_case_"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_registration_conversation_id_conversation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_registration"),
        sa.UniqueConstraint("reference", name="uq_registration_reference"),
    )
    op.create_index("ix_registration_case_id", "registration", ["case_id"], unique=False)
    op.create_index("ix_registration_conversation_id", "registration", ["conversation_id"], unique=False)
    op.create_index("ix_registration_identity_index", "registration", ["identity_index"], unique=False)
    op.create_index("ix_registration_phone_index", "registration", ["phone_index"], unique=False)
    op.create_table(
        "registration_call",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("created", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name="fk_registration_call_registration_id_registration"
        ),
        sa.PrimaryKeyConstraint("key", name="pk_registration_call"),
    )


def downgrade() -> None:
    op.drop_table("registration_call")
    op.drop_index("ix_registration_phone_index", table_name="registration")
    op.drop_index("ix_registration_identity_index", table_name="registration")
    op.drop_index("ix_registration_conversation_id", table_name="registration")
    op.drop_index("ix_registration_case_id", table_name="registration")
    op.drop_table("registration")
    op.drop_table("release_item")
    op.drop_table("registration_draft")
    op.drop_index("ix_revision_slug", table_name="revision")
    op.drop_table("revision")
    op.drop_table("release")
    op.drop_table("answer")
