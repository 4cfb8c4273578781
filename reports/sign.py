"""Seals a printed document: one certification by the agency, and empty fields for those who may sign later.

It signs what it is given and nothing else, changes no byte that is already there, and stores nothing. Every
field is created before the certification, because a field that is added later breaks it.

Source: ETSI EN 319 142-1 (PAdES baseline B-B, B-T); ISO 32000-2 §12.8.2.2 (DocMDP, P = 2: form filling and
signing); Nghị định 30/2020/NĐ-CP Điều 5, Phụ lục I (chữ ký số của cơ quan).
"""

import io
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.generic import DictionaryObject, NameObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.sign.fields import (
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
    enumerate_sig_fields,
)
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp import StaticStampStyle

from reports.authority import SealingKey
from reports.orders import Place

AGENCY_FIELD = "agency"
PLANNED_FIELDS = ("unit", "secretary", "leader")
_ANCHOR = "field-"
_READABLE = {
    AGENCY_FIELD: "Cơ quan kiểm tra",
    "unit": "Đại diện cơ quan chịu sự kiểm tra",
    "secretary": "Thư ký",
    "leader": "Trưởng đoàn kiểm tra",
}


@dataclass(frozen=True)
class Sealing:
    """How a document is sealed.

    `at` is in Việt Nam's time, `face` a one-page PDF; `verify_url` stands in the signature in the open, so
    that a damaged file still tells which document it was.
    """

    at: datetime
    face: bytes
    reason: str
    place: str
    verify_url: str
    timestamper: TimeStamper | None = None


class _Punctual(PdfSigner):
    """A signer whose signature carries the moment that the visible seal shows."""

    at: datetime

    def init_signing_session(self, *arguments: Any, **options: Any) -> Any:
        """The session of pyHanko, at our moment."""
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self.at
        return session


def _field(name: str, place: Place) -> SigFieldSpec:
    left, bottom, right, top = (round(value) for value in place.box)
    return SigFieldSpec(
        name, on_page=place.page, box=(left, bottom, right, top), readable_field_name=_READABLE[name]
    )


def _reserve(writer: IncrementalPdfFileWriter, name: str, place: Place) -> None:
    """An empty field waits at the place and shows nothing, where pyHanko's own would show a grey box.

    PDF/A wants an appearance even then (ISO 19005-3 §6.3.3).
    """
    spec = _field(name, place)
    append_signature_field(writer, spec)
    left, bottom, right, top = place.box
    nothing = RawContent(b" ", box=BoxConstraints(width=right - left, height=top - bottom))
    for _name, _value, reference in enumerate_sig_fields(writer, with_name=name):
        field = reference.get_object()
        appearance = {NameObject("/N"): writer.add_object(nothing.as_form_xobject())}
        field["/AP"] = DictionaryObject(appearance)  # type: ignore[no-untyped-call] # pyHanko leaves it untyped
        writer.mark_update(reference)


def sealed(pdf: bytes, places: Mapping[str, Place], sealing: Sealing, *, key: SealingKey) -> bytes:
    """The document with the agency's certification; its first bytes are the document as it was.

    Args:
        places: where elements named `field-agency`, `field-unit`, … stand on the pages.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for name in PLANNED_FIELDS:
        if place := places.get(_ANCHOR + name):
            _reserve(writer, name, place)
    metadata = PdfSignatureMetadata(
        field_name=AGENCY_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS, reason=sealing.reason, location=sealing.place, name=key.holder,
        contact_info=sealing.verify_url,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="thucdia-seal-") as folder:
        face = Path(folder) / "face.pdf"
        face.write_bytes(sealing.face)
        style = StaticStampStyle.from_pdf_file(str(face), border_width=0, background_opacity=1)
        signer = _Punctual(
            metadata, key.signer, timestamper=sealing.timestamper, stamp_style=style,
            new_field_spec=_field(AGENCY_FIELD, places[_ANCHOR + AGENCY_FIELD]),
        )  # fmt: skip
        signer.at = sealing.at
        # pyHanko runs an event loop of its own, which a thread that already has one would refuse.
        with ThreadPoolExecutor(1) as apart:
            out: io.BytesIO = apart.submit(signer.sign_pdf, writer).result()
    return out.getvalue()
