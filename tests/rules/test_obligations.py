"""What a unit owes on a day: its own papers before the rule for its type, unknown where neither speaks."""

from datetime import date

import pytest

from registry import history_loading, loading, shipped
from registry.errors import FileRefused
from registry.obligations import Kind, Obligation, ObligationRule, obligation_on, obligations_of
from registry.unit_history import NameFacts, QmsFacts, QmsState, name_on, qms_on

LAW_HOLDS_FROM = date(2014, 5, 18)
RULES = (
    ObligationRule(
        "dvsn", Kind.ENCOURAGED, "Quyết định số 19/2014/QĐ-TTg", "Điều 2 khoản 2", LAW_HOLDS_FROM, None
    ),
)
PROVINCIAL = Obligation(Kind.PROVINCIAL, date(2019, 11, 1), date(2021, 12, 31), "QĐ 2248/QĐ-UBND")


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (date(2014, 5, 17), None),
        (date(2014, 5, 18), Kind.ENCOURAGED),
        (date(2019, 10, 31), Kind.ENCOURAGED),
        (date(2019, 11, 1), Kind.PROVINCIAL),
        (date(2021, 12, 31), Kind.PROVINCIAL),
        (date(2022, 1, 1), Kind.ENCOURAGED),
    ],
)
def test_the_units_own_paper_holds_between_its_days_and_the_law_around_them(on: date, kind: Kind | None):
    found = obligation_on(obligations_of("dvsn", RULES, [PROVINCIAL]), on)
    assert (found.kind if found else None) == kind


def test_a_type_that_no_text_names_is_unknown_and_not_free():
    assert obligations_of("chi_cuc", RULES, []) == ()
    assert obligation_on((), date(2023, 1, 1)) is None


def test_what_follows_from_the_type_cites_article_and_says_that_it_is_derived():
    (found,) = obligations_of("dvsn", RULES, [])
    assert (found.document, found.is_derived) == ("Quyết định số 19/2014/QĐ-TTg, Điều 2 khoản 2", True)


def test_the_shipped_rules_name_every_type_that_the_decision_names():
    rules = history_loading.obligation_rules(
        shipped.OBLIGATIONS.read_bytes(), file="x", unit_types=loading.LEVELS, bases={"QD-19-2014-TTG"}
    )
    assert {rule.unit_type: rule.kind for rule in rules} == {
        "so_nganh": "bat_buoc", "ubnd_huyen": "bat_buoc", "ubnd_xa": "khuyen_khich", "dvsn": "khuyen_khich",
    }  # fmt: skip
    assert {rule.valid_from for rule in rules} == {LAW_HOLDS_FROM}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kind: bat_buoc", "kind: phai", "quy định thứ 1, trường «kind»: giá trị «phai» không có"),
        ("from: '2014-05-18'", "from: 2014", "quy định thứ 1, trường «from»: giá trị «2014» không phải chữ"),
        ("basis: QD-19-2014-TTG", "basis: QD-20", "trường «basis»: giá trị «QD-20» không có trong danh mục"),
        ("unit_type: dvsn", "unit_type: ubnd_xa", "một loại đơn vị ghi hai lần từ cùng một ngày"),
        ("schema_version: 1", "schema_version: 9", "phiên bản định dạng không đọc được"),
        ("schema_version: 1", "- một", "sai cú pháp YAML"),
    ],
)
def test_a_wrong_rule_is_named_with_its_place(old: str, new: str, told: str):
    text = shipped.OBLIGATIONS.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(FileRefused) as refusal:
        history_loading.obligation_rules(
            text.replace(old, new, 1).encode(), file="x", unit_types=loading.LEVELS, bases={"QD-19-2014-TTG"}
        )
    assert told in refusal.value.detail


@pytest.mark.parametrize(
    ("on", "name"),
    [(date(2015, 12, 31), "Sở mới"), (date(2016, 1, 1), "Sở cũ"), (date(2020, 5, 1), "Sở cũ"),
     (date(2020, 5, 2), "Sở mới")],
)  # fmt: skip
def test_a_unit_is_called_as_it_was_called_on_the_day(on: date, name: str):
    earlier = [NameFacts("Sở cũ", date(2016, 1, 1), date(2020, 5, 1), "QĐ 1")]
    assert name_on("Sở mới", earlier, on) == name


def test_the_state_of_a_system_holds_until_the_next_and_is_unknown_before_the_first():
    steps = [
        QmsFacts(since, state, None, None, None, None, None, "x")
        for since, state in ((date(2021, 6, 1), QmsState.PUBLISHED), (date(2019, 1, 1), QmsState.BUILDING))
    ]
    days = (date(2018, 12, 31), date(2019, 1, 1), date(2021, 5, 31), date(2026, 1, 1))
    assert [found.state if (found := qms_on(steps, day)) else None for day in days] == [
        None, QmsState.BUILDING, QmsState.BUILDING, QmsState.PUBLISHED,
    ]  # fmt: skip
