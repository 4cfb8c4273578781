"""What a resumable upload says in its headers, as values; nothing is guessed that they leave out.

Source: tus resumable upload protocol 1.0.0: core, creation, checksum.
"""

import base64
import binascii
import re
from dataclasses import dataclass

from werkzeug.datastructures import Headers

from core import files
from core.file_errors import FileTooLarge
from core.partial_files import Checksum
from sync.errors import TusVersionUnknown, UploadHeaderWrong

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "checksum", "expiration", "termination")
ALGORITHMS = {"sha1": 20, "sha256": 32}
PART_TYPE = "application/offset+octet-stream"
_NUMBER = re.compile(r"[0-9]{1,15}")
_KEY = re.compile(r"[!-+\--~]+")  # printable ASCII without space and comma
_MOST_METADATA_CHARACTERS = 4096


@dataclass(frozen=True)
class Announced:
    """A file that is about to come."""

    sha256: str
    length_bytes: int
    inspection: str | None
    media_type: str


def check_version(headers: Headers) -> None:
    """Return if the request speaks our version.

    Raises:
        TusVersionUnknown: another, or none.
    """
    if headers.get("Tus-Resumable") != VERSION:
        raise TusVersionUnknown("Cần Tus-Resumable: 1.0.0.", speaks=[VERSION])


def _number(headers: Headers, name: str) -> int:
    text = headers.get(name, "")
    if _NUMBER.fullmatch(text) is None:
        raise UploadHeaderWrong(f"{name} phải là một số nguyên không âm.", header=name)
    return int(text)


def offset(headers: Headers) -> int:
    """Where the part begins.

    Raises:
        UploadHeaderWrong
    """
    return _number(headers, "Upload-Offset")


def checksum(headers: Headers) -> Checksum | None:
    """What the part hashes to, or None if the request does not say.

    Raises:
        UploadHeaderWrong: an algorithm that is not taken, or no digest of its length.
    """
    text = headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.partition(" ")
    digest = _decoded(encoded)
    if digest is None or len(digest) != ALGORITHMS.get(algorithm):
        raise UploadHeaderWrong(
            "Upload-Checksum phải là tên thuật toán và mã kiểm bằng base64.",
            header="Upload-Checksum", algorithms=sorted(ALGORITHMS),
        )  # fmt: skip
    return Checksum(algorithm, digest)


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None


def metadata(headers: Headers) -> dict[str, str]:
    """The pairs of `Upload-Metadata`.

    Raises:
        UploadHeaderWrong: no list of names with UTF-8 in base64, or a name that comes twice.
    """
    text = headers.get("Upload-Metadata", "")
    found: dict[str, str] = {}
    for pair in text.split(",") if text else []:
        name, _, encoded = pair.strip().partition(" ")
        value = _decoded(encoded)
        is_wrong = _KEY.fullmatch(name) is None or name in found or len(text) > _MOST_METADATA_CHARACTERS
        if is_wrong or value is None or not _is_text(value):
            raise UploadHeaderWrong("Upload-Metadata không đọc được.", header="Upload-Metadata")
        found[name] = value.decode()
    return found


def _is_text(value: bytes) -> bool:
    try:
        return "\0" not in value.decode()
    except UnicodeDecodeError:
        return False


def announced(headers: Headers) -> Announced:
    """The file that a creation announces: `sha256` in the metadata, and perhaps `inspection` and `filetype`.

    Raises:
        UploadHeaderWrong: its length or its hash is not said; lengths that are told later are not taken.
        FileTooLarge
    """
    length_bytes, told = _number(headers, "Upload-Length"), metadata(headers)
    sha256 = told.get("sha256", "")
    if not files.is_sha256(sha256):
        raise UploadHeaderWrong(
            "Upload-Metadata phải có sha256: 64 chữ số thập lục phân, bằng base64.", header="Upload-Metadata"
        )
    if length_bytes > files.MAX_FILE_BYTES:
        raise FileTooLarge(limit_bytes=files.MAX_FILE_BYTES)
    return Announced(sha256, length_bytes, told.get("inspection"), told.get("filetype", ""))
