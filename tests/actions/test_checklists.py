"""Publishing on a real database: the same bytes again change nothing, other bytes are refused."""

import hashlib
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklists import actions, definition, queries, shipped
from checklists.errors import ChecklistRefused, ChecklistUnknown, VersionTaken
from checklists.models import ChecklistVersion
from core import clock
from core.caller import Caller
from core.journal import JournalEntry
from registry import actions as registry_actions
from registry import shipped as registry_shipped
from tests.checklist_files import SMALL, loaded, spoilt

BY = Caller.system("test")


def _publish(session: Session, content: bytes = SMALL.encode()) -> ChecklistVersion:
    return actions.publish_file(session, content, file="mau.yaml", by=BY, at=clock.now())


@pytest.fixture
def lawful(session: Session) -> Session:
    """A session whose registry knows the shipped legal texts."""
    registry_actions.load_legal_texts(session, registry_shipped.LEGAL_TEXTS, by=BY, at=clock.now())
    session.flush()
    return session


def _count(session: Session) -> tuple[int, int]:
    session.flush()
    published = session.scalar(select(func.count()).select_from(ChecklistVersion))
    entries = select(func.count()).where(JournalEntry.event == "checklist.published")
    return published, session.scalar(entries)


def test_a_version_stands_under_the_hash_of_its_bytes(lawful: Session):
    published = _publish(lawful)
    lawful.flush()
    lawful.expire_all()
    found = queries.version(lawful, "MAU@1.2.0")
    assert hashlib.sha256(found.content).hexdigest() == found.sha256 == published.sha256
    assert (found.item_count, found.status, found.published_by) == (
        13,
        "draft_for_department_approval",
        "test",
    )
    assert queries.definition(lawful, "MAU@1.2.0") == loaded(SMALL.encode())
    profiles = ("day_du", "rut_gon", "khac", None)
    known = [definition.has_profile(definition.decoded(found.content), one) for one in profiles]
    assert known == [True, True, False, False]


def test_publishing_again_changes_nothing(lawful: Session):
    first = _publish(lawful)
    assert _publish(lawful).sha256 == first.sha256
    assert _count(lawful) == (1, 1)


def test_layout_and_remarks_of_a_file_do_not_make_another_version(lawful: Session):
    first = _publish(lawful)
    relaid = SMALL.replace("order: 1\n", "order: 1   # đã xem\n").replace("'9.2'", '"9.2"').encode()
    assert _publish(lawful, relaid).sha256 == first.sha256


def test_other_words_under_the_same_version_are_refused_and_under_a_new_one_taken(lawful: Session):
    first = _publish(lawful)
    with pytest.raises(VersionTaken) as refusal:
        _publish(lawful, spoilt("Khó khăn và đề xuất", "Khó khăn, đề xuất"))
    assert refusal.value.members["published_sha256"] == first.sha256
    assert "Tăng «version» trong tệp" in refusal.value.detail
    assert _count(lawful) == (1, 1)
    changed = spoilt("Khó khăn và đề xuất", "Khó khăn, đề xuất").replace(b"1.2.0", b"1.3.0")
    assert _publish(lawful, changed).reference == "MAU@1.3.0"
    assert _count(lawful) == (2, 2)


def test_a_checklist_that_cites_what_the_registry_lacks_is_refused(session: Session):
    with pytest.raises(ChecklistRefused, match="không có căn cứ «QD-19-2014-TTG» trong danh bạ"):
        _publish(session)
    assert _count(session) == (0, 0)


@pytest.mark.parametrize("reference", ["MAU@9.9.9", "MAU", "", "@", "MAU@1.2.0@1"])
def test_an_unknown_version_is_refused(lawful: Session, reference: str):
    _publish(lawful)
    with pytest.raises(ChecklistUnknown):
        queries.version(lawful, reference)


def test_the_judge_asks_a_version_about_items_answers_and_rows(lawful: Session):
    _publish(lawful)
    items = queries.items(lawful, "MAU@1.2.0")
    assert (items.has("A-2"), items.has("A-22")) == (True, False)
    assert items.answer_fault("A-2", {"value": "co"}) == "value_not_an_option"
    assert items.row_fault("B-4", {"ngay_tra": "2022-05-16"}) is None


def _run(app: Flask, *arguments: str):
    return app.test_cli_runner().invoke(args=list(arguments))


def test_the_commands_publish_what_is_shipped_again_and_again(app: Flask):
    assert _run(app, "registry", "load").exit_code == 0
    first, second = (_run(app, "checklists", "publish-shipped") for _ in range(2))
    assert (first.exit_code, first.stdout) == (0, second.stdout)
    assert [line.partition(":")[0] for line in first.stdout.splitlines()] == [
        "QMS-CHUYENDOI-2008-2015@1.0.0", "QMS-GIAMSAT-TUVAN-XA@1.0.0", "QMS-ISO-DIENTU@1.0.0",
        "QMS-HCNN-2008@1.0.0", "QMS-HCNN-2015@1.0.0",
    ]  # fmt: skip
    listed = _run(app, "checklists", "list").stdout
    assert "QMS-HCNN-2015@1.0.0              104 câu" in listed
    assert listed.count("Dự thảo, chờ Sở phê duyệt") == len(shipped.files())


def test_the_command_names_file_section_item_field_and_remedy(app: Flask, tmp_path: Path):
    _run(app, "registry", "load")
    file = tmp_path / "sai.yaml"
    file.write_bytes(spoilt("criticality: critical", "criticality: fatal"))
    result = _run(app, "checklists", "import", str(file))
    assert result.exit_code == 1
    assert "Tệp «sai.yaml» có 1 chỗ cần sửa; chưa công bố gì." in result.stderr
    assert "mục «A», câu «A-2», trường «criticality»: giá trị «fatal»" in result.stderr
    assert "Traceback" not in result.stderr
