"""The disk as a power cut would leave it: only bytes that were synced, under names whose folder was synced.

It replays recorded system calls on a model that is as unkind as the standard allows; a real file system keeps
more. What the disk itself forgets after it has said that it synced is not in the model.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.tracing import Call

_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_DESCRIPTOR = re.compile(r"^(\d+)<((?:\\x[0-9a-f]{2})+)>")


def _plain(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


@dataclass
class Content:
    """A file's bytes as programs see them, and as the disk has them."""

    seen: bytearray = field(default_factory=bytearray)
    synced: bytes = b""


class Disk:
    """A folder of a disk: what programs see in it, and what is really there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[str, Content] = {}
        self._folders = {str(folder)}
        self._offsets: dict[int, int] = {}
        for path in folder.rglob("*"):
            if path.is_dir():
                self._folders.add(str(path))
            elif path.is_file():
                content = path.read_bytes()
                self._seen[str(path)] = Content(bytearray(content), content)
        self._kept, self._kept_folders = dict(self._seen), set(self._folders)
        self._acts: dict[str, Callable[[Call, list[bytes]], None]] = {
            "openat": self._open, "write": self._write, "pwrite64": self._write_at, "fsync": self._sync,
            "ftruncate": self._truncate, "fdatasync": self._sync, "rename": self._rename,
            "link": self._link, "linkat": self._link, "unlink": self._unlink, "mkdir": self._make_folder,
        }  # fmt: skip

    def apply(self, call: Call) -> None:
        """The call has happened; one that changes names or bytes in a way the model lacks is refused."""
        texts = [_plain(text) for text in _STRING.findall(call.arguments)]
        names = [text.decode("utf-8", "replace") for text in texts]
        concerns = any(name.startswith(str(self.folder)) for name in (*names, self._path(call)))
        if call.result < 0 or not concerns:
            return
        self._acts[call.name](call, texts)

    def as_left(self, to: Path) -> None:
        """The folder `to` holds what is there once the power is back."""
        for name in sorted(self._kept_folders):
            if self._is_reachable(name):
                (to / Path(name).relative_to(self.folder)).mkdir(parents=True, exist_ok=True)
        for name, content in self._kept.items():
            if self._is_reachable(str(Path(name).parent)) and not name.endswith("-shm"):
                (to / Path(name).relative_to(self.folder)).write_bytes(content.synced)

    def _is_reachable(self, folder: str) -> bool:
        return folder == str(self.folder) or (
            folder in self._kept_folders and self._is_reachable(str(Path(folder).parent))
        )

    @staticmethod
    def _path(call: Call) -> str:
        found = _DESCRIPTOR.match(call.arguments)
        return _plain(found[2]).decode("utf-8", "replace") if found else ""

    @staticmethod
    def _number(call: Call) -> int:
        return int(call.arguments.rsplit(",", 1)[1])

    def _open(self, call: Call, texts: list[bytes]) -> None:
        self._offsets[call.result] = 0
        name = texts[0].decode()
        if "O_CREAT" in call.arguments and name not in self._seen:
            self._seen[name] = Content()
        if "O_TRUNC" in call.arguments:
            self._seen[name].seen.clear()

    def _write(self, call: Call, texts: list[bytes]) -> None:
        descriptor = int(call.arguments.split("<", 1)[0])
        self._put(self._path(call), self._offsets.get(descriptor, 0), texts[0][: call.result])
        self._offsets[descriptor] = self._offsets.get(descriptor, 0) + call.result

    def _write_at(self, call: Call, texts: list[bytes]) -> None:
        self._put(self._path(call), self._number(call), texts[0][: call.result])

    def _put(self, name: str, offset: int, content: bytes) -> None:
        seen = self._seen[name].seen
        seen.extend(bytes(max(0, offset - len(seen))))
        seen[offset : offset + len(content)] = content

    def _truncate(self, call: Call, _texts: list[bytes]) -> None:
        seen, length = self._seen[self._path(call)].seen, self._number(call)
        seen[length:] = bytes(max(0, length - len(seen)))

    def _sync(self, call: Call, _texts: list[bytes]) -> None:
        name = self._path(call)
        if name not in self._folders:
            self._seen[name].synced = bytes(self._seen[name].seen)
            return
        self._kept = {n: c for n, c in self._kept.items() if str(Path(n).parent) != name}
        self._kept |= {n: c for n, c in self._seen.items() if str(Path(n).parent) == name}
        self._kept_folders |= {n for n in self._folders if str(Path(n).parent) == name}

    def _rename(self, _call: Call, texts: list[bytes]) -> None:
        self._seen[texts[1].decode()] = self._seen.pop(texts[0].decode())

    def _link(self, _call: Call, texts: list[bytes]) -> None:
        self._seen[texts[1].decode()] = self._seen[texts[0].decode()]

    def _unlink(self, _call: Call, texts: list[bytes]) -> None:
        self._seen.pop(texts[0].decode(), None)

    def _make_folder(self, _call: Call, texts: list[bytes]) -> None:
        self._folders.add(texts[0].decode())


def acknowledgements(disk: Disk, happened: Iterator[Call], answers: Path) -> Iterator[int]:
    """The number of answers given, each time the disk has come to where one was given or something synced."""
    given = 0
    for call in happened:
        disk.apply(call)
        is_answer = call.name == "write" and Disk._path(call) == str(answers)
        given += is_answer
        if is_answer or call.name in ("fsync", "fdatasync"):
            yield given
