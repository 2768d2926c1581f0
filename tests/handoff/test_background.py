"""A job beside the requests that fails is begun again, and its log stays readable."""

from __future__ import annotations

import asyncio
import logging

import pytest

from handoff.background import background


async def test_a_job_that_keeps_failing_is_begun_again_and_its_trace_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("handoff.background.PAUSE_SECONDS", 0)
    faults: list[type[Exception]] = [KeyError, KeyError, KeyError, OSError, KeyError]
    ended = asyncio.Event()

    async def job() -> None:
        if faults:
            raise faults.pop(0)("what a child wrote")
        ended.set()

    with caplog.at_level(logging.ERROR):
        async with asyncio.timeout(20), background(job):
            await ended.wait()
    told = [
        (record.getMessage().partition("error=")[2].split()[0], bool(record.exc_info))
        for record in caplog.records
    ]
    assert told == [
        ("KeyError", True),
        ("KeyError", False),
        ("KeyError", False),
        ("OSError", True),
        ("KeyError", True),
    ]
    assert all("what a child wrote" not in record.getMessage() for record in caplog.records)
