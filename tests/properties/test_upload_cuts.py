"""However parts are cut, repeated, misplaced or damaged, wherever the program stops: that file, or none.

UPLOAD_EXAMPLES=2000 in the environment looks longer.
"""

import base64
import hashlib
import itertools
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from core import db, files, partial_files, stores
from core.files import StoredFile
from sync import uploads
from tests.api_world import open_app
from tests.powercut import PowerCut, watched
from tests.tablets import Tablet
from tests.teams import Team, team_on_its_way

EXAMPLES = int(os.environ.get("UPLOAD_EXAMPLES", "12"))
TUS = {"Tus-Resumable": "1.0.0"}
MOST_BYTES = 200_000


class Office:
    """One application for all examples of a test; what they leave behind stays until its end."""

    app: Flask
    team: Team
    tablet: Tablet
    numbers = itertools.count()


@pytest.fixture(autouse=True)
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The member's tablet at the inspection."""
    Office.app = open_app(tmp_path_factory.mktemp("uploads"), "")
    Office.team = team_on_its_way(Office.app)
    Office.tablet = Office.team.tablet()
    yield
    with Office.app.app_context():
        db.db.engine.dispose()


def b64(content: bytes) -> str:
    """Base64 as the headers carry it."""
    return base64.b64encode(content).decode()


def call(
    method: str, path: str, content: bytes = b"", /, *, announced: int | None = None, **headers: str
) -> Any:
    """A request; `announced` is its Content-Length if that is not the truth."""
    given = Office.tablet.headers | TUS | {name.replace("_", "-"): value for name, value in headers.items()}
    length = len(content) if announced is None else announced
    return Office.tablet.client.open(
        path, method=method, data=content, headers=given, buffered=True,
        environ_overrides={"CONTENT_LENGTH": str(length)},
    )  # fmt: skip


def begun(content: bytes) -> str:
    """The address of an upload of the content."""
    sha256 = hashlib.sha256(content).hexdigest().encode()
    told = f"sha256 {b64(sha256)},inspection {b64(Office.team.id.encode())}"
    answer = call("POST", "/sync/v1/blobs/", Upload_Length=str(len(content)), Upload_Metadata=told)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def patch(path: str, offset: int, part: bytes, **more: Any) -> Any:
    """A part."""
    usual = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": str(offset)}
    return call("PATCH", path, part, **(usual | more))


def offset_of(path: str) -> int:
    """How far the upload has come, as it says."""
    return int(call("HEAD", path).headers["Upload-Offset"])


def code_of(answer: Any) -> str:
    """Why it was refused, or its status if it was not."""
    return answer.json["code"] if answer.status_code >= 400 else str(answer.status_code)


def stored(content: bytes) -> bytes | None:
    """What the tablet gets under the content's name."""
    answer = Office.tablet.get(f"/sync/v1/blobs/sha256:{hashlib.sha256(content).hexdigest()}")
    return answer.data if answer.status_code == 200 else None


def check_store() -> None:
    """Every file hashes to its name, and no row names a file that is not there."""
    with Office.app.app_context(), db.reading() as session:
        for sha256 in stores.current().names():
            assert hashlib.sha256(files.read(sha256)).hexdigest() == sha256
        for row in session.scalars(select(StoredFile)):
            assert files.size_of(row.sha256) == row.size_bytes


