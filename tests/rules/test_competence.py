"""What Điều 40 asks of whoever inspects since 01/6/2016: certificates by the day, three years of work."""

from datetime import date

import pytest

from accounts.competence import Certificate, Kind, Shortfall, shortfalls, warning_of

DAY = date(2023, 5, 23)
DEGREE = Certificate(Kind.DEGREE, date(2010, 6, 30))
STATE = Certificate(Kind.STATE_ADMINISTRATION, date(2012, 3, 1))
AUDIT = Certificate(Kind.QMS_AUDIT, date(2020, 9, 1))
LEAP_DEGREE = Certificate(Kind.DEGREE, date(2020, 2, 29))
LATE_AUDIT = Certificate(Kind.QMS_AUDIT, date(2023, 5, 24))


@pytest.mark.parametrize(
    ("held", "on", "missing"),
    [
        ([DEGREE, STATE, AUDIT], DAY, ()),
        ([], DAY, tuple(Shortfall)),
        ([], date(2016, 5, 31), ()),
        ([], date(2016, 6, 1), tuple(Shortfall)),
        ([DEGREE, STATE], DAY, (Shortfall.QMS_AUDIT,)),
        ([DEGREE, STATE, LATE_AUDIT], DAY, (Shortfall.QMS_AUDIT,)),
        ([DEGREE, STATE, LATE_AUDIT], date(2023, 5, 24), ()),
        ([Certificate(Kind.ADMINISTRATION_DEGREE, date(2010, 6, 30)), AUDIT], DAY, ()),
        ([STATE, AUDIT], DAY, (Shortfall.DEGREE, Shortfall.SENIORITY)),
        ([Certificate(Kind.DEGREE, date(2020, 5, 24)), STATE, AUDIT], DAY, (Shortfall.SENIORITY,)),
        ([Certificate(Kind.DEGREE, date(2020, 5, 23)), STATE, AUDIT], DAY, ()),
        ([LEAP_DEGREE, STATE, AUDIT], date(2023, 2, 27), (Shortfall.SENIORITY,)),
        ([LEAP_DEGREE, STATE, AUDIT], date(2023, 2, 28), ()),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_for_the_day(
    held: list[Certificate], on: date, missing: tuple[Shortfall, ...]
):
    assert shortfalls(held, on) == missing


def test_the_warning_names_each_letter_of_the_article_and_is_silent_where_nothing_is_missing():
    assert warning_of([Shortfall.QMS_AUDIT, Shortfall.SENIORITY]) == (
        "Chưa ghi nhận theo Điều 40 TT 26/2014/TT-BKHCN: chứng chỉ đào tạo đánh giá HTQLCL (điểm c); "
        "03 năm thâm niên kể từ ngày tốt nghiệp đại học (điểm d)."
    )
    assert warning_of([]) == ""
