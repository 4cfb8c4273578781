"""The inbox shows each inspection once, under the most pressing thing its reader can do about it."""

import pytest

from inspections.inbox import TASKS, Waiting, tasks_of
from inspections.workflow import Form, Part, State

SUPERVISOR, CLERK, LEADER, MEMBER = Part.SUPERVISOR, Part.CLERK, Part.LEADER, Part.MEMBER


def waiting(state: State, *parts: Part, revision: int = 1, form: Form = Form.ON_SITE) -> Waiting:
    return Waiting("one", state, form, revision, frozenset(parts))


@pytest.mark.parametrize(
    ("one", "title"),
    [
        (waiting(State.SUBMITTED, SUPERVISOR), "Chờ duyệt"),
        (waiting(State.SCHEDULED, SUPERVISOR), "Chờ ghi quyết định kiểm tra"),
        (waiting(State.POSTPONED, SUPERVISOR), "Chờ ghi quyết định kiểm tra"),
        (waiting(State.APPROVED, CLERK), "Chờ cấp số và ký số"),
        (waiting(State.UNDER_REVIEW, SUPERVISOR), "Chờ xem xét khắc phục"),
        (waiting(State.IN_PROGRESS, LEADER, revision=2), "Được trả lại, cần hoàn thiện"),
        (waiting(State.IN_PROGRESS, MEMBER), "Đoàn của tôi"),
        (waiting(State.SIGNED, LEADER), "Đoàn của tôi"),
        (waiting(State.AWAITING_SELF_REPORT, MEMBER, form=Form.DESK), "Đoàn của tôi"),
    ],
)
def test_it_waits_under(one: Waiting, title: str):
    assert [(task.title, ids) for task, ids in tasks_of([one])] == [(title, ["one"])]


@pytest.mark.parametrize(
    "one",
    [
        waiting(State.SUBMITTED, SUPERVISOR, LEADER),  # nobody approves what his own team found
        waiting(State.SUBMITTED, CLERK),
        waiting(State.SUBMITTED, LEADER),
        waiting(State.IN_PROGRESS, SUPERVISOR),
        waiting(State.APPROVED, SUPERVISOR),
        waiting(State.CLOSED, SUPERVISOR, LEADER, CLERK),
    ],
)
def test_it_does_not_wait(one: Waiting):
    assert tasks_of([one]) == []


def test_whoever_both_approves_and_inspects_sees_each_inspection_once():
    both = [
        Waiting("a", State.SUBMITTED, Form.ON_SITE, 1, frozenset({SUPERVISOR})),
        Waiting("b", State.IN_PROGRESS, Form.ON_SITE, 2, frozenset({SUPERVISOR, LEADER})),
        Waiting("c", State.SUBMITTED, Form.ON_SITE, 1, frozenset({SUPERVISOR})),
    ]
    assert [(task.title, ids) for task, ids in tasks_of(both)] == [
        ("Chờ duyệt", ["a", "c"]),
        ("Được trả lại, cần hoàn thiện", ["b"]),
    ]


def test_every_task_leads_to_the_inspection_it_concerns():
    assert [
        task.title for task in TASKS if "one-inspection" not in task.address.format(id="one-inspection")
    ] == []
