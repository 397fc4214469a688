#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the assembled Swift package to what can be told without a Mac: check-package.py ROOT

Every C file compiles by itself with only the package's own headers (protobuf-c's are the system's here), for Linux, for POSIX alone, and for
Apple's systems. For the last there are no system headers at all but ours, in apple/: a function that is not declared there, or not by a header that the
file includes, is an error. What that cannot show is whether apple/ says what Apple says. Where clang is at hand it makes true objects for iOS of
them, and reads Swift's header as the module that Swift sees. The Swift sources call no C function that is not declared. TAP.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(sys.argv[1])
IOS = ROOT / "engine/agents/ios"
APPLE = ROOT / "tests/engine/agents/ios/apple"
WARNINGS = ["-Wall", "-Wextra", "-Wundef", "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-Werror"]
LINUX = ["-std=gnu11", "-D_GNU_SOURCE", "-Wno-cast-function-type"]
PORTABLE = ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-DHR_PLATFORM_PORTABLE", "-Wno-cast-function-type"]
# As Package.swift has it; what a compiler for Linux says of itself is taken back.
DARWIN = ["-std=gnu11", "-D_DARWIN_C_SOURCE", "-ffreestanding", "-nostdinc", "-fPIC"]
AS_DARWIN = ["-D__APPLE__=1", "-D__MACH__=1", "-U__linux__", "-U__linux", "-Ulinux", "-U__gnu_linux__", "-U__ELF__", "-Wno-cast-function-type"]
TARGETS = ("arm64-apple-ios15.0", "x86_64-apple-ios15.0-simulator", "arm64-apple-macos12.0")


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


def sources_of(package):
    return sorted((package / "Sources/CHeadroom").rglob("*.c"))


def compile_all(package, *compiler):
    """Returns what the compiler says of the first file that it refuses, or None."""
    for source in sources_of(package):
        generated = ["-w"] if source.name.endswith(".pb-c.c") else []
        place = package / "objects" / f"{source.relative_to(package)}.o".replace("/", "_")
        place.parent.mkdir(exist_ok=True)
        good, said = run(*compiler, *generated, "-I", package / "Sources/CHeadroom/include", "-c", "-o", place, source)
        if not good:
            return said
    return None


def apple_headers(package, compiler):
    """Ours, what the compiler brings itself (stdint.h), and protobuf-c's, which every package has beside its own."""
    _, own = run(compiler, "-print-file-name=include")
    _, found = run("pkg-config", "--variable=includedir", "libprotobuf-c")
    protobuf = package / "protobuf/protobuf-c"
    if not protobuf.exists():
        protobuf.parent.mkdir()
        protobuf.symlink_to(pathlib.Path(found.strip() or "/usr/include") / "protobuf-c")
    return ["-I", APPLE, "-idirafter", own.strip(), "-idirafter", protobuf.parent]


def nothing_of_ours_is_missing(package):
    """Among the objects that were made last: whoever calls a function of ours finds it in one of them."""
    defined, wanted = set(), set()
    for place in (package / "objects").iterdir():
        _, said = run("nm", place)
        for kind, name in re.findall(r"\b([A-Za-z]) (hr_\w+)$", said, re.MULTILINE):
            (wanted if kind == "U" else defined).add(name)
    missing = sorted(wanted - defined)
    return f"nowhere defined: {' '.join(missing)}" if missing or not defined else None


def sources_compile(package):
    return compile_all(package, "cc", *WARNINGS, *LINUX) or nothing_of_ours_is_missing(package)


def sources_compile_from_posix_alone(package):
    return compile_all(package, "cc", *WARNINGS, *PORTABLE) or nothing_of_ours_is_missing(package)


def sources_compile_as_apples(package):
    for phone in (1, 0):
        said = compile_all(package, "cc", *WARNINGS, *DARWIN, *AS_DARWIN, f"-DTARGET_OS_IPHONE={phone}", *apple_headers(package, "cc"))
        if said is not None:
            return said
    return nothing_of_ours_is_missing(package)


def clang_makes_apples_objects(package):
    if not shutil.which("clang"):
        return None
    for target in TARGETS:
        phone = int("ios" in target)
        said = compile_all(package, "clang", f"--target={target}", "-O2", *WARNINGS, *DARWIN, f"-DTARGET_OS_IPHONE={phone}", *apple_headers(package, "clang"))
        if said is not None:
            return f"{target}: {said}"
        if not (package / "objects").joinpath("Sources_CHeadroom_engine_probe_lane.c.o").read_bytes().startswith(b"\xcf\xfa\xed\xfe"):
            return f"{target}: that is no Mach-O file"
    return None


def header_is_a_module(package):
    include = package / "Sources/CHeadroom/include"
    good, said = run("cc", *WARNINGS, *LINUX, "-fsyntax-only", "-I", include, "-include", "headroom.h", "-x", "c", "/dev/null")
    if good and shutil.which("clang"):
        probe = package / "module.m"
        probe.write_text("@import CHeadroom;\nunsigned port (void) { return HR_EMBED_PORT; }\n")
        good, said = run("clang", f"--target={TARGETS[0]}", *DARWIN, *apple_headers(package, "clang"), "-fmodules",
                         f"-fmodules-cache-path={package}/cache", "-fsyntax-only", "-I", include, f"-fmodule-map-file={include}/module.modulemap", probe)
    return None if good else said


def swift_calls_what_is_declared(package):
    include = package / "Sources/CHeadroom/include"
    _, declared = run("cc", "-E", "-dD", *DARWIN, *AS_DARWIN, *apple_headers(package, "cc"), "-I", include, include / "headroom.h")
    for source in sorted((package / "Sources").rglob("*.swift")):
        for name in set(re.findall(r"\b(?:hr_|HR_|Hr)\w+", source.read_text(encoding="utf-8"))):
            if not re.search(rf"\b{name}\b", declared):
                return f"{source.name} uses {name}, which no header declares"
    return None


def swift_keeps_its_region_in_memory(package):
    sources = "".join(source.read_text(encoding="utf-8") for source in (package / "Sources").rglob("*.swift"))
    opened = set(re.findall(r"\bhr_probe_open\w*", sources))
    return None if opened == {"hr_probe_open_in_memory"} else f"it opens by {opened}"


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
    checks = (sources_compile, sources_compile_from_posix_alone, sources_compile_as_apples, clang_makes_apples_objects, header_is_a_module,
              swift_calls_what_is_declared, swift_keeps_its_region_in_memory, folder_in_use_is_refused, old_protobuf_is_refused)
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
