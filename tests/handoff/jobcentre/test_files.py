"""The encrypted file drop, against a real SFTP server: sealed, whole, once, and to nobody else's server."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from handoff.jobcentre.options import Files
from handoff.jobcentre.sealing import seal
from tests.handoff.jobcentre.far_ends import FolderServer, folder_server, keys, make_keys
from tests.handoff.jobcentre.scenes import NAME, Office

OURS = asyncssh.generate_private_key("ssh-ed25519")


def to(server: FolderServer, **over: Any) -> Files:
    options = Files(
        host="127.0.0.1", port=server.port, username="camden", folder="in", acks="acks",
        host_key=server.host_key, certificate=keys().pem, private_key=OURS.export_private_key().decode(),
    )  # fmt: skip
    return replace(options, **over)


@pytest.fixture
async def server(tmp_path: Path, office: Office) -> AsyncIterator[FolderServer]:
    """Camden tells its Jobcentre by files."""
    async with folder_server(tmp_path / "sftp", OURS.export_public_key().decode()) as made:
        await office.channel("files", to(made))
        yield made


async def test_a_notice_is_one_sealed_file_that_only_they_can_read(
    office: Office, server: FolderServer
) -> None:
    about = await office.registered()
    await office.post.drain()
    (notice,) = await office.notices()
    assert server.files == [f"{notice.id}.p7m"] and notice.state == "sent"
    assert NAME.encode() not in (server.folder / "in" / server.files[0]).read_bytes()
    assert server.read(server.files[0])["about"]["name"] == NAME
    assert server.read(server.files[0])["reference"] == about.reference


async def test_in_doubt_a_file_that_is_there_is_not_sent_again(office: Office, server: FolderServer) -> None:
    await office.registered()
    await office.post.drain()
    path = server.folder / "in" / server.files[0]
    before = path.stat().st_mtime_ns, path.read_bytes()
    async with office.parts.db.transaction() as session:
        notice = await session.merge((await office.notices())[0])
        notice.state, notice.next_try_at = "sending", office.parts.clock.now()
    await office.post.drain()
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before and await office.states() == [
        "registered sent"
    ]


async def test_their_answer_file_confirms_it(office: Office, server: FolderServer) -> None:
    await office.registered()
    await office.post.drain()
    server.answer(server.files[0].replace(".p7m", ".ack"))
    server.answer("nonsense.ack")
    await office.later(minutes=5)
    (notice,) = await office.notices()
    assert (notice.state, notice.acknowledged_how) == ("acknowledged", "file")


async def test_unconfirmed_it_is_sent_again_and_then_an_adviser_is_asked(
    office: Office, server: FolderServer
) -> None:
    about = await office.registered()
    await office.later(days=1)
    assert len(server.files) == 1
    await office.later(days=6)
    (notice,) = await office.notices()
    assert server.files == sorted([f"{notice.id}.p7m", f"{notice.id}-2.p7m"])
    assert await office.cases() == []
    await office.later(days=7)
    assert len(server.files) == 2
    (case,) = await office.cases()
    assert case.facts and case.facts["Jobcentre Plus"].startswith(f"{about.reference}: They were told twice")
    server.answer(f"{notice.id}-2.ack")
    await office.later(minutes=5)
    assert await office.states() == ["registered acknowledged"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"host_key": asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()}, "host_key"),
        ({"username": "somebody"}, "sign_in"),
        (
            {"private_key": asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()},
            "sign_in",
        ),
        ({"folder": "nowhere"}, "folder"),
        ({"port": 1}, "unreachable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_wrong_is_said_and_it_is_tried_again(
    office: Office, server: FolderServer, wrong: dict[str, Any], code: str
) -> None:
    await office.channel("files", to(server, **wrong))
    await office.registered()
    await office.post.drain()
    (notice,) = await office.notices()
    assert (notice.state, notice.error_code) == ("queued", code)
    await office.channel("files", to(server))
    await office.later(minutes=1)
    assert await office.states() == ["registered sent"]


async def test_nothing_is_sealed_with_a_certificate_that_is_over(
    office: Office, server: FolderServer
) -> None:
    await office.channel("files", to(server, certificate=make_keys(ended=True).pem))
    await office.registered()
    await office.post.drain()
    (notice,) = await office.notices()
    assert server.files == [] and notice.error_code == "certificate"


def test_openssl_opens_what_we_seal(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl here")
    for name, data in (
        ("key.pem", keys().key_pem.encode()),
        ("certificate.pem", keys().pem.encode()),
        ("notice.p7m", seal("Zoë".encode(), keys().pem, datetime.now(UTC))),
    ):
        (tmp_path / name).write_bytes(data)
    command = "cms -decrypt -inform DER -in notice.p7m -inkey key.pem -recip certificate.pem"
    opened = subprocess.run([openssl, *command.split()], cwd=tmp_path, capture_output=True, check=True)
    assert opened.stdout.decode() == "Zoë"
