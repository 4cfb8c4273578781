"""Why an operation was set aside, as published codes with the sentence that a person reads; nothing else.

A code is part of the log's hash and never changes its meaning; a new reason is a new code.
"""

from enum import StrEnum


class Effect(StrEnum):
    """What an operation did to the inspection at the moment of its entry."""

    APPLIED = "applied"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"


class Code(StrEnum):
    """The published reasons."""

    INSPECTION_FROZEN = "inspection_frozen"
    INSPECTION_UNKNOWN = "inspection_unknown"
    NOT_PERMITTED = "not_permitted"
    ACTOR_INACTIVE = "actor_inactive"
    DEVICE_REVOKED = "device_revoked"
    CHECKLIST_UNKNOWN = "checklist_unknown"
    CHECKLIST_MISMATCH = "checklist_mismatch"
    ITEM_UNKNOWN = "item_unknown"
    VALUE_INVALID = "value_invalid"
    UNKNOWN_TYPE = "unknown_type"
    PARENT_UNKNOWN = "parent_unknown"
    SIGNOFF_STALE = "signoff_stale"
    OPEN_CONFLICTS = "open_conflicts"
    BLOBS_MISSING = "blobs_missing"
    OPS_MISSING = "ops_missing"
    STEP_NOT_ALLOWED = "step_not_allowed"
    OP_ID_REUSED = "op_id_reused"
    NOT_IN_SIGNED = "not_in_signed"
    CLOCK_IMPLAUSIBLE = "clock_implausible"
    SIGNOFF_AWAITED = "signoff_awaited"
    INSPECTION_FULL = "inspection_full"


# Stored beside the effect `applied`: worth knowing, harmless to the record.
WARNINGS = frozenset({Code.PARENT_UNKNOWN, Code.CLOCK_IMPLAUSIBLE})

# The sign-off waits, and the server confirms it by itself once they have come.
WAITING = frozenset({Code.OPS_MISSING, Code.BLOBS_MISSING})

_SENTENCES: dict[Code, tuple[str, str]] = {
    Code.INSPECTION_FROZEN: (
        "Cuộc kiểm tra đã ký chốt. Thao tác này được giữ riêng để trưởng đoàn xem xét, không bị mất.",
        "lead",
    ),
    Code.INSPECTION_UNKNOWN: (
        "Máy chủ chưa có cuộc kiểm tra này. Thao tác được giữ lại, chờ cuộc kiểm tra được lập.",
        "administrator",
    ),
    Code.NOT_PERMITTED: (
        "Người ghi không có quyền làm việc này trong đoàn. Thao tác được giữ riêng, không bị mất.",
        "lead",
    ),
    Code.ACTOR_INACTIVE: (
        "Quyền dùng máy tính bảng của người ghi đã hết hạn. Thao tác được giữ riêng để trưởng đoàn xem.",
        "lead",
    ),
    Code.DEVICE_REVOKED: (
        "Máy tính bảng đã bị báo mất. Thao tác được giữ riêng để trưởng đoàn xem xét.",
        "lead",
    ),
    Code.CHECKLIST_UNKNOWN: ("Máy chủ không có phiên bản danh mục mà thao tác này dùng.", "administrator"),
    Code.CHECKLIST_MISMATCH: (
        "Thao tác dùng phiên bản danh mục khác với phiên bản của cuộc kiểm tra.",
        "lead",
    ),
    Code.ITEM_UNKNOWN: ("Danh mục không có nội dung kiểm tra này.", "author"),
    Code.VALUE_INVALID: ("Giá trị ghi nhận không đúng dạng. Mở lại mục này và ghi lại.", "author"),
    Code.UNKNOWN_TYPE: ("Máy chủ chưa biết loại thao tác này; thao tác được giữ lại.", "administrator"),
    Code.PARENT_UNKNOWN: ("Thao tác thay thế một thao tác chưa về máy chủ.", "nobody"),
    Code.SIGNOFF_STALE: (
        "Nội dung đã khác với bản đã ký. Xem lại rồi ký lại, hoặc loại trừ các thao tác chưa xem.",
        "lead",
    ),
    Code.OPEN_CONFLICTS: ("Còn câu trả lời mâu thuẫn chưa được trưởng đoàn thống nhất.", "lead"),
    Code.BLOBS_MISSING: ("Chờ máy chủ xác nhận: còn ảnh hoặc tệp chưa gửi xong.", "author"),
    Code.OPS_MISSING: ("Chờ máy chủ xác nhận: còn thao tác của đoàn chưa gửi lên.", "author"),
    Code.STEP_NOT_ALLOWED: ("Bước này chưa thực hiện được ở trạng thái hiện tại của cuộc kiểm tra.", "lead"),
    Code.OP_ID_REUSED: ("Mã thao tác đã được dùng cho một thao tác khác.", "administrator"),
    Code.NOT_IN_SIGNED: ("Thao tác không nằm trong nội dung đã ký.", "lead"),
    Code.CLOCK_IMPLAUSIBLE: ("Đồng hồ của máy tính bảng lệch nhiều so với máy chủ.", "nobody"),
    Code.SIGNOFF_AWAITED: (
        "Ký chốt còn chờ máy chủ xác nhận; xác nhận xong, biên bản được gửi duyệt ngay, không phải làm lại.",
        "nobody",
    ),
    Code.INSPECTION_FULL: (
        "Cuộc kiểm tra đã đủ 100.000 thao tác. Thao tác này được giữ riêng để trưởng đoàn xem xét.",
        "lead",
    ),
}


def sentence(code: Code | str) -> str:
    """The Vietnamese sentence that explains the code."""
    return _SENTENCES[Code(code)][0]


def actionable_by(code: Code | str) -> str:
    """Who can do something about it: author, lead, administrator or nobody."""
    return _SENTENCES[Code(code)][1]
