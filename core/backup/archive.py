"""The file that a backup is: an ordinary tar whose last line is the SHA-256 of all before it.

It knows neither the database nor the settings. Whoever reads one gets nothing out of it before every byte has
been checked, so that a file that was cut or altered anywhere is refused while nothing has been written.
"""

import hashlib
import io
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, TypeVar, cast

import msgspec

from core.backup.errors import BackupDamaged, BackupExists, NotABackup
from core.durably import sync_folder

PRODUCT = "thucdia"
FORMAT = 1
FIRST, LAST = "backup.json", "manifest.json"
_CHUNK_BYTES = 1024 * 1024
_MARK = b"thucdia-backup-sha256 "
_TRAILER = re.compile(rb"thucdia-backup-sha256 ([0-9a-f]{64})\n")
_TRAILER_BYTES = len(_MARK) + 64 + 1
_NAME = re.compile(
    r"backup\.json|manifest\.json|database\.(?:sqlite|dump)|keys/[A-Za-z0-9_]+(?:/[A-Za-z0-9_.-]+|\.pem)"
    r"|blobs/[0-9a-f]{64}"
)
_MAX_JSON_BYTES = 512 * 1024 * 1024
_HURT = "Tệp không còn nguyên vẹn; chưa ghi gì. Hãy dùng một bản sao khác của bản sao lưu này."

Shape = TypeVar("Shape")


class Opening(msgspec.Struct, frozen=True):
    """The first part: what made this backup and from what; `epoch` is that of the data inside."""

    product: str
    format: int
    made_at: str
    database: str
    migration: str
    epoch: str


class Part(msgspec.Struct, frozen=True):
    """One file inside, as it was written."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """The last part: every other part with its hash, rows by table, and files that were not there to copy."""

    parts: list[Part]
    rows: dict[str, int]
    missing: list[str]


class _Hashing:
    """Passes bytes on to a file and knows the hash of all of them."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.digest = hashlib.sha256()

    def write(self, piece: bytes) -> int:
        self.digest.update(piece)
        return self._target.write(piece)


class Writer:
    """A backup while it is written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._parts: list[Part] = []

    def add(self, name: str, content: BinaryIO, size: int) -> None:
        """The part is in the file, with the hash of the bytes that really went in."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        passing = _Reading(content)
        self._tar.addfile(member, cast(IO[bytes], passing))
        self._parts.append(Part(name, size, passing.digest.hexdigest()))

    def add_bytes(self, name: str, content: bytes) -> None:
        """The part is in the file."""
        self.add(name, io.BytesIO(content), len(content))

    def close(self, *, rows: dict[str, int], missing: list[str]) -> Manifest:
        """The manifest stands at the end; nothing more is added."""
        manifest = Manifest(list(self._parts), rows, missing)
        self.add_bytes(LAST, msgspec.json.encode(manifest))
        return manifest


class _Reading:
    """Hands bytes out of a file and knows the hash of all of them."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """A backup appears under the name, whole and for its owner alone, once the block ends without exception.

    Raises:
        BackupExists: there is a file of that name.
    """
    if path.exists():
        raise BackupExists(
            "Chưa ghi gì. Chọn tên khác; bản sao lưu cũ không bao giờ bị ghi đè.", file=str(path)
        )
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            hashing = _Hashing(file)
            with tarfile.open(fileobj=cast(IO[bytes], hashing), mode="w|", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            file.write(_MARK + hashing.digest.hexdigest().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)  # unlike rename, it leaves alone what somebody else put there meanwhile
        except FileExistsError:
            raise BackupExists("Chưa ghi gì. Chọn tên khác.", file=str(path)) from None
        sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def encoded(opening: Opening) -> bytes:
    """The first part as it is written."""
    return msgspec.json.encode(opening)


def write_durably(path: Path, content: bytes) -> None:
    """The file holds the content, for its owner alone; a crash leaves the old content or the new."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)


def checked(path: Path) -> tuple[Opening, Manifest]:
    """What the backup says about itself, after every byte of it has been looked at.

    Raises:
        NotABackup: it is something else.
        BackupDamaged: it was cut or altered, or a part is not what the manifest says.
    """
    _check_whole(path)
    opening = _opening(path)
    seen: list[Part] = []
    manifests: list[bytes] = []

    def look(name: str, content: BinaryIO) -> None:
        reading, size = _Reading(content), 0
        kept: list[bytes] = []
        while piece := reading.read(_CHUNK_BYTES):
            size += len(piece)
            if name == LAST:
                kept.append(piece)
        if name == LAST:
            manifests.append(b"".join(kept))
        else:
            seen.append(Part(name, size, reading.digest.hexdigest()))

    each_part(path, look)
    if len(manifests) != 1:
        raise BackupDamaged(_HURT, part=LAST)
    manifest = _decoded(manifests[0], Manifest)
    if seen != manifest.parts or len({part.name for part in seen}) != len(seen):
        raise BackupDamaged(_HURT, part=LAST)
    return opening, manifest


def each_part(path: Path, act: Callable[[str, BinaryIO], None]) -> None:
    """`act` has seen every part of the file, in order.

    Raises:
        BackupDamaged: it cannot be read to its end, or holds a part of a name that we never write.
    """
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isfile() else None
                if content is None or _NAME.fullmatch(member.name) is None:
                    raise BackupDamaged(_HURT, part=member.name[:80])
                act(member.name, cast(BinaryIO, content))
    except (tarfile.TarError, EOFError):
        raise BackupDamaged(_HURT) from None


def _opening(path: Path) -> Opening:
    """The first part, believed only as far as to say whose file this is."""
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r|") as tar:
            first = tar.next()
            content = tar.extractfile(first) if first is not None and first.isfile() else None
            if first is None or content is None or first.name != FIRST or first.size > _MAX_JSON_BYTES:
                raise NotABackup("Chưa ghi gì. Kiểm tra lại đường dẫn tệp.")
            opening = msgspec.json.decode(content.read(), type=Opening)
    except (tarfile.TarError, EOFError, msgspec.MsgspecError):
        raise NotABackup("Chưa ghi gì. Kiểm tra lại đường dẫn tệp.") from None
    if opening.product != PRODUCT:
        raise NotABackup("Chưa ghi gì. Tệp do một phần mềm khác tạo ra.", product=opening.product[:80])
    return opening


def _check_whole(path: Path) -> None:
    left = path.stat().st_size - _TRAILER_BYTES
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while left > 0 and (piece := file.read(min(_CHUNK_BYTES, left))):
            digest.update(piece)
            left -= len(piece)
        said = _TRAILER.fullmatch(file.read())
    if said is None:
        _opening(path)  # what does not even begin like ours is not called damaged
    if said is None or said[1] != digest.hexdigest().encode():
        raise BackupDamaged(_HURT)


def _decoded(content: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(content, type=shape)
    except msgspec.MsgspecError:
        raise BackupDamaged(_HURT, part=LAST) from None
