#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the assembled Swift package to what can be told without a Swift compiler: check-package.py ROOT

Every C file compiles by itself with only the package's own headers (protobuf-c's are the system's here), Swift's header
is C and a Clang module where clang is at hand, and the Swift sources call no C function that is not declared there. TAP.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(sys.argv[1])
IOS = ROOT / "engine/agents/ios"
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-Wno-cast-function-type",
         "-Werror", "-fsyntax-only"]


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


def sources_compile(package):
    include = package / "Sources/CHeadroom/include"
    for source in sorted((package / "Sources/CHeadroom").rglob("*.c")):
        generated = ["-w"] if source.name.endswith(".pb-c.c") else []
        good, said = run("cc", *FLAGS, *generated, "-I", include, source)
        if not good:
            return said
    return None


def header_is_a_module(package):
    include = package / "Sources/CHeadroom/include"
    good, said = run("cc", *FLAGS, "-I", include, "-include", "headroom.h", "-x", "c", "/dev/null")
    if good and shutil.which("clang"):
        probe = package / "module.m"
        probe.write_text("@import CHeadroom;\nuint32_t port (void) { return HR_EMBED_PORT; }\n")
        good, said = run("clang", "-fmodules", f"-fmodules-cache-path={package}/cache", "-D_GNU_SOURCE", "-fsyntax-only", "-I", include,
                         f"-fmodule-map-file={include}/module.modulemap", probe)
    return None if good else said


def swift_calls_what_is_declared(package):
    include = package / "Sources/CHeadroom/include"
    _, declared = run("cc", "-E", "-dD", "-D_GNU_SOURCE", "-I", include, include / "headroom.h")
    for source in sorted((package / "Sources").rglob("*.swift")):
        for name in set(re.findall(r"\b(?:hr_|HR_|Hr)\w+", source.read_text(encoding="utf-8"))):
            if not re.search(rf"\b{name}\b", declared):
                return f"{source.name} uses {name}, which no header declares"
    return None


def folder_in_use_is_refused(package):
    good, said = run(sys.executable, IOS / "assemble.py", package)
    return None if not good and "not empty" in said else f"it was overwritten: {said}"


def old_protobuf_is_refused(package):
    release = package / "old"
    (release / "protobuf-c").mkdir(parents=True)
    (release / "protobuf-c/protobuf-c.h").write_text("#define PROTOBUF_C_VERSION_NUMBER 1003003\n")
    good, said = run(sys.executable, IOS / "assemble.py", package / "other", "--protobuf-c", release)
    return None if not good and "1.4 or newer" in said else f"it was taken: {said}"


def main():
    checks = (sources_compile, header_is_a_module, swift_calls_what_is_declared, folder_in_use_is_refused, old_protobuf_is_refused)
    failed = 0
    print(f"1..{len(checks)}")
    with tempfile.TemporaryDirectory() as folder:
        package = pathlib.Path(folder) / "package"
        good, said = run(sys.executable, IOS / "assemble.py", package)
        if not good:
            sys.exit(said)
        for number, check in enumerate(checks, 1):
            wrong = check(package)
            failed += wrong is not None
            print(f"{'not ' if wrong else ''}ok {number} - {check.__name__}")
            for line in (wrong or "").splitlines():
                print(f"# {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
