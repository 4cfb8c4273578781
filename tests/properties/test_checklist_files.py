"""However a file is spoilt, it is refused with faults or taken whole; nothing else ever comes of it."""

import contextlib
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists import definition as d
from checklists.errors import ChecklistRefused
from registry import loading as registry_loading
from registry import shipped
from registry.errors import FileRefused
from tests.checklist_files import SMALL, loaded

_ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False), st.text(max_size=8),
    st.just([]), st.just({}), st.just([[]]), st.just([{}]), st.just(["x", 1]), st.just({"code": "A-1"}),
)  # fmt: skip


def _paths(plain: Any, path: tuple = ()) -> list[tuple]:
    children = (
        plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    )
    return [path] * bool(path) + [found for key, value in children for found in _paths(value, (*path, key))]


def _spoil(source: str, path: tuple, odd: object, *, removed: bool) -> bytes:
    plain = yaml.load(source, Loader=yaml.CSafeLoader)
    parent = plain
    for step in path[:-1]:
        parent = parent[step]
    if removed:
        del parent[path[-1]]
    else:
        parent[path[-1]] = odd
    return yaml.dump(plain, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False).encode()


LEGAL, UNITS = shipped.LEGAL_TEXTS.read_text(encoding="utf-8"), shipped.DEMO_UNITS.read_text(encoding="utf-8")
CHECKLIST_PATHS, LEGAL_PATHS, UNIT_PATHS = (_paths(yaml.safe_load(text)) for text in (SMALL, LEGAL, UNITS))


@settings(max_examples=200, deadline=None)
@given(path=st.sampled_from(CHECKLIST_PATHS), odd=_ODD, removed=st.booleans())
def test_a_checklist_with_any_value_spoilt_is_refused_or_reads_back_alike(path, odd, removed):
    content = _spoil(SMALL, path, odd, removed=removed)
    with contextlib.suppress(ChecklistRefused):
        definition = loaded(content)
        assert d.decoded(d.encoded(definition)) == definition


@settings(max_examples=200, deadline=None)
@given(path=st.sampled_from(LEGAL_PATHS), odd=_ODD, removed=st.booleans())
def test_legal_texts_with_any_value_spoilt_are_refused_or_taken(path, odd, removed):
    content = _spoil(LEGAL, path, odd, removed=removed)
    with contextlib.suppress(FileRefused):
        taken = registry_loading.legal_texts(content, file="x.yaml")
        assert all(text.instrument.code for text in taken.instruments)


@settings(max_examples=200, deadline=None)
@given(path=st.sampled_from(UNIT_PATHS), odd=_ODD, removed=st.booleans())
def test_units_with_any_value_spoilt_are_refused_or_taken(path, odd, removed):
    content = _spoil(UNITS, path, odd, removed=removed)
    with contextlib.suppress(FileRefused):
        taken = registry_loading.units(content, file="x.yaml")
        assert all(unit.code and unit.name for unit in taken)


@settings(max_examples=200, deadline=None)
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_no_bytes_are_too_strange_to_be_refused(content):
    with pytest.raises(ChecklistRefused) as refusal:
        loaded(content)
    assert refusal.value.faults
