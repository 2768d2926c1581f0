"""One small trained assistant and its processes for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.bot.servers import ROOT, SMALL, ActionServer, Conversation, RasaServer, train

# Rasa needs SQLAlchemy 1.4, which says at every start that it is not 2.0.
os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small assistant, trained once."""
    return train(tmp_path_factory.mktemp("models") / "small", SMALL, SMALL / "content")


@pytest.fixture(scope="session")
def keys() -> str:
    """WAYLINE_KEYS of the running Rasa."""
    return Fernet.generate_key().decode()


@pytest.fixture(scope="session")
def action_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ActionServer]:
    """The real action server; a test that stops it starts it again."""
    server = ActionServer(tmp_path_factory.mktemp("actions") / "actions.log")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def rasa(
    tmp_path_factory: pytest.TempPathFactory, small_model: Path, keys: str, action_server: ActionServer
) -> Iterator[RasaServer]:
    """A real Rasa serving the small assistant."""
    folder = tmp_path_factory.mktemp("rasa")
    environment = {
        "WAYLINE_KEYS": keys,
        "WAYLINE_DATA_DIR": str(folder),
        "TRACKER_DB_URL": f"sqlite:///{folder / 'tracker.db'}",
        "ACTIONS_PORT": str(action_server.port),
    }
    server = RasaServer(folder / "rasa.log", environment=environment)
    server.start(small_model)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory, keys: str) -> Iterator[RasaServer]:
    """A real Rasa serving the shipped assistant, trained once, without actions."""
    folder = tmp_path_factory.mktemp("shipped")
    environment = {
        "WAYLINE_KEYS": keys,
        "WAYLINE_DATA_DIR": str(folder),
        "TRACKER_DB_URL": f"sqlite:///{folder / 'tracker.db'}",
    }
    server = RasaServer(folder / "rasa.log", environment=environment)
    server.start(train(folder / "shipped", ROOT, ROOT / "data" / "content"))
    yield server
    server.stop()


@pytest.fixture
def talk(rasa: RasaServer) -> Conversation:
    """A new conversation."""
    return Conversation(rasa)
