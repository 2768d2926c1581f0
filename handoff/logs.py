"""How the service logs: ids and what kind of thing went wrong, never words, names or numbers.

The message of an error can carry what somebody wrote (a parameter, a value that did not parse), so tracebacks
are written without it: where it happened, and the names of the errors."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WordlessFormatter(logging.Formatter):
    """Tracebacks without the messages of their errors."""

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # what another formatter made of it
        return super().format(record)

    def formatException(self, ei: _Raised) -> str:
        return wordless(ei[1]) if ei[1] else ""


def wordless(error: BaseException) -> str:
    """The traceback of an error and of those that led to it: files, lines and the errors' names."""
    parts, seen = [], set[int]()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        parts.append("".join(traceback.format_tb(at.__traceback__)) + f"{type(at).__qualname__}")
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return "\nwhich came after\n".join(parts)


def set_up() -> None:
    """Log to standard error, at INFO."""
    handler = logging.StreamHandler()
    handler.setFormatter(WordlessFormatter(_FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("alembic").setLevel(logging.WARNING)
