# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages of another Debian suite, downloaded and verified by apt, and unpacked, without installing any."""

import concurrent.futures
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import urllib.request

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# Nobody reads these in a stand-in.
LEFT_OUT = ("./usr/share/doc", "./usr/share/man", "./usr/share/info", "./usr/share/locale", "./usr/share/help", "./usr/share/gtk-doc",
            "./usr/share/lintian", "./usr/share/bug", "./var")


def mirror():
    """The mirror that this computer uses itself."""
    listed = [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*")]
    for path in listed:
        if path.is_file():
            for line in path.read_text(errors="replace").splitlines():
                found = re.match(r"(?:URIs:|deb\b.*?)\s*(https?://\S+/debian)/?(?:\s|$)", line)
                if found:
                    return found[1]
    return "https://deb.debian.org/debian"


class Packages:
    """An apt of our own, in a folder, to which nothing is installed. Downloads survive a run that broke off."""

    def __init__(self, folder, suite):
        self.folder = pathlib.Path(folder)
        self.debs = self.folder / "debs"
        self.mirror = mirror()
        for name in ("lists/partial", "nothing/partial", "debs/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        (self.folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {self.mirror} {suite} main\n")
        self.configuration = self.folder / "apt.conf"
        self.configuration.write_text(self.settings())

    def settings(self):
        here = self.folder
        # The mirror may be a snapshot, which has no lists of today.
        return (f'Dir "{here}";\nDir::Etc "{here}";\nDir::Etc::SourceList "{here}/sources.list";\nDir::Etc::SourceParts "/nonexistent";\n'
                f'Dir::Etc::Parts "/nonexistent";\nDir::Etc::Preferences "/nonexistent";\nDir::Etc::PreferencesParts "/nonexistent";\n'
                f'Dir::State "{here}";\nDir::State::Lists "{here}/lists";\nDir::State::status "{here}/status";\n'
                f'Dir::Cache "{here}";\nDir::Cache::Archives "{here}/nothing";\nDir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n'
                'APT::Install-Recommends "false";\nAPT::Sandbox::User "root";\nAcquire::Languages "none";\nDebug::NoLocking "true";\n'
                'Acquire::Retries "3";\nAcquire::Check-Valid-Until "false";\n')

    def apt(self, *arguments):
        environment = dict(os.environ, APT_CONFIG=str(self.configuration), LC_ALL="C.UTF-8")
        done = subprocess.run(["apt-get", "-qq", *arguments], env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"apt-get {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def update(self):
        self.apt("update")

    def closure(self, names):
        """The files of packages and of all that they depend on, each with its sum."""
        said = self.apt("install", "--print-uris", *names)
        return dict(re.findall(r"^'[^']+' (\S+) \d+ (\S+)$", said, re.MULTILINE))

    def download(self, names):
        """Fetches what is not there yet; apt compares every sum."""
        self.apt("install", "--download-only", "--yes", "-o", f"Dir::Cache::Archives={self.debs}", *names)

    def unpack(self, files, root):
        """Unpacks packages into a tree whose /bin, /lib and so on are links into /usr."""
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda name: unpack_one(self.debs / name, root), files))


def unpack_one(package, root):
    excluded = [f"--exclude={path}" for path in LEFT_OUT]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as packed:
        subprocess.run(["tar", "--extract", "--directory", root, "--keep-directory-symlink", "--no-same-owner", *excluded], stdin=packed.stdout,
                       check=True)
    if packed.returncode != 0:
        raise RuntimeError(f"{package} cannot be unpacked")


def sum_of(path):
    with open(path, "rb") as file:
        digest = hashlib.sha256()
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def fetch_source(path, sha256, into):
    """Fetches one archive of Debian's pool, under its sum and the name wanted; another sum is an error."""
    into = pathlib.Path(into)
    if into.exists() and sum_of(into) == sha256:
        return
    into.parent.mkdir(parents=True, exist_ok=True)
    part = into.with_name(into.name + ".part")
    with urllib.request.urlopen(f"{mirror()}/pool/main/{path}", timeout=60) as answer, open(part, "wb") as file:
        shutil.copyfileobj(answer, file)
    if sum_of(part) != sha256:
        part.unlink()
        raise RuntimeError(f"{path} has another sum than the manifest")
    part.rename(into)
