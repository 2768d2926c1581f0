"""The service as its users meet it: real sockets, real SQLite and PostgreSQL, a scripted Rasa.

Every test that touches the database runs on SQLite and, where its programs are present, on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp import web_app
from aiohttp.test_utils import TestClient, TestServer
from blockbuster import BlockBuster, blockbuster_ctx
from cryptography.fernet import Fernet
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from handoff.__main__ import prepare
from handoff.app import Parts, at_work, make_internal_app, make_parts, make_public_app
from handoff.clock import Clock
from handoff.content.facts import load_facts
from handoff.crypto import keyring
from handoff.settings import Settings
from tests.handoff.cases.scenes import CAMDEN, LAMBETH, LEAD, Colleague, signed_in
from tests.handoff.factories import PASSWORD
from tests.handoff.fakes import FakeRasa, FakeTwilio
from tests.handoff.lock_order import watched
from tests.servers import Absent, free_port, postgres_programs

KEY, INDEX_KEY = Fernet.generate_key().decode(), "index-key-for-tests"
facts = cache(load_facts)
os.environ["PGSSLMODE"] = "disable"  # the tests' own server has no TLS to ask for


@pytest.fixture(autouse=True)
def nothing_blocks_the_loop() -> Iterator[BlockBuster]:
    """A blocking call inside the event loop fails the test; opening files may block."""
    with blockbuster_ctx("handoff") as blockbuster:
        for name in ("os.stat", "os.path.abspath", "io.TextIOWrapper.read", "io.BufferedReader.read"):
            if name in blockbuster.functions:
                blockbuster.functions[name].deactivate()
        for function in blockbuster.functions.values():
            function.can_block_in("handoff/migrate.py", "_upgrade")
            function.can_block_in("handoff/pages.py", {"make_templates", "static_path"})
            # What is done in place is told there; test_taking_in sees to it that no more of it waits.
            function.can_block_in("handoff/sqlite.py", {"_run", "_begins_at_once", "rollback", "commit"})
        yield blockbuster


@pytest.fixture(autouse=True)
def locks_are_taken_in_one_order() -> Iterator[None]:
    """In the order that handoff/db.py promises."""
    with watched() as order:
        yield
    assert order.faults == []


@pytest.fixture(autouse=True)
def keys_in_use() -> None:
    keyring.use([KEY], INDEX_KEY)


@pytest.fixture(autouse=True)
def facts_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Areas and sums never change, so a worker reads their files once and not for each test's service."""
    monkeypatch.setattr("handoff.app.facts_served", lambda default: facts())


class RememberedTemplates(BytecodeCache):
    """Compiling the templates again for every test's service takes a fifth of the whole run."""

    def __init__(self) -> None:
        self._code: dict[str, Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key + bucket.checksum] = bucket.code


TEMPLATES = RememberedTemplates()


@pytest.fixture(autouse=True)
def templates_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handoff.pages.Environment", partial(Environment, bytecode_cache=TEMPLATES))


ENGINES: dict[str, Engine] = {}


def engine_that_remembers(url: str, **options: Any) -> AsyncEngine:
    """An engine that compiles no statement which an earlier one of its kind of database has compiled."""
    made = create_async_engine(url, **options)
    engine = made.sync_engine
    earlier = ENGINES.setdefault(engine.dialect.name, engine)
    engine.dialect = engine.pool._dialect = earlier.dialect
    engine._compiled_cache = earlier._compiled_cache
    return made


@pytest.fixture(autouse=True)
def statements_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handoff.db.create_async_engine", engine_that_remembers)


