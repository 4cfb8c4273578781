"""The machine: how a game may go on. Hypothesis chooses, `game` acts, `checks` looks after each step."""

import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.properties.machine import checks, trouble
from tests.properties.machine.edits import CONTESTED, EDITS, WAYS
from tests.properties.machine.game import Game
from tests.properties.machine.ground import Ground, one_game
from tests.properties.machine.slate import Slate

holder = st.integers(0, 2)
small = st.integers(0, 5)
value = st.integers(0, 2)
edit = st.tuples(
    holder, st.one_of(st.sampled_from(CONTESTED), st.sampled_from(sorted(EDITS))), st.sampled_from(WAYS),
    st.tuples(small, value, small),
)  # fmt: skip
# Around the commit is where an acknowledgement can be wrong.
CUTS = ("before commit", *trouble.POINTS, "before commit", "after commit", "after commit")
RIVALS = ("push", "push", "same", "pull")
SKEWS = (0, 0, -3650, -100, 2, 3650)  # days
MISHAPS = ("skew", "list", "copy", "wipe", "backup", "restore", "revoke")
FITTING = {
    "in_progress": ("adopt", "dismiss", "resolve", "resolve"),
    "agreed": ("leader reopens", "resolve", "adopt"),
    "signed": ("leader reopens", "supervisor reopens"),
    "submitted": ("send back", "send back", "approve", "supervisor reopens"),
    "approved": ("supervisor reopens",),
}
DESK = ("send back", "approve", "leader reopens", "supervisor reopens", "adopt", "dismiss", "resolve")


