"""Works off the releases that wait until the assistant has learnt their questions, one after the other.

    write      the release folder, whole
    check      the questions kept back find the changed answers, and no other answer loses its own
    train      a model of the folder
    rehearse   the conversations that must always go the same way, and screening is as it was
    swap       turns wait; Rasa takes the model, and the release is live, together

Whatever stops it before the swap leaves the live assistant as it was. After a crash a training is taken up
from its beginning; what was trained already is not trained again.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import uuid
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handoff import audit
from handoff.background import apart
from handoff.cases.service import CaseRules
from handoff.clock import Clock
from handoff.content import notices
from handoff.content.landing import give_up, learnt_release, training_set
from handoff.content.live import LiveContent, live_release, release_revisions
from handoff.content.model import (
    AT_WORK,
    CHECKING,
    DONE,
    QUEUED,
    REHEARSING,
    SWAPPING,
    TRAINING,
    WRITING,
    Release,
    Revision,
    Training,
)
from handoff.content.moving import files_saying
from handoff.content.releases import questions
from handoff.db import ROW, Database
from handoff.errors import Conflict
from handoff.live import CONTENT, Hub
from handoff.rasa import Rasa, RasaUnavailable
from handoff.settings import Settings
from handoff.studio import programs
from handoff.studio.folders import Folders
from handoff.studio.programs import Stopped, Trainer

log = logging.getLogger(__name__)
LOOK_SECONDS, BEAT_SECONDS, DRIFT_SECONDS = 1.0, 10.0, 15.0
SILENT = timedelta(seconds=60)  # after which another process goes on with a training
PAGE = "/staff/releases"
GONE = "The model of the live release was gone"
MEANWHILE = "People get answers as before, until the assistant is started again. It is tried again by itself."


class Outrun(Exception):
    """Other questions went live meanwhile, somebody went back to an earlier release, or another process took
    the training over."""


class Trainings:
    """One training at a time; two processes never work on the same one."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        hub: Hub,
        rules: CaseRules,
        rasa: Rasa,
        content: LiveContent,
        settings: Settings,
    ) -> None:
        self._db, self._clock, self._hub, self._rules = db, clock, hub, rules
        self._rasa, self._content, self._data_dir = rasa, content, settings.data_dir.resolve()
        self._folders, self._me, self._said_gone = Folders(settings.data_dir), str(uuid.uuid4()), False

    async def run_forever(self) -> None:
        """Work off what waits, and see that Rasa has the live release's model, again and again."""
        looked = -DRIFT_SECONDS
        while True:
            if not await self.step():
                now = asyncio.get_running_loop().time()
                if now - looked >= DRIFT_SECONDS:
                    looked = now
                    await self._settle()
                await asyncio.sleep(LOOK_SECONDS)

    async def step(self) -> bool:
        """Work off the oldest training that waits; whether there was one."""
        training = await self._take()
        if training is None:
            return False
        log.info("training taken up number=%d", training.number)
        async with self._beating(training.number):
            await self._settle()  # whoever had it before may have gone half way through the swap
            await self._worked_off(training)
            await self._settle()
        return True

    async def _worked_off(self, training: Training) -> None:
        try:
            await self._work(training)
        except Outrun:
            log.info("training outrun number=%d", training.number)
        except Stopped as stopped:
            await self._fail(training, stopped.faults)
        except Conflict as off:  # an answer was taken off at once meanwhile
            await self._fail(training, [off.message])
        except OSError as error:
            log.exception("training failed number=%d", training.number)
            await self._fail(training, [f"{_disk(error)} {programs.UNCHANGED}"])
        except Exception:
            log.exception("training failed number=%d", training.number)
            told = "Something went wrong that should not have. Tell whoever runs Wayline if it comes again."
            await self._fail(training, [f"{told} {programs.UNCHANGED}"])

    async def _settle(self) -> None:
        """What goes wrong with it holds no training up."""
        with apart("trainings"):
            await self.converge()

    async def _take(self) -> Training | None:
        """The oldest, unless another process is at it: the others build on it, so they wait."""
        now = self._clock.now()
        query = select(Training).where(Training.state.in_(AT_WORK)).order_by(Training.number).limit(1)
        async with self._db.reading() as session:
            oldest = (await session.execute(query)).scalar()
            if oldest is None or not self._is_free(oldest, now):
                return None
        async with self._db.transaction() as session:
            found = (await session.execute(query.with_for_update(**ROW))).scalar()
            if found is None or not self._is_free(found, now):
                return None
            found.worker, found.beat_at, found.state, found.since = self._me, now, QUEUED, now
            return found

    def _is_free(self, training: Training, now: datetime) -> bool:
        if self._db.sqlite:  # one process: whoever had it is gone
            return True
        silent = training.beat_at is None or training.beat_at < now - SILENT
        return training.worker in (None, self._me) or silent

    async def _work(self, training: Training) -> None:
        await self._stage(training, WRITING)
        async with self._db.reading() as session:
            live = await release_revisions(session, await live_release(session))
            wanted = await training_set(session, training)
            files, before = await files_saying(session, wanted), await files_saying(session, live)
        folder = await asyncio.to_thread(self._folders.write, training.number, files)
        screening = await asyncio.to_thread(self._folders.screening)
        async with programs.trainer(self._data_dir) as trainer:
            if not training.earlier:  # one to go back to has been live before
                await self._check(trainer, training, folder, before)
            await self._stage(training, TRAINING)
            model = await trainer.train(folder)
            if not training.earlier:
                await self._stage(training, REHEARSING)
                await trainer.rehearse(model, folder)
        if await asyncio.to_thread(self._folders.screening) != screening:
            raise Stopped("What screening goes by changed meanwhile. " + programs.UNCHANGED)
        await self._stage(training, SWAPPING)
        async with self._db.reading() as session:
            outrun = questions(await training_set(session, training)) != questions(wanted)
        if outrun:  # it is taken up again, with the questions that went live meanwhile
            raise Outrun
        await self._swap(training, model, questions(wanted))

    async def _check(
        self, trainer: Trainer, training: Training, folder: Path, before: dict[str, str]
    ) -> None:
        await self._stage(training, CHECKING)
        name = f".before-{training.number}"
        live = await asyncio.to_thread(self._folders.write, training.number, before, name)
        try:
            faults = await trainer.check(live, folder)
        finally:
            await asyncio.to_thread(self._folders.remove, live)
        if faults:
            raise Stopped(*faults)

    async def _swap(self, training: Training, model: Path, learnt: Mapping[str, list[str]]) -> None:
        """Rasa's model and the live release change while no turn is on its way between them."""
        async with self._rasa.doorway.closed():
            try:
                await self._rasa.load(model)
                await self._make_live(training, learnt)
            except Exception as error:
                await self._put_back()  # before a turn passes: old words go with the old model
                if not isinstance(error, RasaUnavailable):
                    raise
                told = "The assistant did not take up what it had learnt."
                raise Stopped(f"{told} {programs.UNCHANGED}") from None
            with apart("trainings"):  # it is live: what follows is made up for by later rounds
                await self._content.reload()
        with apart("trainings"):
            await asyncio.to_thread(self._folders.make_live, training.number, model)
        self._hub.notify(CONTENT)
        log.info("release learnt and live training=%d", training.number)

    async def _make_live(self, training: Training, learnt: Mapping[str, list[str]]) -> None:
        """The release of a training is live, once, with the questions that were learnt. Outrun."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            found = await session.get_one(
                Training, training.number, with_for_update=ROW, populate_existing=True
            )
            if (found.worker, found.state) != (self._me, SWAPPING):
                raise Outrun
            found.release = await learnt_release(session, now, found)
            if questions(await release_revisions(session, found.release)) != learnt:
                raise Outrun
            found.took = _took(found, now)
            found.state, found.finished_at, found.worker = DONE, now, None

    async def converge(self) -> None:
        """After a crash, a restart of Rasa or a lost file: Rasa has the model of the live release again."""
        held = await self._rasa.models()  # before the release: a swap says that it begins before it loads
        async with self._db.reading() as session:
            if await self._swaps_elsewhere(session):
                return
            live = await session.get(Release, await live_release(session))
            revisions = await release_revisions(session, live.number) if live and live.learnt else {}
        model = await asyncio.to_thread(self._folders.model)
        learnt, current = live.learnt if live else None, await asyncio.to_thread(self._folders.current)
        gone = model is not None and not await asyncio.to_thread(model.is_file)
        if learnt != current or gone:
            model = await self._made_again(learnt, revisions, gone=gone)
        if model and any(one not in (None, model.name) for one in held):
            log.warning("rasa has another model than the live release's; it gets that one")
            await self._put_back()

    async def _swaps_elsewhere(self, session: AsyncSession) -> bool:
        """Whether another process is in the middle of a swap: then Rasa's model is its own affair."""
        query = select(Training).where(Training.state == SWAPPING)
        found = (await session.execute(query)).scalars()
        now = self._clock.now()
        return any(one.worker != self._me and not self._is_free(one, now) for one in found)

    async def _made_again(
        self, learnt: int | None, revisions: Mapping[str, Revision], *, gone: bool
    ) -> Path | None:
        """The live release's model, trained again if it is gone, and the links to it; None if that fails."""
        folder = self._folders.of(learnt)
        try:
            if learnt and not await asyncio.to_thread(folder.is_dir):
                async with self._db.reading() as session:
                    files = await files_saying(session, revisions)
                await asyncio.to_thread(self._folders.write, learnt, files)
            async with programs.trainer(self._data_dir) as trainer:
                model = await trainer.train(folder)
            await asyncio.to_thread(self._folders.make_live, learnt, model)
        except (Stopped, OSError) as stopped:
            log.error("the live release's model cannot be made again why=%s", stopped)
            why = _disk(stopped) if isinstance(stopped, OSError) else str(stopped)
            if gone and not self._said_gone:  # once, however often it is tried
                await self._tell(f"{GONE} and it could not be learnt again. {why} {MEANWHILE}")
                self._said_gone = True
            return None
        self._said_gone = False
        if gone:
            await self._tell(f"{GONE}. It has been learnt again.")
        return model

    async def _put_back(self) -> None:
        model = await asyncio.to_thread(self._folders.model)
        if model:
            with contextlib.suppress(RasaUnavailable):
                await self._rasa.load(model)

    async def _stage(self, training: Training, state: str) -> None:
        """Begin the next stage. Outrun."""
        now = self._clock.now()
        training.took, training.state, training.since = _took(training, now), state, now
        change = update(Training).where(Training.number == training.number, Training.worker == self._me)
        async with self._db.transaction() as session:
            values = change.values(state=state, since=now, took=training.took)
            ours = (await session.execute(values.returning(Training.number))).first()
        if not ours:
            raise Outrun
        self._hub.notify(CONTENT)

    async def _fail(self, training: Training, faults: list[str]) -> None:
        now = self._clock.now()
        async with self._db.transaction() as session:
            found = await session.get_one(
                Training, training.number, with_for_update=ROW, populate_existing=True
            )
            if found.worker != self._me:  # it is live after all, called off, or another's
                return
            told = await give_up(session, now, found, faults)
            subject = f"training:{training.number}"
            await audit.record(session, now, "system", "training.failed", subject)
        await self._tell(f"“{training.why}” did not go live. {faults[0]}", but=told)
        self._hub.notify(CONTENT)

    async def _tell(self, words: str, but: Collection[uuid.UUID] = ()) -> None:
        now, vocabulary = self._clock.now(), self._rules.vocabulary
        async with self._db.transaction() as session:
            await notices.tell_publishers(session, now, vocabulary, words, PAGE, but=but)

    @contextlib.asynccontextmanager
    async def _beating(self, number: int) -> AsyncIterator[None]:
        """Say that we are at it, so that no other process takes it up."""
        task = asyncio.create_task(self._beat(number))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _beat(self, number: int) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with apart("trainings"):  # one beat that fails is made up for by the next
                async with self._db.transaction() as session:
                    beat = update(Training).where(Training.number == number, Training.worker == self._me)
                    await session.execute(beat.values(beat_at=self._clock.now()))


def _disk(error: OSError) -> str:
    """Why a file could not be written, and what to do about it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Have some space made on it."
    return "A file could not be written. Tell whoever runs Wayline."


def _took(training: Training, now: datetime) -> dict[str, float]:
    """The seconds of each stage up to now; one that is begun again counts anew."""
    spent = (now - training.since).total_seconds() if training.since else 0.0
    return {**(training.took or {}), training.state: round(spent, 2)}
