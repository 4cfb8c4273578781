"""What set-up takes from Debian: installed by root, or unpacked beside the program for everybody else.

It names no mirror: apt's own sources and keys decide. It never changes the system for a plain user and never
removes a package.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path
from typing import Sequence  # noqa: UP035 (see bootstrap_steps)
from xml.sax.saxutils import escape

import bootstrap_steps as steps

PREFIX = steps.TOOLS / "debian"
PROGRAMS = steps.TOOLS / "bin"
FONTS_CONF = PREFIX / "fonts.conf"

LIBRARIES = ("libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
LIBRARY_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
TEST_PACKAGES = ("chromium", "poppler-utils", "qpdf", "strace")
# Where each test program lies below a prefix. Debian's /usr/bin/chromium is a script with fixed paths.
TEST_PROGRAMS = {
    "chromium": "usr/lib/chromium/chromium",
    "pdfinfo": "usr/bin/pdfinfo",
    "pdfsig": "usr/bin/pdfsig",
    "pdftoppm": "usr/bin/pdftoppm",
    "pdftotext": "usr/bin/pdftotext",
    "qpdf": "usr/bin/qpdf",
    "strace": "usr/bin/strace",
}


def provide(group: str, packages: Sequence[str]) -> None:
    """The packages are installed (root), or unpacked with what they miss below PREFIX (anybody else).

    Raises:
        SetupRefused: there is no apt, or it could not fetch or install them.
    """
    names = ", ".join(packages)
    if shutil.which("apt-get") is None:
        raise steps.SetupRefused(
            f"Máy này không có apt-get: hãy cài {names} bằng công cụ của hệ điều hành rồi chạy lại."
        )
    if os.geteuid() == 0:
        _install(packages)
    else:
        _unpack(packages)
        steps.write_stamp(_stamp(group), steps.fingerprint(names))


def is_unpacked(group: str, packages: Sequence[str]) -> bool:
    """Whether an earlier start unpacked this group completely."""
    return steps.is_stamped(_stamp(group), steps.fingerprint(", ".join(packages)))


def libraries_load() -> bool:
    """Whether what WeasyPrint opens by name can be opened in this process."""
    try:
        for name in LIBRARIES:
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


def library_folders(prefix: Path = PREFIX) -> list[Path]:
    """Folders of the prefix that hold shared libraries, for LD_LIBRARY_PATH."""
    below = ("", "nss", "pulseaudio", "systemd")
    found = [
        triplet / name if name else triplet
        for root in ("usr/lib", "lib")
        for triplet in sorted((prefix / root).glob("*-linux-gnu*"))
        for name in below
    ]
    return [folder for folder in found if folder.is_dir()]


def link_programs() -> None:
    """Every test program that the prefix holds can be called by name from PROGRAMS."""
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    for name, place in TEST_PROGRAMS.items():
        if (PREFIX / place).is_file():
            link = PROGRAMS / name
            link.unlink(missing_ok=True)
            link.symlink_to(PREFIX / place)


def fonts_conf(folders: Sequence[Path], cache: Path) -> str:
    """A fontconfig file that knows these font folders and one writable cache."""
    listed = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in folders)
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig>{listed}<cachedir>{escape(str(cache))}</cachedir></fontconfig>\n"
    )


def _stamp(group: str) -> Path:
    return PREFIX / f".prepared-{group}"


def _install(packages: Sequence[str]) -> None:
    waits = ("-o", "DPkg::Lock::Timeout=300")
    _refresh_lists(waits)
    steps.run(
        ("apt-get", *waits, "install", "--yes", "--no-install-recommends", *packages),
        failure=f"Không cài được {', '.join(packages)} bằng apt",
    )


def _unpack(packages: Sequence[str]) -> None:
    state, cache = steps.TOOLS / "apt" / "state", steps.TOOLS / "apt" / "cache"
    for folder in (state / "lists" / "partial", cache / "archives" / "partial", PREFIX):
        folder.mkdir(parents=True, exist_ok=True)
    private = (
        *("-o", f"Dir::State={state}", "-o", "Dir::State::status=/var/lib/dpkg/status"),
        *("-o", f"Dir::Cache={cache}", "-o", f"Dir::Log={state}", "-o", "Debug::NoLocking=true"),
        *("-o", "APT::Keep-Downloaded-Packages=true"),
    )
    _refresh_lists(private)
    download = ("install", "--download-only", "--yes", "--no-install-recommends")
    failure = f"Không tải được {', '.join(packages)} bằng apt"
    steps.run(("apt-get", *private, *download, *packages), failure=failure)
    for archive in sorted((cache / "archives").glob("*.deb")):
        steps.run(("dpkg-deb", "--extract", archive, PREFIX), failure=f"Không giải nén được {archive.name}")
        archive.unlink()
    if Path("/etc/fonts/fonts.conf").is_file():
        return
    font_folders = (PREFIX / "usr/share/fonts", Path("/usr/share/fonts"))
    FONTS_CONF.write_text(fonts_conf(font_folders, steps.TOOLS / "fontconfig"), encoding="utf-8")


def _refresh_lists(options: Sequence[str]) -> None:
    # One unreachable source of several is no reason to stop: the next command says what is really missing.
    try:
        steps.run(("apt-get", *options, "update"), failure="Không làm mới được danh mục gói")
    except steps.SetupRefused:
        return