class Machine(RuleBasedStateMachine):
    """Tablets, a network and an office around the application; subclasses say on which ground."""

    ground: Ground
    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.around = ExitStack()
        self.game: Game

    @initialize(seed=st.integers(0, 3))
    def begin(self, seed: int) -> None:
        """The ground is put back as it was."""
        self.around.enter_context(self.ground.app.app_context())
        self.game = Game.begun(self.ground, self.around.enter_context(one_game(self.ground, seed=seed)))

    def slate(self, number: int) -> Slate:
        """One of the tablets that are in use."""
        return self.game.slates[number % len(self.game.slates)]

    @rule(edits=st.lists(edit, min_size=1, max_size=5), sends=st.booleans())
    def edit(self, edits: list[tuple[Any, ...]], sends: bool) -> None:
        """Some record something, now and then in another inspection."""
        for who, name, way, (place, value, other) in edits:
            self.game.edit(self.slate(who), name, place=place, value=value, way=way, other=other == 5)
        if sends:
            self.game.send(self.slate(edits[0][0]))

    @rule(name=st.sampled_from(CONTESTED), place=small, values=st.tuples(value, value), reads=st.booleans())
    def rivals(self, name: str, place: int, values: tuple[int, int], reads: bool) -> None:
        """Two write about the same thing at the same time, and a third perhaps sees it."""
        for number, written in enumerate(values, start=1):
            self.game.edit(self.slate(number), name, place=place, value=written)
        for number in (1, 2):
            self.game.send(self.slate(number))
        if reads:
            self.game.pull(self.slate(0))

    @rule(who=holder, choice=small)
    def resolve(self, who: int, choice: int) -> None:
        """Somebody ends a conflict that is on the screen, permitted or not."""
        slate = self.slate(who)
        wanted = slate.resolution(self.game.main, choice)
        if wanted is not None:
            kind, entity, body, parents = wanted
            nonsense = "" if len(body) > 1 or kind.endswith(".retract") else "shape"
            slate.record(self.game.main, kind, entity, body, parents=parents, nonsense=nonsense)

    @rule(
        who=holder, part=st.tuples(st.integers(0, 3), st.integers(1, 8)), heard=st.integers(0, 2), by=holder
    )
    def send(self, who: int, part: tuple[int, int], heard: int, by: int) -> None:
        """A batch arrives, perhaps through a team mate's tablet; the answer may be lost."""
        back, size = part
        self.game.send(self.slate(who), back=back, size=size, heard=heard > 0, by=self.slate(by))

    @rule(who=holder, fate=st.sampled_from(("dropped", "doubled", "late")), number=st.integers(1, 50))
    def network(self, who: int, fate: str, number: int) -> None:
        """A batch does not arrive, arrives several times, or arrives long after it left."""
        slate = self.slate(who)
        if fate == "dropped":
            self.game.send(slate, size=number, drop=True)
        elif fate == "late":
            self.game.late(slate, number)
        elif self.game.send(slate, heard=False) is not None:
            for _ in range(1 + number % 2):
                self.game.late(slate, len(self.game.mail) - 1)

    @rule(who=holder, size=st.integers(1, 8), point=st.sampled_from(CUTS), heard=st.booleans())
    def crash(self, who: int, size: int, point: str, heard: bool) -> None:
        """The power goes within a push; the tablet tries again at once, or later."""
        self.game.edit(self.slate(who), "answer", place=size, way="blind")
        self.game.send(self.slate(who), size=size, point=point)
        if heard:
            self.game.send(self.slate(who), size=size)

    @rule(
        who=holder, rival=holder, point=st.sampled_from(("inflated", "locked")), what=st.sampled_from(RIVALS)
    )
    def interleave(self, who: int, rival: int, point: str, what: str) -> None:
        """While one push is under way, another comes first, or a reader looks."""
        slate, other = self.slate(who), self.slate(rival)
        # Whoever holds a lock that the other needs would wait for himself.
        is_held = point == "locked" and (other is slate or self.game.is_sqlite)

        def meanwhile() -> None:
            if what == "pull" or is_held:
                self.game.pull(other)
            elif what == "push" and other is not slate:
                self.game.send(other)
            elif point == "inflated":
                self.game.late(slate, len(self.game.mail) - 1)

        self.game.edit(slate, "answer", place=rival, way="blind")
        self.game.send(slate, point=point, act=meanwhile)

    @rule(who=st.integers(1, 2), name=st.sampled_from(CONTESTED), number=value)
    def overtake(self, who: int, name: str, number: int) -> None:
        """The leader's sign-off comes in while a push of which it knows nothing is under way."""
        game, leader = self.game, self.slate(0)
        game.pull(leader)
        game.meeting(leader, refusal=number == 1)
        game.edit(self.slate(who), name, value=number)
        game.send(self.slate(who), point="inflated", act=lambda: game.send(leader))

    @rule(who=holder, limit=st.sampled_from((1, 2, 5, 1000, 1000)))
    def pull(self, who: int, limit: int) -> None:
        """A tablet reads on."""
        self.game.pull(self.slate(who), limit)

    @rule(who=holder, number=small, way=st.sampled_from(("whole", "whole", "short", "other")))
    def upload(self, who: int, number: int, way: str) -> None:
        """A file arrives, whole or not."""
        self.game.upload(self.slate(who), number, way)

    @rule(
        together=st.booleans(),
        signed=st.tuples(st.booleans(), st.integers(-3, 2), st.integers(0, 7)),
        submit=st.booleans(),
        files=st.booleans(),
    )
    def closing_meeting(
        self, together: bool, signed: tuple[bool, int, int], submit: bool, files: bool
    ) -> None:
        """The leader concludes and both sides sign, with all tablets at the table or with some far away."""
        refusal, leave_out, wrong = signed
        if together:
            self.exchange()
            self.settle_conflicts()
        game, leader = self.game, self.slate(0)
        game.meeting(leader, refusal=refusal, leave_out=leave_out, wrong=wrong == 7)
        if submit:
            game.edit(leader, "step", value=1)
        if together:
            game.send(leader)
        for number in range(len(leader.files) if files else 0):
            game.upload(leader, number)

    def exchange(self) -> None:
        """Everybody sends and reads."""
        for slate in list(self.game.slates):
            self.game.send(slate)
        for slate in self.game.slates:
            self.game.pull(slate)
            for number in range(len(slate.files)):
                self.game.upload(slate, number)

    def settle_conflicts(self) -> None:
        """The leader ends what stands against each other on the screen."""
        for choice in range(4):
            self.resolve(0, choice)
        self.game.send(self.slate(0))
        self.game.pull(self.slate(0))

    @rule(choice=st.integers(0, 50))
    def office(self, choice: int) -> None:
        """Somebody at a desk decides something, mostly what the state calls for."""
        fitting = FITTING.get(self.game.stream.state, ())
        options = fitting if choice % 5 and fitting else DESK
        self.game.office(options[choice % len(options)], choice // 5)

    @rule(who=holder, what=st.sampled_from(MISHAPS), number=small)
    def mishap(self, who: int, what: str, number: int) -> None:
        """What befalls a tablet, or the whole server."""
        game, slate = self.game, self.slate(who)
        if what == "skew":
            slate.skew_days = SKEWS[number]
        elif what == "list":
            slate.checklist = sorted(self.ground.checklists)[number % 2]
        elif what == "copy":
            game.clone(slate, number % 3)
        elif what == "wipe":
            game.wipe(slate)
        elif what == "backup":
            game.back_up()
        elif what == "restore" and number < 3:
            game.restore()
        elif what == "revoke" and number < 3 and slate.who != "leader":
            game.revoke(slate, ("retired", "lost", "stolen")[number])

    @rule(choice=st.integers(0, 50))
    def swap_bytes(self, choice: int) -> None:
        """Somebody forges a row; the forgery is found and taken back."""
        checks.swap_bytes(self.game, choice)

    @invariant()
    def holds(self) -> None:
        """I1 to I5, I7, I8, I14."""
        if hasattr(self, "game"):
            checks.check_now(self.game)

    def teardown(self) -> None:
        """A fair network at last; then everything must be there, everywhere."""
        has_failed = sys.exc_info()[0] is not None
        try:
            if hasattr(self, "game") and not has_failed:
                self.game.quiesce()
                checks.check_now(self.game)
                checks.check_at_rest(self.game)
        finally:
            if hasattr(self, "game"):
                self.reached.update(self.game.happened())
            self.around.close()


def machine_on(ground: Ground) -> Callable[[], Any]:
    """The machine on this ground."""
    return type("MachineHere", (Machine,), {"ground": ground, "reached": Counter()})
