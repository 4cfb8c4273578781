"""One cheap look: how far each log goes and which packages are current; a tablet then knows what is new."""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy.orm import Session

from accounts import devices
from core import epoch
from core.caller import Caller
from core.glance import Mark
from inspections import queries
from inspections.models import Inspection
from sync import packages, streams
from sync.schemas import GoneOut, HeadOut, HeadsOut

KEPT = 256

_kept: dict[tuple[object, ...], bytes] = {}


def kept(names: Sequence[str] | None, caller: Caller, mark: Mark) -> bytes | None:
    """What was last said to this question, if nothing at all was committed since.

    A tablet asks often, and packages are dear to put together.
    """
    return _kept.get(_asked(names, caller, mark))


def content(session: Session, names: Sequence[str] | None, caller: Caller, mark: Mark) -> bytes:
    """What `look` says as JSON, kept for as long as the mark, taken before, is the present one."""
    said = msgspec.json.encode(look(session, names, caller))
    while len(_kept) >= KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[_asked(names, caller, mark)] = said
    return said


def _asked(names: Sequence[str] | None, caller: Caller, mark: Mark) -> tuple[object, ...]:
    return caller.person_id, caller.device_id, None if names is None else tuple(names), mark


def look(session: Session, names: Collection[str] | None, caller: Caller) -> HeadsOut:
    """The heads of the named streams, or of all the caller's if none is named; no time is in it."""
    gone: list[GoneOut] = []
    if names is None:
        found = {f"{streams.PREFIX}{one.id}": one for one in queries.listed(session, caller)}
    else:
        found, gone = streams.opened(session, names, caller)
    acked_seq = devices.tablet(session, str(caller.device_id)).seq
    return HeadsOut(epoch.current(session), acked_seq, _heads_of(session, found), gone)


def _heads_of(session: Session, found: dict[str, Inspection]) -> dict[str, HeadOut]:
    return {
        name: HeadOut(
            head=one.head_pos, root=one.root, status=streams.status_of(one), state=one.state,
            revision=one.revision, package=packages.etag(session, one),
        )
        for name, one in sorted(found.items())
    }  # fmt: skip
