"""Files that are replaced together or not at all, and compared with what would be written."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def replace_all(directory: Path, texts: Mapping[str, str]) -> None:
    """Write files into a directory, all of them or none.

    Args:
        directory: Where they go; it is made if it is missing.
        texts: Their contents by name.

    Raises:
        OSError: If one cannot be written; what was there before is there again.
    """
    directory.mkdir(parents=True, exist_ok=True)
    before: dict[Path, bytes | None] = {}
    with tempfile.TemporaryDirectory(dir=directory, prefix=".cors-wsgi-") as made:
        for name, text in texts.items():
            Path(made, name).write_bytes(text.encode())
            Path(made, name).chmod(0o644)
        try:
            for name in texts:
                target = directory / name
                old = target.read_bytes() if target.exists() else None
                Path(made, name).replace(target)
                before[target] = old
        except OSError:
            for target, content in before.items():
                _restore(target, content)
            raise


def _restore(target: Path, content: bytes | None) -> None:
    with contextlib.suppress(OSError):
        if content is None:
            target.unlink()
        else:
            target.write_bytes(content)


def differing(directory: Path, texts: Mapping[str, str]) -> list[str]:
    """Return what is not as it would be written, in a sentence for each file."""
    found = []
    for name, text in texts.items():
        path = directory / name
        try:
            content = path.read_bytes()
        except OSError as error:
            found.append(f"{path}: {error.strerror}")
        else:
            if content != text.encode():
                found.append(f"{path} differs from what would be written")
    return found
