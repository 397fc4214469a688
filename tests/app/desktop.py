# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives the real app through what a person has: the accessibility tree, keys, and its actions on the bus."""

import contextlib
import ctypes
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

# Where the tests of every language have what they share.
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "emulators"))
import tap  # noqa: E402, F401

APP_ID = "io.github.headroom.Headroom"
OBJECT_PATH = "/io/github/headroom/Headroom"
BUILD = pathlib.Path(os.environ["HEADROOM_BUILD_DIR"])
AGENT = BUILD / "engine/agents/local/headroom-agent"
WORKLOAD = BUILD / "engine/agents/workload/headroom-workload"
LIST_ITEM = Atspi.Role.LIST_ITEM
# (GTK 4.8 makes no difference between them.)
BUTTON = (Atspi.Role.PUSH_BUTTON, Atspi.Role.TOGGLE_BUTTON)

# How long any condition may take before the test is called failed: a cap, not an expectation.
CAP_SECONDS = float(os.environ.get("HEADROOM_TEST_CAP", "60"))


def wait_until(condition, what):
    """Returns the first true result of condition, which may raise while the tree is being rebuilt."""
    deadline = time.monotonic() + CAP_SECONDS
    while time.monotonic() < deadline:
        try:
            result = condition()
            if result:
                return result
        except gi.repository.GLib.Error:
            pass
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {CAP_SECONDS:.0f} s")


# What GLib prints for a warning; a bare session has nobody who would show notifications.
WARNING = re.compile(r"-(WARNING|CRITICAL|ERROR) \*\*")
NO_NOTIFICATIONS = re.compile(r"org\.freedesktop\.Notifications")

# GLib's first table of 2 048 quarks (8 bytes each), which it leaves behind by design when there are more: others may be reading it. The leak
# checker sees no further than g_malloc () into a library without frame pointers, so lsan.supp cannot name who asked.
QUARKS = re.compile(r"\s*=+\s+==\d+==ERROR: LeakSanitizer: detected memory leaks\s+"
                    r"Direct leak of 16384 byte\(s\) in 1 object\(s\) allocated from:\s+#0 \S+ in \S*malloc [^\n]*\n\s+#1 \S+ in g_malloc [^\n]*\n\s*"
                    r"SUMMARY: AddressSanitizer: 16384 byte\(s\) leaked in 1 allocation\(s\)\.\s*")

# Who outlives the app becomes our child, so that its end can be judged too.
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def start_workload(*arguments):
    return subprocess.Popen([WORKLOAD, *arguments], stdout=subprocess.PIPE, text=True)


def make_session(path):
    """Writes a session file of half a minute."""
    subprocess.run([BUILD / "tests/app/make-session", path, "0.01"], check=True, stdout=subprocess.DEVNULL)


