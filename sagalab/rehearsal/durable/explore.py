"""The explorer for a durable function: the same fault plans, verdicts and findings as for a machine."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sagalab.deploying.part_function import TIMEOUT_SECONDS
from sagalab.orders.faults import FaultPlan
from sagalab.rehearsal import plans as plans
from sagalab.rehearsal.durable.engine import Engine
from sagalab.rehearsal.durable.rehearse import RehearsedDurable, rehearse_durable, source_of
from sagalab.rehearsal.fault_tree import Advance, order
from sagalab.rehearsal.result import Case, Exploration

_AT_ONCE = 4  # runs; each waits a little for its threads


def explore_durable(
    function: str | Path = "durable",
    *,
    faults: int = 1,
    sample: int | None = None,
    seed: int = 1,
    only: Iterable[FaultPlan] | None = None,
    advance: Advance | None = None,
) -> Exploration:
    """Run a durable function under every single fault, or a `sample` of the pairs too (`faults=2`).

    `function` as for `rehearse_durable`, all else as for `explore`. A fault that outlasts a limit outlasts the
    function's own Timeout here: a step has none, so Lambda ends the process, and nothing of it commits late.
    Pairs are left out whose run is that of one of their faults alone. Ctrl-C ends it early.
    """
    begun = time.monotonic()
    source = source_of(function)
    advance = advance or (lambda done, of: None)
    every = plans.singles() + (plans.pairs() if faults == 2 else [])
    chosen = list(only) if only is not None else plans.sample(every, sample, seed)
    meeting = faults == 2 and len(chosen) == len(every)
    found: dict[FaultPlan, Case] = {}
    interrupted = False
    with Engine() as engine:
        rehearse_durable(
            source, order({}), seed=seed, engine=engine
        )  # what is wrong with the source is raised here
        try:
            for some in _rounds(chosen, found, meeting):
                total = len(found) + len(some)
                advance(len(found), total)
                for case in _cases(source, some, seed, engine):
                    found[case.plan] = case
                    advance(len(found), total)
        except KeyboardInterrupt:
            interrupted = True
    left_out = len(every) - len(found) if meeting and not interrupted else 0

    def again(case: Case) -> RehearsedDurable:
        return rehearse_durable(source, order(fitted(case.plan).to_dict()), seed=seed)

    return Exploration(
        {}, tuple(found.values()), time.monotonic() - begun, interrupted, left_out, 0, again=again
    )


def fitted(plan: FaultPlan) -> FaultPlan:
    """Return the plan whose faults outlast the Timeout of the one function in which all runs."""
    return plans.fitted(plan, TIMEOUT_SECONDS)


def _rounds(
    chosen: list[FaultPlan], found: dict[FaultPlan, Case], meeting: bool
) -> Iterator[Sequence[FaultPlan]]:
    """Yield the plans to run; with `meeting` first the single ones, then the pairs that can meet by what these came to."""
    if not meeting:
        yield chosen
        return
    yield plans.singles()
    yield plans.meeting_pairs({plan: case.tasks for plan, case in found.items()})


def _cases(source: str, some: Sequence[FaultPlan], seed: int, engine: Engine) -> Iterator[Case]:
    def run(plan: FaultPlan) -> Case:
        made = rehearse_durable(source, order(fitted(plan).to_dict()), seed=seed, engine=engine)
        ended = "parked" if made.parked else "ended" if made.status != "RUNNING" else "overdue"
        return Case.of(plan, made, made.verdict, made.tasks, ended)

    with ThreadPoolExecutor(_AT_ONCE, "durable-rehearsal") as pool:
        yield from pool.map(run, some)
