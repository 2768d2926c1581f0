"""Field encryption with key rotation, and the blind index for looking encrypted values up.

Fernet (AES-128-CBC with HMAC-SHA256) from `cryptography`; the newest key writes, all keys read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Keyring:
    """The keys of this process; `use` is called once, at start-up, before any row is read or written."""

    def __init__(self) -> None:
        self._fernet: MultiFernet | None = None
        self._index_key = b""

    def use(self, keys: Sequence[str], index_key: str) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._index_key = index_key.encode()

    def encrypt(self, text: str) -> bytes:
        return self._keys().encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        return self._keys().decrypt(token).decode()

    def blind_index(self, value: str) -> str:
        """A keyed digest: equal values look up equal, nothing can be read back."""
        return hmac.new(self._index_key, value.encode(), hashlib.sha256).hexdigest()

    def _keys(self) -> MultiFernet:
        if self._fernet is None:
            raise RuntimeError("the keyring was not set up")
        return self._fernet


keyring = Keyring()


class EncryptedText(TypeDecorator[str]):
    """A text column that only ever holds ciphertext."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring.encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring.decrypt(value)


class EncryptedJSON(TypeDecorator[Any]):
    """A JSON value that is stored as ciphertext. Replace the value to change it; it is not tracked inside."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring.encrypt(json.dumps(value))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(keyring.decrypt(value))
