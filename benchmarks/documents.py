"""The minutes of a whole visit printed and sealed, beside WeasyPrint alone on the same markup.

104 items, 30 photographs, the signing key already loaded. Processor time is that of this process and of every
child that printed or examined for it.
"""

import argparse
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from benchmarks import bare_press, measuring
from benchmarks.measuring import Cost
from core import clock
from demo import photos
from reports import authority, render, sealing, sign
from reports.authority import SealingKey
from reports.orders import PrintOrder
from reports.render import Edition, SealFace
from reports.sign import Sealing
from tests import minutes

PHOTOGRAPHS = 30
_SCENES = ("notice_board", "desk", "counter", "shelves", "screen", "website")
_ROOT = Path(__file__).resolve().parents[1]
_BARE, _WARM = "WeasyPrint alone, a new process", "WeasyPrint alone, loaded"
_PRINTED, _INVISIBLE, _ISSUED = "printed", "printed, signed invisibly", "printed, sealed visibly, examined"


@dataclass(frozen=True)
class Desk:
    """What is on the desk when the minutes are to be issued."""

    edition: Edition
    files: minutes.Files
    key: SealingKey

    def order(self) -> PrintOrder:
        """What the printing child is told."""
        return render.order_of(self.edition, self.files.path)

    def bare_order(self) -> PrintOrder:
        """The same markup for WeasyPrint alone, with every picture already at its size."""
        order = self.order()
        scaled = {one.name: _scaled(one.path, one.width_px, one.height_px) for one in order.pictures}
        return msgspec.structs.replace(order, assets={**order.assets, **scaled}, pictures=(), enclosures=())


def _scaled(path: str, width_px: int, height_px: int) -> bytes:
    with Image.open(path) as picture:
        picture.thumbnail((width_px, height_px), Image.Resampling.LANCZOS)
        target = io.BytesIO()
        picture.save(target, picture.format, quality=85)
    return target.getvalue()


def desk(folder: Path, seed: int) -> Desk:
    """The minutes with photographs as a tablet takes them."""
    files = minutes.Files(folder / "files")
    plain = minutes.make_minutes(files)
    shown = tuple(
        replace(plain.photos[number % len(plain.photos)], sha256=files.keep(_photograph(number, seed)))
        for number in range(PHOTOGRAPHS)
    )
    edition = Edition(replace(plain, photos=shown), "ab" * 32, minutes.make_imprint(), minutes.ISSUED_AT)
    at = datetime.now(UTC)
    return Desk(edition, files, authority.demo(folder / "keys", minutes.AGENCY, at=at))


def _photograph(number: int, seed: int) -> bytes:
    scene = _SCENES[number % len(_SCENES)]
    at = minutes.ISSUED_AT
    return photos.photograph(scene, caption=f"Ảnh {number}", taken_at=at, seed=f"{seed}/{number}")


def _bare(order: bytes) -> bytes:
    command = [sys.executable, "-s", "-m", "benchmarks.bare_press"]
    done = subprocess.run(command, input=order, stdout=subprocess.PIPE, cwd=_ROOT, check=True)  # noqa: S603 (ours)
    return done.stdout


def _signed_invisibly(one: Desk) -> bytes:
    printed = render.minutes(one.edition, one.files.path)
    metadata = signers.PdfSignatureMetadata(
        field_name="agency", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, certify=True
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(printed.pdf))
    out: io.BytesIO = signers.sign_pdf(writer, metadata, signer=one.key.signer)
    return out.getvalue()


def _issued(one: Desk) -> bytes:
    at = datetime.now(clock.VIETNAM)
    printed = render.minutes(one.edition, one.files.path)
    face = render.seal_face(SealFace(minutes.AGENCY, at, True))
    how = Sealing(at, face, "Đo", "Trà Vinh", one.edition.imprint.verify_url)
    pdf = sign.sealed(printed.pdf, printed.places, how, key=one.key)
    sealing.check(pdf, one.key)
    return pdf


def one_round(one: Desk) -> dict[str, Cost]:
    """The costs of every way once."""
    bare = one.bare_order()
    ways: dict[str, Callable[[], Any]] = {
        _BARE: partial(_bare, msgspec.msgpack.encode(bare)),
        _WARM: partial(bare_press.printed, bare),
        _PRINTED: partial(render.minutes, one.edition, one.files.path),
        _INVISIBLE: partial(_signed_invisibly, one),
        _ISSUED: partial(_issued, one),
    }
    costs = {}
    for name, way in ways.items():
        with measuring.measured(measuring.own_cpu_s) as costs[name]:
            way()
    return costs


def main() -> None:
    """Print the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.documents", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=2023)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thucdia-bench-") as folder:
        one = desk(Path(folder), wanted.seed)
        rounds = [one_round(one) for _ in range(wanted.rounds + 1)][1:]
        print(measuring.table(rounds, dict.fromkeys((_WARM, _PRINTED, _INVISIBLE, _ISSUED), _BARE)))
        size = len(_issued(one)) // 1024
    print(f"\n{wanted.rounds} rounds, seed {wanted.seed}; the issued document has {size} KiB.\n")
    print(measuring.machine())


if __name__ == "__main__":
    main()
