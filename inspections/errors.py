"""What the inspection rules refuse, each with its reason in words."""

from collections.abc import Sequence
from typing import Protocol

from core import errors


class InspectionUnknown(errors.NotFound):
    """There is no such inspection, or the caller may not know of it."""

    slug = "inspection_unknown"
    title = "Không có cuộc kiểm tra này"


class StepNotAllowed(errors.Conflict):
    """The state table has no such step from here."""

    slug = "step_not_allowed"
    title = "Bước này chưa thực hiện được ở trạng thái hiện tại"


class StepNotYours(errors.Forbidden):
    """The step exists from here, for somebody else."""

    slug = "step_not_yours"
    title = "Bước này thuộc thẩm quyền người khác"


class OwnInspection(errors.Forbidden):
    """Nobody approves an inspection of whose team he is."""

    slug = "own_inspection"
    title = "Không được tự duyệt cuộc kiểm tra mà mình là thành viên đoàn"


class TeamRefused(errors.Invalid):
    """A team that cannot inspect: no leader, two leaders, a person twice, an unknown person."""

    slug = "team_refused"
    title = "Thành phần đoàn kiểm tra chưa hợp lệ"


class DecisionRefused(errors.Invalid):
    """A decision whose dates, checklist or profile do not fit."""

    slug = "decision_refused"
    title = "Quyết định kiểm tra chưa hợp lệ"


class ScheduleRefused(errors.Invalid):
    """An inspection that cannot be scheduled so."""

    slug = "schedule_refused"
    title = "Lịch kiểm tra chưa hợp lệ"


class ContentChanged(errors.Conflict):
    """The content to be approved is not the content that was on the screen."""

    slug = "content_changed"
    title = "Nội dung đã thay đổi so với bản đang xem"


class RemarkRefused(errors.Invalid):
    """A remark that names nothing in this inspection, or says nothing."""

    slug = "remark_refused"
    title = "Nhận xét chưa hợp lệ"


class RemarkUnknown(errors.NotFound):
    """The inspection has no such remark."""

    slug = "remark_unknown"
    title = "Không có nhận xét này"


class CorrectionRefused(errors.Invalid):
    """A step of the follow-up with a day that cannot be, or without what it has to say; see `field`."""

    slug = "correction_refused"
    title = "Thông tin về khắc phục chưa hợp lệ"


class SelfReportRefused(errors.Invalid):
    """A self-report without its number, day or file, or more than there is room for; see `field`."""

    slug = "self_report_refused"
    title = "Báo cáo tự kiểm tra chưa hợp lệ"


class SelfReportUnknown(errors.NotFound):
    """The inspection has no such file of a self-report, or it was withdrawn."""

    slug = "self_report_unknown"
    title = "Không có tệp báo cáo tự kiểm tra này"


class SelfReportClosed(errors.Conflict):
    """The minutes are signed, or there is nothing to inspect: what the team had before it is not changed."""

    slug = "self_report_closed"
    title = "Cuộc kiểm tra không còn nhận báo cáo tự kiểm tra"


class SupplementRefused(errors.Invalid):
    """A checklist version, or what an item became in it, that does not fit the inspection; see `field`."""

    slug = "supplement_refused"
    title = "Danh mục bổ sung chưa hợp lệ"


class OperationRefused(errors.Conflict):
    """A step of the office that the log did not take; `operation_code` says why."""

    slug = "operation_refused"
    title = "Nhật ký cuộc kiểm tra không nhận thao tác này"


class PlanUnknown(errors.NotFound):
    """There is no such plan, or no such row in it."""

    slug = "plan_unknown"
    title = "Không có kế hoạch này"


class PlanExists(errors.Conflict):
    """The year has a plan already; it is adjusted, not made a second time."""

    slug = "plan_exists"
    title = "Năm này đã có kế hoạch kiểm tra"


class PlanStepNotAllowed(errors.Conflict):
    """The plan's states have no such step from here."""

    slug = "plan_step_not_allowed"
    title = "Bước này chưa thực hiện được với kế hoạch"


class PlanApprovalRefused(errors.Invalid):
    """An approval whose number, day or reason does not fit; `field` names the place."""

    slug = "plan_approval_refused"
    title = "Thông tin phê duyệt kế hoạch chưa hợp lệ"


class RowFaultLike(Protocol):
    """A fault in a row: readable, and JSON-ready."""

    def members(self) -> dict[str, object]:
        """The fault as members of a problem."""


class PlanRefused(errors.Invalid):
    """Rows that cannot stand in a plan; `faults` lists rows, columns and remedies, and nothing was stored."""

    slug = "plan_refused"
    title = "Kế hoạch kiểm tra chưa hợp lệ"

    def __init__(self, faults: Sequence[RowFaultLike]) -> None:
        shown = list(faults)[:20]
        super().__init__(
            f"Có {len(faults)} chỗ cần sửa; chưa ghi gì.\n" + "\n".join(map(str, shown)),
            count=len(faults),
            faults=[fault.members() for fault in shown],
        )
        self.faults = tuple(faults)


class GroundsMissing(errors.Invalid):
    """An inspection that the approved plan does not have, and for which no request is cited."""

    slug = "grounds_missing"
    title = "Cuộc kiểm tra chưa có căn cứ"


class NothingSetAside(errors.NotFound):
    """There is no such operation, or somebody has decided about it already."""

    slug = "nothing_set_aside"
    title = "Không có thao tác giữ riêng này, hoặc thao tác đã được quyết định"


class CannotBeAdopted(errors.Invalid):
    """What the operation says cannot be taken into the record, whoever wants it."""

    slug = "cannot_be_adopted"
    title = "Thao tác này không nhận vào hồ sơ được"


class ConflictChanged(errors.Conflict):
    """The values that stand against each other are others than those on the screen."""

    slug = "conflict_changed"
    title = "Các nội dung khác nhau đã thay đổi so với bản đang xem"


class ReasonMissing(errors.Invalid):
    """A decision that others must understand later gives no reason, or chooses nothing."""

    slug = "reason_missing"
    title = "Chưa đủ để quyết định"
