"""What the law asks of whoever inspects, judged on dated certificates; it warns and never forbids.

It knows only what is recorded: a certificate nobody entered counts as missing, and good character is not a
matter of record.

Source: Thông tư 26/2014/TT-BKHCN Điều 40 khoản 1.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

REQUIRED_SINCE = date(2016, 6, 1)
_YEARS_OF_SERVICE = 3


class Kind(StrEnum):
    """Văn bằng, chứng chỉ mà Điều 40 khoản 1 nhắc đến."""

    DEGREE = "dai_hoc"
    ADMINISTRATION_DEGREE = "dai_hoc_hanh_chinh"
    STATE_ADMINISTRATION = "quan_ly_nha_nuoc"
    QMS_AUDIT = "danh_gia_htqlcl"


class Shortfall(StrEnum):
    """Yêu cầu chưa thấy đáp ứng: điểm a, b, c, d."""

    DEGREE = "dai_hoc"
    STATE_ADMINISTRATION = "quan_ly_nha_nuoc"
    QMS_AUDIT = "danh_gia_htqlcl"
    SENIORITY = "tham_nien"


KIND_LABELS = {
    Kind.DEGREE: "Bằng tốt nghiệp đại học",
    Kind.ADMINISTRATION_DEGREE: "Bằng đại học chuyên ngành hành chính, Học viện Hành chính Quốc gia",
    Kind.STATE_ADMINISTRATION: "Chứng chỉ quản lý hành chính nhà nước (chuyên viên trở lên)",
    Kind.QMS_AUDIT: "Chứng chỉ đào tạo đánh giá HTQLCL",
}
SHORTFALL_LABELS = {
    Shortfall.DEGREE: "bằng đại học (điểm a)",
    Shortfall.STATE_ADMINISTRATION: "chứng chỉ quản lý hành chính nhà nước (điểm b)",
    Shortfall.QMS_AUDIT: "chứng chỉ đào tạo đánh giá HTQLCL (điểm c)",
    Shortfall.SENIORITY: "03 năm thâm niên kể từ ngày tốt nghiệp đại học (điểm d)",
}


@dataclass(frozen=True)
class Certificate:
    """One paper, and the day on which it was awarded."""

    kind: str
    awarded_on: date


def shortfalls(certificates: Iterable[Certificate], on: date) -> tuple[Shortfall, ...]:
    """What is not recorded, of all that the law asks of somebody who inspects on the day."""
    if on < REQUIRED_SINCE:
        return ()
    held = [one for one in certificates if one.awarded_on <= on]
    kinds = {one.kind for one in held}
    graduated = [one.awarded_on for one in held if one.kind in (Kind.DEGREE, Kind.ADMINISTRATION_DEGREE)]
    met = {
        Shortfall.DEGREE: bool(graduated),
        Shortfall.STATE_ADMINISTRATION: bool(kinds & {Kind.STATE_ADMINISTRATION, Kind.ADMINISTRATION_DEGREE}),
        Shortfall.QMS_AUDIT: Kind.QMS_AUDIT in kinds,
        Shortfall.SENIORITY: bool(graduated) and _anniversary(min(graduated)) <= on,
    }
    return tuple(one for one in Shortfall if not met[one])


def warning_of(missing: Iterable[Shortfall]) -> str:
    """The sentence that a reader sees beside a name; empty if nothing is missing."""
    named = [SHORTFALL_LABELS[one] for one in missing]
    return f"Chưa ghi nhận theo Điều 40 TT 26/2014/TT-BKHCN: {'; '.join(named)}." if named else ""


def _anniversary(graduated_on: date) -> date:
    """The day on which the years of service are complete; 29/02 becomes 28/02.

    Source: Bộ luật Dân sự 2015 Điều 148 khoản 3.
    """
    year = graduated_on.year + _YEARS_OF_SERVICE
    last = calendar.monthrange(year, graduated_on.month)[1]
    return date(year, graduated_on.month, min(graduated_on.day, last))
