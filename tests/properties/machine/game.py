"""One game: tablets, the network between, the office, and the model that says what each answer must be.

Every answer of the application is compared with the model's on the spot; what the database then holds is
compared by `checks`. Nothing here decides what happens next: the machine's rules and directed tests do.
"""

import copy
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from core import clock, db
from core.errors import Refusal
from inspections import actions, log, log_reading, quarantine, set_aside_actions
from inspections.actions import Remark
from inspections.models import Inspection, LoggedOperation
from inspections.set_aside_actions import Ruling
from tests.properties.machine import ground as ground_
from tests.properties.machine import plain_fold, trouble
from tests.properties.machine.edits import EDITS, Wanted
from tests.properties.machine.ground import HOLDERS, Ground, Rows
from tests.properties.machine.plain_fold import RETRACT, Kept, Op
from tests.properties.machine.plain_judge import Stream
from tests.properties.machine.plain_server import MAX_BODY_BYTES, SERVER, Chain, PlainServer, Sent
from tests.properties.machine.slate import Slate, op_of
from tests.properties.machine.trouble import PowerCutError
from tests.properties.machine.verify import check_receipt

PUBLISHED = plain_fold.words(
    """inspection_frozen inspection_unknown not_permitted actor_inactive device_revoked checklist_unknown
    checklist_mismatch item_unknown value_invalid unknown_type parent_unknown signoff_stale open_conflicts
    blobs_missing ops_missing step_not_allowed op_id_reused not_in_signed clock_implausible signoff_awaited
    inspection_full"""
)


@dataclass
class Backup:
    """The rows at a moment, and the model as it was then."""

    rows: Rows
    server: PlainServer


