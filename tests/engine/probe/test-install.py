#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user has after an installation: test-install.py ROOT BUILD MESON

Installs into a temporary folder and takes from there, by pkg-config alone, all that follows: each installed header stands
alone under strict warnings, and each program of README.md compiles from C and C++, shared and static, runs, and prints what
README.md says it prints, but for the numbers and for what depends on them.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT, BUILD, MESON = sys.argv[1:4]
SECTION = "Instrument your own program"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r" *\b\d+(\.\d+)?\b")
RESULT = re.compile(r"(PASS|FAIL)$")
# Compiled into programs by the functions and macros that they do use.
INTERNAL = ("hr_category_usage", "hr_measure_put", "hr_measure_scope", "hr_measure_scope_end", "hr_probe_between", "hr_probe_put_duration", "hr_probe_put_gauge", "hr_span_begin_slowly",
            "hr_span_end_slowly", "hr_span_hash", "hr_span_parent", "hr_span_pop", "hr_span_push", "hr_span_scope", "hr_span_scope_end")
COMPILERS = [(c, cpp) for c, cpp in (("gcc", "g++"), ("clang", "clang++")) if shutil.which(c) and shutil.which(cpp)]
STRICT = ["-pedantic", "-Wall", "-Wextra", "-Wshadow", "-Werror"]

EMBED = """#include <engine/agents/embed/embed.h>
#include <stdio.h>

int
main (void)
{
  HrEmbedOptions options = { 0 };
  HrProbe       *probe = hr_probe_open_in_memory ("ranker");
  HrEmbed       *embed;

  options.listen = "tcp:0";
  embed = hr_embed_start (probe, &options, NULL, 0);
  if (embed != NULL)
    printf ("%s\\n", hr_embed_address (embed));
  hr_embed_stop (embed);
  hr_probe_close (probe);

  return 0;
}
"""

TOP = tempfile.TemporaryDirectory(prefix="headroom-install-")
DESTDIR = pathlib.Path(TOP.name, "root")
WORK = pathlib.Path(TOP.name, "work")


