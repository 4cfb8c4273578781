"""The page of one inspection with everything a decision about it rests on, and what the reader may do there.

It renders and decides nothing; the views that take its forms render it again where something is wrong.
"""

from collections.abc import Mapping
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from accounts.roles import Role
from core import clock, page
from core.caller import Caller
from inspections import (
    earlier_findings,
    plan_queries,
    queries,
    reading,
    review,
    self_report_actions,
    self_report_queries,
    set_aside_actions,
    supplementing,
    team_tablets,
    words,
)
from inspections.models import Inspection
from inspections.workflow import STATE_LABELS, Form, Part, State, steps_open_to

REMARK_PREFIX = "remark:"
STATE_NAMES = {state.value: label for state, label in STATE_LABELS.items()}
_WITH_MINUTES = frozenset(
    {State.APPROVED, State.ISSUED, State.AWAITING_CORRECTION, State.UNDER_REVIEW, State.CLOSED}
)
# Who may take the whole log away as a file.
LOG_TAKERS = frozenset({Part.LEADER, Part.SUPERVISOR})
_DONE = {
    "decided": "Đã ghi quyết định. Đoàn tải được cuộc kiểm tra về máy tính bảng.",
    "sent-back": "Đã trả lại. Lý do và nhận xét hiện trên máy tính bảng của đoàn ở lần đồng bộ tới.",
    "approved": "Đã duyệt. Biên bản đang được lập; văn thư sẽ cấp số và ký số.",
    "supplemented": "Đã bổ sung danh mục. Máy tính bảng của đoàn tải phiên bản mới ở lần đồng bộ tới.",
    "adopt": "Đã nhận thao tác vào hồ sơ. Máy tính bảng của đoàn thấy ở lần đồng bộ tới.",
    "dismiss": "Đã bỏ thao tác giữ riêng. Thao tác vẫn còn trong nhật ký cùng lý do.",
    "resolved": "Đã thống nhất. Nội dung không được chọn vẫn còn trong nhật ký.",
    "reopen": "Đã mở lại. Đoàn ghi tiếp từ nội dung đã ký, rồi hai bên ký lại.",
    "postpone": "Đã hoãn. Ghi quyết định mới khi tiến hành.",
    "cancel": "Đã hủy cuộc kiểm tra. Những gì đoàn đã ghi vẫn còn trong nhật ký.",
    "self-report": "Đã nhận báo cáo của đơn vị. Máy tính bảng của đoàn tải về ở lần kết nối tới.",
    "self-report-withdrawn": "Đã rút tệp. Máy tính bảng của đoàn bỏ tệp này ở lần kết nối tới.",
    "remark-accepted": "Đã chấp nhận trả lời của đoàn.",
    "receive_correction": "Đã ghi nhận báo cáo khắc phục. Lãnh đạo xem xét rồi quyết định.",
    "accept_correction": "Đã chấp nhận khắc phục và đóng cuộc kiểm tra.",
    "refuse_correction": "Đã ghi lý do chưa chấp nhận. Cuộc kiểm tra lại chờ đơn vị khắc phục.",
}
_CORRECTION_STEPS = {
    "receive_correction": ("Tiếp nhận báo cáo khắc phục", "Ngày nhận", "Số, tên báo cáo của đơn vị", True),
    "accept_correction": ("Chấp nhận và đóng cuộc kiểm tra", "Ngày quyết định", "Ghi chú", False),
    "refuse_correction": ("Chưa chấp nhận", "Ngày quyết định", "Còn thiếu gì", True),
}
_WAITING_FOR = {
    State.SCHEDULED: "Chờ lãnh đạo ghi quyết định kiểm tra.",
    State.DECIDED: "Đoàn tải cuộc kiểm tra về máy tính bảng và bắt đầu.",
    State.AWAITING_SELF_REPORT: "Chờ đơn vị gửi báo cáo tự kiểm tra.",
    State.IN_PROGRESS: "Đoàn đang ghi kết quả trên máy tính bảng.",
    State.AGREED: "Đoàn đã thống nhất; còn lấy chữ ký của hai bên.",
    State.SIGNED: "Biên bản đã ký tại chỗ; chờ trưởng đoàn gửi duyệt.",
    State.SUBMITTED: "Chờ lãnh đạo duyệt hoặc trả lại.",
    State.APPROVED: "Chờ văn thư cấp số và ký số biên bản.",
    State.ISSUED: "Biên bản đã phát hành.",
    State.AWAITING_CORRECTION: "Chờ đơn vị báo cáo khắc phục.",
    State.UNDER_REVIEW: "Đang xem xét báo cáo khắc phục.",
    State.CLOSED: "Cuộc kiểm tra đã đóng.",
    State.POSTPONED: "Cuộc kiểm tra đang hoãn.",
    State.CANCELLED: "Cuộc kiểm tra đã hủy.",
}
# What each step back is called, what it leads to, and what its form says.
_STEPS_BACK = {
    "reopen": (
        "Mở lại",
        "Đoàn ghi tiếp từ nội dung đã ký. Chữ ký đã có được giữ lại, ghi rõ là ký trước khi sửa.",
    ),
    "postpone": ("Hoãn", "Cuộc kiểm tra chờ quyết định mới; những gì đoàn đã ghi vẫn được giữ."),
    "cancel": ("Hủy cuộc kiểm tra", "Không mở lại được. Những gì đoàn đã ghi vẫn còn trong nhật ký."),
}


