"""Who is asking: a value handed to every action, so that no rule looks at a request."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Caller:
    """A person, a person on a tablet, or the system itself.

    `roles` are office roles (inspector, supervisor, clerk, administrator); roles within one inspection's
    team are looked up where they matter.
    """

    person_id: str | None
    name: str
    roles: frozenset[str] = field(default_factory=frozenset)
    device_id: str | None = None
    session_id: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether somebody stands behind the request."""
        return self.person_id is not None or self.device_id is not None

    def has_role(self, *roles: str) -> bool:
        """Whether the caller holds at least one of the roles."""
        return any(role in self.roles for role in roles)

    @staticmethod
    def system(name: str) -> "Caller":
        """The program acting by itself (a job, a command, the first start), under a name for the journal."""
        return Caller(person_id=None, name=name)


ANONYMOUS = Caller(person_id=None, name="")
