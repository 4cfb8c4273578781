"""One cheap look: how far each log goes and which packages are current; a tablet then knows what is new."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from core import epoch
from core.caller import Caller
from inspections import queries
from inspections.models import Inspection
from sync import packages, streams
from sync.schemas import HeadOut, HeadsOut


def look(session: Session, names: Iterable[str] | None, caller: Caller) -> HeadsOut:
    """The heads of the named streams, or of all the caller's if none is named; no time is in it."""
    if names is None:
        found = {f"{streams.PREFIX}{one.id}": one for one in queries.listed(session, caller)}
        return _told(session, found, HeadsOut(epoch.current(session), {}, []))
    found, gone = streams.opened(session, names, caller)
    return _told(session, found, HeadsOut(epoch.current(session), {}, gone))


def _told(session: Session, found: dict[str, Inspection], frame: HeadsOut) -> HeadsOut:
    heads = {
        name: HeadOut(
            head=one.head_pos, root=one.root, status=streams.status_of(one), state=one.state,
            revision=one.revision, package=packages.etag(session, one),
        )
        for name, one in sorted(found.items())
    }  # fmt: skip
    return HeadsOut(frame.epoch, heads, frame.gone)
