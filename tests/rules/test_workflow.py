"""The table of steps: what follows what, for whom, and what is refused with which reason."""

import pytest

from inspections import errors, workflow
from inspections.workflow import Form, Part, State

LEADER, MEMBER = frozenset({Part.LEADER}), frozenset({Part.MEMBER})
SUPERVISOR, SERVER = frozenset({Part.SUPERVISOR}), frozenset({Part.SERVER})

ON_SITE_JOURNEY = [
    ("decide", SUPERVISOR, State.DECIDED),
    ("start", MEMBER, State.IN_PROGRESS),
    ("conclude", LEADER, State.AGREED),
    ("conclude", LEADER, State.AGREED),
    ("signoff", LEADER, State.SIGNED),
    ("submit", LEADER, State.SUBMITTED),
    ("send_back", SUPERVISOR, State.IN_PROGRESS),
    ("conclude", LEADER, State.AGREED),
    ("signoff_confirmed", SERVER, State.SIGNED),
    ("submit", LEADER, State.SUBMITTED),
    ("approve", SUPERVISOR, State.APPROVED),
    ("issue", SERVER, State.ISSUED),
    ("await_correction", SERVER, State.AWAITING_CORRECTION),
    ("receive_correction", SERVER, State.UNDER_REVIEW),
    ("refuse_correction", SUPERVISOR, State.AWAITING_CORRECTION),
    ("receive_correction", SERVER, State.UNDER_REVIEW),
    ("accept_correction", SUPERVISOR, State.CLOSED),
]
DESK_JOURNEY = [
    ("decide", SUPERVISOR, State.AWAITING_SELF_REPORT),
    ("start", LEADER, State.IN_PROGRESS),
    ("conclude", LEADER, State.AGREED),
    ("submit", LEADER, State.SUBMITTED),
    ("approve", SUPERVISOR, State.APPROVED),
    ("issue", SERVER, State.ISSUED),
    ("close", SERVER, State.CLOSED),
]


@pytest.mark.parametrize(("form", "journey"), [(Form.ON_SITE, ON_SITE_JOURNEY), (Form.DESK, DESK_JOURNEY)])
def test_a_whole_inspection_walks_the_table(form: Form, journey: list):
    state = State.SCHEDULED
    for step, parts, expected in journey:
        state = workflow.after(state, step, form=form, parts=parts).state
        assert state == expected


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State.SCHEDULED, "approve"),
        (State.IN_PROGRESS, "submit"),
        (State.SIGNED, "cancel"),
        (State.APPROVED, "send_back"),
        (State.CLOSED, "reopen"),
        (State.DECIDED, "fly"),
    ],
)
def test_a_step_that_leads_nowhere_is_refused_with_the_state(state: State, step: str):
    everyone = frozenset(Part)
    with pytest.raises(errors.StepNotAllowed) as refusal:
        workflow.after(state, step, form=Form.ON_SITE, parts=everyone)
    assert refusal.value.members == {"step": step, "state": state.value}
    assert workflow.STATE_LABELS[state] in refusal.value.detail


def test_a_desk_inspection_is_never_signed_off():
    with pytest.raises(errors.StepNotAllowed):
        workflow.after(State.AGREED, "signoff", form=Form.DESK, parts=LEADER)


def test_a_step_of_somebody_else_is_refused_naming_whose_it_is():
    with pytest.raises(errors.StepNotYours) as refusal:
        workflow.after(State.SUBMITTED, "approve", form=Form.ON_SITE, parts=LEADER)
    assert refusal.value.members["needs"] == ["supervisor"]


def test_only_a_step_back_opens_a_revision():
    opening = {(row.step, row.to) for row in workflow.TABLE if row.opens_revision}
    assert opening == {("reopen", State.IN_PROGRESS), ("send_back", State.IN_PROGRESS)}


def test_the_leader_reopens_only_what_is_signed_or_waits_to_be_and_not_yet_submitted():
    for state in State:
        may = "reopen" in workflow.steps_open_to(state, form=Form.ON_SITE, parts=LEADER)
        assert may == (state in (State.AGREED, State.SIGNED))


def test_every_state_has_words_and_every_state_but_the_first_is_reached():
    assert set(workflow.STATE_LABELS) == set(State)
    assert {row.to for row in workflow.TABLE} == set(State) - {State.SCHEDULED}


def test_records_are_taken_from_the_decision_until_agreement():
    taken = {state for state in State if workflow.takes_record_operations(state)}
    assert taken == {State.DECIDED, State.AWAITING_SELF_REPORT, State.IN_PROGRESS, State.AGREED}
