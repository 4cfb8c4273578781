"""The office roles: what a person may do in the whole installation; roles in one team belong to inspections.

It grants nothing by itself: routes and rules name the roles that they want.
"""

from enum import StrEnum


class Role(StrEnum):
    """Vai trò trong cơ quan; một người có thể giữ nhiều vai trò."""

    INSPECTOR = "inspector"
    SUPERVISOR = "supervisor"
    CLERK = "clerk"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """What people call the role."""
        return LABELS[self]


LABELS = {
    Role.INSPECTOR: "Cán bộ kiểm tra",
    Role.SUPERVISOR: "Lãnh đạo duyệt",
    Role.CLERK: "Văn thư",
    Role.ADMINISTRATOR: "Quản trị viên",
}
EXPLANATIONS = {
    Role.INSPECTOR: "Được cử vào đoàn, ghi kết quả trên máy tính bảng.",
    Role.SUPERVISOR: "Lập cuộc kiểm tra, trả lại hoặc duyệt kết quả của đoàn mà mình không tham gia.",
    Role.CLERK: "Ghi số, ngày của văn bản và đóng dấu số của cơ quan.",
    Role.ADMINISTRATOR: "Quản lý người dùng, máy tính bảng và sao lưu.",
}
