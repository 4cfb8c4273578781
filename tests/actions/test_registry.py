"""The registry on a real database: loading twice changes nothing, and every change is in the journal."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock, db
from core.caller import Caller
from core.journal import JournalEntry
from registry import actions, queries, shipped
from registry.errors import AgencyNamesRefused, AgencyUnnamed, FileRefused, UnitUnknown
from registry.models import Agency, LegalInstrument

BY = Caller.system("test")
NAMES = actions.AgencyNames(
    "SỞ KHOA HỌC VÀ CÔNG NGHỆ",
    "CHI CỤC TIÊU CHUẨN ĐO LƯỜNG CHẤT LƯỢNG",
    "Trà Vinh",
    "UBND TỈNH TRÀ VINH",
    "BB-TĐC",
)


def _events(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(JournalEntry.event)))


def _load_units(session: Session, path: Path = shipped.DEMO_UNITS) -> actions.Loaded:
    return actions.load_units(session, path, by=BY, at=clock.now())


def _load_texts(session: Session, path: Path = shipped.LEGAL_TEXTS) -> actions.Loaded:
    return actions.load_legal_texts(session, path, by=BY, at=clock.now())


def _changed(path: Path, tmp_path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    changed = tmp_path / path.name
    changed.write_text(text.replace(old, new, 1), encoding="utf-8")
    return changed


def test_units_are_loaded_once_and_the_second_time_changes_nothing(session: Session):
    assert _load_units(session) == actions.Loaded(changed=28, unchanged=0)
    ids = {unit.code: unit.id for unit in queries.units(session)}
    assert _load_units(session) == actions.Loaded(changed=0, unchanged=28)
    assert {unit.code: unit.id for unit in queries.units(session)} == ids
    assert _events(session) == ["units.loaded"]


def test_a_corrected_event_replaces_the_old_one_and_the_unit_keeps_its_id(session: Session, tmp_path: Path):
    _load_units(session)
    before = queries.unit_by_code(session, "TV-S02").id
    corrected = _changed(
        shipped.DEMO_UNITS, tmp_path, "successor_name_vi: Sở Nội vụ", "successor_name_vi: Sở Mới"
    )
    assert _load_units(session, corrected) == actions.Loaded(changed=1, unchanged=27)
    session.flush()
    session.expire_all()
    unit = queries.unit_by_code(session, "TV-S02")
    assert unit.id == before
    assert [(event.happened_on, event.successor_name) for event in unit.events] == [
        (date(2025, 3, 1), "Sở Mới")
    ]


def test_a_wrong_file_changes_nothing(session: Session, tmp_path: Path):
    wrong = _changed(shipped.DEMO_UNITS, tmp_path, "unit_type: ubnd_huyen", "unit_type: huyen")
    with pytest.raises(FileRefused, match="TV-H01"):
        _load_units(session, wrong)
    assert list(queries.units(session)) == []
    assert _events(session) == []


def test_legal_texts_are_loaded_once_and_the_second_time_changes_nothing(session: Session):
    assert _load_texts(session) == actions.Loaded(changed=30, unchanged=0)
    session.flush()
    session.expire_all()
    assert _load_texts(session) == actions.Loaded(changed=0, unchanged=30)
    assert queries.instruments_by_code(session)["ND-61-2018"].replaced_by == "ND-118-2025"
    assert {"TCVN-ISO-9001-2015", "ND-61-2018"} <= queries.basis_codes(session)
    assert _events(session) == ["legal_texts.loaded"]


def test_what_legal_staff_corrected_survives_an_upgrade_which_brings_only_what_is_missing(session: Session):
    _load_texts(session)
    session.flush()
    session.delete(session.get(LegalInstrument, "ND-107-2021"))
    session.get(LegalInstrument, "ND-61-2018").verified = "published"
    session.flush()
    added = actions.add_missing_legal_texts(session, shipped.LEGAL_TEXTS, by=BY, at=clock.now())
    assert added == actions.Loaded(changed=1, unchanged=29)
    session.flush()
    session.expire_all()
    assert session.get(LegalInstrument, "ND-61-2018").verified == "published"
    assert session.get(LegalInstrument, "ND-107-2021").amends == ["ND-61-2018"]
    assert _load_texts(session).changed == 1


def test_the_agency_is_named_once_and_renamed_in_place(session: Session):
    with pytest.raises(AgencyUnnamed):
        queries.named_agency(session)
    actions.describe_agency(session, NAMES, by=BY, at=clock.now())
    actions.describe_agency(session, NAMES, by=BY, at=clock.now())
    actions.describe_agency(session, replace(NAMES, place=" Vĩnh Long "), by=BY, at=clock.now())
    session.flush()
    agency = queries.named_agency(session)
    assert (agency.place, agency.record_symbol) == ("Vĩnh Long", "BB-TĐC")
    assert _events(session) == ["agency.described", "agency.described"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "  ", "Chưa nhập cơ quan kiểm tra."),
        ("record_symbol", "", "Chưa nhập ký hiệu biên bản."),
        ("place", "x" * 201, "Địa danh dài quá 200 ký tự hoặc có ký tự không in được."),
        ("place", "Trà\nVinh", "Địa danh dài quá 200 ký tự hoặc có ký tự không in được."),
    ],
)
def test_a_name_that_cannot_stand_on_a_document_is_refused(
    session: Session, field: str, value: str, message: str
):
    with pytest.raises(AgencyNamesRefused) as refusal:
        actions.describe_agency(session, replace(NAMES, **{field: value}), by=BY, at=clock.now())
    assert refusal.value.fields == {field: [message]}


def test_the_database_holds_one_agency_only(session: Session):
    session.add(Agency(id=2, parent_name="A", name="B", place="C", province_name="D", record_symbol="E"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_an_unknown_unit_is_refused_by_its_code(session: Session):
    with pytest.raises(UnitUnknown, match="TV-X99"):
        queries.unit_by_code(session, "TV-X99")


def _run(app: Flask, *arguments: str):
    return app.test_cli_runner().invoke(args=["registry", *arguments])


def test_the_command_loads_what_is_shipped_and_says_how_much(app: Flask):
    assert _run(app, "load").stdout == "Căn cứ pháp lý, tiêu chuẩn: 30 dòng mới, 0 dòng giữ nguyên.\n"
    assert _run(app, "load").stdout == "Căn cứ pháp lý, tiêu chuẩn: 0 dòng mới, 30 dòng giữ nguyên.\n"
    loaded = _run(app, "load-units", str(shipped.DEMO_UNITS))
    assert loaded.stdout == "Đơn vị: 28 dòng mới, 0 dòng giữ nguyên.\n"
    with app.app_context(), db.reading() as session:
        assert len(queries.units(session)) == 28


def test_the_command_names_the_fault_and_fails(app: Flask, tmp_path: Path):
    wrong = _changed(shipped.DEMO_UNITS, tmp_path, "code: TV-S02", "code: Sở 2")
    result = _run(app, "load-units", str(wrong))
    assert result.exit_code == 1
    assert "trường «code»: giá trị «Sở 2» sai dạng. Ghi theo mẫu «TV-S02»." in result.stderr
    assert "Traceback" not in result.stderr


_HISTORY = """    names:
      - name_vi: Sở Nội vụ (cũ)
        to: '2020-12-31'
        document: QĐ 15/QĐ-UBND
    obligations:
      - kind: tinh_quyet_dinh
        from: '2019-11-01'
        document: QĐ 2248/QĐ-UBND
    qms:
      - since: '2022-04-01'
        state: da_cong_bo
        scope: Toàn bộ thủ tục hành chính
        decision_number: 12/QĐ-SNV
        decided_on: '2022-04-01'
        electronic: true
        source: Thông báo của đơn vị
