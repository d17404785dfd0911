"""Rules about single undos: is there one for each step, is it retried, does it run in its turn?

Who is a step, who is an undo, and which belong together: see saga_roles.py. A machine that is no
saga yet (no undo anywhere) is left alone. All are warnings: such a machine runs, and leaks.
"""

from collections.abc import Iterator

from sagalab.asl.document import Machine, State
from sagalab.asl.graph import around, reach
from sagalab.linting.rule import WARNING, Finding, Report, rule
from sagalab.saga.roles import parks, precedes, sagas
from sagalab.saga.rollbacks import catches, done_at, rollbacks


@rule("SAGA302", WARNING)
def no_undo(machine: Machine, report: Report) -> Iterator[Finding]:
    """A step that changes something has an undo that a later failure can reach.

    Told only of a saga, and only when a later Catch undoes other steps and not this one. A step
    that needs none says so in its Comment: "nothing to undo".

    Bad:
        StartAt: ChargeCard
        States:
          ChargeCard: &step
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: ReleaseStock}]
            Next: ReserveStock
          ReserveStock:
            <<: *step
            Next: ShipParcel
          ShipParcel:
            <<: *step
            Next: Done
          Done: {Type: Succeed}
          ReleaseStock:
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    Good:
        StartAt: ChargeCard
        States:
          ChargeCard: &step
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: ReleaseStock}]
            Next: ReserveStock
          ReserveStock:
            <<: *step
            Next: ShipParcel
          ShipParcel:
            <<: *step
            Next: Done
          Done: {Type: Succeed}
          ReleaseStock: &undo
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: RefundCard}]
            Next: RefundCard
          RefundCard:
            <<: *undo
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    """
    for saga in sagas(machine):
        told: set[State] = set()
        for source, _, undone in rollbacks(saga):
            for step in done_at(saga, source) if undone else ():
                if step not in saga.undo_of and step not in told:
                    told.add(step)
                    yield report(
                        step,
                        f"It changes something and has no undo: when {source.name} fails, it stays done.",
                        'Add an undo to the chain, or write "nothing to undo" in the Comment.',
                    )


@rule("SAGA303", WARNING)
def undo_without_retry(machine: Machine, report: Report) -> Iterator[Finding]:
    """An undo is retried: it is the last chance, so it must not give up at the first fault.

    A Retry on a Parallel or Map around it, or a Catch that leads straight back to it, is one too.

    Bad:
        StartAt: Reserve
        States:
          Reserve:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Release}]
            End: true
          Release:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    Good:
        StartAt: Reserve
        States:
          Reserve:
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: Release}]
            End: true
          Release:
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL], MaxAttempts: 5}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    """
    for saga in sagas(machine):
        for undo in saga.undos:
            places = around(undo)
            retried = any(retrier.max_attempts != 0 for state in places for retrier in state.retriers)
            others = {saga.place(other) for other in saga.undos} - {saga.place(undo)}
            loops = any(
                state in reach([target], catch=False, stop=others | parks(state.scope))
                for state in places
                for _, target in catches(state)
            )
            if not retried and not loops:
                yield report(
                    undo,
                    "This undo has no Retry: one passing fault, and the step stays done.",
                    "Add a Retry, best for States.ALL; the undo must bear being run twice.",
                    "Retry",
                )


@rule("SAGA307", WARNING)
def undos_out_of_order(machine: Machine, report: Report) -> Iterator[Finding]:
    """Undos run in reverse: the last step is undone first.

    A later step may stand on an earlier one, so the earlier one must still be there while the later
    one is undone. Undos side by side in a Parallel are not told.

    Bad:
        StartAt: PlaceOrder
        States:
          PlaceOrder: &step
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: RemoveOrder}]
            Next: MakePayment
          MakePayment:
            <<: *step
            Next: Done
          Done: {Type: Succeed}
          RemoveOrder: &undo
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: RefundPayment}]
            Next: RefundPayment
          RefundPayment:
            <<: *undo
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    Good:
        StartAt: PlaceOrder
        States:
          PlaceOrder: &step
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: RemoveOrder}]
            Next: MakePayment
          MakePayment:
            <<: *step
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: RefundPayment}]
            Next: Done
          Done: {Type: Succeed}
          RefundPayment: &undo
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: RemoveOrder}]
            Next: RemoveOrder
          RemoveOrder:
            <<: *undo
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    """
    for saga in sagas(machine):
        # of an undo that serves several steps, the first step counts; what was paired by position is no proof
        sure = [step for step in saga.steps if step not in saga.guessed]
        first_step = {undo: step for step in sure if (undo := saga.first_undo_of(step)) is not None}
        for early, step in first_step.items():
            late = [
                undo.name
                for undo, other in first_step.items()
                if undo is not early
                and precedes(step, other)
                and not precedes(other, step)
                and precedes(early, undo)
                and not precedes(undo, early)
            ]
            if late:
                yield report(
                    early,
                    f"It undoes {step.name} before {' and '.join(late)}, though {step.name} came first.",
                    f"Put it after {late[-1]}: the last step is undone first.",
                )
