"""What a sign-off must satisfy before it freezes the record; it decides and writes nothing.

A sign-off binds content, not positions, because people sign offline. The order of judgement: operations that
the signers saw and the server lacks, operations that they had not seen, the content itself, open conflicts,
the signatures, and the files that are still travelling.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inspections import content, entities, fold
from inspections.codes import Code
from inspections.fold import Entry, Fold

NEEDED = ("leader", "unit")


@dataclass(frozen=True)
class Shown:
    """What the signers had before them: the content, how far each device's work was in it, what was not."""

    op_id: str
    content: str
    seen: Mapping[str, int]
    exclude: frozenset[str]

    def has_seen(self, entry: Entry) -> bool:
        """Whether the operation was among those shown."""
        return entry.operation.seq <= self.seen.get(entry.device, 0)


@dataclass(frozen=True)
class Ground:
    """What the server knows when it judges.

    `device_seqs` gives the last recorded number of each device that the sign-off names; `stored` the hashes
    of the files that have arrived.
    """

    inspection: str
    checklist_sha256: str
    entries: Collection[Entry]
    device_seqs: Mapping[str, int]
    stored: Collection[str]


@dataclass(frozen=True)
class Verdict:
    """No code: the sign-off holds."""

    code: Code | None
    detail: dict[str, Any]


def shown_by(entry: Entry) -> Shown:
    """What the sign-off says was shown; of its own device, all earlier work where it says nothing."""
    body = entry.body
    seen = {entry.device: entry.operation.seq - 1} | dict(body.get("seen") or {})
    return Shown(entry.op_id, str(body.get("content")), seen, fold.excluded_by(entry))


def assess(signoff: Entry, ground: Ground) -> Verdict:
    """Whether the sign-off can take effect now, and what stands in its way first."""
    shown = shown_by(signoff)
    missing = {
        device: seq for device, seq in sorted(shown.seen.items()) if ground.device_seqs.get(device, 0) < seq
    }
    if missing:
        return Verdict(Code.OPS_MISSING, {"missing": missing})
    return next(_obstacles(shown, ground), Verdict(None, {}))


def _obstacles(shown: Shown, ground: Ground) -> Iterator[Verdict]:
    signed = fold.build(ground.entries, exclude=shown.exclude)
    if unseen := sorted(_unseen(ground.entries, shown, signed)):
        yield Verdict(Code.SIGNOFF_STALE, {"unseen": unseen})
    actual = content.content_hash(ground.inspection, ground.checklist_sha256, signed)
    if actual != shown.content:
        yield Verdict(Code.SIGNOFF_STALE, {"content": actual})
    if conflicts := record_conflicts(signed):
        yield Verdict(Code.OPEN_CONFLICTS, {"conflicts": conflicts})
    if lacking := [role for role in NEEDED if not _has_signed(signed, role, shown.content)]:
        yield Verdict(Code.STEP_NOT_ALLOWED, {"missing_signatures": lacking})
    if blobs := sorted(blobs_needed(signed, shown.content) - set(ground.stored)):
        yield Verdict(Code.BLOBS_MISSING, {"missing": [f"sha256:{sha256}" for sha256 in blobs]})


def _unseen(entries: Iterable[Entry], shown: Shown, signed: Fold) -> set[str]:
    return {
        entry.op_id
        for entry in entries
        if entry.is_effective
        and entry.writes
        and entities.is_in_record(entry.entity)
        and entry.op_id not in signed.left_out
        and not shown.has_seen(entry)
    }


def record_conflicts(folded: Fold) -> list[dict[str, Any]]:
    """The open conflicts of the record, as they travel in a detail."""
    return [
        {"entity": conflict.entity, "field": conflict.field, "heads": list(conflict.heads)}
        for conflict in folded.conflicts()
        if entities.is_in_record(conflict.entity)
    ]


def signatures(folded: Fold) -> list[tuple[str, dict[str, Any]]]:
    """Every signature, as entity and body, by entity."""
    return [
        (entity, head.writes["signature"])
        for entity in folded.entities("signature")
        for head in folded.heads(entity, "signature")
    ]


def _has_signed(folded: Fold, role: str, content_hash: str) -> bool:
    # Only the unit may refuse: a leader who does not sign has not concluded.
    mark = ("blob", "refusal") if role == "unit" else ("blob",)
    return any(
        body.get("role") == role
        and body.get("content") == content_hash
        and any(name in body for name in mark)
        for _, body in signatures(folded)
    )


def blobs_needed(folded: Fold, content_hash: str | None) -> set[str]:
    """The hashes of the files that the record shows and of the signatures over this content."""
    attached = {
        head.writes[kind].get("blob")
        for kind in ("photo", "file")
        for entity in folded.entities(kind)
        if not folded.is_hidden(entity)
        for head in folded.heads(entity, kind)
    }
    drawn = {body.get("blob") for _, body in signatures(folded) if body.get("content") == content_hash}
    return {str(name).removeprefix("sha256:") for name in attached | drawn if name is not None}
