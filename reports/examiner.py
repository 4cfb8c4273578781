"""The examining child: a file from anywhere in, what it shows out. Run as `python -m reports.examiner`.

It believes nothing that the file says about itself and fetches nothing that it names. It catches no error: a
file that makes a validator stumble is unreadable, and its process ends with it.
"""

import io
import sys
from datetime import UTC, datetime

import msgspec
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from core import confinement
from reports import codes
from reports.orders import ExamineOrder, Seen, SeenSignature


def _context(roots: tuple[bytes, ...], moment: datetime) -> ValidationContext:
    trusted = [x509.Certificate.load(der) for der in roots]
    return ValidationContext(trust_roots=trusted, allow_fetching=False, moment=moment)


def _signature(embedded: EmbeddedPdfSignature, order: ExamineOrder) -> SeenSignature:
    claimed = embedded.self_reported_timestamp
    now = datetime.now(UTC)
    # A certificate is judged at the time of signing: what was sealed stays sealed when the certificate runs
    # out. The claim is safe to use, because a file is only ever accepted if our registry has its very bytes.
    moment = claimed if claimed is not None and claimed.tzinfo and claimed <= now else now
    status = validate_pdf_signature(
        embedded, signer_validation_context=_context(order.roots, moment), skip_diff=not order.compares
    )
    certificate = embedded.signer_cert
    subject = certificate.subject.native
    covers_file = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    level = status.modification_level
    return SeenSignature(
        field=str(embedded.field_name),
        signer=str(subject.get("common_name", "")),
        organization=str(subject.get("organization_name", "")),
        fingerprint=certificate.sha256.hex(),
        signed_at=claimed.isoformat() if claimed else "",
        certifies=embedded.docmdp_level is not None,
        is_intact=bool(status.intact and status.valid),
        is_trusted=bool(status.trusted),
        covers_file=covers_file,
        changes=level.name.lower() if level else "none" if covers_file else "unknown",
        holds=_holds(status),
    )


def _holds(status: PdfSignatureStatus) -> bool:
    """Whether nothing speaks against the signature itself.

    A time stamp must be whole, but its authority need not be known to us: when we sealed is in our registry.
    """
    stamp = status.timestamp_validity
    return bool(
        status.intact
        and status.valid
        and status.trusted
        and status.seed_value_ok
        and (status.docmdp_ok or status.modification_level is None)
        and (stamp is None or (stamp.intact and stamp.valid))
    )


def _codes(pdf: bytes, reader: PdfFileReader) -> tuple[str, ...]:
    """The verification codes that the file claims: in its keywords, or in its signatures."""
    keywords = reader.trailer["/Info"].get("/Keywords", "") if "/Info" in reader.trailer else ""
    return tuple(dict.fromkeys((*codes.claimed(str(keywords).encode()), *codes.claimed(pdf))))


def seen(order: ExamineOrder) -> Seen:
    """What the file shows, judged by the given roots only."""
    reader = PdfFileReader(io.BytesIO(order.pdf))
    fields = tuple(str(name) for name, _value, _reference in enumerate_sig_fields(reader))
    return Seen(
        pages=int(reader.root["/Pages"]["/Count"]),
        signatures=tuple(_signature(one, order) for one in reader.embedded_regular_signatures),
        codes=_codes(order.pdf, reader),
        fields=fields,
    )


def main() -> None:
    """Read one order, answer it, end."""
    confinement.enter(cpu_s=int(sys.argv[1]), memory_bytes=int(sys.argv[2]))
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=ExamineOrder)
    sys.stdout.buffer.write(msgspec.msgpack.encode(seen(order)))


if __name__ == "__main__":
    main()
