"""Evaluating a project; units of work that the last run left are taken over where they still hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from normlint.bodies import Bodies, Body
from normlint.catalogue import catalogue
from normlint.config_composition import ConfigTrees
from normlint.config_values import ConfigValues
from normlint.discover import is_text
from normlint.documented_flags import DocumentedFlags
from normlint.earlier import KEY, Earlier, Plan, Problem, body_key, config_key, top_key, unpack
from normlint.evaluate.imports import module_scope
from normlint.evaluate.log import Log
from normlint.evaluate.machine import Machine
from normlint.evaluate.relevance import CONFIG_FILE
from normlint.evaluate.units import Unit
from normlint.interpreter import with_room
from normlint.log_codec import LogError, decode, encode
from normlint.workspace import Workspace

Progress = Callable[[int, int], None]
_NOTHING = Log()
_NO_BODY = Body()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was observed; ``reached`` are the modules that it rests on, ``problems`` what could not be read in them."""

    log: Log
    reached: tuple[str, ...]
    problems: tuple[Problem, ...]


@with_room
def evaluate(workspace: Workspace, jobs: int = 1, progress: Progress | None = None) -> Evaluation:
    """Evaluate every file that may hold a site; up to ``jobs`` processes lower them meanwhile."""
    environment = _environment(workspace)
    earlier = unpack(workspace.unit(KEY), environment)
    done = _Run(workspace, earlier, jobs, progress).result() if earlier.order else None
    return done or _Run(workspace, Earlier(environment), jobs, progress).whole()


def _environment(workspace: Workspace) -> str:
    """Names what any unit may depend on besides the modules that it reaches: which files there are, and what configs say."""
    total = sha256()
    for path, file in workspace.files.items():
        known = workspace.look(path) if is_text(path) else None
        says = file.kind == "config" and (known is None or known.kept)  # a README without flags says nothing
        digest = workspace.digest(path) if says else ""
        total.update(f"{path}\0{digest}\n".encode("utf-8", "surrogatepass"))
    return total.hexdigest()


class _Run:
    """One attempt: the units that ``earlier`` has not, or that hold no more, are evaluated; the others are taken over."""

    def __init__(self, workspace: Workspace, earlier: Earlier, jobs: int, progress: Progress | None) -> None:
        self.workspace = workspace
        self.earlier = earlier
        self.jobs = jobs
        self.progress = progress
        kept = workspace.kept()
        self.modules = [path for path in kept if workspace.files[path].kind != "config"]
        self.configs = [path for path in kept if workspace.files[path].kind == "config"]
        self.machine = Machine(workspace.load, frozenset(workspace.files), catalogue(), frozenset(self.modules))
        self._configure([path for path, file in workspace.files.items() if file.kind == "config"])
        self.work = Bodies(workspace, self.machine)

    def _configure(self, read: list[str]) -> None:
        """Let the machine ask what configs, and the command lines in texts, say."""
        configs = tuple(path for path in read if not is_text(path))
        values = ConfigValues(configs, self.workspace.data)
        self.machine.configured, self.machine.configurable = values.find, values.sets
        self.machine.config_trees = ConfigTrees(configs, self.workspace.data)
        self.machine.replaced = DocumentedFlags(tuple(filter(is_text, read)), self.workspace.data).replaces
        self.machine.relevant_everywhere = frozenset({CONFIG_FILE} if configs else ())

    def result(self) -> Evaluation | None:
        """None where what was left cannot be used after all."""
        self._evaluate(self.earlier.plan(self.modules, self.workspace.digest))
        before = self.earlier.changed
        if any(changed != set(before.get(path, ())) for path, changed in self.machine.tops.changed.items()):
            return None  # values of modules that others saw without the change, or with one that is no more
        try:
            return self._put_together()
        except LogError:
            return None

    def whole(self) -> Evaluation:
        """With everything evaluated."""
        self._evaluate(self.earlier.plan(self.modules, self.workspace.digest))
        return self._put_together()

    def _evaluate(self, plan: Plan) -> None:
        self.workspace.lower_ahead(plan.tops, self.jobs)
        for path in plan.tops:
            module_scope(self.machine, path)
            self.workspace.forget(path)
        self.machine.tops.reach.resettle()
        taken_over, progress = len(self.modules) - len(plan.bodies), self.progress
        self.work.evaluate(
            plan.bodies, self.jobs, lambda done: progress(taken_over + done, len(self.modules)) if progress else None
        )

    def _put_together(self) -> Evaluation:
        later = self._later()
        log = Log()
        for path in self.configs:
            log.extend(self._config(path))
        tops, elsewhere = self.machine.tops.units, self.work.tops
        for path in sorted(later.direct):
            log.extend(self._log(top_key(path), tops.get(path), elsewhere[path].data if path in elsewhere else b""))
            if path in later.asked:
                body = self.work.bodies.get(path, _NO_BODY)
                log.extend(self._log(body_key(path), body.unit, body.data))
        for path in (*self.configs, *later.direct):
            known = self.workspace.module_problems.get(path)
            if known is None:
                known = list(elsewhere[path].problems) if path in elsewhere else self.earlier.problems.get(path)
            if known:
                later.problems[path] = known
        self.workspace.keep_unit(KEY, later.pack())
        problems = [problem for found in later.problems.values() for problem in found]
        return Evaluation(log, tuple(sorted(later.direct)), (*self.workspace.problems, *problems, *log.failures))

    def _config(self, path: str) -> Log:
        if self.earlier.order:  # the environment is the same, and with it every config
            return self._log(config_key(path), None)
        unit = Unit(path)
        unit.log.observations.extend(self.workspace.config(path))
        return self._log(config_key(path), unit)

    def _log(self, key: str, unit: Unit | None, data: bytes = b"") -> Log:
        """The log of a unit: of this process, of another one, or as the last run left it. Raises ``LogError``."""
        if unit is None and not data:
            before = self.workspace.unit(key)
            self.workspace.keep_unit(key)
            return _NOTHING if before is None else decode(before)
        log = decode(data) if unit is None else unit.log
        if self.workspace.store is not None and log != _NOTHING:
            self.workspace.keep_unit(key, data or encode(log))
        return log

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
        )
        reach = later.reach()
        mask = 0
        for path in self.modules:
            mask |= reach.of({path, *later.asked.get(path, ())})
        reached = set(reach.paths(mask))
        later.direct = {path: direct for path, direct in later.direct.items() if path in reached}
        later.changed = {path: others for path, others in later.changed.items() if path in reached and others}
        later.digests = {path: self.workspace.digest(path) for path in sorted(reached | {*self.modules})}
        order = dict.fromkeys((*earlier.order, *tops.units, *sorted(elsewhere)))
        later.order = [path for path in order if path in later.direct]
        return later
