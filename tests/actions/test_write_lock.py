"""The writers' lock, where the disk under it fails."""

from pathlib import Path

import pytest

from core.write_lock import WriteLock


def test_a_lock_file_that_could_not_be_opened_once_shuts_out_nobody(tmp_path: Path):
    lock = WriteLock(tmp_path / "not yet" / "lock", patience_s=0.2)
    with pytest.raises(FileNotFoundError), lock:
        pass
    (tmp_path / "not yet").mkdir()
    with lock:
        assert lock.is_mine
    assert not lock.is_mine
