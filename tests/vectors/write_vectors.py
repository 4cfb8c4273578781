"""Writes the JSON vectors of the log, which the server, the tablet and `check.mjs` all compute from.

Run `python -m tests.vectors.write_vectors` after a change of the protocol; a test refuses stale files.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from inspections import chain, content, entities, fold, supplements
from inspections.fold import Entry
from tests.logbook import INSPECTION, make_operation, uuid_of
from tests.vectors.exchange_cases import exchange_vectors
from tests.vectors.fold_cases import CASES, Case
from tests.vectors.step_cases import judgement_vectors
from tests.vectors.supplement_cases import SUPPLEMENTS

FOLDER = Path(__file__).parent
CHECKLIST_SHA256 = "c0ffee" + "0" * 58
# The example key of RFC 7517 appendix A.1.
JWK = {
    "kty": "EC", "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "use": "sig", "kid": "1",
}  # fmt: skip


def _plain(operation: object) -> Any:
    return json.loads(msgspec.json.encode(operation))


def _digests() -> dict[str, Any]:
    operations = [
        make_operation(
            "a", "answer.set", "answer/PL-16", {"value": "kph_nhe", "note": "Chưa lập sổ – đã hẹn"}
        ),
        make_operation(
            "b", "answer.set", "answer/PL-16", '{ "value" : "phu_hop" }', parents=("z", "a"), seq=412
        ),
        make_operation("c", "answer.set", "answer/PL-16", withheld=True),
        make_operation("d", "note.add", f"note/{uuid_of('n')}", '{"text":"𝔸 đ\\u0111"}', checklist=""),
    ]
    cases = [{"operation": _plain(one), "digest": chain.digest(one)} for one in operations]
    return {"about": "The digest of an operation, whatever its device and number.", "cases": cases}


def _chain() -> dict[str, Any]:
    operations = [
        make_operation(f"c{n}", "note.add", f"note/{uuid_of('n')}", {"n": n}, seq=n) for n in (1, 2, 3)
    ]
    thumbprint = chain.thumbprint(JWK)
    genesis = chain.genesis("tablet-a", thumbprint)
    linked = chain.chained("tablet-a", genesis, operations)
    return {
        "about": "A device's chain from its key to the text that it signs.",
        "device": "tablet-a", "jwk": JWK, "thumbprint": thumbprint, "genesis": genesis,
        "operations": [_plain(one) for one in operations], "hashes": [one.hash for one in linked],
        "head_message": chain.head_message("tablet-a", 3, linked[-1].hash),
    }  # fmt: skip


def _log_chain() -> dict[str, Any]:
    entries = [
        {"pos": 1, "hash": "11" * 32, "effect": "applied", "code": None},
        {"pos": 2, "hash": "22" * 32, "effect": "conflict", "code": None},
        {"pos": 3, "hash": "33" * 32, "effect": "quarantined", "code": "inspection_frozen"},
        {"pos": 4, "hash": "44" * 32, "effect": "applied", "code": "parent_unknown"},
    ]
    roots, root = [], chain.log_genesis(INSPECTION)
    for one in entries:
        root = chain.log_link(
            root, pos=int(str(one["pos"])), operation_hash=str(one["hash"]), effect=str(one["effect"]),
            code=one["code"] and str(one["code"]),
        )  # fmt: skip
        roots.append(root)
    return {
        "about": "The chain of an inspection's log, which binds the server to the effects it announced.",
        "inspection": INSPECTION, "genesis": chain.log_genesis(INSPECTION),
        "entries": entries, "roots": roots,
    }  # fmt: skip


def plain_entry(entry: Entry) -> dict[str, Any]:
    """The entry as the vectors write it."""
    return {
        "operation": _plain(entry.operation), "device": entry.device, "pos": entry.pos,
        "effect": str(entry.effect), "code": entry.code,
    }  # fmt: skip


def _ids(names: list[str]) -> list[str]:
    return sorted(map(uuid_of, names))


def expected_of(case: Case) -> dict[str, Any]:
    """What the case expects, with ids for names."""
    heads = {
        entity: {name: _ids(ops) for name, ops in fields.items()} for entity, fields in case.heads.items()
    }
    return {
        "heads": heads, "hidden": sorted(case.hidden), "left_out": _ids(case.left_out),
        "conflicts": [
            {"entity": entity, "field": name, "heads": _ids(ops)} for entity, name, ops in case.conflicts
        ],
    }  # fmt: skip


def _folds() -> dict[str, Any]:
    cases = [
        {
            "name": case.name, "entries": [plain_entry(entry) for entry in case.entries],
            "exclude": _ids(case.exclude), "expected": expected_of(case),
        }
        for case in CASES
    ]  # fmt: skip
    return {"about": "Logs and what they fold to, in any order.", "cases": cases}


def _contents() -> dict[str, Any]:
    cases = []
    for case in CASES:
        folded = fold.build(case.entries, exclude=_ids(case.exclude))
        cases.append({
            "name": case.name, "inspection": INSPECTION, "checklist_sha256": CHECKLIST_SHA256,
            "entries": [plain_entry(entry) for entry in case.entries], "exclude": _ids(case.exclude),
            "lines": content.content_lines(folded),
            "content": content.content_hash(INSPECTION, CHECKLIST_SHA256, folded),
        })  # fmt: skip
    return {"about": "The lines and the hash that a signature on glass binds to.", "cases": cases}


def _supplements() -> dict[str, Any]:
    cases = []
    for name, told, asked in SUPPLEMENTS:
        earlier = supplements.since(told)
        places = [
            {
                "checklist": version,
                "entity": entity,
                "place": entities.moved(entity, earlier.get(version, {})),
            }
            for version, entity in asked
        ]
        told_plainly = [{"before": before, "became": dict(became)} for before, became in told]
        cases.append({"name": name, "supplements": told_plainly, "earlier": earlier, "places": places})
    return {"about": "Where late work by an earlier checklist belongs after supplements.", "cases": cases}


def vectors() -> dict[str, dict[str, Any]]:
    """Every file by name."""
    return {
        "digest.json": _digests(), "chain.json": _chain(), "log_chain.json": _log_chain(),
        "fold.json": _folds(), "content_hash.json": _contents(),
        "judgement.json": judgement_vectors(plain_entry), "exchange.json": exchange_vectors(),
        "supplements.json": _supplements(),
    }  # fmt: skip


def text_of(value: dict[str, Any]) -> str:
    """The exact text of a file."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for name, value in vectors().items():
        (FOLDER / name).write_text(text_of(value), encoding="utf-8")