"""


def _units_file(tmp_path: Path, history: str) -> Path:
    path = tmp_path / "units.yaml"
    path.write_text(
        "schema_version: 1\nunits:\n  - code: TV-S02\n    name_vi: Sở Nội vụ\n    unit_type: so_nganh\n"
        + history,
        encoding="utf-8",
    )
    return path


def test_a_units_history_is_taken_once_and_a_correction_replaces_it(session: Session, tmp_path: Path):
    path = _units_file(tmp_path, _HISTORY)
    assert [_load_units(session, path).changed for _ in range(2)] == [1, 0]
    session.flush()
    session.expire_all()
    assert _load_units(session, path).changed == 0
    assert _load_units(session, _units_file(tmp_path, _HISTORY.replace("12/QĐ", "13/QĐ"))).changed == 1
    session.flush()
    session.expire_all()
    unit = queries.unit_by_code(session, "TV-S02")
    assert [(one.decision_number, one.is_electronic, one.standard) for one in unit.qms] == [
        ("13/QĐ-SNV", True, None)
    ]
    assert [(one.kind, one.document) for one in unit.own_obligations] == [
        ("tinh_quyet_dinh", "QĐ 2248/QĐ-UBND")
    ]
    assert queries.name_of(session, unit, date(2020, 12, 31)) == "Sở Nội vụ (cũ)"
    assert queries.name_of(session, unit, date(2021, 1, 1)) == "Sở Nội vụ"


def test_a_history_of_the_wrong_type_leaves_the_unit_as_it_was(session: Session, tmp_path: Path):
    _load_units(session, _units_file(tmp_path, _HISTORY))
    with pytest.raises(FileRefused, match="HTQLCL, trường «since»: giá trị «2022» không phải chữ"):
        _load_units(session, _units_file(tmp_path, _HISTORY.replace("since: '2022-04-01'", "since: 2022", 1)))
    assert queries.unit_by_code(session, "TV-S02").qms[0].decision_number == "12/QĐ-SNV"


def test_the_rules_for_types_are_added_once_and_need_the_text_that_they_cite(session: Session):
    with pytest.raises(FileRefused, match="«QD-19-2014-TTG» không có trong danh mục"):
        actions.add_missing_obligations(session, shipped.OBLIGATIONS, by=BY, at=clock.now())
    _load_texts(session)
    for expected in (actions.Loaded(4, 0), actions.Loaded(0, 4)):
        taken = actions.add_missing_obligations(session, shipped.OBLIGATIONS, by=BY, at=clock.now())
        assert taken == expected
    assert [rule.clause for rule in queries.obligation_rules(session) if rule.unit_type == "ubnd_huyen"] == [
        "Điều 2 khoản 1 điểm b"
    ]


def test_the_command_adds_the_rules_for_types(app: Flask):
    _run(app, "load")
    told = [_run(app, "load-obligations").stdout for _ in range(2)]
    assert told == [
        "Nghĩa vụ theo loại đơn vị: 4 dòng mới, 0 dòng giữ nguyên.\n",
        "Nghĩa vụ theo loại đơn vị: 0 dòng mới, 4 dòng giữ nguyên.\n",
    ]
