"""From approval to a sealed PDF in the demonstration's folder, looked at by three independent eyes.

The clerk types number and date; the workers render and sign. The verdict is asked of the public page, of the
command line and, where poppler-utils is installed, of a program that is not ours.
"""

import io
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader

from demo import office
from demo.network import Line
from demo.story import Chapter

_ROOT = Path(__file__).resolve().parent.parent
_PATIENCE_S = 120
_AUTHENTIC = 'data-verdict="authentic"'
_FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Minutes:
    """Which document is wanted, where its files go, and on which installation it lives."""

    inspection: str
    chapter: Chapter
    folder: Path
    environment: Mapping[str, str]

    @property
    def pdf(self) -> Path:
        """The sealed document."""
        return self.folder / f"{self.chapter.unit_code}-bien-ban.pdf"

    @property
    def findings(self) -> Path:
        """The findings for machines, as the document carries them."""
        return self.folder / f"{self.chapter.unit_code}-phat-hien.json"


@dataclass(frozen=True)
class Sealed:
    """The sealed minutes: how long, how many findings they carry, what the verifiers say."""

    path: Path
    pages: int
    findings: int
    verdict: str
    doubts: tuple[str, ...]


def issued(clerk: office.Person, minutes: Minutes, *, say: Callable[[str], None]) -> Sealed:
    """The minutes are numbered, sealed, downloaded and verified.

    Raises:
        NotFinished: the workers could not draft or seal them.
    """
    inspection, chapter = minutes.inspection, minutes.chapter
    drafted = office.awaited_report(clerk, inspection, state="drafted")
    office.number(clerk, drafted["id"], number=chapter.record_number, dated_on=chapter.planned_on)
    office.seal(clerk, drafted["id"])
    say(f"  văn thư đã vào số {chapter.record_number}, đang ký số")
    report = office.awaited_report(clerk, inspection, state="sealed")
    content = office.file(clerk, report["id"]).body
    minutes.pdf.write_bytes(content)
    reader = PdfReader(io.BytesIO(content))
    findings = _attached_findings(reader, minutes.findings)
    doubts = tuple(_doubts(minutes, clerk.line.base_url, report["verification_code"]))
    say(f"  biên bản đã ký số: {minutes.pdf} ({len(reader.pages)} trang)")
    return Sealed(minutes.pdf, len(reader.pages), findings, "xác thực" if not doubts else "NGHI NGỜ", doubts)


def _attached_findings(reader: PdfReader, path: Path) -> int:
    """The findings that the PDF carries, written beside it; how many there are."""
    for name, contents in reader.attachments.items():
        if name.endswith(".json") and "findings" in name:
            path.write_bytes(contents[0])
            return len(json.loads(contents[0])["findings"])
    return 0


def _doubts(minutes: Minutes, base_url: str, code: str) -> Iterator[str]:
    """What any of the verifiers holds against the document."""
    if not minutes.findings.exists():
        yield "PDF không kèm phát hiện dạng JSON."
    visitor = Line(base_url)
    if _AUTHENTIC not in visitor.get(f"/verify/{code}").text:
        yield f"Trang /verify/{code} không xác nhận tài liệu."
    if _AUTHENTIC not in _uploaded(visitor, minutes.pdf):
        yield "Trang /verify không xác nhận tệp tải lên."
    verify = (sys.executable, str(_ROOT / "app.py"), "flask", "reports", "verify", str(minutes.pdf))
    told = _run(*verify, environment=minutes.environment)
    if told.returncode != 0:
        yield f"flask reports verify: {told.stdout.strip() or told.stderr.strip()}"
    if shutil.which("pdfsig"):
        told = _run("pdfsig", "-nocert", str(minutes.pdf), environment={})
        if "Signature is Valid" not in told.stdout:
            yield f"pdfsig: {told.stdout.strip()}"


def _uploaded(visitor: Line, path: Path) -> str:
    """The page that answers a visitor who hands in the file, as a browser would."""
    found = _FORM_TOKEN.search(visitor.get("/verify").text)
    token, mark = found[1] if found else "", secrets.token_hex(16)
    parts = (
        f'--{mark}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    body = parts.encode() + path.read_bytes() + f"\r\n--{mark}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
    return visitor.send("POST", "/verify", body=body, headers=kind).text


def _run(*command: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (our own verb and poppler's, without a shell)
        command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
