"""The secret that protects cookies and forms: made on first start, kept in a file for its owner alone."""

import os
import secrets
from pathlib import Path

from core.settings import Settings


def load(settings: Settings) -> str:
    """The installation's secret; it is made if the file does not exist yet.

    Changing it signs everybody out and harms nothing else.
    """
    path = Path(settings.secret_file) if settings.secret_file else settings.keys / "secret"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _make(path)
    return path.read_text(encoding="ascii").strip()


def _make(path: Path) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)  # unlike rename, it leaves alone what another process made first
    except FileExistsError:
        return
    finally:
        temporary.unlink()
