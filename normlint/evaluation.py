"""Evaluating a project; units of work that the last run left are taken over where they still hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from normlint.discover import is_text
from normlint.earlier import FEW, KEY, SINCE, Earlier, Problem, mentions_key, unpack
from normlint.immutable import dataclass, replace
from normlint.interpreter import with_room
from normlint.workspace import Workspace

if TYPE_CHECKING:
    from normlint.contained import Change
    from normlint.logs import Logs

Progress = Callable[[int, int], None]
# Whether findings are known for what ``Evaluation.rests_on`` names.
Holds = Callable[[str, tuple[str, ...]], bool]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was observed; ``reached`` are the modules that it rests on, ``problems`` what could not be read in them.

    ``rests_on`` names all of that, and what else findings depend on besides the settings; empty without a cache. There are
    no ``logs`` where findings are known for them. ``afresh``: nothing was taken over from the last run.
    """

    logs: Logs | None
    reached: tuple[str, ...]
    problems: tuple[Problem, ...]
    rests_on: str = ""
    afresh: bool = False


@with_room
def evaluate(
    workspace: Workspace, jobs: int = 1, progress: Progress | None = None, holds: Holds | None = None, *, anew: bool = False
) -> Evaluation:
    """Evaluate every file that may hold a site; up to ``jobs`` processes lower them meanwhile.

    ``anew``: without anything that the last run has left.
    """
    environment = _environment(workspace)
    earlier = Earlier(environment) if anew else unpack(workspace.unit(KEY), environment, workspace.unit(SINCE))
    modules = modules_of(workspace)
    stale = earlier.stale(modules, workspace) if earlier.order else set()
    changes = earlier.contained(stale, modules, workspace) if 0 < len(stale) <= FEW else {}
    if earlier.order and holds is not None:
        done = _as_before(workspace, earlier, stale, changes, holds)
        if done is not None:
            return done
    from normlint.attempt import Attempt

    if earlier.order:
        workspace.forget_units()
        for contained in (changes, ()) if changes else ((),):
            done = Attempt(workspace, earlier, jobs, progress, earlier.plan(modules, stale, contained)).result(holds)
            if done is not None:
                return done
            workspace.forget_units()
    earlier = Earlier(environment)
    return Attempt(workspace, earlier, jobs, progress, earlier.plan(modules, ())).whole(holds)


def _environment(workspace: Workspace) -> str:
    """Names what any unit may depend on besides the modules that it reaches: which files there are, and what configs say.

    In a project that is not about images also which files count all the same: the others wait for what these read.
    """
    lines = [repr(workspace.about_images() or modules_of(workspace)), "\n"]
    for (path, known), file in zip(workspace.looked().items(), workspace.files.values(), strict=True):
        if file.kind == "config" and (known is None or known.kept or not is_text(path)):
            lines.append(f"{path}\0{workspace.digest(path)}\n")
        else:  # a README without flags says nothing
            lines.append(f"{path}\0\n")
    return sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def modules_of(workspace: Workspace) -> list[str]:
    """The modules that may hold sites."""
    return [path for path in workspace.kept() if workspace.files[path].kind != "config"]


def _as_before(
    workspace: Workspace, earlier: Earlier, stale: set[str], changes: Mapping[str, Change], holds: Holds
) -> Evaluation | None:
    """The evaluation where no module changed but in what no unit sees (comments, constants that nobody names); None else."""
    sites = stale.intersection(modules_of(workspace)) if stale else ()
    if any(path not in changes or not (changes[path].silent if path not in sites else changes[path].still) for path in stale):
        return None
    forms = {**earlier.forms, **{path: workspace.form(path) for path in stale}}
    later = replace(earlier, digests={path: workspace.digest(path) for path in earlier.digests}, forms=forms)
    workspace.keep_units(later.logs)
    leave(workspace, later, earlier)
    name, reached = rests_on(workspace, later), tuple(sorted(later.direct))
    return Evaluation(None, reached, (), name) if holds(name, reached) else None


def leave(workspace: Workspace, later: Earlier, earlier: Earlier) -> None:
    """Leave for the next run what it has to know of units, and what their modules mention."""
    workspace.keep_units(map(mentions_key, later.digests.values()))
    since = later.pack_since(earlier) if earlier.order else None
    if since is None:
        workspace.keep_unit(KEY, later.pack())
    else:
        workspace.keep_as_left(KEY)
        workspace.keep_unit(SINCE, since)


def rests_on(workspace: Workspace, later: Earlier) -> str:
    """Names what findings depend on besides the settings: all logs, what could not be read, the comments that silence
    findings, and the texts that say how programs are started."""
    if workspace.store is None:
        return ""
    said = [repr(sorted(later.logs.items())), repr(workspace.problems), repr(list(later.problems.items()))]
    for (path, known), file in zip(workspace.looked().items(), workspace.files.values(), strict=True):
        counts = known is not None and (known.marked or file.kind == "config")
        said.append(f"{path}\0{known.digest if counts and known is not None else ''}")
    return sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()
