"""A replay: which moments are shown, in which order, and what pausing, stepping and playing do. No time is measured."""

import asyncio

import pytest
from runs_drawn import SCENARIOS, saga_run

from sagalab.failurelab.moments import moments
from sagalab.failurelab.replay import AS_IT_RUNS, STEP, Pace, Replay
from sagalab.failurelab.replay_controls import ReplayControls, caption

RUN = saga_run(SCENARIOS["2"][0])
ALL = moments(RUN)
QUICK = Pace(0.001)  # slow motion as far as the replay knows: it leaves nothing out


class Shown:
    """A replay of RUN and what it has shown: counts of events."""

    def __init__(self, pace: Pace):
        self.events: list[int] = []
        self.seen = asyncio.Event()
        self.replay = Replay(lambda moment: moment.execution.path, self._show, pace)

    def _show(self, moment, path) -> None:
        assert path == RUN.at(moment.events).path
        self.events.append(moment.events)
        self.seen.set()

    async def until(self, events: int) -> None:
        while self.events[-1:] != [events]:
            self.seen.clear()
            await self.seen.wait()


def play(work) -> None:
    asyncio.run(asyncio.wait_for(work(), 60))


def test_slowly_every_moment_is_shown_in_order_and_then_it_returns():
    async def work() -> None:
        shown = Shown(QUICK)
        shown.replay.grow(RUN, over=True)
        await shown.replay.run()
        assert shown.events == ALL and shown.replay.at_end and not shown.replay.playing

    play(work)


def test_as_it_runs_what_is_far_behind_is_left_out_and_the_end_is_shown():
    async def work() -> None:
        shown = Shown(AS_IT_RUNS)
        shown.replay.grow(RUN.at(len(RUN.history) - 1))
        running = asyncio.create_task(shown.replay.run())
        await shown.until(len(RUN.history) - 1)
        shown.replay.grow(RUN, over=True)
        await running
        assert shown.events == sorted(shown.events) and shown.events[-1] == len(RUN.history)

    play(work)


def test_a_moment_stays_one_while_the_execution_grows_under_it():
    """Shown slowly: what came meanwhile is no step of its own, and none is shown twice."""

    async def work() -> None:
        shown = Shown(QUICK)
        running = asyncio.create_task(shown.replay.run())
        for events in range(1, len(RUN.history) + 1):
            shown.replay.grow(RUN.at(events), over=events == len(RUN.history))
            await asyncio.sleep(0)
        await running
        assert shown.events == ALL

    play(work)


def test_step_by_step_nothing_comes_by_itself():
    async def work() -> None:
        shown = Shown(STEP)
        running = asyncio.create_task(shown.replay.run())
        shown.replay.next()  # before there is anything to show: it is kept
        shown.replay.grow(RUN, over=True)
        await shown.until(ALL[0])
        for number, events in enumerate(ALL[1:], start=1):
            assert shown.events == ALL[:number]
            shown.replay.next()
            await shown.until(events)
        await running
        shown.replay.next()  # beyond the end there is nothing
        await shown.replay.run()
        assert shown.events == ALL

    play(work)


def test_back_and_end_after_the_end_and_once_more_from_the_start():
    async def work() -> None:
        shown = Shown(QUICK)
        shown.replay.grow(RUN, over=True)
        await shown.replay.run()
        shown.replay.back()
        browsing = asyncio.create_task(shown.replay.run())
        await shown.until(ALL[-2])
        shown.replay.back()
        await shown.until(ALL[-3])
        assert not shown.replay.playing
        shown.replay.end()
        await browsing
        assert shown.events[-3:] == [ALL[-2], ALL[-3], ALL[-1]]
        shown.events.clear()
        shown.replay.play()
        await shown.replay.run()
        assert shown.events == [0, *ALL]

    play(work)


def test_a_step_by_hand_pauses_what_plays():
    async def work() -> None:
        shown = Shown(Pace(1000.0))
        shown.replay.grow(RUN, over=True)
        running = asyncio.create_task(shown.replay.run())
        await shown.until(ALL[0])
        assert shown.replay.playing
        shown.replay.next()
        await shown.until(ALL[1])
        assert not shown.replay.playing
        shown.replay.close()
        await running

    play(work)


def test_the_end_at_once_while_the_execution_still_runs_goes_on_as_it_runs():
    async def work() -> None:
        shown = Shown(STEP)
        shown.replay.grow(RUN.at(ALL[1]))
        running = asyncio.create_task(shown.replay.run())
        shown.replay.end()
        await shown.until(ALL[1])
        shown.replay.grow(RUN, over=True)
        await running
        assert shown.events[-1] == ALL[-1]

    play(work)


def test_closed_it_shows_nothing_more():
    async def work() -> None:
        shown = Shown(STEP)
        shown.replay.grow(RUN, over=True)
        running = asyncio.create_task(shown.replay.run())
        shown.replay.next()
        await shown.until(ALL[0])
        shown.replay.next()
        shown.replay.close()
        await running
        assert shown.events == ALL[:1]

    play(work)


def test_a_picture_that_cannot_be_drawn_is_an_error_of_who_waits():
    async def work() -> None:
        replay = Replay(lambda moment: 1 / 0, lambda moment, drawn: None, QUICK)
        replay.grow(RUN, over=True)
        with pytest.raises(ZeroDivisionError):
            await replay.run()

    play(work)


def test_the_words_of_the_steps():
    said = []

    async def work() -> None:
        replay = Replay(lambda moment: caption(moment), lambda moment, words: said.append(words), QUICK)
        replay.grow(RUN, over=True)
        await replay.run()

    play(work)
    assert [line.split(": ", 1)[1] for line in said] == [
        "ProcessOrder begins.",
        "ProcessPayment begins.",
        "ProcessPayment: attempt 1 has failed, ErrProcessPayment.",
        "ProcessRefund begins.",
        "UpdateOrderStatus begins.",
        "OrderFailed begins.",
        "the execution has failed: SagaFailed.",
    ]
    assert said[0].startswith("Step 1 of 7, ")


def test_the_buttons_say_what_there_is_a_use_for():
    async def work() -> None:
        shown, controls = Shown(QUICK), ReplayControls()
        assert controls.back.disabled and controls.play.disabled and controls.next.disabled
        controls.pace = STEP
        shown.replay.pace = controls.pace
        tasks = []
        controls.follow(shown.replay, lambda: tasks.append(asyncio.ensure_future(shown.replay.run())))
        shown.replay.grow(RUN, over=True)
        controls.next.click()
        await shown.until(ALL[0])
        controls.show()
        assert not controls.back.disabled and controls.play.description == "► Play"
        controls.end.click()
        await shown.until(ALL[-1])
        await asyncio.gather(*tasks)
        controls.tell(shown.replay.moment, 0.75)
        assert controls.next.disabled and controls.end.disabled and not controls.back.disabled
        assert "Shown at your pace: it took 0.75 s" in controls.caption.value

    play(work)
