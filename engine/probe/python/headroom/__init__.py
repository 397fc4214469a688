# SPDX-License-Identifier: MIT
"""Budgets within a Python program, live in Headroom and as a report.

    from headroom import measure, report

    @measure(max_time_ms=5)
    def check(request):
        ...

    with measure("parse", max_time_ms=20):
        ...

    sys.exit(0 if report() else 1)

A name is a duration in the region that the program publishes, as with HR_MEASURE in C. The module needs nothing but
libheadroom-probe.so.0, where the dynamic linker finds it or where HEADROOM_PROBE_LIBRARY says.
"""

import contextvars
import ctypes
import ctypes.util
import functools
import inspect
import os
import sys
from time import perf_counter_ns

__all__ = ["Summary", "measure", "report", "summary"]

_SONAME = "libheadroom-probe.so.0"


class Summary(ctypes.Structure):
    """What a name has come to: times in milliseconds, 0 without a call. Of the calls, `over` took longer than the limit."""

    _fields_ = [
        ("calls", ctypes.c_uint64),
        ("over", ctypes.c_uint64),
        ("average_ms", ctypes.c_double),
        ("p99_ms", ctypes.c_double),
        ("max_ms", ctypes.c_double),
        ("limit_ms", ctypes.c_double),
        ("_result", ctypes.c_int),
    ]

    @property
    def result(self):
        """"PASS", "FAIL" or, without a call, "NO-DATA"."""
        return _library.hr_measure_result_name(self._result).decode()


def _load():
    wanted = os.environ.get("HEADROOM_PROBE_LIBRARY")
    for path in [wanted] if wanted else [_SONAME, ctypes.util.find_library("headroom-probe")]:
        try:
            # Calls are too short to give the interpreter's lock away; none of them waits.
            return ctypes.PyDLL(path or _SONAME)
        except OSError as error:
            reason = error
    raise ImportError(f"headroom needs its library, {_SONAME} ({reason}): install libheadroom-probe, "
                      "or say in HEADROOM_PROBE_LIBRARY where it is") from reason


def _declare(library):
    """Tells ctypes the functions, and the library the program's name in place of the interpreter's."""
    library.hr_measure_get.argtypes = [ctypes.c_char_p, ctypes.c_double]
    library.hr_measure_get.restype = ctypes.c_void_p
    library.hr_measure_add.argtypes = [ctypes.c_void_p, ctypes.c_uint64]
    library.hr_measure_add.restype = None
    library.hr_measure_summary.argtypes = [ctypes.c_char_p, ctypes.POINTER(Summary)]
    library.hr_measure_summary.restype = ctypes.c_bool
    library.hr_measure_report.argtypes = [ctypes.c_void_p]
    library.hr_measure_report.restype = ctypes.c_bool
    library.hr_measure_result_name.restype = ctypes.c_char_p
    library.hr_probe_name_default.argtypes = [ctypes.c_char_p]
    library.hr_probe_name_default.restype = ctypes.c_bool
    library.hr_probe_name_default(os.fsencode(os.path.basename(sys.argv[0] if sys.argv else "") or "python"))
    return library


_library = _declare(_load())
_libc = ctypes.CDLL(None)
_libc.open_memstream.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_size_t)]
_libc.open_memstream.restype = ctypes.c_void_p
_libc.fclose.argtypes = [ctypes.c_void_p]
_libc.free.argtypes = [ctypes.c_void_p]

# The with blocks that this thread or task is in, innermost last: (measure, begin).
_open = contextvars.ContextVar("headroom-measures", default=())


