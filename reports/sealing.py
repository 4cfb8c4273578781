"""From a numbered draft to sealed bytes that have been checked: print, sign, examine, put on disk.

It writes to no database: what it returns is recorded by `actions.record_sealed`. Doing it twice makes two
valid files of which the registry will know one; the other is a file that no row names.
"""

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from core import child, clock, files, settings
from reports import authority, render, sign, snapshot
from reports.authority import SealingKey, SealingKeyUnusable
from reports.orders import ExamineOrder, Seen
from reports.render import Edition, SealFace
from reports.sign import Sealing
from reports.snapshot import Imprint
from reports.timestamps import TimeStampingService

MEDIA_TYPE = "application/pdf"
_PURPOSE = "Phát hành biên bản kiểm tra"
_DEMO_PURPOSE = "Trình diễn, không có giá trị pháp lý"
_EXAMINING = child.Limits(wall_s=60, cpu_s=20, memory_bytes=1024 * 1024 * 1024)
_COMPARING = child.Limits(wall_s=180, cpu_s=90, memory_bytes=1024 * 1024 * 1024)


class SealBroken(Exception):  # noqa: N818 (a defect of ours, found before anybody gets the file)
    """Our own signature does not hold, so the file is not issued."""


@dataclass(frozen=True)
class Sealed:
    """A sealed file that lies on disk and that no row names yet."""

    received: files.Received
    pages: int
    at: datetime
    key: SealingKey
    unreadable: tuple[str, ...]


def current_key(agency: str, *, at: datetime) -> SealingKey:
    """The key that the settings name; in demo mode the demo authority's.

    Raises:
        SealingKeyUnusable: none is configured, or it cannot be opened.
    """
    chosen = settings.current()
    if chosen.signer:
        passphrase = None
        if chosen.signer_passphrase_file:
            passphrase = Path(chosen.signer_passphrase_file).read_bytes().strip()
        return authority.from_pkcs12(Path(chosen.signer.removeprefix("p12:")), passphrase)
    if chosen.demo:
        return authority.demo(chosen.keys, agency, at=at)
    raise SealingKeyUnusable("Chưa khai khóa ký số của cơ quan. Đặt THUCDIA_SIGNER=p12:/đường/dẫn/tệp.p12.")


def draft_imprint(code: str) -> Imprint:
    """What stands beside a snapshot that nobody has numbered."""
    chosen = settings.current()
    return Imprint(code=code, verify_url=f"{chosen.base_url}/verify/{code}", is_demo=chosen.demo)


def carried_out(snapshot_sha256: str, imprint: Imprint, *, at: datetime) -> Sealed:
    """The document is printed, signed, found to be valid, and on disk.

    Raises:
        ChildFailed: it could not be printed within the limits.
        SealingKeyUnusable: there is no key to sign with.
        SealBroken: the signature that was made does not hold.
    """
    local = at.astimezone(clock.VIETNAM)
    minutes = snapshot.decoded(files.read(snapshot_sha256))
    key = current_key(minutes.agency.name, at=at)
    printed = render.minutes(Edition(minutes, snapshot_sha256, imprint, local), files.path)
    face = render.seal_face(SealFace(minutes.agency.name, local, key.is_demo))
    service = settings.current().tsa_url
    stamper = TimeStampingService(service) if service else None
    purpose = _DEMO_PURPOSE if key.is_demo else _PURPOSE
    how = Sealing(local, face, purpose, minutes.agency.place, imprint.verify_url, stamper)
    pdf = sign.sealed(printed.pdf, printed.places, how, key=key)
    check(pdf, key)
    received = files.receive(io.BytesIO(pdf))
    return Sealed(received, printed.pages, at, key, printed.unreadable)


def examined(pdf: bytes, roots: tuple[bytes, ...], *, compares: bool = False) -> Seen:
    """What the file shows, judged by these certificates alone.

    Args:
        compares: whether to find out what was changed after each signature.
    Raises:
        ChildFailed: it cannot be read as a PDF, or reading it takes too long.
    """
    order = msgspec.msgpack.encode(ExamineOrder(pdf, roots, compares))
    limits = _COMPARING if compares else _EXAMINING
    return msgspec.msgpack.decode(child.run("reports.examiner", order, limits), type=Seen)


def check(pdf: bytes, key: SealingKey) -> None:
    """Return if the file is what a verifier will want to see.

    Raises:
        SealBroken: it is not.
    """
    seen = examined(pdf, (key.chain[-1],))
    if len(seen.signatures) != 1:
        raise SealBroken(f"{len(seen.signatures)} signatures")
    only = seen.signatures[0]
    if not (only.holds and only.certifies and only.covers_file and only.fingerprint == key.fingerprint):
        raise SealBroken(repr(only))
