"""The interpreter of the Amazon States Language: a pure core, driven from outside.

A run is told what happened and says what to do next; it has no clock, no threads, no network and no chance
of its own. The shape is that of the "sans-IO" protocol libraries such as h11.

    program = Program(document.read(json.loads(definition)))                 # once a machine; runs share it
    run, commands = Run.start(program, '{"order": 1}', at, Execution(arn=…, name=…, seed=…))
    while run.status == "RUNNING":
        … do the commands; when something happened: …
        commands = run.tell(TaskSucceeded(at, command.task, result))
    run.events                                                   # as GetExecutionHistory has them

`at` is always milliseconds since 1970 (UTC); `history.as_boto(run.events)` gives boto3's datetimes.

**Commands** (commands.py) and what answers them (told.py):

| command | do | tell |
| --- | --- | --- |
| CallTask | call resource with parameters | TaskSucceeded, TaskFailed; before that see CallTask |
| SetTimer / CancelTimer | wait until `due` / forget it | TimerDue |
| CancelTask | nobody waits any more | – |
| ReadItems | read an ItemReader's object; reader.items() | TaskSucceeded(items), TaskFailed |
| WriteResults | write a Map Run's results | TaskSucceeded({"Bucket", "Key"}), TaskFailed |
| StartChild / StopChild | `run.child(command, …)` is a run of its own / tell it Stopped | ChildEnded |
| End | the run is over | – |

From outside also: Heartbeat (of a task, by its token), Stopped (StopExecution), Redriven (redrive.refusal()
says why not), MapRunChanged (UpdateMapRun), Faulted (our own code failed). Timeouts, heartbeats, retries and their waits are the run's:
a driver only keeps timers. What comes too late does nothing; `waits_for(task)` tells it beforehand.

**A run is a value.** `copy()` forks it in some microseconds; `stored.as_json()` and `from_json()` keep it;
the same things told in the same order give the same history, byte for byte: jitter, tokens, `$random()` and
`$uuid()` come from Execution.seed. Values (inputs, results) are shared and never changed in place: do not
change what you told. A run serves one caller at a time. One `tell()` goes on until the run has to wait,
through at most 25,000 events; an exception out of it is a fault of ours, for Faulted.

**One state alone** is single.begin() and single.outcome(), for TestState. **Nested executions** are the
driver's: nested.py gives what `startExecution`, `.sync` and `.sync:2` answer. `sagalab/rehearsal/world.py`
is a whole driver, in virtual time.

Where what is: program.py (a machine read once), run.py (the run, and what it is told), flow.py (how it goes on),
recorder.py (what states call), frame.py (a branch, an iteration), states/ (one file a kind), env.py (what
expressions see, the context object), data.py and queries.py (templates, paths, expressions), retry.py, catch.py,
errors.py, context.py, history.py, redrive.py.
"""

from sagalab.asl.engine.context import Execution
from sagalab.asl.engine.program import Program
from sagalab.asl.engine.run import Run

__all__ = ["Execution", "Program", "Run"]
