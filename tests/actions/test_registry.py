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
