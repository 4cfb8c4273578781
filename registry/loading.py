"""Reading files of units and of legal texts into facts; a wrong file is refused whole, naming every fault.

It writes nothing: `registry.actions` stores what was read.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core import strict_yaml
from core.strict_yaml import Fault, Reader, Unreadable
from registry import history_loading, in_force
from registry.errors import FileRefused
from registry.in_force import Instrument
from registry.obligations import Obligation
from registry.unit_history import NameFacts, QmsFacts

SCHEMA_VERSION = 1
LEVELS = {"so_nganh": "tinh", "chi_cuc": "tinh", "dvsn": "tinh", "ubnd_huyen": "huyen", "ubnd_xa": "xa"}
DISTRICT_KINDS = ("thanh_pho", "thi_xa", "huyen", "quan")
EVENT_KINDS = (
    "doi_ten", "to_chuc_lai", "sap_nhap", "chia_tach", "giai_the", "chuyen_dia_gioi", "ket_thuc_cap_huyen",
)  # fmt: skip
VERIFIED = ("published", "partly", "unverified")
_CODE = r"[A-Z0-9][A-Z0-9-]{1,39}"


@dataclass(frozen=True)
class EventFacts:
    """Something that happened to a unit."""

    kind: str
    happened_on: date
    successor_name: str | None
    successor_code: str | None
    source: str


@dataclass(frozen=True)
class UnitFacts:
    """What a file says of one unit."""

    code: str
    name: str
    unit_type: str
    level: str
    district_kind: str | None
    valid_from: date | None
    valid_to: date | None
    events: tuple[EventFacts, ...]
    names: tuple[NameFacts, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    qms: tuple[QmsFacts, ...] = ()


@dataclass(frozen=True)
class InstrumentFacts:
    """What a file says of one legal text."""

    instrument: Instrument
    role: str
    details: tuple[str, ...]
    verified: str
    note: str | None


@dataclass(frozen=True)
class StandardFacts:
    """What a file says of one standard."""

    code: str
    label: str
    based_on: str | None
    published_on: date | None
    withdrawn_on: date | None
    transition_deadline: date | None
    is_usable: bool
    verified: str
    note: str | None


@dataclass(frozen=True)
class LegalFacts:
    """Legal texts and standards of one file."""

    instruments: tuple[InstrumentFacts, ...]
    standards: tuple[StandardFacts, ...]


def units(content: bytes, *, file: str) -> tuple[UnitFacts, ...]:
    """The units of the file.

    Raises:
        FileRefused: anything is wrong in it; all faults are listed.
    """
    top = _opened(content, file)
    top.optional_text("province")
    rows = top.groups("units")
    codes = {str(row.fields.get("code")) for row in rows}
    read = tuple(_unit(row.at(f"đơn vị «{row.fields.get('code')}»"), codes) for row in rows)
    _refuse_twice(top, "units", "đơn vị", (unit.code for unit in read))
    top.finish()
    _refuse_if(file, top.faults)
    return read


def legal_texts(content: bytes, *, file: str) -> LegalFacts:
    """The legal texts and standards of the file.

    Raises:
        FileRefused: anything is wrong in it; all faults are listed.
    """
    top = _opened(content, file)
    top.day("as_of")
    rows = top.groups("legal_instruments")
    codes = {str(row.fields.get("code")) for row in rows}
    texts = tuple(_instrument(row.at(f"văn bản «{row.fields.get('code')}»"), codes) for row in rows)
    norms = tuple(
        _standard(row.at(f"tiêu chuẩn «{row.fields.get('code')}»")) for row in top.groups("standards")
    )
    all_codes = [text.instrument.code for text in texts] + [norm.code for norm in norms]
    _refuse_twice(top, "legal_instruments", "văn bản hoặc tiêu chuẩn", all_codes)
    circle = in_force.circle_in(text.instrument for text in texts)
    if circle is not None:
        top.fault(
            "legal_instruments", f"«{circle}» được thay thế vòng tròn bởi chính nó", "Sửa «replaced_by»."
        )
    top.finish()
    _refuse_if(file, top.faults)
    return LegalFacts(texts, norms)


def _opened(content: bytes, file: str) -> Reader:
    try:
        document, faults = strict_yaml.read(content)
    except Unreadable as refusal:
        raise FileRefused(file, [refusal.fault]) from None
    top = Reader(document, faults)
    if top.integer("schema_version") != SCHEMA_VERSION:
        top.fault("schema_version", "phiên bản định dạng không đọc được", f"Dùng định dạng {SCHEMA_VERSION}.")
    return top


def _unit(row: Reader, codes: set[str]) -> UnitFacts:
    unit_type = row.one_of("unit_type", LEVELS)
    district_kind = row.one_of("district_kind", DISTRICT_KINDS, default="") or None
    valid_from, valid_to = row.day("valid_from"), row.day("valid_to")
    if valid_from and valid_to and valid_to < valid_from:
        row.fault("valid_to", "ngày chấm dứt trước ngày thành lập", "Sửa một trong hai ngày.")
    events = tuple(_event(event.at("biến động"), codes) for event in row.groups("events", required=False))
    if len({(event.kind, event.happened_on) for event in events}) != len(events):
        row.fault("events", "có biến động ghi hai lần", "Giữ lại một.")
    facts = UnitFacts(
        code=row.text("code", pattern=_CODE, example="TV-S02"), name=row.text("name_vi"),
        unit_type=unit_type, level=LEVELS.get(unit_type, ""), district_kind=district_kind,
        valid_from=valid_from, valid_to=valid_to, events=events, names=history_loading.earlier_names(row),
        obligations=history_loading.own_obligations(row), qms=history_loading.qms_history(row),
    )  # fmt: skip
    if unit_type != "ubnd_huyen" and district_kind:
        row.fault("district_kind", "chỉ dùng cho UBND cấp huyện", "Xóa trường này.")
    row.finish()
    return facts


def _event(row: Reader, codes: set[str]) -> EventFacts:
    facts = EventFacts(
        kind=row.one_of("type", EVENT_KINDS), happened_on=row.day("date", required=True) or date.min,
        successor_name=row.optional_text("successor_name_vi"),
        successor_code=row.one_of("successor_code", codes, default="") or None, source=row.text("source"),
    )  # fmt: skip
    row.finish()
    return facts


def _instrument(row: Reader, codes: set[str]) -> InstrumentFacts:
    replaced_by = row.one_of("replaced_by", codes, default="") or None
    effective_from, effective_to = row.day("effective_from"), row.day("effective_to")
    if effective_from and effective_to and effective_to < effective_from:
        row.fault("effective_to", "ngày hết hiệu lực trước ngày có hiệu lực", "Sửa một trong hai ngày.")
    instrument = Instrument(
        code=row.text("code", pattern=_CODE, example="ND-61-2018"), kind=row.one_of("kind", in_force.KINDS),
        number=row.text("number"), title=row.text("title_vi"), issued_on=row.day("issued"),
        effective_from=effective_from, effective_to=effective_to, replaced_by=replaced_by,
        amends=row.words("amends", codes),
    )  # fmt: skip
    facts = InstrumentFacts(
        instrument, role=row.text("role"), details=row.words("details", codes),
        verified=row.one_of("verified", VERIFIED), note=row.optional_text("note_vi"),
    )  # fmt: skip
    row.finish()
    return facts


def _standard(row: Reader) -> StandardFacts:
    facts = StandardFacts(
        code=row.text("code", pattern=_CODE, example="TCVN-ISO-9001-2015"), label=row.text("label"),
        based_on=row.optional_text("based_on"), published_on=row.day("published"),
        withdrawn_on=row.day("withdrawn"), transition_deadline=row.day("transition_deadline"),
        is_usable=row.flag("usable_for_inspection", default=True), verified=row.one_of("verified", VERIFIED),
        note=row.optional_text("note_vi"),
    )  # fmt: skip
    row.finish()
    return facts


def _refuse_twice(top: Reader, key: str, thing: str, codes: Iterable[str]) -> None:
    for code, times in Counter(codes).items():
        if times > 1 and code:
            top.fault(
                key, f"mã {thing} «{code}» ghi {times} lần", "Mỗi mã chỉ dùng một lần; đổi mã hoặc bỏ bớt."
            )


def _refuse_if(file: str, faults: list[Fault]) -> None:
    if faults:
        raise FileRefused(file, sorted(faults, key=lambda fault: fault.line or 0))
