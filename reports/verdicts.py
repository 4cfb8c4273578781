"""What verification concludes: the file's bytes, its signature and our registry must all agree.

A pure judgement of three things that were found out before: what the file shows, what the registry knows,
and how the two sets of bytes relate. It trusts nothing else, and `authentic` is the only good outcome.

Shadow, incremental saving and wrapping attacks leave a signature that looks valid to whoever checks only the
cryptography; so nothing may follow the issued bytes except what is named here.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from reports.orders import Seen
from reports.sign import AGENCY_FIELD, PLANNED_FIELDS

_FORM_FILLING = "form_filling"


class Outcome(StrEnum):
    """Kết luận xác minh."""

    AUTHENTIC = "authentic"
    COUNTERSIGNED = "countersigned"
    ALTERED = "altered"
    UNPROVEN = "unproven"
    UNKNOWN = "unknown"
    NOT_SIGNED = "not_signed"
    UNREADABLE = "unreadable"


HEADLINES = {
    Outcome.AUTHENTIC: "Văn bản xác thực",
    Outcome.COUNTERSIGNED: "Văn bản gốc còn nguyên, có thêm chữ ký chưa tiếp nhận",
    Outcome.ALTERED: "Văn bản đã bị thay đổi",
    Outcome.UNPROVEN: "Chưa xác nhận được chữ ký số",
    Outcome.UNKNOWN: "Không phải văn bản do hệ thống này phát hành",
    Outcome.NOT_SIGNED: "Tệp không có chữ ký số",
    Outcome.UNREADABLE: "Không đọc được tệp",
}


class Relation(StrEnum):
    """How the bytes of a file relate to those that the registry names."""

    SAME = "same"
    EXTENDED = "extended"
    OTHER = "other"


@dataclass(frozen=True)
class Known:
    """What the registry knows of the document that a file is, or claims to be."""

    code: str
    number: str
    dated_on: date
    unit: str
    sealed_at: datetime
    sha256: str
    fingerprint: str
    holder: str
    is_demo: bool
    replaced_by: str = ""


@dataclass(frozen=True)
class Verdict:
    """The conclusion with its reasons, as sentences for people."""

    outcome: Outcome
    reasons: tuple[str, ...]
    known: Known | None = None
    seen: Seen | None = None

    @property
    def is_authentic(self) -> bool:
        """Whether the file is exactly what was issued, and provably so."""
        return self.outcome is Outcome.AUTHENTIC

    @property
    def headline(self) -> str:
        """The conclusion in one line."""
        return HEADLINES[self.outcome]


def judged(seen: Seen | None, known: Known | None, relation: Relation, *, ours: Collection[str]) -> Verdict:
    """The verdict on a file.

    Args:
        seen: what the file shows; None if no validator could read it to its end.
        known: the document that it is, begins with, or claims to be.
        ours: fingerprints of every certificate that has sealed documents here.
    """
    if relation is Relation.SAME and known is not None:
        return _of_issued(seen, known)
    if relation is Relation.EXTENDED and known is not None:
        return _of_extended(seen, known)
    if seen is None:
        return Verdict(
            Outcome.UNREADABLE,
            ("Tệp không phải PDF còn nguyên, hoặc có cấu trúc mà bộ kiểm tra không chấp nhận.",),
        )
    if not seen.signatures:
        return _of_unsigned(seen, known)
    is_ours = known is not None or any(one.fingerprint in ours for one in seen.signatures)
    return _of_other(seen, known, ours) if is_ours else _of_foreign(seen)


def _of_issued(seen: Seen | None, known: Known) -> Verdict:
    doubts = tuple(_doubts(seen, known))
    if doubts:
        same = "Tệp trùng khớp hoàn toàn với bản đã phát hành."
        return Verdict(Outcome.UNPROVEN, (same, *doubts), known, seen)
    reasons = [
        "Tệp trùng khớp hoàn toàn với bản đã phát hành trong sổ đăng ký.",
        f"Chữ ký số của «{known.holder}» còn nguyên và phủ toàn bộ tệp.",
        "Chứng thư số của người ký được cơ quan này sử dụng và còn giá trị tại thời điểm ký.",
    ]
    if known.is_demo:
        reasons.append("Chứng thư số dùng để trình diễn: văn bản không có giá trị pháp lý.")
    if known.replaced_by:
        reasons.append(f"Văn bản này đã được thay thế bằng văn bản số {known.replaced_by}.")
    return Verdict(Outcome.AUTHENTIC, tuple(reasons), known, seen)


def _doubts(seen: Seen | None, known: Known) -> Iterator[str]:
    """What speaks against a file whose bytes are right."""
    if seen is None:
        yield "Bộ kiểm tra không đọc được tệp."
        return
    if len(seen.signatures) != 1 or seen.signatures[0].field != AGENCY_FIELD:
        yield "Tệp không có đúng một chữ ký số của cơ quan."
        return
    only = seen.signatures[0]
    if only.fingerprint != known.fingerprint:
        yield "Chứng thư số trong tệp khác chứng thư số trong sổ đăng ký."
    if not only.certifies or not only.covers_file:
        yield "Chữ ký số không chứng nhận toàn bộ tệp."
    if not only.is_intact:
        yield "Chữ ký số không khớp nội dung."
    if not only.is_trusted:
        yield "Không lập được đường tin cậy đến cơ quan chứng thực."
    elif not only.holds:
        yield "Bộ kiểm tra không chấp nhận chữ ký số."


def _of_extended(seen: Seen | None, known: Known) -> Verdict:
    """Behind the issued bytes, either somebody signed in a reserved place, or it is an alteration."""
    beginning = f"Phần đầu của tệp trùng với văn bản số {known.number} đã phát hành."
    if seen is None:
        return Verdict(
            Outcome.ALTERED,
            (beginning, "Phần nối thêm sau chữ ký số không đọc được theo chuẩn PDF."), known,
        )  # fmt: skip
    if signs_in_place(seen) and seen.signatures[0].changes == _FORM_FILLING and seen.signatures[0].holds:
        names = ", ".join(f"«{one.signer}»" for one in seen.signatures[1:])
        return Verdict(
            Outcome.COUNTERSIGNED,
            (
                beginning,
                f"Sau đó có thêm chữ ký số của {names} tại ô dành sẵn, chưa được tiếp nhận vào sổ đăng ký.",
            ),
            known, seen,
        )  # fmt: skip
    return Verdict(
        Outcome.ALTERED,
        (beginning, "Sau chữ ký số có thêm nội dung không phải chữ ký tại ô dành sẵn."), known, seen,
    )  # fmt: skip


def signs_in_place(seen: Seen) -> bool:
    """Whether there are further signatures behind the agency's, each in a place that was reserved for it."""
    agency, later = seen.signatures[:1], seen.signatures[1:]
    names = [one.field for one in later]
    return (
        [one.field for one in agency] == [AGENCY_FIELD]
        and bool(later)
        and all(one.is_intact and one.field in PLANNED_FIELDS for one in later)
        and len(names) == len(set(names))
        and later[-1].covers_file
        and set(seen.fields) <= {AGENCY_FIELD, *PLANNED_FIELDS}
    )


