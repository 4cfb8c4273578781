"""The content hash: what a signature on glass binds to, computable by every tablet without any position.

It covers the record and nothing else: no note of the team, no remark, no signature, no effect, no clock.
"""

from inspections import entities
from inspections.fold import Fold
from inspections.operation import sha256


def content_lines(fold: Fold) -> list[str]:
    """One line for each field of the record, sorted by code point: entity, field, digests of its heads."""
    lines = []
    for entity in filter(entities.is_in_record, fold.entities()):
        for name in fold.fields(entity):
            digests = sorted(head.digest for head in fold.heads(entity, name))
            if digests:
                lines.append(f"{entity}\t{name}\t{','.join(digests)}\n")
    return sorted(lines)


def content_hash(inspection: str, checklist_sha256: str, fold: Fold) -> str:
    """The hash of everything that belongs to the record of the inspection and stands."""
    return sha256(f"td1-content\n{inspection}\n{checklist_sha256}\n" + "".join(content_lines(fold)))
