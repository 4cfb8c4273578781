"""What became of the items of earlier checklist versions, when an inspection was bound to a newer one.

It knows no checklist: a supplement says which items became others; what it does not name lives on as it is.
"""

from collections.abc import Iterable, Mapping

Became = Mapping[str, str | None]


def since(supplements: Iterable[tuple[str, Became]]) -> dict[str, dict[str, str | None]]:
    """Each earlier version with those of its items that are others now, or none (None).

    Args:
        supplements: in the order of the log, the version before each and what its items became in the next.
    """
    earlier: dict[str, dict[str, str | None]] = {}
    for before, became in supplements:
        for moved in earlier.values():
            unmoved = {item: now for item, now in became.items() if item not in moved}
            moved.update({item: became.get(now, now) for item, now in moved.items() if now is not None})
            moved.update(unmoved)
        earlier[before] = dict(became)
    return earlier
