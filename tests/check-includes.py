#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds every #include against the table of who may include whom: check-includes.py ROOT

The table has to be ARCHITECTURE.md's; a room may always include itself.
"""

import pathlib
import re
import sys

MAY_INCLUDE = {
    "engine/base": (),
    "engine/stats": ("engine/base",),
    "engine/thompson": ("engine/base", "engine/stats"),
    "engine/probe": ("engine/base",),
    "engine/wire": ("engine/base",),
    "engine/model": ("engine/base", "engine/stats"),
    "engine/collect": ("engine/base", "engine/stats", "engine/model", "engine/probe"),
    "engine/link": ("engine/base", "engine/wire", "engine/model"),
    "engine/agents/local": ("engine/collect", "engine/link", "engine/wire", "engine/model", "engine/base"),
    "engine/agents/embed": ("engine/base", "engine/probe", "engine/wire"),
    "engine/agents/ios": ("engine/agents/embed", "engine/base", "engine/probe"),
    "engine/agents/workload": ("engine/thompson", "engine/probe", "engine/agents/embed", "engine/stats", "engine/base"),
    "engine/hub": ("engine/base", "engine/stats", "engine/model", "engine/wire", "engine/link", "engine/collect"),
    "engine/budget": ("engine/base", "engine/stats", "engine/model"),
    "engine/alert": ("engine/model", "engine/budget", "engine/base"),
    "engine/detect": ("engine/base", "engine/stats", "engine/model", "engine/budget"),
    "engine/store": ("engine/base", "engine/stats", "engine/model"),
    "engine/report": ("engine/base", "engine/stats", "engine/model", "engine/budget", "engine/detect", "engine/alert", "engine/store"),
    "engine/monitor": ("engine/base", "engine/stats", "engine/model", "engine/collect", "engine/link", "engine/hub", "engine/budget",
                       "engine/alert", "engine/store"),
    "widgets": ("engine/base", "engine/stats"),
    "app": ("engine/monitor", "engine/link", "engine/model", "engine/base", "engine/stats", "engine/budget", "engine/alert",
            "engine/store", "engine/report", "engine/probe", "widgets"),
    "app/cli": ("engine/monitor", "engine/link", "engine/model", "engine/base", "engine/stats", "engine/budget", "engine/alert",
                "engine/store", "engine/report", "engine/probe", "app"),
}

# Libraries that only one room may know, by the beginning of the include.
ONLY_IN = {
    "glibtop": ("engine/collect",),
    "gtk/": ("widgets", "app"),
    "adwaita.h": ("app",),
    "protobuf-c/": ("engine/wire",),
    "plist/": ("engine/link",),
    "libimobiledevice/": ("engine/link",),
    "gnutls/": ("engine/link",),
    "libsecret/": ("app",),
    "sqlite3.h": ("engine/store",),
    "zstd.h": ("engine/store",),
}

# Rooms that must build without GLib.
WITHOUT_GLIB = ("engine/base", "engine/stats", "engine/thompson", "engine/probe", "engine/wire", "engine/agents/embed")

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)


def room_of(path):
    """The room a file or an included path belongs to, or None."""
    # A room of a few files, without a folder.
    if re.fullmatch(r"engine/monitor(-[a-z]+)?\.[ch]", path):
        return "engine/monitor"
    rooms = [room for room in MAY_INCLUDE if path.startswith(room + "/")]
    return max(rooms, key=len) if rooms else None


def complaints(path, text):
    room = room_of(path)
    if room is None:
        yield f"{path}: stands in no room of the table"
        return
    for quote, included in INCLUDE.findall(text):
        entered = room_of(included)
        if quote == '"' and "/" not in included:
            yield f'{path}: "{included}" is not qualified from the root'
        elif entered is not None and entered != room and entered not in MAY_INCLUDE[room]:
            yield f"{path}: {room} may not include {entered} ({included})"
        for library, rooms in ONLY_IN.items():
            if included.startswith(library) and room not in rooms:
                yield f"{path}: only {' and '.join(rooms)} may include {included}"
        if room in WITHOUT_GLIB and included.startswith(("glib", "gio/")):
            yield f"{path}: {room} is free of GLib, but includes {included}"


def documented(text):
    """Of each room, the rooms that the table in ARCHITECTURE.md lets it include."""
    names = {room.removeprefix("engine/"): room for room in MAY_INCLUDE}
    table = text.split("| room | may include |\n|---|---|\n")[1].split("\n\n")[0]
    rows = [row.strip("| ").split(" | ") for row in table.split("\n")]
    return {names.get(room, room): {names[word] for word in re.findall(r"[a-z]+(?:/[a-z]+)?", text) if word in names} for room, text in rows}


def differences(table):
    for room in sorted(table.keys() | MAY_INCLUDE.keys()):
        allowed = set(MAY_INCLUDE.get(room, ()))
        if table.get(room) != allowed:
            yield f"ARCHITECTURE.md: {room} may include {sorted(allowed)}, not {sorted(table.get(room, ()))}"


def main(root):
    root = pathlib.Path(root)
    found = list(differences(documented((root / "ARCHITECTURE.md").read_text(encoding="utf-8"))))
    for folder in ("engine", "widgets", "app"):
        for file in sorted((root / folder).rglob("*.[ch]")):
            path = file.relative_to(root).as_posix()
            found += complaints(path, file.read_text(encoding="utf-8"))
    print("\n".join(found) if found else "every include keeps to the table")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