def rendered(
    session: Session, inspection: Inspection, caller: Caller, *, typed: Mapping[str, str],
    faults: Mapping[str, str], at: str = "",
) -> str:  # fmt: skip
    """The page, with what was typed and what was wrong with it.

    Args:
        at: which of the page's forms was sent: `send-back`, a step, the name of a dispute, or an operation.
    """
    whole = reading.review_of(session, inspection)
    show_only = request.args.get("show", "all")
    before = request.args.get("before", type=int)
    return page.render(
        "inspections/show.html", inspection=inspection, review=whole, show=show_only,
        sections=review.narrowed(whole.sections, show_only) if whole else (),
        lenses=review.lenses_of(whole) if whole else (),
        unsettled=review.unsettled(whole) if whole else (),
        checklist=reading.checklist_of(session, inspection),
        other_lists=supplementing.others(session, inspection)
        if supplementing.may_supplement(inspection, caller) else [],
        history=reading.history_of(session, inspection, before=before),
        grounds=plan_queries.grounds_text(session, inspection.id),
        tablets=team_tablets.of(session, inspection), now=clock.now(),
        self_reports=self_report_queries.listed(session, inspection.id),
        verdict_order=review.VERDICTS, part_labels=words.PART_LABELS,
        form_label=words.FORM_LABELS[inspection.form], state_label=STATE_NAMES[inspection.state],
        waiting_for=_WAITING_FOR[State(inspection.state)], done=_DONE.get(request.args.get("done", ""), ""),
        errors=faults, sent_at=at, typed=typed, reason=typed.get("reason", "") if at == "send-back" else "",
        due_on=typed.get("due_on", ""), remark_texts=remark_texts(typed),
        **_earlier(session, inspection), **powers(inspection, caller),
    )  # fmt: skip


def _earlier(session: Session, inspection: Inspection) -> dict[str, Any]:
    """What earlier inspections left open, and the items beside which it stands."""
    if inspection.checklist is None:
        return {"previous": (), "previous_at": (), "standing_labels": {}}
    carried = earlier_findings.carried_into(session, inspection)
    items = earlier_findings.items_asking(session, inspection) if carried else ()
    return {"previous": carried, "previous_at": items, "standing_labels": earlier_findings.LABELS}


def powers(inspection: Inspection, caller: Caller) -> dict[str, Any]:
    """What the page offers this caller."""
    state, parts = State(inspection.state), queries.parts_of(inspection, caller)
    open_steps = steps_open_to(state, form=Form(inspection.form), parts=parts)
    is_open = queries.is_record_open(inspection)
    return {
        "is_supervisor": Part.SUPERVISOR in parts,
        "can_take_log": bool(parts & LOG_TAKERS),
        "own_team": queries.is_on_team(inspection, caller),
        "can_decide_outcome": "send_back" in open_steps,
        "can_remark": "send_back" in open_steps,
        "can_record_decision": "decide" in open_steps,
        "sees_reports": state in _WITH_MINUTES and caller.has_role(Role.SUPERVISOR, Role.CLERK),
        "can_settle": set_aside_actions.may_decide(inspection, caller),
        "can_adopt_now": is_open,
        "can_resolve": is_open and set_aside_actions.may_resolve(inspection, caller),
        "correction_steps": [(step, *told) for step, told in _CORRECTION_STEPS.items() if step in open_steps],
        "can_bring_report": self_report_actions.may_bring(inspection, caller),
        "steps_back": [
            (step, *told)
            for step, told in _STEPS_BACK.items()
            if step in open_steps and not _reopens_nothing(step, inspection)
        ],
    }


def _reopens_nothing(step: str, inspection: Inspection) -> bool:
    is_unsigned = inspection.state == State.AGREED and inspection.waiting_signoff is None
    return step == "reopen" and is_unsigned


def remark_texts(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed about which entity; fields left empty are no remarks."""
    return {
        name.removeprefix(REMARK_PREFIX): text
        for name, text in typed.items()
        if name.startswith(REMARK_PREFIX) and text.strip()
    }
