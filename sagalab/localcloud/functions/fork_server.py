"""The fork server: one process that has imported boto3, of which each Lambda worker is a fork. Standard library only.

Started by forks.py as `python fork_server.py PACKAGES`, on Linux only. It has one thread, no key and nothing of the
local cloud's open but the socket on which it is asked (its standard input). A request names the folder of a function's
code and brings three files: the worker's life line, its output, and a line on which this process says the worker's pid
and, once it has ended, how. What only the worker may know (environment, keys) comes by its life line: it never is in
this process, so that no later fork finds it.

What a worker has started and left becomes the worker's child again; when the worker ends it becomes one of this
process, and ends too.
"""

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
import types

_RUNTIME = os.path.join(os.path.dirname(os.path.abspath(__file__)), "runtime.py")
_LONGEST_PATH = 65_536
_PR_SET_CHILD_SUBREAPER = 36  # source: linux/prctl.h
UNFIT = b"unfit"


class Forker:
    """Requests come in, workers go out; `serve` comes back in a worker only."""

    def __init__(self, control, adopt):
        self._control = control
        self._adopt = adopt
        self._imported = {name.partition(".")[0] for name in sys.modules}
        self._lines = {}  # by the worker's pid, which nobody else gets while its line is open
        self._said = set()  # pids of workers whose end was said
        self._heard, self._wake = socket.socketpair()
        self._heard.setblocking(False)
        self._wake.setblocking(False)
        self._selector = selectors.DefaultSelector()
        for each in (control, self._heard):
            self._selector.register(each, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)

    def serve(self):
        """Fork until the local cloud goes away. Returns in each worker, whose standard files are set by then."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._heard:
                    self._heard.recv(4096)
                    self._look_at_ended()
                elif key.fileobj is not self._control:
                    self._release(key.fileobj)
                elif self._forked():
                    return

    def _forked(self):
        """Answer one request; tell whether this is the worker."""
        asked, files, *_ = socket.recv_fds(self._control, _LONGEST_PATH, 3)
        if len(files) != 3:
            self._end_all()
        life, output, line = files
        line = socket.socket(fileno=line)
        pid = _fork() if self._is_fit(os.fsdecode(asked)) else None
        if pid == 0:
            line.close()
            self._leave()
            _stand_alone(life, output)
            self._adopt()  # a fork does not inherit that
            return True
        os.close(life)
        os.close(output)
        self._say(line, UNFIT if pid is None else b"%d" % pid)
        if pid is None:
            line.close()
        else:
            self._lines[pid] = line
            self._selector.register(line, selectors.EVENT_READ, pid)
        return False

    def _is_fit(self, folder):
        """Tell whether no module of the function bears a name that is imported here: it would get ours."""
        try:
            return self._imported.isdisjoint(name.partition(".")[0] for name in os.listdir(folder))
        except OSError:
            return False

    def _look_at_ended(self):
        """Say which workers have ended, and end what they left behind."""
        for pid in self._lines.keys() - self._said:
            end = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if end is not None:
                self._said.add(pid)
                status = end.si_status if end.si_code == os.CLD_EXITED else -end.si_status
                self._say(self._lines[pid], b"%d" % status)
        for pid in _children() - self._lines.keys():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, os.WNOHANG)  # one that takes longer is heard of again

    def _say(self, line, words):
        try:
            line.send(words)
        except OSError:
            pass  # nobody waits for it any more

    def _release(self, line):
        """The local cloud has closed a worker's line: end the worker, and give its pid back."""
        pid = self._selector.unregister(line).data
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        del self._lines[pid]
        self._said.discard(pid)
        self._look_at_ended()
        line.close()

    def _leave(self):
        """Close all that is the fork server's, in a worker."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        lines = [each.fileobj for each in self._selector.get_map().values()]
        self._selector.close()
        for each in (*lines, self._wake):
            each.close()

    def _end_all(self):
        """The local cloud is gone: nothing stays."""
        for pid in self._lines:
            os.kill(pid, signal.SIGKILL)
        limit = time.monotonic() + 5  # what they started comes here when they end
        while time.monotonic() < limit:
            for pid in _children():
                os.kill(pid, signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                break
        os._exit(0)


def _fork():
    """Fork; None where the system has no room for one more process."""
    try:
        return os.fork()
    except OSError:
        return None


def _children():
    """Return the pids of this process's children; none where the system does not list them."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as listed:
            return {int(pid) for pid in listed.read().split()}
    except OSError:
        return set()


def _stand_alone(life, output):
    """Make a fork a process of its own: its session, its standard files, and no others."""
    os.setsid()
    os.dup2(life, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for each in os.listdir("/proc/self/fd"):
        if int(each) > 2:
            try:
                os.close(int(each))
            except OSError:
                pass  # it was the list's own


def _adopter():
    """Return what makes the calling process the parent of whatever its descendants leave behind."""
    import ctypes

    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return lambda: None
    return lambda: prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def warm_up():
    """Import and read what nearly every function needs: boto3, the models of DynamoDB and of the endpoints."""
    boto3 = importlib.import_module("boto3")
    loaders = importlib.import_module("botocore.loaders")
    files, lists = {}, {}
    loaders.JSONFileLoader.load_file = _kept(loaders.JSONFileLoader.load_file, files, lambda loader: None)
    loaders.Loader.list_available_services = _kept(
        loaders.Loader.list_available_services, lists, lambda loader: tuple(loader.search_paths)
    )
    # a client imports some more; it is thrown away, and the functions make their own
    boto3.session.Session("nobody", "nobody", region_name="us-east-1").client("dynamodb")


def _kept(method, known, place):
    """Return a method of botocore's loaders that gives what it has given before; `place` says where it looks."""

    def found(self, *given, **named):
        key = place(self), *given, *named.values()
        if key not in known:
            known[key] = method(self, *given, **named)
        return known[key]

    return found


def _letter():
    """Read what only the worker may know. The life line stays open, and ends with the local cloud."""
    length = int(_exactly(8), 16)
    return json.loads(_exactly(length))


def _exactly(count):
    parts = b""
    while len(parts) < count:
        part = os.read(0, count - len(parts))
        if not part:
            os._exit(0)
        parts += part
    return parts


def main(packages):
    """Serve; in a worker return the code of runtime.py, with everything set as if that had been started."""
    gc.disable()  # what is imported here stays
    path = list(sys.path)
    adopt = _adopter()
    adopt()
    sys.path.append(packages)
    warm_up()
    sys.path[:] = path
    with open(_RUNTIME, "rb") as source:
        code = compile(source.read(), _RUNTIME, "exec")
    gc.collect()
    gc.enable()
    gc.freeze()  # a collection in a worker leaves the shared pages alone
    control = socket.socket(fileno=os.dup(0))
    Forker(control, adopt).serve()
    letter = _letter()
    os.environ.clear()
    os.environ.update(letter["environment"])
    time.tzset()
    os.chdir(letter["folder"])
    sys.argv[:] = [_RUNTIME, packages]
    return code


if __name__ == "__main__":
    code = main(sys.argv[1])
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    module.__file__ = _RUNTIME
    exec(code, module.__dict__)