def _of_unsigned(seen: Seen, known: Known | None) -> Verdict:
    reasons = ["Tệp không mang chữ ký số nào; bản nháp và bản in lại không có giá trị của văn bản điện tử."]
    if known is not None:
        reasons.append(
            f"Tệp ghi mã xác minh của văn bản số {known.number}, nhưng không phải tệp đã phát hành."
        )
    return Verdict(Outcome.NOT_SIGNED, tuple(reasons), known, seen)


def _of_other(seen: Seen, known: Known | None, ours: Collection[str]) -> Verdict:
    """The file names our document or our certificate, and its bytes are not ours."""
    reasons = []
    if known is not None:
        reasons.append(f"Tệp mang mã xác minh của văn bản số {known.number} nhưng khác bản đã phát hành.")
    if strangers := [one.signer for one in seen.signatures if one.fingerprint not in ours]:
        reasons.append(f"Tệp được ký bằng chứng thư số lạ, ghi tên «{'», «'.join(strangers)}».")
    if any(not one.is_intact for one in seen.signatures):
        reasons.append("Nội dung đã bị thay đổi sau khi ký: chữ ký số không khớp nội dung.")
    elif any(not one.covers_file for one in seen.signatures):
        reasons.append("Có nội dung được thêm vào sau khi ký.")
    elif known is None:
        return Verdict(
            Outcome.UNKNOWN,
            ("Chữ ký số là của cơ quan này nhưng sổ đăng ký không có tệp như vậy.",), None, seen,
        )  # fmt: skip
    else:
        reasons.append("Chữ ký số khớp nội dung, nhưng từng byte của tệp khác với sổ đăng ký.")
    return Verdict(Outcome.ALTERED, tuple(reasons), known, seen)


def _of_foreign(seen: Seen) -> Verdict:
    names = ", ".join(f"«{one.signer or 'không rõ'}»" for one in seen.signatures)
    return Verdict(
        Outcome.UNKNOWN,
        (f"Tệp được ký bởi {names}, không phải bằng chứng thư số của cơ quan này.",), None, seen,
    )  # fmt: skip
