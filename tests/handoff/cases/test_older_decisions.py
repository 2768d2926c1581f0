"""Decisions of cases that were closed before decisions had a table of their own are kept, both ways."""

from __future__ import annotations

import uuid
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from handoff.crypto import keyring
from handoff.migrate import MIGRATIONS

CASE, CONTACT, THREAD, SAM = (uuid.UUID(int=number).hex for number in range(1, 5))
AT = "2026-11-20 12:00:00"
ROWS = [
    f"INSERT INTO staff (id, email, email_index, name, roles, areas, password_hash, totp_last_step, active,"
    f" created_at) VALUES ('{SAM}', x'00', 'e', x'00', '[]', '[]', '', 0, 1, '{AT}')",
    f"INSERT INTO contact (id, channel, address, address_index, created_at)"
    f" VALUES ('{CONTACT}', 'webchat', x'00', 'a', '{AT}')",
    f"INSERT INTO conversation (id, contact_id, channel, state, last_seq, episode, episode_turns, created_at)"
    f" VALUES ('{THREAD}', '{CONTACT}', 'webchat', 'closed', 0, 1, 0, '{AT}')",
]


CLOSED = (
    "INSERT INTO case_ (id, reference, conversation_id, reason, level, level_rank, categories, channel,"
    " state, owner_id, decision, opened_at, waiting_since, due_at, closed_at, version) VALUES"
    f" ('{CASE}', 'C-1', '{THREAD}', 'safeguarding', 'urgent', 2, '[]', 'webchat', 'closed',"
    f" '{SAM}', :words, '{AT}', '{AT}', '{AT}', '{AT}', 1)"
)


def test_an_older_decision_joins_the_record_and_goes_back_where_it_was(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'older.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for row in ROWS:
            connection.execute(text(row))
        connection.execute(text(CLOSED), {"words": keyring.encrypt("MASH at 3pm.")})
        command.upgrade(config, "head")
        kept = connection.execute(text("SELECT case_id, staff_id, text, at FROM case_decision")).one()
        command.downgrade(config, "0005")
        back = connection.execute(text("SELECT decision FROM case_")).scalar_one()
    engine.dispose()
    assert (kept.case_id, kept.staff_id, kept.at[:19]) == (CASE, SAM, AT)
    assert {keyring.decrypt(kept.text), keyring.decrypt(back)} == {"MASH at 3pm."}
