"""How far a document has come, in words; which step leads where is decided in `actions`."""

from enum import StrEnum

RECORD = "record"


class Stage(StrEnum):
    """Giai đoạn của một biên bản."""

    DRAFTED = "drafted"
    NUMBERED = "numbered"
    SEALING = "sealing"
    SEALED = "sealed"
    FAILED = "failed"


LABELS = {
    Stage.DRAFTED: "Chờ vào số",
    Stage.NUMBERED: "Đã vào số, chờ ký số",
    Stage.SEALING: "Đang ký số",
    Stage.SEALED: "Đã phát hành",
    Stage.FAILED: "Ký số không thành",
}
CAN_BE_NUMBERED = frozenset({Stage.DRAFTED, Stage.NUMBERED, Stage.FAILED})
CAN_BE_SEALED = frozenset({Stage.NUMBERED, Stage.FAILED})
