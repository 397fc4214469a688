#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed: the files, whom they are for, what other programs make of them, and the app that runs from there.

Prints TAP. Needs a display, which ./dev test gives; the bus is one of its own, which knows what was installed. That is the present build,
staged as a package is; with HEADROOM_INSTALLED, what stands in that prefix, made by the build HEADROOM_INSTALL_BUILD: see tests/prove/install.sh.
"""

import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

from activation import activated, gapplication, knows_service, run_again
from desktop import APP_ID, BUILD, LIST_ITEM, children, make_session, tap, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = pathlib.Path(os.environ.get("HEADROOM_INSTALL_BUILD") or BUILD)
STAGED = "HEADROOM_INSTALLED" not in os.environ
STAGE = BUILD / "tests/app/stage"


def option(name):
    options = json.loads((BUILT / "meson-info/intro-buildoptions.json").read_text())
    return next(each["value"] for each in options if each["name"] == name)



# Where the programs are told that they are, and where they are.
PREFIX = pathlib.Path(option("prefix"))
PLACE = pathlib.Path(f"{STAGE}{PREFIX}") if STAGED else PREFIX

TYPE = "application/vnd.headroom.session+sqlite3"

PROGRAMS = "bin/headroom bin/headroom-agent bin/headroom-cli bin/headroom-workload"
RUNTIME = f"""
LIB/libheadroom-embed.so.0 LIB/libheadroom-embed.so.0.1.0 LIB/libheadroom-probe.so.0 LIB/libheadroom-probe.so.0.1.0
share/applications/{APP_ID}.desktop
share/bash-completion/completions/headroom-cli
share/dbus-1/services/{APP_ID}.service
share/glib-2.0/schemas/{APP_ID}.gschema.xml
share/headroom/contracts/build-slo.ini share/headroom/contracts/six-pillars.ini
share/headroom/contracts/thompson.ini share/headroom/contracts/wasm-page.ini
share/icons/hicolor/scalable/apps/{APP_ID}.svg share/icons/hicolor/symbolic/apps/{APP_ID}-symbolic.svg
share/icons/hicolor/scalable/mimetypes/{APP_ID}-session.svg
share/metainfo/{APP_ID}.metainfo.xml
share/mime/packages/{APP_ID}.xml
"""
MANUAL = """
share/man/man1/headroom.1 share/man/man1/headroom-agent.1 share/man/man1/headroom-cli.1 share/man/man1/headroom-workload.1
share/man/man3/headroom-embed.3 share/man/man3/headroom-measure.3 share/man/man3/headroom-pool.3 share/man/man3/headroom-probe.3
"""
DEVEL = """
LIB/libheadroom-embed.a LIB/libheadroom-embed.so LIB/libheadroom-probe.a LIB/libheadroom-probe.so
LIB/pkgconfig/headroom-embed.pc LIB/pkgconfig/headroom-probe.pc
include/headroom/engine/agents/embed/embed.h
include/headroom/engine/base/buckets.h include/headroom/engine/base/clock.h include/headroom/engine/base/region.h
include/headroom/engine/base/ticks.h include/headroom/engine/base/units.h
include/headroom/engine/probe/category.h include/headroom/engine/probe/lane.h include/headroom/engine/probe/layout.h
include/headroom/engine/probe/measure.h include/headroom/engine/probe/pool.h include/headroom/engine/probe/probe.h
include/headroom/engine/probe/reader.h include/headroom/engine/probe/record.h include/headroom/engine/probe/span.h
include/headroom/engine/probe/words.h
share/headroom/instruments/Headroom.instrpkg
share/headroom/python/headroom/__init__.py
"""

# What the system's tools make of what they find, each where it is at home.
CACHES = re.compile(r"share/(applications/mimeinfo\.cache|glib-2\.0/schemas/gschemas\.compiled|icons/hicolor/icon-theme\.cache|mime/(?!packages/).*)")


def wanted(*lists):
    return sorted(" ".join(lists).replace("LIB/", f"{option('libdir')}/").split())


def found(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def without_caches(files):
    return [file for file in files if not CACHES.fullmatch(file)]


def install(folder, *arguments):
    """Installs as a package is made; returns where its prefix is."""
    subprocess.run(["meson", "install", "-C", BUILT, "--no-rebuild", "--destdir", folder, *arguments], check=True, stdout=subprocess.DEVNULL)
    return pathlib.Path(f"{folder}{PREFIX}")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_files_are_these():
    files = without_caches(found(PLACE))
    assert files == wanted(PROGRAMS, RUNTIME, MANUAL, DEVEL), set(files) ^ set(wanted(PROGRAMS, RUNTIME, MANUAL, DEVEL))


def test_a_distribution_can_split_them():
    for tags, lists in (("runtime", (PROGRAMS, RUNTIME)), ("devel", (DEVEL,)), ("man", (MANUAL,))):
        with tempfile.TemporaryDirectory() as folder:
            assert found(install(folder, "--tags", tags)) == wanted(*lists), tags


def test_no_text_leads_back_to_the_build():
    for path in (PLACE / file for file in without_caches(found(PLACE))):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        left = [place for place in (str(ROOT), str(BUILT)) if place in text]
        assert not left, (path, left)


def test_every_header_stands_alone():
    folder = PLACE / "include/headroom"
    for header in folder.rglob("*.h"):
        subprocess.run(["cc", "-fsyntax-only", "-Wall", "-Werror", "-I", folder, "-x", "c", "-"], check=True, text=True,
                       input=f"#include <{header.relative_to(folder)}>\n")


def test_sessions_have_a_type_of_their_own():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        session, unnamed, foreign = (folder / name for name in ("kept.headroom", "unnamed", "foreign"))
        make_session(session)
        shutil.copy(session, unnamed)
        with sqlite3.connect(foreign) as connection:
            connection.execute("CREATE TABLE source (name TEXT)")
        for path, kind in ((session, TYPE), (unnamed, TYPE), (foreign, "application/vnd.sqlite3")):
            told = output("gio", "info", "-a", "standard::content-type,standard::icon", path)
            assert f"standard::content-type: {kind}\n" in told, told
            assert (f"{APP_ID}-session" in told) == (kind == TYPE), told
        for kind in (TYPE, "x-scheme-handler/headroom"):
            assert f"{APP_ID}.desktop" in output("gio", "mime", kind)


def test_what_the_desktop_file_names_is_there():
    text = (PLACE / f"share/applications/{APP_ID}.desktop").read_text()
    assert re.search(f"(?m)^Icon={APP_ID}$", text)
    for program in re.findall(r"(?m)^Exec=(\S+)", text):
        assert os.access(PLACE / "bin" / program, os.X_OK), program
    service = (PLACE / f"share/dbus-1/services/{APP_ID}.service").read_text()
    assert f"Exec='{PREFIX}/bin/headroom' --gapplication-service\n" in service


def program_of(pid):
    return pathlib.Path(os.readlink(f"/proc/{pid}/exe"))


def test_the_app_runs_from_there():
    if STAGED and (PREFIX / "bin/headroom-agent").exists():
        raise unittest.SkipTest(f"another one is installed in {PREFIX}")
    with tempfile.TemporaryDirectory() as folder:
        session = pathlib.Path(folder) / "kept.headroom"
        make_session(session)
        with activated("launch", APP_ID, str(session)) as app:
            app.wait("^kept, ", LIST_ITEM)
            assert program_of(app.process.pid) == PLACE / "bin/headroom"
            assert program_of(app.agent()) == PLACE / "bin/headroom-agent"
            gapplication("action", APP_ID, "show-alert", "'This Computer'")
            app.window_action("start-workload")
            app.wait("^headroom-workload", LIST_ITEM)
            wait_until(lambda: PLACE / "bin/headroom-workload" in [program_of(pid) for pid in children(app.process.pid)], "the workload")


def test_the_terminals_program_runs_from_there():
    environment = {name: value for name, value in os.environ.items() if name != "HEADROOM_BUILD_DIR"}
    told = subprocess.run([PLACE / "bin/headroom-cli", "sources", "--format", "json"], env=environment, check=True, capture_output=True, text=True)
    assert json.loads(told.stdout), told.stdout


def stage():
    """Does what a package's triggers do after it, and says where the service is that starts the program in the stage."""
    shutil.rmtree(STAGE, ignore_errors=True)
    install(STAGE)
    for command in (("update-mime-database", PLACE / "share/mime"), ("update-desktop-database", PLACE / "share/applications"),
                    ("glib-compile-schemas", PLACE / "share/glib-2.0/schemas")):
        subprocess.run(command, check=True)
    service = pathlib.Path(f"dbus-1/services/{APP_ID}.service")
    (STAGE / service.parent).mkdir(parents=True)
    (STAGE / service).write_text((PLACE / "share" / service).read_text().replace(f"Exec='{PREFIX}", f"Exec='{PLACE}"))
    return f"{STAGE}:{PLACE}/share"


def with_service():
    """Runs the tests where everybody knows of what is installed."""
    os.environ["PATH"] = f"{PLACE}/bin:{os.environ['PATH']}"
    return run_again(stage() if STAGED else f"{PREFIX}/share", None)


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "app/end-to-end-install", sys.argv[1:]) if knows_service() else with_service())
