"""One stack for all the tests here that leave it whole; its log is shown when a test fails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from tests.stack import Stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test beside this file starts every process."""
    for item in items:
        if "tests/end_to_end" in str(item.path):
            item.add_marker(pytest.mark.end_to_end)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client with cookies of its own; loopback addresses may set them."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


@pytest.fixture(autouse=True)
def what_the_stack_said(stack: Stack, request: pytest.FixtureRequest) -> Iterator[None]:
    """Prints, for a test that fails, what every process said meanwhile."""
    before = len(stack.log)
    yield
    print(stack.log[before:])
