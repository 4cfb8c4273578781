"""The simulated visit is complete, believable and the same for the same seed."""

import io
import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest
from PIL import Image

from checklists import definition as d
from checklists import loading, relevance
from checklists.completeness import Recorded, gaps
from checklists.definition import Definition
from checklists.relevance import Scope
from core.clock import VIETNAM
from demo import content, photos
from registry import loading as legal_loading
from registry import shipped

CHECKLIST = Path(__file__).parents[2] / "checklists/data/qms_hcnn_tcvn_iso_9001_2015.yaml"
SCOPE = Scope("so_nganh", "tai_tru_so_day_du")
TEAM = [("Trưởng", "Phó Chi cục trưởng", "leader"), ("Thư", "Chuyên viên", "secretary")]


@pytest.fixture(scope="module")
def published() -> Definition:
    texts = legal_loading.legal_texts(shipped.LEGAL_TEXTS.read_bytes(), file=shipped.LEGAL_TEXTS.name)
    known = {one.instrument.code for one in texts.instruments} | {one.code for one in texts.standards}
    return loading.load(CHECKLIST.read_bytes(), file=CHECKLIST.name, known_bases=known)


@pytest.fixture(scope="module")
def items(published: Definition) -> list[dict[str, object]]:
    asked = relevance.relevant_items(published, SCOPE, {})
    sections = json.loads(d.encoded(published))["sections"]
    return [item for section in sections for item in section["items"] if item["code"] in asked]


def visited(items: list[dict[str, object]], *, unit_name: str = "Sở Nội vụ", seed: int = 7) -> content.Visit:
    return content.visit(items, unit_name=unit_name, team=TEAM, seed=seed)


def test_every_item_is_answered_once_and_one_is_left_to_disagree_about(items):
    visit = visited(items)
    answered = [answer.item for answer in visit.answers]
    assert sorted([*answered, visit.disagreement.item]) == sorted(item["code"] for item in items)
    assert visit.disagreement.first["value"] != visit.disagreement.second["value"]


def test_the_same_seed_tells_the_same_story_and_another_seed_another(items):
    assert visited(items) == visited(items)
    assert visited(items).answers != visited(items, seed=8).answers


def test_another_unit_has_its_own_papers(items):
    here, there = visited(items), visited(items, unit_name="UBND huyện Càng Long")
    assert "TB-SNV" in json.dumps(here.answers[0].body, ensure_ascii=False)
    assert "TB-UBND" in json.dumps(there.answers[0].body, ensure_ascii=False)


@pytest.mark.parametrize("seed", range(5))
def test_five_answers_need_correction_and_each_names_its_evidence(items, seed):
    judged = [a.body for a in visited(items, seed=seed).answers]
    wrong = [b for b in judged if (b["conclusion"] or b["value"]) in ("kph_nhe", "kph_nang")]
    assert len(wrong) == 5
    assert all(b["note"] and b["evidence"][0]["text"] for b in wrong)


def test_what_does_not_apply_says_why(items):
    away = [a.body for a in visited(items).answers if a.body["value"] == "khong_ap_dung"]
    assert len(away) == 3
    assert all(b["not_applicable_reason"] for b in away)


@pytest.mark.parametrize("seed", range(8))
def test_a_late_sample_row_is_late_by_its_own_dates(items, seed):
    rows = [row for a in visited(items, seed=seed).answers if a.item == "PL-24" for row in a.rows]
    for row in rows:
        days = (date.fromisoformat(row["ngay_cap_nhat"]) - date.fromisoformat(row["ngay_hieu_luc"])).days
        assert (days <= 92) == (row["trong_han"] == "co")


@pytest.mark.parametrize("seed", range(5))
def test_the_record_lacks_nothing_before_the_team_concludes(published, items, seed):
    visit = visited(items, seed=seed)
    answers = {answer.item: answer.body for answer in visit.answers}
    recorded = Recorded(
        answers=answers | {visit.disagreement.item: visit.disagreement.second},
        rows={answer.item: answer.rows for answer in visit.answers},
        with_attachment={answer.item for answer in visit.answers if answer.shots},
    )
    assert gaps(published, SCOPE, recorded) == ()


def test_no_placeholder_is_left_in_any_text(items):
    told = json.dumps([vars(answer) for answer in visited(items).answers], ensure_ascii=False, default=str)
    assert "{n}" not in told
    assert "{d2" not in told


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Sở Nội vụ", "SNV"), ("Sở Kế hoạch và Đầu tư", "SKHĐT"), ("UBND huyện Cầu Kè", "UBND")],
)
def test_a_unit_has_the_letters_of_its_papers(name, letters):
    assert content.symbol(name) == letters


@pytest.mark.parametrize("scene", sorted(photos.SCENES))
def test_a_photograph_repeats_byte_for_byte_and_carries_its_local_time(scene):
    taken = datetime(2023, 5, 23, 9, 5, tzinfo=VIETNAM)
    shot = photos.photograph(scene, caption="Bảng tin", taken_at=taken, seed="7")
    assert shot == photos.photograph(scene, caption="Bảng tin", taken_at=taken, seed="7")
    exif = Image.open(io.BytesIO(shot)).getexif().get_ifd(0x8769)
    assert (exif[36867], exif[36881]) == ("2023:05:23 09:05:00", "+07:00")


def test_two_people_sign_differently():
    assert photos.signature("Lâm Hoài Thương", seed="7") != photos.signature("Trịnh Gia Bảo", seed="7")


def said_at(visit: content.Visit, item: str) -> str:
    return next(a.body["evidence"][0]["text"] for a in visit.answers if a.item == item)


def test_a_paper_that_several_items_cite_has_one_number_and_one_day(items):
    visit = visited(items)
    cited = {
        re.search(r"số \S+ ngày \S+", said_at(visit, item)).group() for item in ("PL-08", "PL-17", "PL-21")
    }
    assert len(cited) == 1
    assert cited != {
        re.search(r"số \S+ ngày \S+", said_at(visited(items, unit_name="Sở Tư pháp"), "PL-17")).group()
    }


@pytest.mark.parametrize("seed", range(5))
def test_the_plan_of_the_year_is_of_january_as_its_note_says(items, seed):
    assert re.search(r"ngày \d\d/01/2022", said_at(visited(items, seed=seed), "PL-03"))
