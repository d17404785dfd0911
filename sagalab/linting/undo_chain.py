"""Rules about the undo chain: does every failure enter it early enough, and does it go on to its end?

Who is a step, who is an undo, and which belong together: see saga_roles.py. A machine that is no
saga yet (no undo anywhere) is left alone. All are warnings: such a machine runs, and leaks.
"""

from collections.abc import Iterator

from sagalab.asl.document import Machine
from sagalab.asl.graph import around
from sagalab.linting.rule import WARNING, Finding, Report, rule
from sagalab.saga.roles import following, sagas
from sagalab.saga.rollbacks import catches, done_at, rollbacks

_MAY_HAVE_HAPPENED = {"States.ALL", "States.TaskFailed", "States.Timeout"}


@rule("SAGA304", WARNING)
def chain_entered_too_late(machine: Machine, report: Report) -> Iterator[Finding]:
    """A Catch enters the undo chain early enough: every step that may be done is undone.

    These may be done: all steps before; the failed step itself when the catcher takes States.ALL or
    a timeout (it may have committed), or when the catchers of the other steps undo theirs.

    Bad:
        StartAt: BookHotel
        States:
          BookHotel: &step
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: CancelHotel}]
            Next: BookFlight
          BookFlight:
            <<: *step
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: CancelHotel}]
            Next: BookCar
          BookCar:
            <<: *step
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: CancelCar}]
            Next: Done
          Done: {Type: Succeed}
          CancelCar: &undo
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: CancelFlight}]
            Next: CancelFlight
          CancelFlight:
            <<: *undo
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: CancelHotel}]
            Next: CancelHotel
          CancelHotel:
            <<: *undo
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    Good:
        StartAt: BookHotel
        States:
          BookHotel: &step
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: CancelHotel}]
            Next: BookFlight
          BookFlight:
            <<: *step
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: CancelFlight}]
            Next: BookCar
          BookCar:
            <<: *step
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: CancelCar}]
            Next: Done
          Done: {Type: Succeed}
          CancelCar: &undo
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: CancelFlight}]
            Next: CancelFlight
          CancelFlight:
            <<: *undo
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: CancelHotel}]
            Next: CancelHotel
          CancelHotel:
            <<: *undo
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    """
    for saga in sagas(machine):
        found = list(rollbacks(saga))
        # an undo of several steps says nothing about the custom: only its first step is asked
        undo_themselves = {source for source, _, undone in found if saga.first_undo_of(source) in undone}
        for source, catcher, undone in found:
            names = set(catcher.errors)
            due = [step for step in done_at(saga, source) if step in saga.undo_of]
            own = saga.undo_of.get(source)
            if own is not None:
                custom = undo_themselves and source not in undo_themselves
                if names & _MAY_HAVE_HAPPENED or custom:
                    due.append(source)
            skipped = list(
                dict.fromkeys(saga.undo_of[step] for step in due if saga.undo_of[step] not in undone)
            )
            if skipped and (undone or not saga.is_committed(source)):
                missing = " and ".join(undo.name for undo in skipped)
                first = min(skipped, key=saga.undos.index)
                kept = " and ".join(step.name for step in due if saga.undo_of[step] in skipped)
                yield report(
                    source,
                    f"On {', '.join(sorted(names))} it goes to {catcher.next} and skips {missing}: "
                    f"{kept} may stay done.",
                    f"Let this catcher go to {first.name}.",
                    f"Catch[{catcher.index}]",
                )


@rule("SAGA306", WARNING)
def failed_undo_ends_the_chain(machine: Machine, report: Report) -> Iterator[Finding]:
    """When one undo fails for good, the undos after it run all the same.

    Bad:
        StartAt: BookHotel
        States:
          BookHotel: &step
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: CancelHotel}]
            Next: BookFlight
          BookFlight:
            <<: *step
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: CancelFlight}]
            Next: Done
          Done: {Type: Succeed}
          CancelFlight: &undo
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: CancelHotel
          CancelHotel:
            <<: *undo
            Next: Failed
          Failed: {Type: Fail}
    Good:
        StartAt: BookHotel
        States:
          BookHotel: &step
            Type: Task
            Resource: "${Function}"
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: CancelHotel}]
            Next: BookFlight
          BookFlight:
            <<: *step
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.error, Next: CancelFlight}]
            Next: Done
          Done: {Type: Succeed}
          CancelFlight: &undo
            Type: Task
            Resource: "${Function}"
            Retry: [{ErrorEquals: [States.ALL]}]
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: CancelHotel}]
            Next: CancelHotel
          CancelHotel:
            <<: *undo
            Catch: [{ErrorEquals: [States.ALL], ResultPath: $.owed, Next: Failed}]
            Next: Failed
          Failed: {Type: Fail}
    """
    for saga in sagas(machine):
        for place in dict.fromkeys(outer for undo in saga.undos for outer in around(undo)):
            if place in saga.forward or not any(outer.scope is saga.scope for outer in around(place)):
                continue
            own = set(saga.undos_in([place]))
            rest = [undo for undo in saga.undos_in(following(place)) if undo not in own]
            for catcher, target in catches(place):
                run = saga.undos_from(target)
                skipped = [undo.name for undo in rest if undo not in run]
                if skipped:
                    yield report(
                        place,
                        f"When it fails, it goes to {target.name} and skips {' and '.join(skipped)}.",
                        f"Go on with {skipped[0]}, and keep in a variable that this undo is owed.",
                        f"Catch[{catcher.index}]",
                    )
