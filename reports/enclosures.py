"""What the PDF carries for programs: the findings and results, with the words that stand on the paper.

It adds nothing that the paper does not say.
"""

from typing import Any

import msgspec

from reports import layout
from reports.snapshot import Imprint, Snapshot

FORMAT = "thucdia-findings-1"


def findings_json(snapshot: Snapshot, imprint: Imprint) -> bytes:
    """The findings and the result of every item, as UTF-8 JSON."""
    return msgspec.json.format(msgspec.json.encode(_findings(snapshot, imprint)), indent=1)


def _findings(snapshot: Snapshot, imprint: Imprint) -> dict[str, Any]:
    page = layout.laid_out(snapshot, imprint)
    return {
        "format": FORMAT,
        "number": imprint.number,
        "dated_on": imprint.dated_on,
        "verification_code": imprint.code,
        "is_demo": imprint.is_demo,
        "inspection": snapshot.inspection,
        "revision": snapshot.revision,
        "agency": snapshot.agency,
        "unit": snapshot.unit,
        "decision": snapshot.decision,
        "scope": snapshot.scope,
        "ended_at": snapshot.meeting.ended_at,
        "correction_due_on": snapshot.correction_due_on,
        "counts": {verdict or "recorded": count for verdict, count in layout.tally(snapshot.items)},
        "findings": [_finding(one) for one in (*page.problems, *page.notes)],
        "results": [
            {"point": point.code, **msgspec.to_builtins(item)}
            for chapter in snapshot.chapters
            for point in chapter.points
            for item in point.items
        ],
        "photos": [
            {"number": number, **msgspec.to_builtins(photo)}
            for number, photo in enumerate(snapshot.photos, start=1)
        ],
        "documents": [
            {"number": number, **msgspec.to_builtins(document)}
            for number, document in enumerate(snapshot.documents, start=1)
        ],
        "clocks": snapshot.clocks,
        "trace": snapshot.trace,
    }


def _finding(one: layout.NumberedFinding) -> dict[str, Any]:
    return {"number": one.number, **msgspec.to_builtins(one.shown), **msgspec.to_builtins(one.finding)}
