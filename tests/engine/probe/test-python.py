#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python module over the built library: test-python.py MODULE_FOLDER LIBRARY"""

import asyncio
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

MODULE, LIBRARY = sys.argv[1:3]
FOLDER = tempfile.TemporaryDirectory(prefix="headroom-python-")
os.environ.update(HEADROOM_RUNTIME_DIR=FOLDER.name, HEADROOM_PROBE_LIBRARY=LIBRARY)
sys.path.insert(0, MODULE)

import headroom  # noqa: E402: the environment comes first
from headroom import measure, summary  # noqa: E402

LONG = 60000


def spin(milliseconds):
    """Takes so long, by the clock that the module measures with."""
    end = time.perf_counter_ns() + milliseconds * 1000000
    while time.perf_counter_ns() < end:
        pass


def run_python(code, **environment):
    """Runs code in another interpreter."""
    return subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {MODULE!r})\n{code}"], capture_output=True,
                          text=True, env={**os.environ, **environment}, check=False)


class Functions(unittest.TestCase):
    def test_a_call_is_measured(self):
        @measure(name="function", max_time_ms=LONG)
        def add(a, b=1):
            """Adds."""
            spin(2)
            return a + b

        self.assertEqual([add(1), add(1, b=2)], [2, 3])
        self.assertEqual((add.__name__, add.__doc__), ("add", "Adds."))
        found = summary("function")
        self.assertEqual((found.calls, found.over, found.limit_ms, found.result), (2, 0, LONG, "PASS"))
        self.assertGreaterEqual(found.average_ms, 2)
        self.assertLessEqual(found.average_ms, found.max_ms)
        self.assertLessEqual(found.p99_ms, found.max_ms)

    def test_its_name_is_the_functions(self):
        measure(max_time_ms=LONG)(os.path.basename)("a")
        self.assertEqual(summary("posixpath.basename").calls, 1)

        @measure(max_time_ms=LONG)
        def local():
            pass

        local()
        self.assertEqual(summary("Functions.test_its_name_is_the_functions.<locals>.local").calls, 1)

    def test_an_exception_passes_and_counts(self):
        @measure(name="raising", max_time_ms=0)
        def fail():
            raise KeyError("gone")

        with self.assertRaises(KeyError):
            fail()
        self.assertEqual((summary("raising").calls, summary("raising").over, summary("raising").result), (1, 1, "FAIL"))

    def test_methods_and_recursion(self):
        class Ranker:
            @measure(name="method", max_time_ms=LONG)
            def rank(self, n):
                return n if n == 0 else self.rank(n - 1)

        self.assertEqual(Ranker().rank(4), 0)
        self.assertEqual(summary("method").calls, 5)

    def test_threads_add_up(self):
        @measure(name="threads", max_time_ms=LONG)
        def nothing():
            pass

        threads = [threading.Thread(target=lambda: [nothing() for _ in range(1000)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(summary("threads").calls, 4000)

    def test_a_forked_child_counts_anew(self):
        @measure(name="forked", max_time_ms=LONG)
        def nothing():
            pass

        nothing()
        nothing()
        context = multiprocessing.get_context("fork")
        child = context.Process(target=lambda: (nothing(), os._exit(summary("forked").calls)))
        child.start()
        child.join()
        self.assertEqual((child.exitcode, summary("forked").calls), (1, 2))

    def test_a_limit_is_a_must(self):
        for bad in (lambda: measure("limit"), lambda: measure("limit", max_time_ms=None), lambda: measure("limit", max_time_ms="x")):
            with self.assertRaises((TypeError, ValueError)):
                bad()


class Blocks(unittest.TestCase):
    def test_a_block_is_measured(self):
        with measure("block", max_time_ms=1):
            spin(2)
        self.assertEqual((summary("block").calls, summary("block").over, summary("block").result), (1, 1, "FAIL"))
        self.assertGreaterEqual(summary("block").max_ms, 2)

    def test_an_exception_passes_and_counts(self):
        with self.assertRaises(ZeroDivisionError):
            with measure("dividing", max_time_ms=LONG):
                spin(1 // 0)
        self.assertEqual(summary("dividing").calls, 1)

    def test_one_object_may_be_entered_again(self):
        again = measure("again", max_time_ms=LONG)
        with again:
            spin(2)
            with again:
                spin(2)
        self.assertEqual(summary("again").calls, 2)
        self.assertGreaterEqual(summary("again").max_ms, 4)

    def test_tasks_do_not_mix_up_their_blocks(self):
        shared = measure("tasks", max_time_ms=LONG)

        async def enter(entered, may_leave):
            with shared:
                entered.set()
                await may_leave.wait()

        async def main():
            events = [asyncio.Event() for _ in range(4)]
            first = asyncio.ensure_future(enter(events[0], events[1]))
            await events[0].wait()
            spin(2)
            second = asyncio.ensure_future(enter(events[2], events[3]))
            await events[2].wait()
            events[1].set()
            await first
            long = summary("tasks").max_ms
            events[3].set()
            await second
            return long

        self.assertGreaterEqual(asyncio.run(main()), 2)
        self.assertEqual(summary("tasks").calls, 2)

    def test_a_block_needs_a_name(self):
        with self.assertRaisesRegex(ValueError, "name"):
            with measure(max_time_ms=1):
                pass


class Generators(unittest.TestCase):
    def test_only_its_own_time_counts(self):
        @measure(name="generator", max_time_ms=LONG)
        def count(n):
            for i in range(n):
                spin(1)
                yield i
            return "end"

        def outer():
            end = yield from count(3)
            self.assertEqual(end, "end")

        begin = time.perf_counter_ns()
        for _ in outer():
            spin(20)
        whole = (time.perf_counter_ns() - begin) / 1e6
        found = summary("generator")
        self.assertEqual(found.calls, 1)
        self.assertGreaterEqual(found.max_ms, 3)
        self.assertLessEqual(found.max_ms, whole - 60)

    def test_send_throw_and_close_reach_it(self):
        seen = []

        @measure(name="driven", max_time_ms=LONG)
        def echo():
            try:
                while True:
                    try:
                        seen.append((yield len(seen)))
                    except KeyError as error:
                        seen.append(error.args[0])
            finally:
                seen.append("closed")

        generator = echo()
        self.assertEqual(next(generator), 0)
        self.assertEqual(generator.send("a"), 1)
        self.assertEqual(generator.throw(KeyError("b")), 2)
        self.assertEqual(summary("driven").calls, 0)
        generator.close()
        self.assertEqual(seen, ["a", "b", "closed"])
        self.assertEqual(summary("driven").calls, 1)

    def test_what_never_ran_is_no_call(self):
        @measure(name="never", max_time_ms=LONG)
        def nothing():
            yield

        nothing().close()
        self.assertEqual((summary("never").calls, summary("never").result), (0, "NO-DATA"))

    def test_an_exception_passes_and_counts(self):
        @measure(name="raising generator", max_time_ms=LONG)
        def fail():
            yield 1
            raise KeyError("gone")

        with self.assertRaises(KeyError):
            list(fail())
        self.assertEqual(summary("raising generator").calls, 1)


class Coroutines(unittest.TestCase):
    def test_waiting_is_included(self):
        @measure(name="coroutine", max_time_ms=LONG)
        async def wait():
            future = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(lambda: (spin(2), future.set_result(7)))
            return await future

        self.assertEqual(asyncio.run(wait()), 7)
        self.assertEqual(summary("coroutine").calls, 1)
        self.assertGreaterEqual(summary("coroutine").max_ms, 2)

    def test_async_generators(self):
        @measure(name="async generator", max_time_ms=LONG)
        async def count(n):
            for i in range(n):
                await asyncio.sleep(0)
                yield i

        async def main():
            whole = [i async for i in count(3)]
            part = count(3)
            first = await part.asend(None)
            await part.aclose()
            return whole, first

        self.assertEqual(asyncio.run(main()), ([0, 1, 2], 0))
        self.assertEqual(summary("async generator").calls, 2)


class Reports(unittest.TestCase):
    CODE = """
import headroom, io
with headroom.measure("Security Operations", max_time_ms=60000): pass
first = headroom.report()
with headroom.measure("Würfel", max_time_ms=0): pass
text = io.StringIO()
print(first, headroom.report(file=text), len(text.getvalue().splitlines()))
"""

    def test_it_says_who_passed(self):
        done = run_python(self.CODE)
        self.assertEqual(done.stderr, "")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0].split()[:2], ["measure", "calls"])
        self.assertRegex(lines[1], r"^Security Operations +1( +[0-9.]+){3} +60000.000 +0  PASS$")
        self.assertEqual(lines[2], "True False 3")

    def test_nothing_is_no_pass(self):
        done = run_python("import headroom; sys.exit(0 if headroom.report() else 1)")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "Nothing was measured.\n", ""))

    def test_a_missing_library_is_named(self):
        done = run_python("import headroom", HEADROOM_PROBE_LIBRARY="/nowhere/at/all.so")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.splitlines()[-1], r"^ImportError: .*libheadroom-probe\.so\.0 .*/nowhere/at/all\.so.*HEADROOM_PROBE_LIBRARY")

    def test_the_region_has_the_scripts_name(self):
        with measure("published", max_time_ms=LONG):
            pass
        names = [path.name for path in pathlib.Path(FOLDER.name).glob(f"*-{os.getpid()}-*.region")]
        self.assertEqual(len(names), 1)
        self.assertTrue(names[0].startswith("test-python.py-"), names)

    def test_what_is_there_is_documented(self):
        for name in headroom.__all__:
            self.assertTrue(getattr(headroom, name).__doc__, name)
        self.assertIsNone(summary("never heard of"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
