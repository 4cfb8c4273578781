"""What waits for somebody: inspections grouped by the next thing that this person can do about them.

It reads no database and decides no permission; what a step needs is asked of the table of steps.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from inspections import workflow
from inspections.workflow import Form, Part, State

TEAM = frozenset({Part.LEADER, Part.DEPUTY, Part.SECRETARY, Part.MEMBER})
_OPEN_FOR_TEAM = frozenset(
    {State.DECIDED, State.AWAITING_SELF_REPORT, State.IN_PROGRESS, State.AGREED, State.SIGNED}
)


@dataclass(frozen=True)
class Waiting:
    """An inspection as the inbox needs to know it: where it stands, and in what parts the reader does."""

    id: str
    state: State
    form: Form
    revision: int
    parts: frozenset[Part]

    def may(self, step: str) -> bool:
        """Whether the reader may take the step now; nobody approves what his own team found."""
        open_steps = workflow.steps_open_to(self.state, form=self.form, parts=self.parts)
        return step in open_steps and not (step == "approve" and self.parts & TEAM)


@dataclass(frozen=True)
class Task:
    """A kind of thing to do; `address` leads there, `{id}` standing for the inspection."""

    title: str
    verb: str
    address: str
    concerns: Callable[[Waiting], bool]


def _is_sent_back(one: Waiting) -> bool:
    return one.state == State.IN_PROGRESS and one.revision > 1 and bool(one.parts & TEAM)


def _is_mine(one: Waiting) -> bool:
    return one.state in _OPEN_FOR_TEAM and bool(one.parts & TEAM)


TASKS: tuple[Task, ...] = (
    Task("Chờ duyệt", "Xem và quyết định", "/inspections/{id}", lambda one: one.may("approve")),
    Task("Chờ cấp số và ký số", "Mở biên bản", "/reports/?inspection={id}",
         lambda one: one.state == State.APPROVED and Part.CLERK in one.parts),
    Task("Chờ xem xét khắc phục", "Xem xét", "/inspections/{id}#correction",
         lambda one: one.may("accept_correction")),
    Task("Chờ ghi quyết định kiểm tra", "Ghi quyết định", "/inspections/{id}/decision",
         lambda one: one.may("decide")),
    Task("Được trả lại, cần hoàn thiện", "Xem nhận xét", "/inspections/{id}", _is_sent_back),
    Task("Đoàn của tôi", "Xem", "/inspections/{id}", _is_mine),
)  # fmt: skip


def tasks_of(waiting: Iterable[Waiting]) -> list[tuple[Task, list[str]]]:
    """The kinds of thing to do with the ids they concern, most pressing first; each inspection once."""
    left = list(waiting)
    found: list[tuple[Task, list[str]]] = []
    for task in TASKS:
        concerned = [one for one in left if task.concerns(one)]
        left = [one for one in left if one not in concerned]
        if concerned:
            found.append((task, [one.id for one in concerned]))
    return found
