"""The parts that every set-up step is made of: a stamp, a line on the console, a logged command, a reason.

Uses the standard library alone and must be readable by old Pythons, which are refused in words and not by a
traceback. It never guesses that a step succeeded: the stamp is written last, by an atomic rename.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable, Iterator, Mapping, Sequence  # noqa: UP035 (old Pythons get as far as the refusal)

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
LOG = TOOLS / "setup.log"

_REASONS = (
    (("no space left", "enospc", "enough free space"), "đĩa đã đầy"),
    (("read-only file system", "erofs"), "ổ đĩa chỉ cho đọc"),
    (("permission denied", "eacces", "eperm"), "không có quyền ghi"),
    (
        ("hash mismatch", "hash sum mismatch", "do not match the hashes", "eintegrity"),
        "gói tải về không khớp mã kiểm",
    ),
    (("unknownissuer", "certificate", "self_signed_cert"), "chứng chỉ của máy chủ gói không được tin cậy"),
    (
        (
            "failure resolving",
            "resolve host",
            "dns error",
            "name resolution",
            "enotfound",
            "eai_again",
            "refused",
            "unreachable",
            "timed out",
            "etimedout",
            "error sending request",
            "failed to fetch",
            "failed to download",
        ),
        "không tải được qua mạng",
    ),
    (("unable to locate package",), "apt không biết gói này, có thể vì danh mục gói chưa tải được qua mạng"),
)


class SetupRefused(Exception):  # noqa: N818 (an answer to the person at the console, not a defect)
    """Set-up cannot go on; the text is the sentence that says why and what to do."""


@dataclass(frozen=True)
class Step:
    """One thing the machine needs, the line that announces it, and roughly how much disk it takes (MB)."""

    says: str
    is_done: Callable[[], bool]
    carry_out: Callable[[], str]
    needs_mb: int


def fingerprint(*parts: Path | str) -> str:
    """SHA-256 over texts and the contents of files, in this order; a missing file counts as empty."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part.read_bytes() if part.is_file() else b""
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def is_stamped(stamp: Path, expected: str) -> bool:
    """Whether the step that writes this stamp was finished for exactly these inputs."""
    return stamp.is_file() and stamp.read_text(encoding="ascii", errors="replace") == expected


def write_stamp(stamp: Path, content: str) -> None:
    """The stamp says `content`, or is what it was before: there is no half-written stamp."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    partial = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    partial.write_text(content, encoding="ascii")
    partial.replace(stamp)


def stamped(says: str, stamp: Path, expected: str, work: Callable[[], str], *, needs_mb: int) -> Step:
    """A step that is done when its stamp carries the fingerprint of its inputs."""

    def carry_out() -> str:
        stamp.unlink(missing_ok=True)
        remark = work()
        write_stamp(stamp, expected)
        return remark

    return Step(says, lambda: is_stamped(stamp, expected), carry_out, needs_mb)


def reason_in(output: str) -> str:
    """What a failed tool complained about, in Vietnamese where we know the complaint, else its last line."""
    lowered = output.lower()
    for signs, reason in _REASONS:
        if any(sign in lowered for sign in signs):
            return reason
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "không rõ lý do"


def tool_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What package tools run with: a writable home, administrators' folders, the machine's own CAs."""
    home = environ.get("HOME", "")
    if not (home and os.access(home, os.W_OK)):
        home = str(TOOLS / "home")
    path = environ.get("PATH") or os.defpath
    return {
        "UV_SYSTEM_CERTS": "true",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "NODE_USE_SYSTEM_CA": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        **environ,
        "DEBIAN_FRONTEND": "noninteractive",
        "LC_ALL": "C.UTF-8",
        "HOME": home,
        "PATH": f"{path}:/usr/local/sbin:/usr/sbin:/sbin",
    }


