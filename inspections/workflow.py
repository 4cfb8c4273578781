"""The states of an inspection and the steps between them, as one table; it stores nothing and asks nobody.

`after` is the only answer to "may this step be taken now, and what follows?". The judge of operations, the
pages and the API all ask here, so that there is one place where it is decided.
"""

from dataclasses import dataclass
from enum import StrEnum

from inspections.errors import StepNotAllowed, StepNotYours


class State(StrEnum):
    """Trạng thái của cuộc kiểm tra."""

    SCHEDULED = "scheduled"
    DECIDED = "decided"
    AWAITING_SELF_REPORT = "awaiting_self_report"
    IN_PROGRESS = "in_progress"
    AGREED = "agreed"
    SIGNED = "signed"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ISSUED = "issued"
    AWAITING_CORRECTION = "awaiting_correction"
    UNDER_REVIEW = "under_review"
    CLOSED = "closed"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class Form(StrEnum):
    """Hình thức kiểm tra. Source: Thông tư 26/2014/TT-BKHCN Điều 33 khoản 2."""

    ON_SITE = "on_site"
    DESK = "desk"


class Part(StrEnum):
    """In what capacity somebody takes a step: within the team, or in the office."""

    LEADER = "leader"
    DEPUTY = "deputy"
    SECRETARY = "secretary"
    MEMBER = "member"
    SUPERVISOR = "supervisor"
    CLERK = "clerk"
    SERVER = "server"


STATE_LABELS: dict[State, str] = {
    State.SCHEDULED: "Đã lên lịch",
    State.DECIDED: "Đã có quyết định",
    State.AWAITING_SELF_REPORT: "Chờ báo cáo tự kiểm tra",
    State.IN_PROGRESS: "Đang kiểm tra",
    State.AGREED: "Đã thống nhất trong đoàn",
    State.SIGNED: "Đã ký biên bản",
    State.SUBMITTED: "Chờ duyệt",
    State.APPROVED: "Đã duyệt, chờ phát hành",
    State.ISSUED: "Đã phát hành biên bản",
    State.AWAITING_CORRECTION: "Chờ khắc phục",
    State.UNDER_REVIEW: "Đang xem xét khắc phục",
    State.CLOSED: "Đã đóng",
    State.POSTPONED: "Hoãn",
    State.CANCELLED: "Hủy",
}

_S, _P = State, Part
_TEAM = frozenset({_P.LEADER, _P.DEPUTY, _P.SECRETARY, _P.MEMBER})
_LEADERS = frozenset({_P.LEADER})
_OFFICE = frozenset({_P.SUPERVISOR})
_UNSIGNED = (_S.SCHEDULED, _S.DECIDED, _S.AWAITING_SELF_REPORT, _S.IN_PROGRESS, _S.AGREED)
_BOTH = (Form.ON_SITE, Form.DESK)
_STARTING = (_S.DECIDED, _S.AWAITING_SELF_REPORT)
_DELIVERED = (_S.SUBMITTED, _S.APPROVED, _S.ISSUED)
_RECEIVERS = _OFFICE | {_P.CLERK, _P.SERVER}


@dataclass(frozen=True)
class Row:
    """From one of `states`, for one of `forms`, somebody in one of `parts` may take `step`; `to` follows."""

    step: str
    forms: tuple[Form, ...]
    states: tuple[State, ...]
    to: State
    parts: frozenset[Part]
    opens_revision: bool = False