def run(*command, failing=None, **options):
    """Returns what a command prints. It has to succeed, but where that matches failing."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    wanted = 1 if failing is not None and failing.search(done.stdout) else 0
    if done.returncode != wanted:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def setUpModule():
    if not COMPILERS:
        raise AssertionError("neither gcc with g++ nor clang with clang++")
    run(MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", str(DESTDIR), "--tags", "devel,runtime,man")
    WORK.mkdir()
    # pkg-config hides what a compiler looks for by itself; here nothing is where it looks.
    os.environ.update(PKG_CONFIG_SYSROOT_DIR=str(DESTDIR), PKG_CONFIG_LIBDIR=str(find("headroom-probe.pc").parent),
                      PKG_CONFIG_ALLOW_SYSTEM_CFLAGS="1", PKG_CONFIG_ALLOW_SYSTEM_LIBS="1")


def find(name):
    """Returns the one installed file of that name."""
    found = list(DESTDIR.rglob(name))
    if len(found) != 1:
        raise AssertionError(f"{name} is installed as {found}")
    return found[0]


def pkg_config(*options, library="headroom-probe"):
    return run("pkg-config", *options, library).split()


def examples():
    """Yields language, program and output of each example of the section."""
    text = pathlib.Path(ROOT, "README.md").read_text()
    section = re.search(rf"^## {SECTION}\n(.*?)^## ", text, re.MULTILINE | re.DOTALL).group(1)
    blocks = BLOCK.findall(section)
    if len(blocks) % 2:
        raise AssertionError("a block stands alone")
    for (language, program), (kind, output) in zip(blocks[::2], blocks[1::2]):
        if language not in ("c", "python") or kind != "text":
            raise AssertionError(f"{language} is followed by {kind}")
        yield language, program, output


def shape(output):
    """Returns the lines without what another machine, or a busy one, prints otherwise."""
    return [RESULT.sub("?", NUMBER.sub(" #", line)) for line in output.splitlines()]


class Installed(unittest.TestCase):
    def run_example(self, command, output):
        """A report in which not all is well ends the program with 1."""
        environment = dict(os.environ, HEADROOM_RUNTIME_DIR=str(WORK / "runtime"), LD_LIBRARY_PATH=str(find("libheadroom-probe.so").parent))
        environment.pop("HEADROOM_PROBE_LIBRARY", None)
        printed = run(*command, failing=re.compile(r"  FAIL$", re.MULTILINE), env=environment, cwd=WORK)
        self.assertEqual(shape(printed), shape(output))

    def test_c_examples(self):
        n_examples = 0
        for language, program, output in examples():
            if language != "c":
                continue
            n_examples += 1
            source = WORK / "example.c"
            source.write_text(program)
            for c, cpp in COMPILERS:
                for compiler in ([c], [cpp, "-x", "c++"]):
                    for static in ([], ["--static"]):
                        with self.subTest(example=n_examples, compiler=compiler, static=static):
                            flags = pkg_config(*static, "--cflags", "--libs") + (["-static"] if static else [])
                            run(*compiler, source, "-x", "none", *flags, "-o", WORK / "example")
                            self.run_example([WORK / "example"], output)
                for compiler in ([c, "-std=c11"], [cpp, "-x", "c++", "-std=c++11"]):
                    with self.subTest(example=n_examples, compiler=compiler):
                        run(*compiler, *STRICT, "-fsyntax-only", source, *pkg_config("--cflags"))
        self.assertGreaterEqual(n_examples, 2)

    def test_python_examples(self):
        path = "".join(pkg_config("--variable=pythondir"))
        path = path if path.startswith(str(DESTDIR)) else f"{DESTDIR}{path}"
        programs = [(program, output) for language, program, output in examples() if language == "python"]
        self.assertTrue(programs)
        for program, output in programs:
            (WORK / "example.py").write_text(program)
            self.run_example(["env", f"PYTHONPATH={path}", "PYTHONDONTWRITEBYTECODE=1", sys.executable, "example.py"], output)

    def test_headers_stand_alone(self):
        include = pathlib.Path(next(flag[2:] for flag in pkg_config("--cflags") if flag.startswith("-I")))
        self.assertTrue(include.is_relative_to(DESTDIR))
        headers = sorted(header.relative_to(include) for header in include.rglob("*.h"))
        self.assertGreaterEqual(len(headers), 14)
        for c, cpp in COMPILERS:
            for compiler in ([c, "-x", "c", "-std=c11"], [cpp, "-x", "c++", "-std=c++11"]):
                for header in headers:
                    with self.subTest(header=header, compiler=compiler):
                        run(*compiler, *STRICT, "-fsyntax-only", *pkg_config("--cflags"), "-", input=f"#include <{header}>\n")

    def test_a_strict_program_links(self):
        """-std=c11 hides clock_gettime (), which the headers then have to do without."""
        source = WORK / "strict.c"
        source.write_text("#include <engine/probe/probe.h>\nint main (void) { return hr_clock_monotonic () > 0 && hr_clock_realtime () > 0 ? 0 : 1; }\n")
        for c, _ in COMPILERS:
            run(c, "-std=c11", *STRICT, source, *pkg_config("--cflags", "--libs"), "-o", WORK / "strict")
            self.run_example([WORK / "strict"], "")

    def test_a_program_brings_an_agent(self):
        """Shared, and static where protobuf-c can be had so."""
        source = WORK / "embed.c"
        source.write_text(EMBED)
        for c, _ in COMPILERS:
            for static in ([], ["--static"]):
                with self.subTest(compiler=c, static=static):
                    flags = pkg_config(*static, "--cflags", "--libs", library="headroom-embed") + (["-static"] if static else [])
                    run(c, "-std=c11", *STRICT, source, *flags, "-o", WORK / "embed")
                    self.run_example([WORK / "embed"], "tcp:0\n")

    def test_the_manual_names_every_function(self):
        manual = find("headroom-probe.3").read_text() + find("headroom-measure.3").read_text()
        functions = set()
        for name in ("category.h", "measure.h", "probe.h", "record.h", "span.h"):
            functions |= set(re.findall(r"^ .*\b(hr_\w+) \((?:void|const|Hr|FILE)", find(name).read_text(), re.MULTILINE))
        functions -= set(INTERNAL)
        self.assertGreater(len(functions), 25)
        self.assertEqual(sorted(name for name in functions if f"{name} (" not in manual), [])

        manual = find("headroom-embed.3").read_text()
        functions = set(re.findall(r"\b(hr_embed_\w+) \(", find("embed.h").read_text()))
        self.assertGreater(len(functions), 5)
        self.assertEqual(sorted(name for name in functions if f"{name} (" not in manual), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
