"""Shared by both environments' tests, so it imports neither: real servers, and why a test was left out."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from hypothesis import HealthCheck, settings

from tests import servers
from tests.stack import Stack, running_stack

# How long an example takes depends on what else the machine does: times are measured in bench/.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: looking through all of it for waste again and again takes a
    fifth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of workers side by side one does all that needs a stack: two at once would slow each other's down."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("stack"))


def _served(server: AbstractContextManager[str]) -> Iterator[str]:
    try:
        with server as url:
            yield url
    except servers.Absent as absent:
        pytest.skip(str(absent))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a real, empty PostgreSQL; the test is left out where there is none."""
    yield from _served(servers.postgres_server())


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a real, empty Redis; the test is left out where there is none."""
    yield from _served(servers.redis_server())


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything for real, as `make run` starts it; one for every test that leaves it whole."""
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running
