"""What nobody may keep from a restored backup: ways in that were closed since, perhaps on purpose."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from accounts.device_models import DeviceToken
from accounts.models import Invitation, SignedInSession


def end_ways_in(session: Session) -> None:
    """Nobody is signed in, no tablet holds a token, and invitations that were not used yet are void.

    Passwords, and which tablets are out of use, are as they were when the backup was made.
    """
    session.execute(delete(SignedInSession))
    session.execute(delete(DeviceToken))
    session.execute(delete(Invitation).where(Invitation.used_at.is_(None)))