def make_settings(folder: Path, database_url: str, **over: object) -> Settings:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    settings = Settings(
        port=port,
        internal_port=free_port(),
        data_dir=folder,
        database_url=database_url,
        public_base_url=base,
        twilio_account_sid="ACtest",
        twilio_auth_tokens=("twilio-token", "older-twilio-token"),
        twilio_numbers={"+447700900001": "camden", "+447700900002": "lambeth"},
        twilio_api_base=base + "/phone/twilio",
        keys=(KEY,),
        index_key=INDEX_KEY,
        rasa_token="rasa-token",
        internal_token="internal-token",
        demo_password=PASSWORD,
    )
    return replace(settings, **over)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def applications_forgotten() -> Iterator[None]:
    """aiohttp remembers a thousand handlers with their applications: every test's would stay in memory."""
    yield
    web_app._cached_build_middleware.cache_clear()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database made by the migrations and seeded once; each test gets a copy."""
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(prepare(make_settings(folder, f"sqlite+aiosqlite:///{folder / 'wayline.db'}")))
    return folder / "wayline.db"


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same on PostgreSQL; each test gets a database made from it."""
    asyncio.run(_execute(postgres_url, "CREATE DATABASE template_wayline"))
    url = _beside(postgres_url, "template_wayline")
    asyncio.run(prepare(make_settings(tmp_path_factory.mktemp("pg"), url)))
    return postgres_url


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _beside(url: str, name: str) -> str:
    """The setting's address of another database of the same server."""
    return url.replace("postgresql://", "postgresql+asyncpg://").rpartition("/")[0] + f"/{name}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    if request.param == "postgres":
        try:
            postgres_programs()
        except Absent as absent:
            pytest.skip(str(absent))
    return str(request.param)


@pytest.fixture
def template(database_kind: str, request: pytest.FixtureRequest) -> Any:
    """What this kind's databases are copied from (made outside any test's event loop)."""
    return request.getfixturevalue(f"{database_kind}_template")


@pytest.fixture
async def database_url(database_kind: str, template: Any, tmp_path: Path) -> AsyncIterator[str]:
    """A fresh, migrated, seeded database of each kind."""
    if database_kind == "sqlite":
        copy = tmp_path / "wayline.db"
        shutil.copy(template, copy)
        yield f"sqlite+aiosqlite:///{copy}"
        return
    name = f"test_{uuid.uuid4().hex}"
    await _execute(template, f"CREATE DATABASE {name} TEMPLATE template_wayline")
    yield _beside(template, name)
    await _execute(template, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def rasa() -> AsyncIterator[FakeRasa]:
    async with FakeRasa("rasa-token") as fake:
        yield fake


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio() as fake:
        yield fake


@pytest.fixture
def settings(tmp_path: Path, database_url: str, rasa: FakeRasa, twilio: FakeTwilio) -> Settings:
    """Override in a test module to change one."""
    return make_settings(tmp_path, database_url, rasa_urls=(rasa.url,), twilio_api_base=twilio.url)


@pytest.fixture
async def parts(settings: Settings) -> AsyncIterator[Parts]:
    """Everything a process carries, at work."""
    async with make_parts(settings) as made, at_work(made):
        yield made


@pytest.fixture
def clock(parts: Parts) -> Clock:
    return parts.clock


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[TestClient]:
    """A browser-like client of the public application, on the port that its public address names."""
    async with TestClient(TestServer(make_public_app(parts), port=parts.settings.port)) as made:
        yield made


@pytest.fixture
async def internal(parts: Parts) -> AsyncIterator[TestClient]:
    """The actions' way in, with the right token."""
    headers = {"Authorization": f"Bearer {parts.settings.internal_token}"}
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(
            TestClient(TestServer(make_internal_app(parts)), headers=headers)
        )


def at_their_desk(email: str) -> Any:
    """A fixture: this demo person, signed in with a cookie jar of their own."""

    @pytest.fixture
    async def signed_in_there(client: TestClient) -> AsyncIterator[Colleague]:
        async with signed_in(client, email) as colleague:
            yield colleague

    return signed_in_there


sam = at_their_desk(CAMDEN)  # Sam Okafor, adviser in Camden
alex = at_their_desk(LAMBETH)  # Alex Chen, adviser in Lambeth
priya = at_their_desk(LEAD)  # Priya Nair, safeguarding lead, all areas
dana = at_their_desk("manager@demo.test")  # Dana Whitlock, manager, all areas
jo = at_their_desk("editor.one@demo.test")  # Jo Davies, editor
kit = at_their_desk("editor.two@demo.test")  # Kit Morgan, the other editor
robin = at_their_desk("admin@demo.test")  # Robin Hale, administrator
