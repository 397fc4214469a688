#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a Swift package that stands by itself: assemble.py OUT [--protobuf-c FOLDER]

A Swift package cannot reach out of its own folder, and the schema's C code is made by protoc-c: so the C sources are
copied beside the Swift ones, headers apart as Swift wants them, and the schema is compiled. FOLDER is an unpacked
release of protobuf-c (1.4 or newer); its one source file comes along. Without it the package links to a
protobuf-c that you bring.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
ROOMS = ("engine/base", "engine/probe", "engine/wire", "engine/agents/embed")
SCHEMA = "engine/wire/headroom.proto"


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def copy_rooms(c_target):
    """Sources keep their place in the tree; headers get the same place below include/."""
    for room in ROOMS:
        for file in sorted((ROOT / room).glob("*.[ch]")):
            below = c_target / "include" if file.suffix == ".h" else c_target
            copy(file, below / file.relative_to(ROOT))


def compile_schema(c_target):
    subprocess.run(["protoc-c", f"--proto_path={ROOT}", f"--c_out={c_target}", SCHEMA], check=True, cwd=ROOT)
    header = c_target / SCHEMA.replace(".proto", ".pb-c.h")
    copy(header, c_target / "include" / header.relative_to(c_target))
    header.unlink()


def copy_protobuf(folder, c_target):
    """protobuf-c is one source file and one header (BSD-2-Clause; its licence stands in both)."""
    header = folder / "protobuf-c/protobuf-c.h"
    version = re.search(r"PROTOBUF_C_VERSION_NUMBER\s+(\d+)", header.read_text(encoding="utf-8"))
    if version is None or int(version.group(1)) < 1004000:
        sys.exit(f"{header} is not protobuf-c 1.4 or newer")
    copy(header, c_target / "include/protobuf-c/protobuf-c.h")
    copy(folder / "protobuf-c/protobuf-c.c", c_target / "protobuf-c/protobuf-c.c")


def assemble(out, protobuf_c):
    if out.exists() and any(out.iterdir()):
        sys.exit(f"{out} is not empty")
    shutil.copytree(HERE / "Sources", out / "Sources", dirs_exist_ok=True)
    for name in ("Package.swift", "README.md"):
        copy(HERE / name, out / name)
    copy(ROOT / "LICENSE-MIT", out / "LICENSE")
    copy(ROOT / "data/instruments/Headroom.instrpkg", out / "Instruments/Headroom.instrpkg")

    c_target = out / "Sources/CHeadroom"
    copy_rooms(c_target)
    compile_schema(c_target)
    for file in sorted((HERE / "C").iterdir()):
        copy(file, c_target / "include" / file.name)
    if protobuf_c is not None:
        copy_protobuf(protobuf_c, c_target)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--protobuf-c", type=pathlib.Path, metavar="FOLDER")
    options = parser.parse_args()
    assemble(options.out, options.protobuf_c)
    print(f"{options.out}: add this folder to your Xcode project (File, Add Package Dependencies, Add Local)")


if __name__ == "__main__":
    main()
