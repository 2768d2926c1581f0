"""A job that fails is begun again, and the log says which one it was."""

from __future__ import annotations

import asyncio

import pytest

from handoff import background
from handoff.background import Rounds


class Stumbles(Rounds):
    """Fails in its first round."""

    pause = 0

    def __init__(self) -> None:
        self.rounds, self.went_on = 0, asyncio.Event()

    async def round(self) -> None:
        self.rounds += 1
        if self.rounds == 1:
            raise RuntimeError("what somebody wrote")
        self.went_on.set()


async def test_a_job_that_failed_goes_on_and_is_named_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(background, "PAUSE_SECONDS", 0)
    job = Stumbles()
    async with background.background(job.run_forever), asyncio.timeout(10):
        await job.went_on.wait()
    assert "job=Stumbles.run_forever" in caplog.text and job.rounds >= 2
