"""Supplements of an inspection one after the other, and entities named by the earlier checklists."""

from inspections.supplements import Became

_ROW = "row/PL-17/01890a5d-ac96-774b-bcce-b302099a8057"

# A name, the supplements in their order, and what is asked: checklists with entities.
SUPPLEMENTS: tuple[tuple[str, list[tuple[str, Became]], list[tuple[str, str]]], ...] = (
    ("none", [], [("A@1", "answer/PL-17")]),
    (
        "an item became another, one went, the rest lives on",
        [("A@1", {"PL-17": "PL-99", "PL-24": None})],
        [
            ("A@1", "answer/PL-17"), ("A@1", _ROW), ("A@1", "answer/PL-24"), ("A@1", "answer/PL-1"),
            ("A@1", "finding/PL-17"), ("A@2", "answer/PL-17"),
        ],
    ),
    (
        "an item is followed through several versions",
        [("A@1", {"PL-17": "PL-99"}), ("A@2", {"PL-99": "PL-100", "PL-18": None}), ("A@3", {"PL-100": None})],
        [
            ("A@1", "answer/PL-17"), ("A@2", "answer/PL-99"), ("A@3", "answer/PL-100"),
            ("A@1", "answer/PL-18"), ("A@2", "answer/PL-17"),
        ],
    ),
    (
        "a code is used anew for another item",
        [("A@1", {"PL-17": "PL-18", "PL-18": "PL-17"}), ("A@2", {"PL-18": "PL-19"})],
        [("A@1", "answer/PL-17"), ("A@1", "answer/PL-18"), ("A@2", "answer/PL-18")],
    ),
)  # fmt: skip
