"""One attempt at the units of a project: those that hold no more are evaluated, the others are taken over."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from normlint import summaries
from normlint.bodies import Bodies, Body
from normlint.catalogue import catalogue
from normlint.config_composition import ConfigTrees
from normlint.config_values import ConfigValues
from normlint.discover import is_text
from normlint.documented_flags import DocumentedFlags
from normlint.earlier import IMPORTS, Earlier, Plan, body_key, config_key, top_key
from normlint.evaluate.idle import Idle
from normlint.evaluate.imports import module_scope
from normlint.evaluate.log import Log
from normlint.evaluate.machine import Machine
from normlint.evaluate.relevance import CONFIG_FILE
from normlint.evaluation import Evaluation, Holds, leave, modules_of, rests_on
from normlint.inherited_entries import inherited_entries
from normlint.log_codec import LogError, decode, encode
from normlint.logs import Logs
from normlint.mentioned import Mentioned
from normlint.places import Place
from normlint.results import SUMMARIES
from normlint.text_sieve import is_ir
from normlint.workspace import Workspace

Progress = Callable[[int, int], None]
_EMPTY = encode(Log())
_NO_BODY = Body()


class Attempt:
    """``earlier`` is what the last run left; the units that it has not, or that hold no more, are evaluated."""

    def __init__(
        self, workspace: Workspace, earlier: Earlier, jobs: int, progress: Progress | None, plan: Plan
    ) -> None:
        self.workspace = workspace
        self.earlier = earlier
        self.jobs = jobs
        self.progress = progress
        self.modules = modules_of(workspace)
        self.plan = plan
        self.configs = [path for path in workspace.kept() if workspace.files[path].kind == "config"]
        self.machine = Machine(workspace.hand_over, frozenset(workspace.files), catalogue(), frozenset(self.modules))
        self.machine.mentions = Mentioned(workspace).of
        if not workspace.about_images():
            self.machine.is_idle = Idle(self.machine, workspace.text)
        self._configure([path for path, file in workspace.files.items() if file.kind == "config"])
        self.work = Bodies(workspace, self.machine)
        self._places: dict[tuple[Any, ...], Place] = {}
        self._made: dict[str, tuple[Log | None, bytes]] = {}

    def _configure(self, read: list[str]) -> None:
        """Let the machine ask what configs, and the command lines in texts, say."""
        configs = tuple(path for path in read if not is_text(path))
        values = ConfigValues(configs, self.workspace.data)
        self.machine.configured, self.machine.configurable = values.find, values.sets
        self.machine.config_trees = ConfigTrees(configs, self.workspace.data)
        texts = tuple(path for path in read if is_text(path) and not is_ir(path))
        self.machine.replaced = DocumentedFlags(texts, self.workspace.data).replaces
        self.machine.relevant_everywhere = frozenset({CONFIG_FILE} if configs else ())

    def result(self, holds: Holds | None) -> Evaluation | None:
        """None where what was left cannot be used after all."""
        self._evaluate()
        before, tops = self.earlier.changed, self.machine.tops
        if any(changed != set(before.get(path, ())) for path, changed in tops.changed.items()):
            return None  # values of modules that others saw without the change, or with one that is no more
        if any(tops.units[path].asked != self.earlier.direct[path] for path in self.plan.contained if path in tops.units):
            return None  # it reaches other modules, and who reaches it these
        return self._put_together(holds)

    def whole(self, holds: Holds | None) -> Evaluation:
        """With everything evaluated."""
        self._evaluate()
        return self._put_together(holds)

    def _evaluate(self) -> None:
        plan = self.plan
        self.workspace.lower_ahead(plan.tops, self.jobs)
        for path in plan.tops:
            module_scope(self.machine, path)
            self.workspace.forget(path)
            self.workspace.forget_bodies()
        taken_over, progress = len(self.modules) - len(plan.bodies), self.progress
        self.work.evaluate(
            plan.bodies, self.jobs, lambda done: progress(taken_over + done, len(self.modules)) if progress else None
        )

    def _put_together(self, holds: Holds | None) -> Evaluation:
        """The logs of all units, in the order of their files; one that was left and is damaged shows when it is read."""
        later = self._later()
        keys = self._take(later)
        leave(self.workspace, later, self.earlier)
        name, reached = rests_on(self.workspace, later), tuple(sorted(later.direct))
        if holds is not None and holds(name, reached):
            return Evaluation(None, reached, (), name)
        self._let_go()
        problems = [problem for found in later.problems.values() for problem in found]
        before = self.earlier.logs
        logs = Logs(
            [key for key in keys if key in self._made or key in before], self._log, later.logs, before,
            summaries.unpack(self.workspace.unit(SUMMARIES)) if before else None, self._log_before,
        )  # fmt: skip
        return Evaluation(logs, reached, (*self.workspace.problems, *problems), name, not self.earlier.order)

    def _let_go(self) -> None:
        """Free what only evaluating needs: the logs of a large project take as much room again."""
        del self.machine, self.work
        self.workspace.forget_modules()

    def _take(self, later: Earlier) -> list[str]:
        """Leave every unit for the next run, and what is known of it in ``later``; their keys in order."""
        keys = []
        for path in self.configs:
            keys.append(config_key(path))
            if not self.earlier.order:  # else the environment is the same, and with it every config
                log = Log()
                log.observations.extend(self.workspace.config(path))
                log.conversions.extend(self.workspace.conversions(path))
                trees = self.machine.config_trees
                tree = trees.load(path) if trees is not None and not is_text(path) and trees.builds_on_others(path) else None
                if tree is not None:
                    log.inherited.extend(inherited_entries(path, tree))
                self.workspace.forget(path)
                self._made[config_key(path)] = log, b""
        tops, elsewhere = self.machine.tops.units, self.work.tops
        for path in sorted(later.direct):
            keys.append(top_key(path))
            if path in tops or path in elsewhere:
                self._made[top_key(path)] = (tops[path].log, b"") if path in tops else (None, elsewhere[path].data)
            if path in later.asked:
                keys.append(body_key(path))
                body = self.work.bodies.get(path, _NO_BODY)
                if body != _NO_BODY:
                    self._made[body_key(path)] = (body.log, body.data)
        for path in (*self.configs, *sorted(later.direct)):
            known = self.workspace.module_problems.get(path)
            if known is None:
                known = list(elsewhere[path].problems) if path in elsewhere else self.earlier.problems.get(path)
            if known:
                later.problems[path] = known
        if self.workspace.store is not None:
            for key in keys:
                self._leave(key, later)
        return keys

    def _leave(self, key: str, later: Earlier) -> None:
        if key not in self._made:
            before = self.earlier.logs.get(key)
            if before is not None:
                later.logs[key] = before
                self.workspace.keep_unit(key)
            return
        log, data = self._made[key]
        data = data if log is None else encode(log)
        if data != _EMPTY:
            later.logs[key] = _named(data)
            self.workspace.keep_unit(key, data)

    def _log(self, key: str) -> Log:
        """What a unit observed: in this process, in another one, or in the last run. Raises ``LogError``."""
        if key in self._made:
            log, data = self._made[key]
            return decode(data, self._places) if log is None else log
        return self._log_before(key)

    def _log_before(self, key: str) -> Log:
        """What a unit observed in the last run. Raises ``LogError``."""
        before = self.workspace.unit(key)
        if before is None or _named(before) != self.earlier.logs[key]:
            raise LogError("a log is missing")
        return decode(before, self._places)

    def _later(self) -> Earlier:
        """What this run leaves: the modules that are still reached, in the order of the last run with the new ones last."""
        earlier, tops, elsewhere = self.earlier, self.machine.tops, self.work.tops
        later = Earlier(
            earlier.environment,
            direct=earlier.direct
            | {path: list(top.asked) for path, top in elsewhere.items()}
            | {path: unit.asked for path, unit in tops.units.items()},
            changed=earlier.changed
            | {path: list(top.changed) for path, top in elsewhere.items()}
            | {path: sorted(others) for path, others in tops.changed.items()},
            asked={path: earlier.asked[path] for path in self.modules if path in earlier.asked}
            | {path: list(body.asked) for path, body in self.work.bodies.items()},
            any_name=earlier.any_name.union(
                *(unit.any_name for unit in tops.units.values()), *(body.any_name for body in self.work.bodies.values()),
                *(top.any_name for top in elsewhere.values()),
            ),
        )  # fmt: skip
        reached = later.reached(self.modules)
        later.direct = {path: direct for path, direct in later.direct.items() if path in reached}
        later.changed = {path: others for path, others in later.changed.items() if path in reached and others}
        later.idle = {path: idle for path in sorted(reached) if (idle := self._idle(path))}
        waiting = set[str]().union(*later.idle.values()) - reached
        later.digests = {path: self.workspace.digest(path) for path in sorted(waiting.union(reached, self.modules))}
        if self.workspace.store is not None:
            later.forms = {path: self._form(path, digest, path in waiting) for path, digest in later.digests.items()}
        order = dict.fromkeys((*earlier.order, *tops.units, *sorted(elsewhere)))
        later.order = [path for path in order if path in later.direct]
        return later

    def _form(self, path: str, digest: str, is_waiting: bool) -> str:
        earlier = self.earlier
        known = earlier.forms.get(path) if earlier.digests.get(path) == digest else None
        if known is not None and known.startswith(IMPORTS) is is_waiting:
            return known
        return self.workspace.imports_form(path) if is_waiting else self.workspace.form(path)

    def _idle(self, path: str) -> list[str]:
        """The modules of which a module imported names that nothing read when that was done."""
        tops, elsewhere, bodies = self.machine.tops.units, self.work.tops, self.work.bodies
        found = set(self.earlier.idle.get(path, ()) if path not in bodies else ())
        if path in tops or path in elsewhere:
            found.update(tops[path].idle if path in tops else elsewhere[path].idle)
        if path in bodies:
            found.update(bodies[path].idle)
        return sorted(found)


def _named(data: bytes) -> str:
    """Names the content of a log."""
    return sha256(data).hexdigest()[:32]
