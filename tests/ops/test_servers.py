"""The servers that tests use are real ones."""

import asyncpg
import pytest
import redis

from tests import servers


@pytest.mark.postgres
async def test_postgres_answers(postgres_url):
    connection = await asyncpg.connect(postgres_url, timeout=10)
    assert await connection.fetchval("show server_encoding") == "UTF8"
    await connection.close()


@pytest.mark.redis
def test_redis_answers(redis_url):
    with redis.Redis.from_url(redis_url, socket_timeout=10) as client:
        assert client.ping()


def test_a_machine_without_postgres_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(servers, "DEBIAN", tmp_path)
    with pytest.raises(servers.Absent, match="PostgreSQL"):
        servers.postgres_programs()
