"""The plan has its days and its papers, and the table is the same for the same outcomes."""

from datetime import date

from core.settings import Settings
from demo import run, story, table
from demo.journey import Outcome


def test_the_first_unit_is_inspected_on_the_day_the_plan_names():
    first = story.chapters(1)[0]
    assert (first.unit_code, first.planned_on, first.decided_on) == (
        "TV-S02",
        date(2023, 5, 23),
        date(2023, 5, 8),
    )
    assert first.record_number == "07/BB-TĐC"


def test_no_two_units_share_a_day_or_a_number_and_nobody_works_on_a_weekend():
    plan = story.chapters(20)
    assert len({chapter.planned_on for chapter in plan}) == 20
    assert len({chapter.record_number for chapter in plan}) == 20
    assert all(chapter.planned_on.weekday() < 5 for chapter in plan)


def test_a_second_round_takes_no_day_and_no_number_of_the_first():
    first = story.chapters(20)
    second = [chapter.another_time() for chapter in first]
    assert not {c.planned_on for c in first} & {c.planned_on for c in second}
    assert len({c.record_number for c in (*first, *second)}) == 40


def outcome(**changes: object) -> Outcome:
    given = {
        "unit_name": "Sở Nội vụ", "answers": 103, "findings": 9, "conflicts": 1, "photos": 9, "sent": 260,
        "repeated": 80, "stored": 184, "pages": 14, "verdict": "xác thực", "broken": (),
    }  # fmt: skip
    return Outcome(**(given | changes))


def test_numbers_stand_under_the_end_of_their_heads():
    head, _, row = table.table([outcome()]).splitlines()
    assert row.index("103") + 3 == head.index("Trả lời") + len("Trả lời")
    assert row.endswith("xác thực")


def test_a_broken_invariant_shows_instead_of_the_verdict():
    assert table.table([outcome(broken=("I1 …", "I4 …"))]).endswith("2 điều không đúng")


def test_an_installation_for_real_work_is_left_alone(capsys, tmp_path):
    assert run.run(1, 7, Settings(data=tmp_path / "var", demo=False)) == 2
    assert "chế độ trình diễn" in capsys.readouterr().err
    assert not (tmp_path / "var").exists()