TABLE: tuple[Row, ...] = (
    Row("decide", (Form.ON_SITE,), (_S.SCHEDULED, _S.POSTPONED), _S.DECIDED, _OFFICE),
    Row("decide", (Form.DESK,), (_S.SCHEDULED, _S.POSTPONED), _S.AWAITING_SELF_REPORT, _OFFICE),
    Row("start", _BOTH, _STARTING, _S.IN_PROGRESS, _TEAM),
    # Whoever concludes was there, also where the tap on «start» is still on somebody else's tablet.
    Row("conclude", _BOTH, (*_STARTING, _S.IN_PROGRESS, _S.AGREED), _S.AGREED, _LEADERS),
    Row("signoff", (Form.ON_SITE,), (_S.AGREED,), _S.SIGNED, _LEADERS),
    Row("signoff_confirmed", (Form.ON_SITE,), (_S.AGREED,), _S.SIGNED, frozenset({_P.SERVER})),
    # From «agreed» these two are for a sign-off that waits to be confirmed: it takes the submission along, or
    # is withdrawn. `step_rules` looks whether one waits.
    Row("submit", (Form.ON_SITE,), (_S.AGREED, _S.SIGNED), _S.SUBMITTED, _LEADERS),
    Row("reopen", (Form.ON_SITE,), (_S.AGREED,), _S.IN_PROGRESS, _LEADERS, opens_revision=True),
    Row("submit_confirmed", (Form.ON_SITE,), (_S.SIGNED,), _S.SUBMITTED, frozenset({_P.SERVER})),
    Row("submit", (Form.DESK,), (_S.AGREED,), _S.SUBMITTED, _LEADERS),
    Row("reopen", (Form.ON_SITE,), (_S.SIGNED,), _S.IN_PROGRESS, _LEADERS | _OFFICE, opens_revision=True),
    Row("reopen", _BOTH, _DELIVERED, _S.IN_PROGRESS, _OFFICE, opens_revision=True),
    Row("send_back", _BOTH, (_S.SUBMITTED,), _S.IN_PROGRESS, _OFFICE, opens_revision=True),
    Row("approve", _BOTH, (_S.SUBMITTED,), _S.APPROVED, _OFFICE),
    Row("issue", _BOTH, (_S.APPROVED,), _S.ISSUED, frozenset({_P.SERVER, _P.CLERK})),
    Row("await_correction", _BOTH, (_S.ISSUED,), _S.AWAITING_CORRECTION, frozenset({_P.SERVER})),
    Row("close", _BOTH, (_S.ISSUED,), _S.CLOSED, _OFFICE | {_P.SERVER}),
    Row("receive_correction", _BOTH, (_S.AWAITING_CORRECTION,), _S.UNDER_REVIEW, _RECEIVERS),
    Row("accept_correction", _BOTH, (_S.UNDER_REVIEW,), _S.CLOSED, _OFFICE),
    Row("refuse_correction", _BOTH, (_S.UNDER_REVIEW,), _S.AWAITING_CORRECTION, _OFFICE),
    Row("postpone", _BOTH, _UNSIGNED, _S.POSTPONED, _OFFICE),
    Row("cancel", _BOTH, (*_UNSIGNED, _S.POSTPONED), _S.CANCELLED, _OFFICE),
)  # fmt: skip

RECORDING = frozenset({_S.DECIDED, _S.AWAITING_SELF_REPORT, _S.IN_PROGRESS, _S.AGREED})


@dataclass(frozen=True)
class Transition:
    """What a step leads to."""

    state: State
    opens_revision: bool


def after(state: State, step: str, *, form: Form, parts: frozenset[Part]) -> Transition:
    """The state that follows when somebody in these parts takes the step.

    Raises:
        StepNotAllowed: the step is unknown, or does not lead anywhere from this state and form.
        StepNotYours: it does, but for others.
    Source: Thông tư 26/2014/TT-BKHCN Điều 35, 37.
    """
    possible = [row for row in TABLE if row.step == step and form in row.forms and state in row.states]
    if not possible:
        raise StepNotAllowed(
            f"Cuộc kiểm tra đang ở trạng thái «{STATE_LABELS[state]}» nên chưa thực hiện được bước này.",
            step=step, state=state.value,
        )  # fmt: skip
    for row in possible:
        if row.parts & parts:
            return Transition(row.to, row.opens_revision)
    needs = sorted(part.value for row in possible for part in row.parts)
    raise StepNotYours(step=step, state=state.value, needs=needs)


def steps_open_to(state: State, *, form: Form, parts: frozenset[Part]) -> tuple[str, ...]:
    """The steps that somebody in these parts may take now, in the order of the table."""
    return tuple(row.step for row in TABLE if form in row.forms and state in row.states and row.parts & parts)


def takes_record_operations(state: State) -> bool:
    """Whether answers, findings, photos and the like are still taken into the record."""
    return state in RECORDING