def end_program(program):
    """Ends a program that we started by SIGTERM and waits for it."""
    program.terminate()
    try:
        program.wait(CAP_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
    if program.stdout:
        program.stdout.close()


def children(pid):
    """The process ids of a program's children; each belongs to the thread that started it."""
    found = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found += [int(child) for child in task.read_text().split()]
    return found


def name(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except FileNotFoundError:
        return str(pid)


def end_of(pid):
    """Waits for a program that the app left to us and returns its status; None where the app saw it end itself."""
    def reap():
        found, status = os.waitpid(pid, os.WNOHANG)
        return [os.waitstatus_to_exitcode(status)] if found else None
    try:
        return wait_until(reap, f"the end of {name(pid)}")[0]
    except ChildProcessError:
        return None


@contextlib.contextmanager
def environment(**values):
    """Has programs started with other variables."""
    saved = {name: os.environ.get(name) for name in values}
    os.environ.update({name: str(value) for name, value in values.items()})
    try:
        yield
    finally:
        for name, value in saved.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def file_choosers():
    """For an app that opens file choosers: GTK 4.8, and the library by which it looks for cloud providers, lose memory with each."""
    return environment(ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0")


@contextlib.contextmanager
def lasting_settings():
    """Settings that survive a restart of the app, as a user's do."""
    with tempfile.TemporaryDirectory() as folder, environment(GSETTINGS_BACKEND="keyfile", XDG_CONFIG_HOME=folder):
        yield pathlib.Path(folder) / "glib-2.0/settings/keyfile"


def wait_for_end(process):
    """The status of a program that was asked to end."""
    try:
        return process.wait(CAP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


class Service:
    """A process that another one has started, such as the bus: that one hears with what status it ends. None: one that has ended."""

    def __init__(self, pid):
        self.pid = pid

    def poll(self):
        try:
            state = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return 0
        return 0 if state == "Z" else None

    def wait(self, _=CAP_SECONDS):
        wait_until(lambda: self.poll() is not None, f"the end of process {self.pid}")
        return 0

    def send_signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        self.send_signal(signal.SIGKILL)


class Built:
    """How the app is started as it was built, with a runtime folder of its own, and a folder for data unless it is given one."""

    def __init__(self, data=None):
        self.data = data
        self.killed = False

    def start(self, folder, arguments, messages):
        data = pathlib.Path(self.data or folder / "data")
        self.exchange = folder
        self.history = data / "headroom/history.headroom"
        self.reports = folder / "reports"
        self.reports.mkdir()
        self.loop = folder / "loop.json"
        variables = {"HEADROOM_RUNTIME_DIR": folder / "regions", "XDG_DATA_HOME": data, "HEADROOM_LOOP_REPORT": self.loop}
        for kind in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            kept = [word for word in os.environ.get(kind, "").split(":") if word and not word.startswith("log_path=")]
            variables[kind] = ":".join(kept + [f"log_path={self.reports}/{kind}"])
        # For what the test starts beside the app, too.
        self.variables = contextlib.ExitStack()
        self.variables.enter_context(environment(**variables))
        self.process = self.launch(arguments, messages)

    def launch(self, arguments, messages):
        return subprocess.Popen([BUILD / "app/headroom", *arguments], stderr=messages)

    def owns(self, root):
        """Whether the root of a program in the accessibility tree is the app's."""
        return root.get_process_id() == self.process.pid

    def agents(self):
        """The process ids of the agents that the app has started."""
        return [child for child in children(self.process.pid) if name(child).startswith("headroom-agent")]

    def kill(self):
        """Kills the app, whose status does not matter then."""
        self.killed = True
        self.process.kill()

    def end(self):
        """Has the app end. Returns what became of it, and of the programs that it left running: "name: status" each, and reports of sanitizers."""
        self.variables.close()
        started = {child: name(child) for child in children(self.process.pid)}
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = wait_for_end(self.process)
        ends = [] if self.killed else [f"headroom: status {status}"]
        ends += [f"{started[child]}: status {status}" for child in started if (status := end_of(child)) is not None]
        reports = [report.read_text(errors="replace") for report in sorted(self.reports.iterdir())]
        if reports and all(QUARKS.fullmatch(report) for report in reports):
            reports = []
            ends = [end for end in ends if end != f"headroom: status {-signal.SIGABRT}"]
        return ends, reports


class App:
    """One run of the app, which a launcher starts: one of what was built, unless another is given. A context manager.

    Leaving it ends the app by SIGTERM and fails unless the app, and every program that it left running, end with
    status 0, without a warning, and no sanitizer wrote a report about any program of this run. The status of a
    program that the app itself waited for is not known here.
    """

    def __init__(self, *arguments, data=None, launcher=None, window=True):
        self.arguments = arguments
        self.launcher = launcher or Built(data)
        self.window = window
        self.root = None

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="headroom-app-")
        folder = pathlib.Path(self.folder.name)
        self.messages = folder / "messages"
        with self.messages.open("w") as messages:
            self.launcher.start(folder, self.arguments, messages)
        self.history = self.launcher.history
        if self.window:
            self.root = wait_until(self.find_root, "the app's window in the accessibility tree")
        return self

    def __exit__(self, kind, *_):
        ends, reports = self.launcher.end()
        wait_until(lambda: self.find_root() is None, "the app leaving the accessibility tree")
        messages = self.messages.read_text(errors="replace")
        if self.launcher.loop.exists():
            loop = json.loads(self.launcher.loop.read_text())
            print(f"# longest dispatch {loop['longest_cpu_ms']} ms of its own, {loop['longest_ms']} ms on the wall", flush=True)
        self.folder.cleanup()
        print(messages, *reports, sep="", end="", file=sys.stderr, flush=True)
        unclean = [end for end in ends if not end.endswith(" 0")]
        unclean += [line for line in messages.splitlines() if WARNING.search(line) and not NO_NOTIFICATIONS.search(line)]
        # What failed within comes first: it is the reason, this may be its consequence.
        if kind is None:
            assert not unclean and not reports, f"unclean: {unclean}; {len(reports)} sanitizer reports"

    @property
    def process(self):
        return self.launcher.process

    def find_root(self):
        desktop = Atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(index)
            if child is not None and self.launcher.owns(child) and child.get_child_count():
                return child
        return None

    def nodes(self, within=None, beside=()):
        """Every accessible of the window, or of a part of it, depth first; those of the names beside are left out with all that is in them.

        (GTK 4.8 tells of the window alone whether it is showing.)"""
        first = within or self.root
        first.clear_cache()
        pending = [first]
        while pending:
            node = pending.pop()
            try:
                if node is not first and not node.get_state_set().contains(Atspi.StateType.VISIBLE):
                    continue
                if beside and (node.get_name() in beside or node.get_accessible_id() in beside):
                    continue
                yield node
                pending += [child for child in (node.get_child_at_index(i)
                                                for i in reversed(range(node.get_child_count()))) if child]
            except gi.repository.GLib.Error:
                continue

    def find(self, pattern, role=None, **part):
        expression = re.compile(pattern)
        roles = role if isinstance(role, tuple) else (role,)
        for node in self.nodes(**part):
            if expression.search(node.get_name() or "") and (role is None or node.get_role() in roles):
                return node
        return None

    def wait(self, pattern, role=None):
        return self._wait_for(lambda: self.find(pattern, role), f"“{pattern}” on the screen")

    def _wait_for(self, condition, what):
        """As wait_until, which says what is on the screen instead."""
        try:
            return wait_until(condition, what)
        except AssertionError as error:
            names = [node.get_name() for node in self.nodes() if node.get_name()]
            raise AssertionError(f"{error}; on the screen: {names}") from None

    def wait_toast(self, pattern, role=None):
        """A toast is gone after some seconds, which reading the whole window may take on a busy machine: all but the toasts is in the flap.

        (GTK 4.8 names it by its class; newer GTK names it not at all, and tells its id in the template.)"""
        return self._wait_for(lambda: self.find(pattern, role, beside=("AdwFlap", "flap")), f"“{pattern}” in a toast")

    def wait_gone(self, pattern):
        wait_until(lambda: not self.find(pattern), f"“{pattern}” leaving the screen")

    def text(self, name):
        """What stands behind “name: ” on the screen, or None."""
        node = self.find(f"^{re.escape(name)}: ")
        return node.get_name().split(": ", 1)[1] if node else None

    def exact(self, name):
        """The unrounded number behind “name: ”, or None where there is none."""
        node = self.find(f"^{re.escape(name)}: ")
        number = re.match(r"[-+0-9.e]+", node.get_description() or "") if node else None
        return float(number.group()) if number else None

    def press(self, pattern):
        self.wait(pattern, BUTTON).get_action_iface().do_action(0)

    def press_in_toast(self, text, pattern):
        """Presses a button of the toast that says so: one that is leaving may still be there, with a button of the same name."""
        # From the words to the row they are in, and to the toast around that.
        self._press_around(self.wait_toast(text), pattern, 3)

    def press_in_dialog(self, text, pattern):
        """Presses a button of the dialog that says so: a window's own controls may have a button of the same name."""
        self._press_around(self.wait(text), pattern, 12)

    def _press_around(self, node, pattern, steps):
        """Presses the button of that name in the smallest part that has both it and the node, at most some steps out of the node."""
        text = node.get_name()
        for _ in range(steps):
            button = node and self.find(pattern, BUTTON, within=node)
            if button:
                button.get_action_iface().do_action(0)
                return
            node = node and node.get_parent()
        raise AssertionError(f"“{pattern}” beside “{text}”")

    def holds(self, text):
        """Whether something on the screen that can be written in has just this text."""
        for node in self.nodes():
            words = node.get_text_iface() if node.get_state_set().contains(Atspi.StateType.EDITABLE) else None
            if words and Atspi.Text.get_text(words, 0, Atspi.Text.get_character_count(words)) == text:
                return True
        return False

    def type(self, text, until=None):
        """Writes text where the focus is, in place of what is there, and Enter once it has arrived; with until, once that can be seen.

        Keys go astray until a new window has the focus, which nobody tells of: so they are sent again."""
        def written():
            subprocess.run(["xdotool", "key", "ctrl+a"], check=True)
            subprocess.run(["xdotool", "type", "--delay", "2", text], check=True)
            for _ in range(100):
                if self.find(until) if until else self.holds(text):
                    return True
                time.sleep(0.02)
            return False
        wait_until(written, f"“{until or text}” after it was typed")
        subprocess.run(["xdotool", "key", "Return"], check=True)

    def write(self, pattern, text):
        """Puts text into the field of this name, in place of what is there."""
        def field():
            for node in self.nodes():
                # What is written in may be within what has the name.
                named = (node, node.get_parent()) if node.get_state_set().contains(Atspi.StateType.EDITABLE) else ()
                if any(re.search(pattern, place.get_name() or "") for place in named):
                    return node
            return None
        wait_until(field, f"a field “{pattern}”").get_editable_text_iface().set_text_contents(text)

    def action(self, name, *parameters):
        self._activate(OBJECT_PATH, name, parameters)

    def action_with(self, name, variant):
        """An action whose parameter is written as gapplication takes it."""
        self._call(OBJECT_PATH, name, f"<{variant}>")

    def close_window(self):
        """Closes the window as Ctrl+W does."""
        def closed():
            subprocess.run(["xdotool", "key", "ctrl+w"], check=True)
            for _ in range(50):
                if not self.find_root() or self.find("^Keep Recording"):
                    return True
                time.sleep(0.02)
            return False
        wait_until(closed, "the window closed")

    def window_action(self, name, *parameters):
        self._activate(f"{OBJECT_PATH}/window/1", name, parameters)

    def _activate(self, path, name, parameters):
        self._call(path, name, ", ".join(f"<'{parameter}'>" for parameter in parameters))

    def _call(self, path, name, variants):
        subprocess.run(["gdbus", "call", "--session", "--dest", APP_ID, "--object-path", path,
                        "--method", "org.gtk.Actions.Activate", name, f"[{variants}]", "{}"],
                       check=True, stdout=subprocess.DEVNULL)

    def select(self, source):
        """Selects a source by its name, as a click on its row does."""
        wait_until(lambda: self.find(f"^{re.escape(source)}", LIST_ITEM), f"{source} in the sidebar")
        self.action("show-alert", source)

    def agent(self):
        """The process id of the agent that the app started."""
        return wait_until(self.launcher.agents, "the agent's process")[0]

    def export(self):
        """The path of a fresh CSV snapshot of the selected source."""
        path = self.launcher.exchange / "snapshot.csv"
        path.unlink(missing_ok=True)
        self.action("export-csv", str(path))
        wait_until(path.exists, "the exported file")
        return path
