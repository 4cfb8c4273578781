"""A restore killed at any write: nothing yet, or everything, or a mark that it is half done; the same command
ends it."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import flask_migrate
import pytest

from tests.faults import evidence, scenes
from tests.faults.scenes import Asked
from tests.faults.servers import IS_LONG, ROOT, Site, prepared, site
from tests.faults.test_system_calls import FAULTS, TRACED, chosen
from tests.faults.tracing import carried, changes, warmed, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
KEPT = ("operation", "head", "device", "inspection", "receipt", "stored_file", "uploaded_blob", "files")


def _emptied(where: Site) -> None:
    shutil.rmtree(where.data)
    where.data.mkdir()


def _held(where: Site) -> Mapping[str, Any]:
    return {name: rows for name, rows in evidence.tables(where).items() if name in KEPT}


def _is_there(where: Site) -> bool:
    return (where.data / "thucdia.sqlite").exists()


def _wrong(where: Site, before: Mapping[str, Any], key: bytes) -> Iterator[str]:
    yield from evidence.differences(before, _held(where))
    path = where.data / "keys" / "server.pem"
    if not path.exists() or path.read_bytes() != key:
        yield "the data are back, and the key by which tablets know the server is not"
    with evidence.looking_at(where) as connection:
        yield from evidence.at_any_moment(connection, where)


def test_a_restore_killed_at_any_write_is_nothing_or_everything(tmp_path: Path):
    where, folder, backup = site(tmp_path / "var"), tmp_path / "bench", tmp_path / "backup.tar"
    with where.team.app.app_context():
        flask_migrate.stamp(str(ROOT / "migrations"))
    asked = scenes.batch_and_photo(where)
    where.leave()
    restore = Asked("FLASK", f"backup\nrestore\n{backup}", {}, b"")
    broken = []
    with prepared(where) as server:
        peace = warmed(server, folder, [*asked, Asked("FLASK", f"backup\ncreate\n{backup}", {}, b"")])
        assert [heard.status in (200, 201) for heard in peace] == [True] * 4, peace
        before, key = _held(where), (where.data / "keys" / "server.pem").read_bytes()
        _emptied(where)
        whole = carried(server, folder, [restore], *TRACED)
        assert [heard.status for heard in whole.heard] == [200], whole.heard
        assert list(_wrong(where, before, key)) == []
        points = chosen(changes(whole.trace, where.data), "KILL")[:: 1 if IS_LONG else 4]
        for call in points:
            _emptied(where)
            carried(
                server,
                folder,
                [restore],
                *TRACED,
                "-e",
                f"inject={call.name}:{FAULTS['KILL']}:when={call.number}",
            )
            if not _is_there(where) or (where.data / "restore-unfinished.json").exists():
                again = carried(server, folder, [restore]).heard
                broken += [f"{call}: {one.text[-300:]}" for one in again if one.status != 200]
            broken += [f"{call}: {said}" for said in _wrong(where, before, key)]
    print(f"restore: KILL at {len(points)} calls")
    assert broken == []
