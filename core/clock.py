"""The only place that reads the clock; rules are given their moments and never ask for them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present moment, aware, in UTC. Called at the edges only."""
    return datetime.now(UTC)


def local_date(moment: datetime) -> date:
    """The day in Việt Nam on which the moment falls; legal days are counted so."""
    return moment.astimezone(VIETNAM).date()


def wire_time(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and `Z`, as every document on the wire writes time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
