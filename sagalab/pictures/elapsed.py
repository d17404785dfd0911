"""The seconds of a timeline's axis: what it ran. The time between an end and a redrive, which may be days, is cut short."""

from dataclasses import dataclass
from datetime import datetime

_CUT_SHARE = 0.08  # of the time that it ran: what is left of an idle time on the axis
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Break:
    """A time in which nothing ran: where it begins and ends on the axis, and how long it was, in seconds."""

    begin: float
    over: float
    seconds: float


class Elapsed:
    """Places on the axis for moments. `breaks`: the idle times; `ran`: the seconds that it ran; `end`: the last place."""

    def __init__(self, execution, start: datetime | None, end: datetime | None):
        idle = [each for each in execution.redriven if each.idle is not None and each.idle > 0]
        total = (end - start).total_seconds() if start and end else 0.0
        self.ran = max(total - sum(each.idle for each in idle), 0.0)
        shown = max(self.ran, 0.001) * _CUT_SHARE
        self.breaks: list[Break] = []
        self._start, self._idle = start, []
        cut = 0.0
        for each in idle:
            begin = (each.ended - start).total_seconds() - cut
            left = min(shown, each.idle)
            self.breaks.append(Break(begin, begin + left, each.idle))
            self._idle.append((each.ended, each.at, left))
            cut += each.idle - left
        self.end = total - cut

    def place(self, moment: datetime) -> float:
        """Return where a moment stands on the axis."""
        seconds = (moment - self._start).total_seconds() if self._start else 0.0
        for ended, at, left in self._idle:
            if moment >= at:
                seconds -= (at - ended).total_seconds() - left
            elif moment > ended:
                seconds -= (moment - ended).total_seconds() * (1 - left / (at - ended).total_seconds())
        return seconds

    def ran_in(self, visit) -> float:
        """Return how many seconds of a visit the execution ran."""
        spent = (visit.exited - visit.entered).total_seconds()
        return spent - sum(
            (at - ended).total_seconds()
            for ended, at, _ in self._idle
            if visit.entered <= ended and at <= visit.exited
        )

    def ticks(self) -> tuple[list[float], list[str]]:
        """Return places and words of the axis' ticks: seconds that it ran, the idle times left out."""
        from matplotlib.ticker import MaxNLocator

        whole = MaxNLocator(nbins=8, steps=_STEPS).tick_values(0, max(self.ran, 0.001))
        marks = [float(second) for second in whole if 0 <= second <= self.ran]
        return [self._behind(second) for second in marks], [f"{second:.6g}" for second in marks]

    def _behind(self, second: float) -> float:
        """Return the place at which it had run so many seconds."""
        place = second
        for each in self.breaks:
            if place > each.begin:
                place += each.over - each.begin
        return place
