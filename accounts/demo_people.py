"""Who works in the demonstration: invented people, one for each part in the story, and where they are listed.

No official's real name stands here, and no password: each installation draws its own.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from accounts.roles import Role

PEOPLE: tuple[tuple[str, str, str, Role], ...] = (
    ("truongdoan", "Nguyễn Minh Khôi", "Trưởng phòng Quản lý Tiêu chuẩn – Chất lượng", Role.INSPECTOR),
    ("phodoan", "Trần Thị Thu Hà", "Phó Trưởng phòng Quản lý Tiêu chuẩn – Chất lượng", Role.INSPECTOR),
    ("thuky", "Lê Hoàng Yến", "Chuyên viên", Role.INSPECTOR),
    ("thanhvien", "Phạm Quốc Đạt", "Chuyên viên", Role.INSPECTOR),
    ("lanhdao", "Võ Thanh Tùng", "Chi cục trưởng", Role.SUPERVISOR),
    ("vanthu", "Đặng Ngọc Lan", "Văn thư", Role.CLERK),
    ("quantri", "Huỳnh Gia Bảo", "Quản trị viên hệ thống", Role.ADMINISTRATOR),
)
FILE_NAME = "demo-accounts.txt"


@dataclass(frozen=True)
class DemoAccount:
    """A demo account with its password in clear, to be shown once."""

    username: str
    password: str
    full_name: str
    role: Role


def table(accounts: Sequence[DemoAccount]) -> str:
    """The accounts as people read them, one a line."""
    width = max((len(one.username) for one in accounts), default=0)
    return "\n".join(
        f"{one.username:<{width}}  {one.password}  {one.full_name} ({one.role.label})" for one in accounts
    )


def write_down(accounts: Sequence[DemoAccount], folder: Path) -> Path:
    """The accounts stand in the folder in a file that only its owner can read; called after the commit."""
    path = folder / FILE_NAME
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("Tài khoản trình diễn của máy này; không có ở chế độ chạy thật.\n\n")
        file.write(table(accounts) + "\n")
    temporary.replace(path)
    return path


def read_passwords(folder: Path) -> dict[str, str]:
    """The passwords that `write_down` left, by user name; empty if there is no such file."""
    path = folder / FILE_NAME
    if not path.exists():
        return {}
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()[2:]]
    return {row[0]: row[1] for row in rows if len(row) > 2}
