# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the manifest, exports what came of it and makes the bundle: one file that flatpak installs.

bundle.py FOLDER BUNDLE does so against the real runtime.
"""

import os
import pathlib
import subprocess
import sys

import manifest

RUNTIME_REPOSITORY = "https://flathub.org/repo/flathub.flatpakrepo"
BRANCH = "stable"


def build(description, folder, state, options=(), environment=None, output=None):
    """Builds a manifest; the app's repository is FOLDER/repo. A module that has not changed comes out of the state folder."""
    # Rofiles-fuse would need /dev/fuse.
    subprocess.run(["flatpak-builder", "--user", "--force-clean", "--disable-rofiles-fuse", "--rebuild-on-sdk-change", f"--state-dir={state}",
                    f"--repo={folder / 'repo'}", f"--default-branch={BRANCH}", *options, folder / "build", description],
                   check=True, env=environment, stdout=output, stderr=output)


def make(folder, file, options=(), environment=None):
    """Makes the bundle of FOLDER/repo."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    subprocess.run(["flatpak", "build-bundle", *options, folder / "repo", part, manifest.APP_ID, BRANCH], check=True, env=environment)
    part.rename(file)


def size(file):
    return f"{file.stat().st_size / 1e6:.1f} MB"


def runtimes():
    platform, sdk, branch = manifest.RUNTIME
    return [f"{name}//{branch}" for name in (platform, sdk)]


def installed(name):
    return subprocess.run(["flatpak", "info", name], capture_output=True, check=False).returncode == 0


def offered(name):
    """Whether a remote of this computer has a runtime, and which."""
    wanted, _, branch = name.partition("//")
    listed = subprocess.run(["flatpak", "remote-ls", "--runtime", "--columns=application,branch,origin"], capture_output=True, text=True, check=False)
    for line in listed.stdout.splitlines():
        fields = line.split("\t")
        if fields[:2] == [wanted, branch]:
            return fields[2]
    return None


def need_runtimes():
    """Installs what is missing of the runtime, or says what to do."""
    for name in runtimes():
        if installed(name):
            continue
        remote = offered(name)
        if remote is None:
            sys.exit(f"{name} is not installed, and no remote has it. Add one that does:\n"
                     f"  flatpak remote-add --user --if-not-exists flathub {RUNTIME_REPOSITORY}\n"
                     "Without one, ./dev flatpak --stand-in builds against Debian packages, to test.")
        subprocess.run(["flatpak", "install", "--user", "--noninteractive", "--assumeyes", remote, name], check=True)


def main(folder, file):
    folder, file = pathlib.Path(folder).resolve(), pathlib.Path(file).resolve()
    need_runtimes()
    folder.mkdir(parents=True, exist_ok=True)
    build(manifest.PATH, folder, folder / "state")
    make(folder, file, [f"--runtime-repo={RUNTIME_REPOSITORY}"])
    shown = os.path.relpath(file)
    print(f"{shown}: {size(file)}. To install and to run it:\n  flatpak install --user {shown}\n  flatpak run {manifest.APP_ID}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd[0]} failed")
