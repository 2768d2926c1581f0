"""Keeping answers right, and being kind to new editors."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _withdrawing()
    _comments()
    _first_edit()
    _right()
    _unmet()
    _finished()
    _stages()


def downgrade() -> None:
    _undo_stages()
    _undo_finished()
    _undo_unmet()
    _undo_right()
    _undo_comments()
    _undo_withdrawing()
    _undo_first_edit()


def _stages() -> None:
    """How long each stage of a training took, for the next one to say how long is left."""
    op.add_column("training", sa.Column("took", sa.JSON(), nullable=True))


def _undo_stages() -> None:
    op.drop_column("training", "took")


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


def _finished() -> None:
    """In which conversation a registration was finished: not always the one that it was first made in."""
    op.add_column("registration_call", sa.Column("conversation_id", sa.Uuid(), nullable=True))
    op.execute(
        "UPDATE registration_call SET conversation_id = (SELECT registration.conversation_id "
        "FROM registration WHERE registration.id = registration_call.registration_id)"
    )
    op.create_index(
        "ix_registration_call_conversation_id", "registration_call", ["conversation_id"], unique=False
    )


def _undo_finished() -> None:
    op.drop_index("ix_registration_call_conversation_id", "registration_call")
    op.drop_column("registration_call", "conversation_id")


def _withdrawing() -> None:
    """Where people get another answer instead, and what goes live together with that."""
    op.add_column("revision", sa.Column("goes_to", sa.String(length=64), nullable=True))
    op.add_column("revision", sa.Column("follows", sa.String(length=64), nullable=True))


def _undo_withdrawing() -> None:
    op.drop_column("revision", "follows")
    op.drop_column("revision", "goes_to")


def _comments() -> None:
    op.create_table(
        "revision_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("box", sa.String(length=16), nullable=False),
        sa.Column("reply_to", sa.Uuid(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name="fk_revision_comment_revision_id_revision"
        ),
        sa.ForeignKeyConstraint(
            ["reply_to"], ["revision_comment.id"], name="fk_revision_comment_reply_to_revision_comment"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_revision_comment_by_id_staff"),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["staff.id"], name="fk_revision_comment_resolved_by_id_staff"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_revision_comment"),
    )
    op.create_index("ix_revision_comment_revision_id", "revision_comment", ["revision_id"], unique=False)


def _undo_comments() -> None:
    op.drop_table("revision_comment")


def _right() -> None:
    """Owners, reminders and their mails' subjects, and links to sources."""
    op.add_column("content_notice", sa.Column("subject", sa.String(length=120), nullable=True))
    op.execute(
        "UPDATE content_notice SET subject = 'Wayline: an answer was published in an emergency' "
        "WHERE mail_at IS NOT NULL"
    )
    op.create_table(
        "answer_owner",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["slug"], ["answer.slug"], name="fk_answer_owner_slug_answer"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_answer_owner_staff_id_staff"),
        sa.PrimaryKeyConstraint("slug", name="pk_answer_owner"),
    )
    op.create_index("ix_answer_owner_staff_id", "answer_owner", ["staff_id"], unique=False)
    op.create_table(
        "content_reminder",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_content_reminder"),
    )
    op.create_table(
        "source_link",
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("moved_to", sa.String(length=500), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("broken_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("url", name="pk_source_link"),
    )
    for column in ("host", "due_at"):
        op.create_index(f"ix_source_link_{column}", "source_link", [column], unique=False)


def _undo_right() -> None:
    for table in ("source_link", "content_reminder", "answer_owner"):
        op.drop_table(table)
    op.drop_column("content_notice", "subject")


def _unmet() -> None:
    """Questions that no answer met, what was decided about them, and quick ways to count what was asked."""
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=True),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name="fk_suggestion_by_id_staff"),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion"),
    )
    op.create_index("ix_suggestion_at", "suggestion", ["at"], unique=False)
    op.create_table(
        "unmet_question",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("area", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=True),
        sa.Column("near", sa.Integer(), nullable=False),
        sa.Column("typical", sa.Integer(), nullable=False),
        sa.Column("suggestion_id", sa.Uuid(), nullable=True),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_unmet_question_message_id_message"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_unmet_question_conversation_id_conversation"
        ),
        sa.ForeignKeyConstraint(
            ["suggestion_id"], ["suggestion.id"], name="fk_unmet_question_suggestion_id_suggestion"
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_unmet_question"),
    )
    for column in ("conversation_id", "group_id", "suggestion_id"):
        op.create_index(f"ix_unmet_question_{column}", "unmet_question", [column], unique=False)
    for name, columns, only in _COUNTED:
        op.create_index(name, "message", columns, postgresql_where=sa.text(only), sqlite_where=sa.text(only))


_COUNTED = (
    ("ix_message_answer", ["answer", "at"], "kind = 'answer'"),
    ("ix_message_shrug", ["at"], "kind IN ('fallback', 'choices')"),
)


def _undo_unmet() -> None:
    for name, _, _ in _COUNTED:
        op.drop_index(name, "message")
    op.drop_table("unmet_question")
    op.drop_table("suggestion")