class measure:
    """Measures under a name, against a limit on the average in milliseconds: a decorator or a context manager.

    A decorated function goes by its module and name unless it is given one. Of a coroutine function a call is measured
    until it returns, waiting included; of a generator the time that it runs itself, once it ends. Exceptions pass
    through, and the call counts.
    """

    def __init__(self, name=None, *, max_time_ms):
        self._limit = float(max_time_ms)
        self._name = name
        self._entry = None if name is None else self._find(name)

    def _find(self, name):
        return _library.hr_measure_get(name.encode(), self._limit)

    def __enter__(self):
        if self._entry is None:
            raise ValueError("a with block needs a name: measure(\"parse\", max_time_ms=5)")
        _open.set(_open.get() + ((self, perf_counter_ns()),))
        return self

    def __exit__(self, *exception):
        now = perf_counter_ns()
        blocks = _open.get()
        # Generators may leave their blocks in another order than they entered them.
        mine = max(i for i, block in enumerate(blocks) if block[0] is self)
        _open.set(blocks[:mine] + blocks[mine + 1:])
        _library.hr_measure_add(self._entry, now - blocks[mine][1])
        return False

    def __call__(self, function):
        entry = self._entry if self._entry is not None else self._find(_name_of(function))
        if inspect.iscoroutinefunction(function):
            wrap = _wrap_coroutine
        elif inspect.isasyncgenfunction(function):
            wrap = _wrap_async_generator
        elif inspect.isgeneratorfunction(function):
            wrap = _wrap_generator
        else:
            wrap = _wrap_function
        return wrap(function, entry)


def _name_of(function):
    module = function.__module__
    return function.__qualname__ if module == "__main__" else f"{module}.{function.__qualname__}"


def _wrap_function(function, entry):
    add = _library.hr_measure_add

    @functools.wraps(function)
    def measured(*args, **kwargs):
        begin = perf_counter_ns()
        try:
            return function(*args, **kwargs)
        finally:
            add(entry, perf_counter_ns() - begin)

    return measured


def _wrap_coroutine(function, entry):
    @functools.wraps(function)
    async def measured(*args, **kwargs):
        begin = perf_counter_ns()
        try:
            return await function(*args, **kwargs)
        finally:
            _library.hr_measure_add(entry, perf_counter_ns() - begin)

    return measured


class _Watch:
    """Adds up the time within it."""

    def __init__(self):
        self.elapsed = 0

    def __enter__(self):
        self._begin = perf_counter_ns()

    def __exit__(self, *exception):
        self.elapsed += perf_counter_ns() - self._begin


def _wrap_generator(function, entry):
    @functools.wraps(function)
    def measured(*args, **kwargs):
        generator = function(*args, **kwargs)
        watch = _Watch()
        step, value = generator.send, None
        try:
            while True:
                with watch:
                    item = step(value)
                try:
                    step, value = generator.send, (yield item)
                except GeneratorExit:
                    with watch:
                        generator.close()
                    raise
                except BaseException as error:
                    step, value = generator.throw, error
        except StopIteration as stop:
            return stop.value
        finally:
            _library.hr_measure_add(entry, watch.elapsed)

    return measured


def _wrap_async_generator(function, entry):
    @functools.wraps(function)
    async def measured(*args, **kwargs):
        generator = function(*args, **kwargs)
        watch = _Watch()
        step, value = generator.asend, None
        try:
            while True:
                with watch:
                    item = await step(value)
                try:
                    step, value = generator.asend, (yield item)
                except GeneratorExit:
                    with watch:
                        await generator.aclose()
                    raise
                except BaseException as error:
                    step, value = generator.athrow, error
        except StopAsyncIteration:
            return
        finally:
            _library.hr_measure_add(entry, watch.elapsed)

    return measured


def summary(name):
    """Returns the Summary of what was measured under a name, None where nothing was."""
    out = Summary()
    return out if _library.hr_measure_summary(name.encode(), out) else None


def report(file=None):
    """Prints a line for each name, by first use, to a text file (the standard output) as hr_measure_report () does.

    Returns whether there was a line and every one says PASS.
    """
    text, length = ctypes.c_void_p(), ctypes.c_size_t()
    stream = _libc.open_memstream(text, length)
    if not stream:
        raise MemoryError("no memory for a report")
    passed = _library.hr_measure_report(stream)
    _libc.fclose(stream)
    try:
        print(ctypes.string_at(text, length.value).decode(), end="", file=file if file is not None else sys.stdout)
    finally:
        _libc.free(text)
    return passed
