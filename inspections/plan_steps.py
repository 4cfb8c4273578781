"""The states of a yearly plan and the steps between them, as one table; it stores nothing and asks nobody."""

from enum import StrEnum

from inspections.errors import PlanStepNotAllowed


class PlanState(StrEnum):
    """Trạng thái của một phiên bản kế hoạch."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    COMPLETED = "completed"


PLAN_STATE_LABELS: dict[PlanState, str] = {
    PlanState.DRAFT: "Dự thảo",
    PlanState.SUBMITTED: "Đã trình",
    PlanState.APPROVED: "Đã phê duyệt",
    PlanState.SUPERSEDED: "Đã được điều chỉnh",
    PlanState.COMPLETED: "Đã hoàn thành",
}

_S = PlanState
# A step, the state in which it may be taken, and the state that follows.
_TABLE: dict[str, tuple[PlanState, PlanState]] = {
    "edit": (_S.DRAFT, _S.DRAFT),
    "submit": (_S.DRAFT, _S.SUBMITTED),
    "hand_back": (_S.SUBMITTED, _S.DRAFT),
    "approve": (_S.SUBMITTED, _S.APPROVED),
    "schedule": (_S.APPROVED, _S.APPROVED),
    "adjust": (_S.APPROVED, _S.APPROVED),
    "supersede": (_S.APPROVED, _S.SUPERSEDED),
    "complete": (_S.APPROVED, _S.COMPLETED),
}


def after(state: PlanState, step: str) -> PlanState:
    """The state that follows when the step is taken.

    Raises:
        PlanStepNotAllowed: it leads nowhere from this state.
    Source: Thông tư 26/2014/TT-BKHCN Điều 34 khoản 1.
    """
    begins, ends = _TABLE[step]
    if state != begins:
        raise PlanStepNotAllowed(
            f"Kế hoạch đang ở trạng thái «{PLAN_STATE_LABELS[state]}»; bước này chỉ làm được khi kế hoạch "
            f"«{PLAN_STATE_LABELS[begins]}».",
            step=step, state=state.value,
        )  # fmt: skip
    return ends


def steps_open(state: PlanState) -> frozenset[str]:
    """The steps that may be taken from the state."""
    return frozenset(step for step, (begins, _) in _TABLE.items() if begins == state)