class Upload(RuleBasedStateMachine):
    """One file on its way, over a network and a machine that do what they like.

    `here` is what the server has said, or must have kept: the bytes up to there are never asked for again,
    but for a whole that hashes to something else.
    """

    @initialize(seed=st.integers(0, 2**32), size=st.integers(0, MOST_BYTES))
    def begin(self, seed: int, size: int) -> None:
        """A file of its own."""
        self.content = next(Office.numbers).to_bytes(8, "big") + random.Random(seed).randbytes(size)
        self.path, self.here, self.is_done, self.is_damaged = begun(self.content), 0, False, False

    def _take(self, answer: Any, offset: int, sent: int) -> None:
        if answer.status_code == 204:
            assert offset == self.here, "a part was taken that does not begin where the last one ended"
            self.here = offset + sent
            assert answer.headers["Upload-Offset"] == str(self.here)
            self.is_done = self.here == len(self.content)
        elif answer.status_code == 409:
            assert offset != self.here or (self.is_done and sent)
            assert answer.json["offset"] == self.here

    @rule(share=st.floats(0.01, 1), with_checksum=st.booleans())
    def send(self, share: float, with_checksum: bool) -> None:
        """The next part, as it should be."""
        part = self.content[self.here :][: max(1, int(share * len(self.content)))]
        digest = b64(hashlib.sha256(part).digest())
        answer = patch(
            self.path, self.here, part, **({"Upload_Checksum": f"sha256 {digest}"} if with_checksum else {})
        )
        if self.is_damaged and answer.status_code == 422:
            self.here, self.is_damaged = 0, False
            return
        assert answer.status_code == 204, answer.text
        self._take(answer, self.here, len(part))

    @rule(offset=st.integers(0, MOST_BYTES), size=st.integers(0, 10_000))
    def misplace(self, offset: int, size: int) -> None:
        """A part that begins somewhere, with the bytes that belong there: a repetition, a gap, an overlap."""
        part = self.content[offset : offset + size]
        if offset != self.here or not part:
            answer = patch(self.path, offset, part)
            assert answer.status_code in ((204, 409) if offset == self.here else (409,)), answer.text
            self._take(answer, offset, len(part))

    @precondition(lambda self: not self.is_done)
    @rule(share=st.floats(0, 0.99), with_checksum=st.booleans())
    def cut(self, share: float, with_checksum: bool) -> None:
        """The connection breaks within a part; what came is kept, unless it was to be taken whole."""
        rest = self.content[self.here :]
        came = rest[: int(share * len(rest))]
        digest = b64(hashlib.sha1(rest).digest())
        more = {"Upload_Checksum": f"sha1 {digest}"} if with_checksum else {}
        answer = patch(self.path, self.here, came, announced=len(rest), **more)
        assert code_of(answer) == "truncated"
        self.here += 0 if with_checksum else len(came)

    @precondition(lambda self: not self.is_done)
    @rule(at=st.integers(0, MOST_BYTES), with_checksum=st.booleans())
    def damage(self, at: int, with_checksum: bool) -> None:
        """A part in which one bit was turned on the way."""
        part = bytearray(self.content[self.here :][:5000])
        digest = b64(hashlib.sha256(part).digest())
        part[at % len(part)] ^= 1
        more = {"Upload_Checksum": f"sha256 {digest}"} if with_checksum else {}
        answer = patch(self.path, self.here, bytes(part), **more)
        if with_checksum:
            assert code_of(answer) == "part_damaged"
        elif answer.status_code == 422:
            self.here, self.is_damaged = 0, False
        else:
            self.here, self.is_damaged = self.here + len(part), True

    @precondition(lambda self: not self.is_done)
    @rule(step=st.integers(0, 25), is_done_first=st.booleans())
    def stop(self, step: int, is_done_first: bool) -> None:
        """The power goes somewhere while the rest is sent; nothing that was acknowledged goes with it."""
        rest = self.content[self.here :]
        before = self.here
        try:
            with watched(step, is_done_first=is_done_first):
                answer = patch(self.path, self.here, rest)
        except PowerCut:
            self.here = offset_of_any(self.path)
            assert self.here >= before or self.is_damaged
            if self.here == 0:
                self.is_damaged = False
            self.is_done = self.here == len(self.content)
        else:
            if answer.status_code == 422:
                assert self.is_damaged
                self.here, self.is_damaged = 0, False
            else:
                self._take(answer, before, len(rest))

    @rule()
    def end(self) -> None:
        """The upload is given up, and begun anew."""
        assert call("DELETE", self.path).status_code == 204
        self.path, self.here, self.is_damaged = begun(self.content), 0, False
        was_done, self.is_done = self.is_done, False
        assert (stored(self.content) is not None) >= was_done

    @invariant()
    def it_is_that_file_or_none(self) -> None:
        """What is there under the name is the file; what was said to be done is there."""
        if hasattr(self, "content"):
            assert offset_of(self.path) == self.here
            found = stored(self.content)
            assert found in (None, self.content)
            assert found is not None or not self.is_done

    def teardown(self) -> None:
        """In the end an honest tablet on a fair network gets it there."""
        if hasattr(self, "content"):
            for _ in range(2):
                answer = patch(self.path, offset_of(self.path), self.content[offset_of(self.path) :])
            assert answer.status_code == 204, answer.text
            assert stored(self.content) == self.content
            check_store()


def offset_of_any(path: str) -> int:
    """How far it has come after a stop; a whole that is another one is found out only now, and begun anew."""
    answer = call("HEAD", path)
    return offset_of(path) if answer.status_code == 422 else int(answer.headers["Upload-Offset"])


Upload.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=8, deadline=None)
TestUpload = Upload.TestCase


def _last_part(content: bytes) -> str:
    path = begun(content)
    assert patch(path, 0, content[:100]).status_code == 204
    return path


def test_the_program_may_stop_at_every_step_of_the_last_part():
    """Before and after each call; then the tablet asks, goes on, and the file is there, once."""
    content = os.urandom(70_000)
    with watched() as steps:
        assert patch(_last_part(content), 100, content[100:]).status_code == 204
    begin_at = steps.made.index("commit") + 1  # the steps of the announcement come first
    assert "hardlink_to" in steps.made[begin_at:]
    assert "rename" in steps.made[begin_at:]
    stopped = 0
    for number in range(2 * (len(steps.made) + 2)):
        content = os.urandom(70_000)
        path = _last_part(content)
        with watched(number // 2, is_done_first=bool(number % 2)):
            try:
                patch(path, 100, content[100:])
            except PowerCut:
                stopped += 1
        check_store()
        here = offset_of(path)
        assert here >= 100
        if here < len(content):
            assert patch(path, here, content[here:]).status_code == 204
        assert stored(content) == content
        check_store()
    assert stopped >= 16


def _is_caught() -> bool:
    """Whether the machine finds something wrong within its ordinary number of examples."""
    case = Upload.TestCase()
    case.settings = settings(
        Upload.TestCase.settings, max_examples=60, database=None, phases=[Phase.generate]
    )
    try:
        case.runTest()
    except (AssertionError, ExceptionGroup):
        return True
    return False


def test_a_server_that_believes_any_offset_is_caught(monkeypatch: pytest.MonkeyPatch):
    def careless(partial: partial_files.PartialFile, part: uploads.Part, length_bytes: int) -> None:
        partial.append(part.source, part.checksum)

    monkeypatch.setattr(uploads, "_append", careless)
    assert _is_caught()


def test_a_server_that_does_not_look_at_the_whole_is_caught(monkeypatch: pytest.MonkeyPatch):
    def trusting(staged: Path, *, expected_sha256: str) -> files.Received:
        second = staged.with_name("second")
        second.unlink(missing_ok=True)
        second.hardlink_to(staged)
        stores.current().put(expected_sha256, second)
        return files.Received(expected_sha256, staged.stat().st_size)

    monkeypatch.setattr(files, "adopt", trusting)
    assert _is_caught()


def test_a_server_that_keeps_a_damaged_part_is_caught(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(partial_files, "_check", lambda *_unused: None)
    assert _is_caught()
