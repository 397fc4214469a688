# SPDX-License-Identifier: GPL-3.0-or-later
"""A made Flatpak around a program: what Flatpak would tell it, and a flatpak-spawn whose host is this computer (sandbox/flatpak-spawn)."""

import os
import pathlib

PROGRAMS = pathlib.Path(__file__).parent / "sandbox"
INSTANCE = "4711"
NO_USBMUXD = "UNIX:/nonexistent/usbmuxd"


def environment(folder, *, allowed=True, usbmuxd=NO_USBMUXD, **host):
    """The variables of a program in a sandbox whose files are in folder. host: the host's own where they are others."""
    folder = pathlib.Path(folder)
    runtime = folder / "runtime"
    if not runtime.is_symlink():
        runtime.symlink_to("/usr")
    (folder / "app").mkdir(exist_ok=True)
    policy = "[Session Bus Policy]\norg.freedesktop.Flatpak=talk\n" if allowed else ""
    (folder / "flatpak-info").write_text("[Application]\nname=io.github.headroom.Headroom\n\n"
                                         f"[Instance]\ninstance-id={INSTANCE}\napp-path={folder}/app\nruntime-path={runtime}\n\n{policy}")
    return {
        "HEADROOM_FLATPAK_INFO": str(folder / "flatpak-info"),
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "FLATPAK_SPAWN_FAILS": str(folder / "nobody-answers"),
        "HOST_HEADROOM_FLATPAK_INFO": "",
        "HOST_USBMUXD_SOCKET_ADDRESS": usbmuxd,
        **{f"HOST_{name}": str(value) for name, value in host.items()},
    }
