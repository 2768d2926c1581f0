"""A stack to be broken: the phone network is a program of its own, so that it outlives the service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.end_to_end.conftest import http, what_the_stack_said
from tests.servers import free_port
from tests.stack import Stack, running_simulator, running_stack

__all__ = ["http", "what_the_stack_said"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test beside this file breaks something."""
    for item in items:
        if "tests/faults" in str(item.path):
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder, port, network = tmp_path_factory.mktemp("broken"), free_port(), free_port()
    simulator = f"http://127.0.0.1:{network}/phone/twilio"
    with (
        running_simulator(folder, network, f"http://127.0.0.1:{port}"),
        running_stack(folder, WAYLINE_PORT=str(port), TWILIO_API_BASE=simulator) as running,
    ):
        yield running
