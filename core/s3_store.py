"""Files in a bucket that speaks S3; imported only where the settings ask for one.

A file comes in on the local disk and is put into the bucket before any row names it. The bucket is told the
checksum on the way in; a copy for a program that needs a path is checked on the way out. Address, region and
keys are boto3's to find.
"""

import base64
import hashlib
import io
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from core import durably, ids
from core.file_errors import FileMissing, HashDiffers, StoreAway

_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_READ_BYTES = 256 * 1024
_UNUSED_S = 24 * 3600.0
_CONFIG = Config(
    connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3},
    # Other servers than Amazon's refuse the trailers that boto3 would otherwise add.
    request_checksum_calculation="when_required", response_checksum_validation="when_required",
)  # fmt: skip
_log = structlog.get_logger()
Answer = TypeVar("Answer")


def opened(place: str, folder: Path) -> "S3Store":
    """The store in the bucket that `bucket/prefix` names; `folder` is for what is on its way."""
    bucket, _, prefix = place.partition("/")
    return S3Store(boto3.client("s3", config=_CONFIG), bucket, prefix=prefix.strip("/"), folder=folder)


def _asked(ask: Callable[[], Answer], sha256: str) -> Answer:
    """What the bucket answered.

    Raises:
        FileMissing: it says that there is no such file.
        StoreAway: it says anything else, or nothing.
    """
    try:
        return ask()
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            raise FileMissing(sha256=sha256) from None
        _log.error("store.refused", code=code)
    except BotoCoreError as error:
        _log.error("store.away", reason=type(error).__name__)
    raise StoreAway("Chưa ghi nhận gì; hãy thử lại sau ít phút.", retry_after_s=30)


class S3Store:
    """Files in one bucket, below one prefix."""

    def __init__(self, client: Any, bucket: str, *, prefix: str, folder: Path) -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix
        self._folder = folder

    @property
    def staging(self) -> Path:
        """In the data folder: a bucket takes only whole files."""
        return self._folder / "incoming"

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}/{sha256}" if self._prefix else sha256

    def put(self, sha256: str, staged: Path) -> None:
        """The bucket has acknowledged the file."""
        with staged.open("rb") as body:
            _asked(
                lambda: self._client.put_object(
                    Bucket=self._bucket, Key=self._key(sha256), Body=body,
                    ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
                ),
                sha256,
            )  # fmt: skip

    def size(self, sha256: str) -> int | None:
        """The length in bytes, or None."""
        try:
            head = _asked(
                lambda: self._client.head_object(Bucket=self._bucket, Key=self._key(sha256)), sha256
            )
        except FileMissing:
            return None
        return int(head["ContentLength"])

    def open(self, sha256: str) -> BinaryIO:
        """The file as a stream that fetches what is read of it."""
        size = self.size(sha256)
        if size is None:
            raise FileMissing(sha256=sha256)
        return cast(BinaryIO, io.BufferedReader(_Remote(self, sha256, size), _READ_BYTES))

    def from_offset(self, sha256: str, offset: int) -> Any:
        """The body of the file from there on, as boto3 streams it."""
        answer = _asked(
            lambda: self._client.get_object(
                Bucket=self._bucket, Key=self._key(sha256), Range=f"bytes={offset}-"
            ),
            sha256,
        )
        return answer["Body"]

    def local(self, sha256: str) -> Path:
        """A copy, fetched if it is not here, and found to hash to its name."""
        folder = self._folder / "fetched"
        copy = folder / sha256
        if not copy.exists():
            durably.make_folder(folder)
            _clear_unused(folder)
            self._fetch(sha256, copy)
        copy.touch()
        return copy

    def _fetch(self, sha256: str, copy: Path) -> None:
        temporary = copy.with_name(ids.new_id())
        try:
            with self.open(sha256) as source, durably.full_disk_refused(), temporary.open("xb") as target:
                shutil.copyfileobj(source, target, _READ_BYTES)
            with temporary.open("rb") as fetched:
                if hashlib.file_digest(fetched, "sha256").hexdigest() != sha256:
                    raise HashDiffers("Tệp trong kho khác với mã kiểm của nó.", expected=sha256)
            temporary.rename(copy)
        finally:
            temporary.unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """Every file below the prefix."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=f"{self._prefix}/" if self._prefix else ""
        )
        for page in _asked(lambda: list(pages), ""):
            for entry in page.get("Contents", []):
                yield str(entry["Key"]).rpartition("/")[2]


class _Remote(io.RawIOBase):
    """A file in the bucket, read where it is sought."""

    def __init__(self, store: S3Store, sha256: str, size: int) -> None:
        super().__init__()
        self._store, self._sha256, self._size = store, sha256, size
        self._at = 0
        self._body: Any = None

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes: a new request begins there."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """The next byte is read there."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset != self._at:
            self._drop()
            self._at = max(0, start + offset)
        return self._at

    def readinto(self, target: Any, /) -> int:
        """As many bytes as came, at most as many as fit."""
        if self._at >= self._size:
            return 0
        if self._body is None:
            self._body = self._store.from_offset(self._sha256, self._at)
        piece: bytes = _asked(lambda: self._body.read(len(target)), self._sha256)
        target[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """The connection goes back to its pool."""
        self._drop()
        super().close()

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


def _clear_unused(folder: Path) -> None:
    """Copies that nobody asked for since yesterday are gone; the bucket has them."""
    for copy in folder.iterdir():
        if copy.stat().st_mtime < time.time() - _UNUSED_S:
            copy.unlink(missing_ok=True)
