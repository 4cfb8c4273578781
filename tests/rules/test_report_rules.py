"""Numbers, codes, words and verdicts of documents, as tables."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from reports import codes, numbering, wording
from reports.errors import NumberRefused
from reports.orders import Seen, SeenSignature
from reports.verdicts import Known, Outcome, Relation, judged

VIETNAM = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("typed", "ordinal"), [("07/BB-TĐC", 7), ("12/BB-TĐC", 12), (" 104/BB-TĐC ", 104), ("01/BB-TĐC", 1)]
)
def test_a_number_as_the_clerk_types_it(typed: str, ordinal: int):
    number = numbering.parsed(typed, symbol="BB-TĐC")
    assert (number.ordinal, number.text) == (ordinal, typed.strip())


@pytest.mark.parametrize(
    "typed",
    ["", "7/BB-TĐC", "007/BB-TĐC", "00/BB-TĐC", "07/BB-KHCN", "07/bb-tđc", "07 / BB-TĐC", "٠٧/BB-TĐC",
     "07/BB-TĐC\n08/BB-TĐC", "07-BB-TĐC", "7,5/BB-TĐC", "07/BB-TĐC;"],
)  # fmt: skip
def test_a_number_of_another_form_is_refused_with_an_example(typed: str):
    with pytest.raises(NumberRefused) as refusal:
        numbering.parsed(typed, symbol="BB-TĐC")
    assert refusal.value.members["field"] == "number"
    assert "07/BB-TĐC" in refusal.value.detail or "01" in refusal.value.detail


@pytest.mark.parametrize(
    ("dated_on", "ended_on", "accepted"),
    [
        (date(2023, 5, 23), date(2023, 5, 23), True),
        (date(2023, 5, 24), date(2023, 5, 23), False),
        (date(2023, 5, 8), None, True),
        (date(2023, 5, 7), None, False),
        (date(2026, 11, 22), None, False),
    ],
)
def test_the_date_of_minutes(dated_on: date, ended_on: date | None, accepted: bool):
    dates = {"ended_on": ended_on, "decided_on": date(2023, 5, 8), "today": date(2026, 11, 21)}
    if accepted:
        numbering.check_date(dated_on, **dates)
    else:
        with pytest.raises(NumberRefused):
            numbering.check_date(dated_on, **dates)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("K7QF3MZ9PXT28HVA", "K7QF3MZ9PXT28HVA"),
        ("k7qf-3mz9-pxt2-8hva", "K7QF3MZ9PXT28HVA"),
        ("K7QF 3MZ9 PXT2 8HVA", "K7QF3MZ9PXT28HVA"),
        ("OIL0-0000-0000-0000", "0110000000000000"),
        ("K7QF3MZ9PXT28HV", None),
        ("K7QF3MZ9PXT28HVU", None),
        ("", None),
        ("../../../../etc/p", None),
    ],
)
def test_a_code_is_understood_as_people_type_it(typed: str, meant: str | None):
    assert codes.meant(typed) == meant


def test_codes_are_read_back_and_do_not_repeat():
    made = {codes.new_code() for _ in range(2000)}
    assert len(made) == 2000
    assert all(codes.meant(codes.grouped(code)) == code for code in made)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"(https\\072\\057\\057a.vn\\057verify\\057K7QF3MZ9PXT28HVA)", ("K7QF3MZ9PXT28HVA",)),
        (b"http://a.vn/verify/K7QF3MZ9PXT28HVA /verify/K7QF3MZ9PXT28HVA", ("K7QF3MZ9PXT28HVA",)),
        (b"/verify/K7QF3MZ9PXT28HVAK", ()),
        (b"/verify/k7qf3mz9pxt28hva", ()),
    ],
)
def test_the_codes_that_a_file_claims(raw: bytes, found: tuple[str, ...]):
    assert codes.claimed(raw) == found


def test_days_times_and_counts_are_written_as_documents_write_them():
    assert wording.long_day(date(2024, 2, 5)) == "ngày 05 tháng 02 năm 2024"
    assert wording.long_day(date(2023, 5, 23)) == "ngày 23 tháng 5 năm 2023"
    assert wording.short_day(date(2024, 12, 4)) == "04/12/2024"
    assert (
        wording.zoned_second(datetime(2026, 1, 21, 7, 2, 9, tzinfo=VIETNAM)) == "21/01/2026 07:02:09 +07:00"
    )
    assert [wording.counted(number) for number in (0, 7, 12, 1204)] == ["00", "07", "12", "1.204"]
    assert wording.enumerated(["một;", "hai.", "ba"]) == ["một;", "hai;", "ba."]
    assert [wording.roman(number) for number in (1, 4, 9, 14)] == ["I", "IV", "IX", "XIV"]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("CHI CỤC TIÊU CHUẨN ĐO LƯỜNG CHẤT LƯỢNG", ["CHI CỤC TIÊU CHUẨN", "ĐO LƯỜNG CHẤT LƯỢNG"]),
        ("SỞ", ["SỞ"]),
        ("", []),
    ],
)
def test_a_long_name_is_cut_where_both_lines_are_shortest(name: str, lines: list[str]):
    assert wording.balanced(name) == lines


OURS = "a" * 64
KNOWN = Known(
    "K7QF3MZ9PXT28HVA", "07/BB-TĐC", date(2023, 5, 23), "Sở Nội vụ", datetime(2026, 11, 21, tzinfo=VIETNAM),
    "b" * 64, OURS, "Chi cục", is_demo=False,
)  # fmt: skip
SEAL = SeenSignature("agency", "Chi cục", "Chi cục", OURS, "", True, True, True, True, "none", True)


def changed(signature: SeenSignature = SEAL, **fields: object) -> SeenSignature:
    values = {name: getattr(signature, name) for name in signature.__struct_fields__}
    return SeenSignature(**(values | fields))


def seen(*signatures: SeenSignature, fields: tuple[str, ...] = ("unit", "leader", "agency")) -> Seen:
    return Seen(21, signatures, (KNOWN.code,), fields)


LATER = changed(field="unit", signer="Sở Nội vụ", fingerprint="c" * 64, certifies=False, is_trusted=False)
STRANGER = changed(fingerprint="e" * 64, is_trusted=False, holds=False)
FIRST = changed(covers_file=False, changes="form_filling")


@pytest.mark.parametrize(
    ("shown", "known", "relation", "outcome"),
    [
        (seen(SEAL), KNOWN, Relation.SAME, Outcome.AUTHENTIC),
        (None, KNOWN, Relation.SAME, Outcome.UNPROVEN),
        (seen(changed(is_trusted=False, holds=False)), KNOWN, Relation.SAME, Outcome.UNPROVEN),
        (seen(changed(is_intact=False, holds=False)), KNOWN, Relation.SAME, Outcome.UNPROVEN),
        (seen(changed(covers_file=False)), KNOWN, Relation.SAME, Outcome.UNPROVEN),
        (seen(changed(certifies=False)), KNOWN, Relation.SAME, Outcome.UNPROVEN),
        (seen(changed(fingerprint="d" * 64)), KNOWN, Relation.SAME, Outcome.UNPROVEN),
        (seen(changed(field="unit")), KNOWN, Relation.SAME, Outcome.UNPROVEN),
        (seen(SEAL, LATER), KNOWN, Relation.SAME, Outcome.UNPROVEN),
        (seen(), KNOWN, Relation.SAME, Outcome.UNPROVEN),
        (seen(FIRST, LATER), KNOWN, Relation.EXTENDED, Outcome.COUNTERSIGNED),
        (seen(FIRST, changed(LATER, field="extra")), KNOWN, Relation.EXTENDED, Outcome.ALTERED),
        (seen(FIRST, changed(LATER, covers_file=False)), KNOWN, Relation.EXTENDED, Outcome.ALTERED),
        (seen(FIRST, changed(LATER, is_intact=False)), KNOWN, Relation.EXTENDED, Outcome.ALTERED),
        (seen(FIRST, LATER, fields=("unit", "leader", "agency", "new")), KNOWN, Relation.EXTENDED,
         Outcome.ALTERED),
        (seen(changed(FIRST, changes="unknown"), LATER), KNOWN, Relation.EXTENDED, Outcome.ALTERED),
        (seen(changed(FIRST, holds=False), LATER), KNOWN, Relation.EXTENDED, Outcome.ALTERED),
        (seen(SEAL), KNOWN, Relation.EXTENDED, Outcome.ALTERED),
        (None, KNOWN, Relation.EXTENDED, Outcome.ALTERED),
        (seen(changed(is_intact=False, holds=False)), KNOWN, Relation.OTHER, Outcome.ALTERED),
        (seen(SEAL), KNOWN, Relation.OTHER, Outcome.ALTERED),
        (seen(STRANGER), KNOWN, Relation.OTHER, Outcome.ALTERED),
        (seen(changed(is_intact=False, holds=False)), None, Relation.OTHER, Outcome.ALTERED),
        (seen(SEAL), None, Relation.OTHER, Outcome.UNKNOWN),
        (seen(STRANGER), None, Relation.OTHER, Outcome.UNKNOWN),
        (seen(), KNOWN, Relation.OTHER, Outcome.NOT_SIGNED),
        (seen(), None, Relation.OTHER, Outcome.NOT_SIGNED),
        (None, None, Relation.OTHER, Outcome.UNREADABLE),
        (None, KNOWN, Relation.OTHER, Outcome.UNREADABLE),
    ],
)  # fmt: skip
def test_only_agreement_of_bytes_signature_and_registry_is_authentic(shown, known, relation, outcome):
    verdict = judged(shown, known, relation, ours={OURS})
    assert verdict.outcome is outcome
    assert verdict.reasons
    assert verdict.is_authentic == (outcome is Outcome.AUTHENTIC)


def test_a_replaced_document_says_so():
    verdict = judged(seen(SEAL), replace(KNOWN, replaced_by="09/BB-TĐC"), Relation.SAME, ours={OURS})
    assert any("09/BB-TĐC" in reason for reason in verdict.reasons)
