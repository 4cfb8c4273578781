"""Where stored files lie: in a folder, or in a bucket; each file under its SHA-256, whole, and for ever.

A store knows no database and no caller. It never overwrites a file with other bytes and never deletes one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app

from core import durably, settings
from core.file_errors import FileMissing

STORE = "thucdia.store"


class Store(Protocol):
    """What a place that keeps files can do. Every name is a SHA-256 in lower-case hexadecimal."""

    @property
    def staging(self) -> Path:
        """The folder in which a file lies until it is put; it may not exist yet."""

    def put(self, sha256: str, staged: Path) -> None:
        """The bytes of the staged file, already on disk, are durable under the name; `staged` may be gone.

        Raises:
            DiskNearlyFull, StoreAway
        """

    def size(self, sha256: str) -> int | None:
        """The length in bytes, or None if there is no such file."""

    def open(self, sha256: str) -> BinaryIO:
        """The file as a seekable stream, to be closed by the caller.

        Raises:
            FileMissing, StoreAway
        """

    def local(self, sha256: str) -> Path:
        """A path with the bytes of the file, for programs that need one; not to be written to.

        Raises:
            FileMissing, StoreAway
        """

    def names(self) -> Iterator[str]:
        """Every file that is kept, in order of name."""


class FolderStore:
    """Files below a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def staging(self) -> Path:
        """Beside the files, so that a rename suffices."""
        return self.root / "incoming"

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def put(self, sha256: str, staged: Path) -> None:
        """The file has its name, and the name is on disk."""
        final = self._path(sha256)
        with durably.full_disk_refused():
            durably.make_folder(final.parent)
            staged.rename(final)
            durably.sync_folder(final.parent)

    def size(self, sha256: str) -> int | None:
        """The length in bytes, or None."""
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def open(self, sha256: str) -> BinaryIO:
        """The file itself."""
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError:
            raise FileMissing(sha256=sha256) from None

    def local(self, sha256: str) -> Path:
        """The file's own path."""
        if self.size(sha256) is None:
            raise FileMissing(sha256=sha256)
        return self._path(sha256)

    def names(self) -> Iterator[str]:
        """Every file below the folder but those that are still coming in."""
        for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            yield path.name


def current() -> Store:
    """The store that the settings name."""
    store: Store | None = current_app.extensions.get(STORE)
    if store is None:
        store = current_app.extensions[STORE] = _opened(settings.current())
    return store


def _opened(chosen: settings.Settings) -> Store:
    kind, _, place = chosen.store.partition(":")
    if kind == "s3":
        from core import s3_store  # noqa: PLC0415 (boto3 takes a second and 40 MB, which folders need not pay)

        return s3_store.opened(place, chosen.data)
    return FolderStore(Path(place) if place else chosen.data / "blobs")
