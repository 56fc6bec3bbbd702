"""Writing files so that a half-written one is never left, and nothing but a file is ever replaced."""

import re
import sys
from pathlib import Path

from core.problems import InputError, Problem

__all__ = ["named", "put", "save"]


def save(file: str | Path, data: bytes) -> None:
    """Write beside the target and rename; what is no regular file (a device, a pipe) is written to, never replaced."""
    target = Path(file)
    try:
        target = target.resolve()
        if target.is_dir() or not target.name:
            raise InputError([Problem("CLI-WRITE-02", file=str(file))])
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        draft = target.with_name(f".{target.name}.part")
        draft.write_bytes(data)
        draft.replace(target)
    except (OSError, ValueError, RuntimeError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise InputError([Problem("CLI-WRITE-01", file=str(file), args={"detail": detail})]) from None


def put(text: str) -> None:
    """Data to standard output: UTF-8 whatever the terminal speaks, so a pipe in GBK or ASCII gets the same bytes."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # a caller in this process that gathers text
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    buffer.write(text.encode("utf-8", "replace"))
    buffer.flush()


def named(number: str, ending: str) -> str:
    """A file name in the current folder after a contract's number, whatever the number holds."""
    plain = re.sub(r"[^\w.-]+", "-", number).strip("-.")[:80]
    return f"{plain or 'contract'}{ending}"