@dataclass
class Game:
    """What is going on. `promised` are the outcomes by epoch, device and number; `mail` all batches sent."""

    ground: Ground
    shift: Callable[[float], None]
    server: PlainServer
    slates: list[Slate]
    spares: list[Slate]
    gone: list[Slate] = field(default_factory=list)
    mail: list[tuple[dict[str, Any], Sent]] = field(default_factory=list)
    promised: dict[tuple[str, str, int], dict[str, Any]] = field(default_factory=dict)
    receipts: dict[tuple[str, str, int], dict[str, Any]] = field(default_factory=dict)
    backup: Backup | None = None
    reached: Counter[str] = field(default_factory=Counter)
    copies: int = 0
    is_dirty: bool = True

    @staticmethod
    def begun(ground: Ground, shift: Callable[[float], None]) -> "Game":
        """A game on fresh ground, with a tablet in each holder's hands."""
        bodies = [ground.body(number) for number in range(len(ground.bodies))]
        chains = {body.device: Chain([body.hashes[0]]) for body in bodies[: len(HOLDERS)]}
        server = PlainServer(bodies[0].epoch, ground.streams(), chains, set(chains))
        slates = [Slate(body, who) for body, who in zip(bodies, HOLDERS, strict=False)]
        return Game(ground, shift, server, slates, [Slate(body, "") for body in bodies[len(HOLDERS) :]])

    @property
    def main(self) -> str:
        """The inspection that everybody works on."""
        return self.ground.inspection

    @property
    def is_sqlite(self) -> bool:
        """Whether one writer at a time holds the whole database."""
        return self.ground.app.extensions[db.WRITE_LOCK] is not None

    @property
    def stream(self) -> Stream:
        """That inspection in the model."""
        return self.server.streams[self.main]

    def edit(
        self, slate: Slate, name: str, *, place: int = 0, value: int = 0, way: str = "seen", other=False
    ):
        """The holder records something."""
        inspection = self.ground.other if other else self.main
        EDITS[name](Wanted(slate, self.ground, inspection, place, value, way))

    def happened(self) -> Counter[str]:
        """How often what came about: points, refusals, effects with their codes, steps that were taken."""
        kept = [one for chain in self.server.chains.values() for one in chain.kept]
        kept += [k for s in self.server.streams.values() for k in s.kept if k.op.device.startswith(SERVER)]
        steps = [one.op.type for one in kept if one.counts and one.op.type.startswith(("insp", "quar"))]
        excluded = [one for one in self.server.streams.values() if one.fold.out]
        return self.reached + Counter(
            [f"{one.effect} {one.code or ''}".strip() for one in kept] + steps + ["left out"] * len(excluded)
        )

    # The network

    def send(
        self, slate: Slate, *, back: int = 0, size: int = 1000, point: str = "", act: Any = None,
        heard: bool = True, by: Slate | None = None, drop: bool = False,
    ) -> Any:  # fmt: skip
        """A batch is on its way, from up to `back` operations before the first that has no outcome.

        Args:
            point, act: what happens within the server when it has come so far.
            heard: whether the answer arrives.
            by: whose tablet brings it.
            drop: the request never arrives.
        """
        first = max(1, slate.acked + 1 - back)
        last = min(len(slate.ops), first + size - 1)
        if last < first:
            return None
        batch, sent = slate.body.batch(first, last), slate.sent(first, last)
        self.mail.append((batch, sent))
        if drop:
            return None
        answer = self.deliver(by or slate, batch, sent, point=point, act=act)
        if answer is not None and heard:
            self.hear(slate, answer, sent)
        return answer

    def deliver(
        self, by: Slate, batch: dict[str, Any], sent: Sent, *, point: str = "", act: Any = None
    ) -> Any:  # fmt: skip
        """The batch arrives at the server; its answer, unless the power went first."""
        self.shift(1)
        self.is_dirty = True
        act = act or trouble.power_cut
        try:
            if point:
                with trouble.at(point, act) as reached:
                    try:
                        answer = by.body.send(batch)
                    finally:
                        self.reached.update(reached)
            else:
                answer = by.body.send(batch)
        except PowerCutError:
            db.db.engine.dispose()
            if point == "after commit":
                self._take(sent, by=by)
            return None
        self._compare(answer, sent, by=by)
        return answer

    def _compare(self, answer: Any, sent: Sent, *, by: Slate) -> None:
        refusal = self.server.refusal(sent, by=by.device)
        if refusal is not None:
            assert (answer.status_code, answer.json.get("code")) == refusal, (refusal, answer.text)
            self.reached[refusal[1]] += 1
            return
        assert answer.status_code == 200, answer.text
        before = self.server.chains[sent.device].seq
        self._take(sent, by=by)
        told, chain = answer.json, self.server.chains[sent.device]
        assert (told["acked_seq"], told["acked_hash"]) == (chain.seq, chain.hashes[-1]), "I1"
        taken = [op for op in sent.ops if op.seq <= chain.seq]
        assert [one["seq"] for one in told["results"]] == [op.seq for op in taken], "I2"
        for op, result in zip(taken, told["results"], strict=True):
            self._compare_result(op, result, is_new=op.seq > before)
        stop = next((op for op in sent.ops if op.seq > chain.seq), None)
        assert (told["stopped"] or {}).get("op_id") == (stop.op_id if stop else None), "I11"
        assert told["missing_blobs"] == self.server.missing_files(sent.ops), "I10"
        if told["receipt"] is not None:
            check_receipt(told["receipt"], self.ground.keys, epoch=self.server.epoch, chain=chain)
            first = self.receipts.setdefault((self.server.epoch, sent.device, chain.seq), told["receipt"])
            assert first == told["receipt"], "I1: one head was receipted twice"

    def _compare_result(self, op: Op, result: dict[str, Any], *, is_new: bool) -> None:
        kept = self.server.chains[op.device].kept[op.seq - 1]
        assert (result["status"] == "duplicate") == (not is_new), "I2"
        verdict = {
            name: (result["first"] or result)[name]
            for name in ("status", "inspection", "pos", "error", "warning", "conflict")
        }
        code = (verdict["error"] or verdict["warning"] or {}).get("code")
        told, known = (verdict["status"], code, verdict["pos"]), (kept.effect, kept.code, kept.pos)
        assert told == known, f"I2, I7: {op.type} on {op.entity}: {verdict}"
        assert (verdict["conflict"] is not None) == (kept.effect == "conflict"), "I7"
        assert (verdict["error"] is not None) == (kept.effect == "quarantined"), "I13"
        assert code is None or (code in PUBLISHED and (verdict["error"] or verdict["warning"])["message"]), (
            "I13"
        )
        first = self.promised.setdefault((self.server.epoch, op.device, op.seq), verdict)
        assert first == verdict, "I2: a repetition had another outcome"

    def _take(self, sent: Sent, *, by: Slate) -> None:
        """The model takes the batch, and what the server had to add by itself is found in its log."""
        if self.server.refusal(sent, by=by.device) is None:
            self.server.receive(sent)
            self.settle()

    def settle(self) -> None:
        """Each sign-off that waited and need not any more has been ended by the server's own step (I11)."""
        for stream in self.server.streams.values():
            wanted = self.server.settlement(stream)
            taken = self.take_own(stream)
            assert [kept.op.type for kept in taken] == wanted, "I8, I11"

    def take_own(self, stream: Stream) -> list[Kept]:
        """What the server wrote into the stream by itself; the model has it too and agrees on the effect."""
        query = select(LoggedOperation).where(
            LoggedOperation.inspection == stream.inspection, LoggedOperation.pos > len(stream.kept)
        )
        with self.ground.app.app_context(), db.reading() as session:
            rows = session.scalars(query.order_by(LoggedOperation.pos)).all()
            found = [
                (op_of(row.device, json.loads(row.header) | {"body": row.body}), row.effect, row.code)
                for row in rows
            ]
        assert all(op.device.startswith(SERVER) for op, _, _ in found), "I3: an operation that no tablet made"
        taken = self.server.take_own(stream, [op for op, _, _ in found])
        assert [(k.effect, k.code) for k in taken] == [(effect, code) for _, effect, code in found], "I2"
        return taken

    def hear(self, slate: Slate, answer: Any, sent: Sent) -> None:
        """The answer arrives at the tablet, which does what the protocol says."""
        told = answer.json
        if answer.status_code == 409 and told["code"] == "epoch_mismatch":
            self._begin_epoch(slate, told)
        elif answer.status_code == 409 and told["code"] == "gap":
            slate.go_back(told["expected_seq"] - 1)
        elif answer.status_code == 409 and told["code"] == "chain_fork":
            self.reissue(slate)
        elif told.get("code") in ("token_expired", "device_unknown"):
            self._enrol(slate)
        if answer.status_code != 200 or sent.epoch != slate.body.epoch:
            return
        for result in told["results"]:
            slate.told[result["seq"]] = result["first"] or result
            slate.acked = max(slate.acked, result["seq"])
        if told["stopped"] is not None and len(slate.ops[told["stopped"]["seq"] - 1].text or "") > 1000:
            slate.withhold(told["stopped"]["seq"])

    def _begin_epoch(self, slate: Slate, told: dict[str, Any]) -> None:
        """The tablet goes on from what the server has of it, if that is its own work and not a copy's."""
        slate.start_over(told["epoch"], told["acked_seq"])
        if told["acked_hash"] not in slate.body.hashes:
            slate.acked = 0
            self.reissue(slate)

    def late(self, by: Slate, number: int) -> Any:
        """A batch that was sent once, and perhaps arrived, arrives now."""
        if not self.mail:
            return None
        batch, sent = self.mail[number % len(self.mail)]
        return self.deliver(by, batch, sent)

    def pull(self, slate: Slate, limit: int = 1000) -> Any:
        """The tablet reads on from where it stands (I5, I12)."""
        cursors = {name: len(slate.pulled.get(name, ())) for name in (self.main, self.ground.other)}
        answer = slate.body.pull(cursors | {self.ground.foreign: 0}, limit=limit)
        if slate.device not in self.server.let_in:
            assert (answer.status_code, answer.json.get("code")) == (401, "token_expired"), "I12"
            self._enrol(slate)
            return answer
        if self.server.chains[slate.device].mode in ("lost", "stolen"):
            assert (answer.status_code, answer.json.get("code")) == (403, "device_revoked"), "I12"
            return answer
        if slate.body.epoch != self.server.epoch:
            assert (answer.status_code, answer.json.get("code")) == (409, "epoch_mismatch")
            self._begin_epoch(slate, answer.json)
            return answer
        assert answer.status_code == 200, answer.text
        assert [one["stream"] for one in answer.json["gone"]] == [f"inspection:{self.ground.foreign}"], "I12"
        for name, cursor in cursors.items():
            stretch = answer.json["streams"][f"inspection:{name}"]
            assert stretch["from"] == cursor, "I5"
            slate.pulled.setdefault(name, []).extend(stretch["entries"])
            assert stretch["to"] == len(slate.pulled[name]), "I5"
        return answer

    # Files

    def upload(self, slate: Slate, number: int, way: str = "whole") -> Any:
        """A file of the tablet's comes, whole, or other than it was announced (I10)."""
        is_in = slate.device in self.server.let_in
        if not slate.files or not is_in or self.server.chains[slate.device].mode in ("lost", "stolen"):
            return None
        sha256 = sorted(slate.files)[number % len(slate.files)]
        inspection, content = slate.files[sha256]
        sent = {"whole": content, "short": content[:-1], "other": b"x" * len(content)}[way]
        self.shift(1)
        self.is_dirty = True
        answer = slate.body.client.put(
            f"/sync/v1/blobs/sha256:{sha256}?inspection={inspection}", data=sent, headers=slate.body.headers
        )
        if way != "whole":
            assert (answer.status_code, answer.json.get("code")) == (422, "hash_differs"), "I10"
            return answer
        is_new = (inspection, sha256) not in self.server.uploaded
        assert answer.status_code == (201 if is_new else 200), answer.text
        self.server.uploaded.add((inspection, sha256))
        self.settle()
        return answer

    # The closing meeting and the office

    def meeting(
        self, slate: Slate, *, refusal: bool = False, leave_out: int = -1, wrong: bool = False
    ) -> None:
        """The leader's tablet shows the record; both sides sign it; all that is recorded, nothing is sent.

        Args:
            leave_out: the number of the operation, among those of others on the screen, that is left out.
        """
        self.edit(slate, "step", value=2)
        screen = slate.screen(self.main)
        others = [kept.op.op_id for kept in screen if kept.op.device != slate.device and kept.op.is_in_record]
        exclude = [others[leave_out % len(others)]] if leave_out >= 0 and others else []
        content = plain_fold.folded(screen, exclude=exclude).content(self.main, self.stream.checklist_sha256)
        content = "cd" * 32 if wrong else content
        drawing = slate.photographed(self.main, f"drawn on {slate.device} {len(slate.ops)}".encode())
        for role in ("leader", "unit"):
            mark = {"refusal": {"reason": "vắng", "witnesses": []}} if refusal and role == "unit" else {}
            body = {"role": role, "name": role, "content": content, **(mark or {"blob": drawing})}
            entity = f"signature/{plain_fold.named_id(f'{role} {slate.device} {len(slate.ops)}')}"
            slate.record(self.main, "signature.add", entity, body)
        seen: dict[str, int] = {}
        for kept in slate.screen(self.main):
            seen[kept.op.device] = max(seen.get(kept.op.device, 0), kept.op.seq)
        body = {"content": content, "seen": seen, "exclude": exclude, "statement": "nhất trí"}
        slate.record(self.main, "inspection.signoff", "inspection", body)

    def office(self, what: str, choice: int = 0) -> bool:
        """Somebody at a desk does something through the server's own door; whether it was taken."""
        self.shift(1)
        self.is_dirty = True
        who = "supervisor" if what in ("send back", "approve", "supervisor reopens") else "leader"
        caller, at = self.ground.caller(who), clock.now()
        try:
            with self.ground.app.app_context(), db.writing() as session:
                inspection = session.get_one(Inspection, self.main)
                if not self._office_step(session, inspection, what, choice, caller=caller, at=at):
                    return False
        except Refusal:
            assert not self.take_own(self.stream), "a refusal wrote something"
            return False
        taken = self.take_own(self.stream)
        assert taken, "I1: what was done at the desk is not in the log"
        assert all(kept.counts for kept in taken), "I13"
        return True

    def _office_step(self, session, inspection, what, choice, *, caller, at) -> bool:
        if what in ("leader reopens", "supervisor reopens"):
            set_aside_actions.reopen(session, inspection, reason="bổ sung", by=caller, at=at)
        elif what == "send back":
            remarks = [Remark("answer/PL-01", "xem lại")][: choice % 2]
            actions.send_back(
                session, inspection, reason="thiếu", due_on=None, remarks=remarks, by=caller, at=at
            )
        elif what == "approve":
            content = self.stream.fold.content(self.main, self.stream.checklist_sha256)
            actions.approve(session, inspection, content=content, by=caller, at=at)
        elif what in ("adopt", "dismiss"):
            folded = log.read_fold(session, self.main)
            waiting = quarantine.awaiting(folded, log_reading.beside(session, self.main))
            fit = quarantine.is_adoptable if what == "adopt" else quarantine.is_dismissible
            found = [entry.op_id for entry in waiting if fit(entry)]
            if not found:
                return False
            decide = set_aside_actions.adopt if what == "adopt" else set_aside_actions.dismiss
            decide(session, inspection, found[choice % len(found)], reason="đã rõ", by=caller, at=at)
        else:
            found = sorted(self.stream.fold.record_conflicts().items())
            if not found:
                return False
            (entity, name), heads = found[choice % len(found)]
            keep = sorted(heads)[choice % len(heads)]
            if name == RETRACT and entity.startswith(("photo/", "file/")):
                return False
            ruling = Ruling(entity, name, sorted(heads), "đã rõ", keep=keep)
            set_aside_actions.resolve(session, inspection, ruling, by=caller, at=at)
        return True

    # Disasters

    def wipe(self, slate: Slate, *, is_copied: bool = False) -> None:
        """The tablet loses what it holds; its holder works on with another, if there is one."""
        if len(self.spares) <= self.copies - is_copied:
            return
        fresh = self.spares.pop()
        fresh.who, fresh.body.person_id = slate.who, slate.body.person_id
        self.gone.append(slate)
        self.slates[self.slates.index(slate)] = fresh
        self._enrol(fresh)

    def _enrol(self, slate: Slate) -> None:
        """The tablet is enrolled, perhaps once more after a restore that knows nothing of it."""
        if slate.device in self.server.chains:
            ground_.let_in(self.ground.app, slate.body)
        else:
            ground_.enrolled(self.ground.app, slate.body)
            self.server.chains[slate.device] = Chain([slate.body.hashes[0]])
            slate.start_over(self.server.epoch, 0)
        self.server.let_in.add(slate.device)
        self.is_dirty = True

    def reissue(self, slate: Slate) -> None:
        """The tablet was copied and the copy was first: what it had not sent goes into a new chain."""
        unsent = [op for op in slate.ops[slate.acked :] if op.text is not None]
        self.wipe(slate, is_copied=True)
        self.copies -= 1
        fresh = next(one for one in self.slates if one.who == slate.who)
        fresh.files = slate.files
        for op in unsent:
            fresh.record(
                op.inspection, op.type, op.entity, op.text, parents=op.parents, checklist=op.checklist,
                nonsense=op.nonsense,
            )  # fmt: skip

    def clone(self, slate: Slate, back: int) -> Any:
        """A copy of the tablet, as it was some operations ago, records something else and sends it."""
        if self.copies == len(self.spares):
            return None  # whoever was copied must be able to go on with another tablet
        self.copies += 1
        known = max(0, slate.acked - back)
        twin = Slate(copy.copy(slate.body), slate.who, list(slate.ops[:known]), acked=known)
        twin.body.operations = list(slate.body.operations[:known])
        twin.body.hashes = list(slate.body.hashes[: known + 1])
        self.edit(twin, "note")
        return self.send(twin, heard=False)

    def revoke(self, slate: Slate, mode: str) -> None:
        """The tablet is taken out of use, if it is in use and known."""
        chain = self.server.chains.get(slate.device)
        if chain is None or chain.mode:
            return
        ground_.taken_out(self.ground.app, slate.body, mode)
        chain.mode = mode
        self.is_dirty = True

    def back_up(self) -> None:
        """A copy of everything is kept."""
        self.backup = Backup(ground_.copied(self.ground.app), copy.deepcopy(self.server))

    def restore(self) -> bool:
        """The server is as it was at the backup, in a new epoch."""
        if self.backup is None:
            return False
        self.shift(60)
        self.server = copy.deepcopy(self.backup.server)
        self.server.epoch = ground_.restored(self.ground.app, self.backup.rows)
        self.is_dirty = True
        return True

    def quiesce(self) -> None:
        """A fair network: everything that can be sent is sent, and read, within a few exchanges (I11)."""
        for slate in list(self.slates):
            self.pull(slate)  # whoever has nothing to send learns here that a new epoch has begun
            self._sent_out(slate)
        for slate in self.slates:
            for number in range(len(slate.files)):
                self.upload(slate, number)
        for slate in self.slates:
            self.pull(slate)

    def _sent_out(self, slate: Slate) -> None:
        limit = 8 + sum(len(op.text or "") > MAX_BODY_BYTES // 2 for op in slate.ops)
        for _ in range(limit):
            slate = next((one for one in self.slates if one.who == slate.who), slate)
            if slate.acked >= len(slate.ops) or slate not in self.slates:
                return
            if self.server.chains.get(slate.device, Chain([])).mode == "stolen":
                return
            self.send(slate)
        raise AssertionError("I11: a tablet never gets rid of its work")
