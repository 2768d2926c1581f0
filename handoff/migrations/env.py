"""Alembic's entry: runs on the connection that handoff/migrate.py hands over."""

from typing import Any, Literal

from alembic import context

from handoff.crypto import EncryptedJSON, EncryptedText
from handoff.db import UtcDateTime
from handoff.tables import Base


def plain_type(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Our column types as plain SQLAlchemy ones: a migration never imports application code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EncryptedText | EncryptedJSON):
        return "sa.LargeBinary()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    render_item=plain_type,
)
with context.begin_transaction():
    context.run_migrations()
