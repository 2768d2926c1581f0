"""Brings a database to the newest schema, or says what the models want that it lacks."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from handoff.db import Database
from handoff.tables import Base

MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(db: Database, revision: str = "head") -> None:
    """Upgrade to `revision`; nothing happens when it is there already."""
    async with db.engine.connect() as connection:
        await connection.run_sync(_upgrade, revision)
        await connection.commit()


async def drift(db: Database) -> list[object]:
    """The differences between the migrated schema and the models; empty when they agree."""
    async with db.engine.connect() as connection:
        return await connection.run_sync(
            lambda sync: list(
                compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), Base.metadata)
            )
        )


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
