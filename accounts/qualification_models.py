"""The table of certificates that inspectors hold: dated facts, and where each comes from; it judges none."""

from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Id


class Qualification(Base):
    """Văn bằng, chứng chỉ của một người, ghi để đối chiếu với Điều 40 Thông tư 26/2014/TT-BKHCN."""

    __tablename__ = "qualification"
    __table_args__ = (Index("ix_qualification_person_id", "person_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    awarded_on: Mapped[date]
    number: Mapped[str]
    issuer: Mapped[str]