def run(command: Sequence[Path | str], *, failure: str, extra: Mapping[str, str] | None = None) -> None:
    """The command has succeeded; its output is appended to the log, not shown.

    Raises:
        SetupRefused: it could not start or ended with another code than 0; `failure` begins the sentence.
    """
    words = [str(word) for word in command]
    environment = {**tool_environment(os.environ), **(extra or {})}
    LOG.parent.mkdir(parents=True, exist_ok=True)
    Path(environment["HOME"]).mkdir(parents=True, exist_ok=True)
    with LOG.open("ab+") as log:
        log.write(f"\n$ {' '.join(words)}\n".encode())
        log.flush()
        begin = log.tell()
        try:
            code = subprocess.run(  # noqa: S603 (our own words, and no shell)
                words,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            ).returncode
        except FileNotFoundError:
            raise SetupRefused(f"{failure}: máy này không có lệnh {words[0]}.") from None
        log.seek(begin)
        output = log.read().decode(errors="replace")
    if code != 0:
        raise SetupRefused(
            f"{failure}: {reason_in(output)}. Khắc phục rồi chạy lại lệnh này, phần đã xong được giữ nguyên "
            f"(chi tiết: {LOG})."
        )


def output_of(command: Sequence[Path | str]) -> str:
    """What the command prints, or nothing where it fails: only for questions whose answer may be missing."""
    words = [str(word) for word in command]
    environment = tool_environment(os.environ)
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 (as in run)
    return done.stdout if done.returncode == 0 else ""


def refuse_unwritable(folder: Path) -> None:
    """The folder exists afterwards and a file can be written in it.

    Raises:
        SetupRefused: it cannot be made, or nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SetupRefused(sentence_of(error)) from None
        raise SetupRefused(
            f"Không ghi được vào thư mục {folder} ({os.strerror(error.errno or 0)}). "
            "Cấp quyền ghi cho tài khoản đang chạy, hoặc chọn thư mục khác."
        ) from None


def refuse_full_disk(folder: Path, needs_mb: int) -> None:
    """At least `needs_mb` megabytes are free where the folder lies.

    Raises:
        SetupRefused: there are fewer.
    """
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < needs_mb:
        raise SetupRefused(
            f"Không đủ chỗ trên đĩa chứa {folder}: cần khoảng {needs_mb} MB, còn {free_mb} MB. "
            "Giải phóng chỗ rồi chạy lại."
        )


def sentence_of(error: OSError) -> str:
    """What the operating system refused, and where, for the person at the console."""
    if error.errno == errno.ENOSPC:
        return f"Đĩa đã đầy khi ghi {error.filename or ROOT}. Giải phóng chỗ rồi chạy lại."
    return f"Không dùng được {error.filename or ROOT}: {error.strerror}. Khắc phục rồi chạy lại."


def seconds_text(seconds: float) -> str:
    """A duration as Vietnamese readers write it: 5,9 s."""
    return f"{seconds:.1f} s".replace(".", ",")


def say(text: str, *, end: str = "\n") -> None:
    """The text stands on the console; standard output stays free for what commands print."""
    print(text, end=end, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Only one set-up of this folder at a time; the lock goes with the process that held it."""
    with (TOOLS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Một tiến trình khác đang cài đặt trong thư mục này, đang chờ …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def carry_out(steps: Iterable[Step]) -> None:
    """Every step is done; those that were not have said a line each, with the time they took.

    Raises:
        SetupRefused: a step failed, the folder cannot be written or the disk has too little room.
    """
    due = [step for step in steps if not step.is_done()]
    if not due:
        return
    for folder in (ROOT, TOOLS):
        refuse_unwritable(folder)
    refuse_full_disk(ROOT, sum(step.needs_mb for step in due))
    with _alone():
        for step in due:
            if not step.is_done():
                _announce(step)


def _announce(step: Step) -> None:
    begin = time.monotonic()
    say(f"{step.says} … ", end="")
    remark = "không xong"
    try:
        remark = step.carry_out()
    finally:
        say(seconds_text(time.monotonic() - begin) + (f" ({remark})" if remark else ""))
