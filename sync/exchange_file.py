"""A tablet's work as one file, for when there is no network: signed push bodies and, if wanted, photo bytes.

It reads and writes the form that the README describes and believes nothing: batches are checked by `push`,
files by their hash. What can be read of a damaged file is read, and the damage is named.
"""

import base64
import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import msgspec

from core import errors, files, framing, ids
from core.files import Received
from sync import limits, push, schemas

FORMAT = "td1-exchange/1"
CHUNK_BYTES = 256 * 1024
_READ_BYTES = 256 * 1024
_GZIP_WINDOW = 31
_MAX_TEXT = 200


class FileCut(errors.Malformed):
    """The file ends early or is damaged; what stood before the damage has been read."""

    slug = "file_cut"
    title = "Tệp xuất bị cắt hoặc bị hỏng"


class NoExchangeFile(errors.Malformed):
    """It is no file of ours."""

    slug = "no_exchange_file"
    title = "Không phải tệp xuất từ máy tính bảng"


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line: what this is, and who made it when."""

    format: str
    device: str
    label: str
    made_at: str


class FileLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A photo or file whose bytes follow."""

    blob: str
    size: int
    mime: str
    inspection: str


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much the whole file holds."""

    pushes: int
    operations: int
    files: int


class _FileMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    file: FileLine


class _EndMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    end: Closing


@dataclass(frozen=True)
class ReadPush:
    """A batch whose chain holds, or why it is none."""

    batch: push.Batch | None
    problem: errors.Refusal | None = None


@dataclass(frozen=True)
class ReadFile:
    """A file that lies on our disk under its hash, or why not: unwanted where `problem` is absent too."""

    line: FileLine
    received: Received | None
    problem: errors.Refusal | None = None


@dataclass
class Carried:
    """Everything that could be read of the file; `damage` says what could not."""

    opening: Opening
    pushes: list[ReadPush] = field(default_factory=list)
    files: list[ReadFile] = field(default_factory=list)
    damage: errors.Refusal | None = None
    operations: int = 0


def _inflated(source: BinaryIO) -> Iterator[bytes]:
    """The plain bytes, piece by piece; never more than the limit."""
    inflater, total = zlib.decompressobj(_GZIP_WINDOW), 0
    while raw := source.read(_READ_BYTES):
        while raw:
            try:
                piece = inflater.decompress(raw, _READ_BYTES)
            except zlib.error:
                raise FileCut("Phần nén của tệp bị hỏng.") from None
            total += len(piece)
            if total > limits.MAX_IMPORT_INFLATED_BYTES:
                raise FileCut("Tệp quá lớn. Xuất thành nhiều tệp nhỏ hơn.")
            yield piece
            raw = inflater.unconsumed_tail
        if inflater.unused_data:
            raise FileCut("Sau phần nén còn dữ liệu thừa.")
    if not inflater.eof:
        raise FileCut("Tệp bị cắt. Chép lại tệp từ máy tính bảng.")


def _lines(source: BinaryIO) -> Iterator[bytes]:
    rest = b""
    for piece in _inflated(source):
        *whole, rest = (rest + piece).split(b"\n") if b"\n" in piece else [rest + piece]
        yield from whole
        if len(rest) > limits.MAX_PUSH_INFLATED_BYTES:
            raise FileCut("Một dòng của tệp quá dài.", max_bytes=limits.MAX_PUSH_INFLATED_BYTES)
    if rest:
        yield rest


class _Bytes:
    """The bytes of one file, joined from its lines; it takes no line beyond them."""

    def __init__(self, lines: Iterator[bytes], size: int) -> None:
        self._lines, self._left = lines, size

    def read(self, _limit: int = -1) -> bytes:
        """The next piece; empty at the end."""
        if self._left <= 0:
            return b""
        line = next(self._lines, b"")
        if not line.startswith(b'{"bytes":"') or not line.endswith(b'"}'):
            raise FileCut("Thiếu một phần của tệp ảnh.")
        try:
            piece = base64.b64decode(line[10:-2], validate=True)
        except ValueError:
            raise FileCut("Một phần của tệp ảnh không đọc được.") from None
        self._left -= len(piece)
        return piece


def read(source: BinaryIO, *, wanted: Callable[[FileLine, Carried], bool]) -> Carried:
    """What the file holds, with the wanted photos on our disk.

    Args:
        wanted: asked before a photo's bytes are read, with what has been read so far; what it refuses is
            told with that photo.
    Raises:
        NoExchangeFile: its first line is not ours.
        Truncated: the connection broke, so that sending it again helps.
    """
    lines = _lines(source)
    carried = Carried(_opening(lines))
    try:
        for line in lines:
            if line.startswith(b'{"end":'):
                _check_end(carried, schemas.decoded(line, _EndMember).end)
                return carried
            _take(carried, line, lines, wanted)
        raise FileCut("Tệp thiếu phần cuối. Chép lại tệp từ máy tính bảng.")
    except framing.Truncated:
        raise
    except errors.Malformed as damage:
        carried.damage = damage
        return carried


def _opening(lines: Iterator[bytes]) -> Opening:
    try:
        opening = schemas.decoded(next(lines, b""), Opening)
    except framing.Truncated:
        raise
    except errors.Malformed:
        raise NoExchangeFile("Chọn tệp đã xuất từ ứng dụng trên máy tính bảng.") from None
    if not ids.is_id(opening.device) or max(len(opening.label), len(opening.made_at)) > _MAX_TEXT:
        raise NoExchangeFile("Dòng đầu của tệp không đúng.")
    if opening.format != FORMAT:
        raise NoExchangeFile("Tệp thuộc phiên bản khác. Cập nhật ứng dụng.", format=opening.format[:40])
    return opening


def _check_end(carried: Carried, end: Closing) -> None:
    found = Closing(len(carried.pushes), carried.operations, len(carried.files))
    if found != end:
        raise FileCut("Tệp thiếu một phần ở giữa.", told=str(end), found=str(found))


def _take(
    carried: Carried, line: bytes, lines: Iterator[bytes], wanted: Callable[[FileLine, Carried], bool]
) -> None:
    if line.startswith(b'{"bytes":'):
        return  # of a file that nobody wanted, or that was refused
    if line.startswith(b'{"file":'):
        announced = schemas.decoded(line, _FileMember).file
        carried.files.append(_received(announced, lines, lambda: wanted(announced, carried)))
        return
    try:
        batch = push.read(line)
    except errors.Refusal as refusal:
        carried.pushes.append(ReadPush(None, refusal))
        return
    carried.operations += len(batch.operations)
    if carried.operations > limits.MAX_IMPORT_OPERATIONS:
        raise FileCut("Tệp có quá nhiều thao tác.", max_operations=limits.MAX_IMPORT_OPERATIONS)
    carried.pushes.append(ReadPush(batch))


def _received(line: FileLine, lines: Iterator[bytes], is_wanted: Callable[[], bool]) -> ReadFile:
    sha256 = line.blob.removeprefix("sha256:")
    if not files.is_sha256(sha256) or not 0 < line.size <= files.MAX_FILE_BYTES:
        return ReadFile(line, None)
    try:
        if not is_wanted():
            return ReadFile(line, None)
        source: BinaryIO = _Bytes(lines, line.size)  # type: ignore[assignment] # only read() is asked of it
        return ReadFile(line, files.receive(source, expected_sha256=sha256, expected_bytes=line.size))
    except errors.Malformed:
        raise
    except errors.Refusal as refusal:
        return ReadFile(line, None, refusal)


def written(
    opening: Opening, pushes: Sequence[str], photos: Iterable[tuple[FileLine, bytes]], *, operations: int
) -> bytes:
    """The whole file; `pushes` are push bodies, each as it would travel, of one device in order of number."""
    return gzip.compress("".join(lines_of(opening, pushes, photos, operations=operations)).encode(), mtime=0)


def lines_of(
    opening: Opening, pushes: Sequence[str], photos: Iterable[tuple[FileLine, bytes]], *, operations: int
) -> Iterator[str]:
    """The same before it is compressed, line by line."""
    yield _line(opening)
    yield from (f"{push_body}\n" for push_body in pushes)
    count = 0
    for line, content in photos:
        count += 1
        yield _line(_FileMember(line))
        for start in range(0, len(content), CHUNK_BYTES):
            yield f'{{"bytes":"{base64.b64encode(content[start : start + CHUNK_BYTES]).decode()}"}}\n'
    yield _line(_EndMember(Closing(len(pushes), operations, count)))


def _line(value: msgspec.Struct) -> str:
    return f"{msgspec.json.encode(value).decode()}\n"
