# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a stand-in for org.gnome.Platform and org.gnome.Sdk from Debian packages, as an OSTree repository that flatpak installs from.

Packages are only unpacked. What their scripts would have made, the caches above all, is made by running the tools of the tree in the tree.
"""

import configparser
import hashlib
import pathlib
import shutil
import subprocess
import sysconfig

import manifest

HERE = pathlib.Path(__file__).resolve().parent
SUITES = ("bookworm", "forky")

# What flatpak makes anew in every sandbox, or is of this very tree.
NOT_EXPORTED = ("ld.so.cache", "passwd", "group", "shadow", "gshadow", "machine-id", "mtab", "resolv.conf", "hosts", "hostname")

# Names that Debian's alternatives would have given, or that the real runtime has elsewhere.
OTHER_NAMES = {"awk": "mawk", "cc": "gcc", "c++": "g++", "which": "which.debianutils",
               "flatpak-spawn": "../libexec/flatpak-xdg-utils/flatpak-spawn", "xdg-open": "../libexec/flatpak-xdg-utils/xdg-open"}

MAKE_CACHES = """
ldconfig
glib-compile-schemas /usr/share/glib-2.0/schemas
update-mime-database /usr/share/mime
cat /usr/share/ca-certificates/*/*.crt >/etc/ssl/certs/ca-certificates.crt
libraries=/usr/lib/$MULTIARCH
mkdir -p $libraries/gio/modules
$libraries/glib-2.0/gio-querymodules $libraries/gio/modules
if [ -x $libraries/gdk-pixbuf-2.0/gdk-pixbuf-query-loaders ]; then
  $libraries/gdk-pixbuf-2.0/gdk-pixbuf-query-loaders --update-cache
fi
for theme in /usr/share/icons/*/index.theme; do
  gtk-update-icon-cache --quiet --force "${theme%/*}"
done
fc-cache --system-only
"""


def lists():
    read = configparser.ConfigParser()
    read.read(HERE / "stand-in.ini")
    return read


def packages(kind, suite):
    """The names of a tree's packages: kind is platform or sdk, which has what the platform has."""
    read = lists()
    names = []
    for section in (kind, f"{kind}.{suite}"):
        if read.has_section(section):
            names += [name for line in read[section].values() for name in line.split()]
    for line in read[f"modules.{suite}"].values():
        names += [name for name in line.split() if name.endswith("-dev") == (kind == "sdk")]
    return sorted(set(names))


def key():
    """Changes with whatever a stand-in is made from."""
    digest = hashlib.sha256()
    for name in ("stand-in.ini", "runtime.py", "debian.py"):
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()[:12]


def in_tree(root, script):
    """Runs a script in a tree, without a network, and with nothing of this computer to write to."""
    multiarch = sysconfig.get_config_var("MULTIARCH")
    subprocess.run(["bwrap", "--bind", root, "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--unshare-net", "--die-with-parent",
                    "--clearenv", "--setenv", "PATH", "/usr/sbin:/usr/bin", "--setenv", "LC_ALL", "C.UTF-8", "--setenv", "MULTIARCH", multiarch,
                    "sh", "-euc", script], check=True, capture_output=True, text=True)


def make_skeleton(root):
    """A tree that has everything in /usr, /etc too: that is what a runtime consists of."""
    for name in ("bin", "sbin", "lib", "lib64", "etc"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for name in ("files", "proc", "dev", "tmp", "var", "run"):
        (root / name).mkdir()
    fonts = root / "usr/lib/fontconfig/cache"
    fonts.mkdir(parents=True)


def name_otherwise(root):
    folder = root / "usr/bin"
    for name, target in OTHER_NAMES.items():
        if not (folder / name).exists() and (folder / target).exists():
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to(target)


def settle_fonts(root):
    """Keeps the cache of fonts in the runtime, with the time stamp that every folder of a runtime has."""
    configuration = root / "usr/etc/fonts/fonts.conf"
    text = configuration.read_text()
    configuration.write_text(text.replace("/var/cache/fontconfig", "/usr/lib/fontconfig/cache"))
    subprocess.run(["find", root / "usr/share/fonts", "-exec", "touch", "--no-dereference", "--date=@0", "{}", "+"], check=True)


def wrap_compose(root):
    """flatpak-builder before 1.4 calls appstream-compose, which newer suites do not have."""
    wrapper = root / "usr/bin/appstream-compose"
    if not wrapper.exists():
        shutil.copy(HERE / "appstream-compose.sh", wrapper)
        wrapper.chmod(0o755)


def finish(root):
    (root / "usr/etc/ssl/certs").mkdir(parents=True, exist_ok=True)
    name_otherwise(root)
    settle_fonts(root)
    in_tree(root, MAKE_CACHES)


def write_metadata(root, name, arch):
    platform, sdk, branch = manifest.RUNTIME
    (root / "metadata").write_text(f"[Runtime]\nname={name}\nruntime={platform}/{arch}/{branch}\nsdk={sdk}/{arch}/{branch}\n")


def export(root, repository, name, arch):
    for entry in NOT_EXPORTED:
        (root / "usr/etc" / entry).unlink(missing_ok=True)
    # A runtime has no privileged programs.
    subprocess.run(["find", root / "usr", "-perm", "/7000", "-exec", "chmod", "ug-s,o-t", "{}", "+"], check=True)
    write_metadata(root, name, arch)
    subprocess.run(["flatpak", "build-export", "--runtime", "--disable-sandbox", "--disable-fsync", "--no-update-summary", f"--arch={arch}",
                    "--subject=stand-in", repository, root, manifest.RUNTIME[2]], check=True, capture_output=True, text=True)


def make(suite, arch, apt, folder, step):
    """Makes both, the Sdk by adding to the Platform's tree, and returns the repository; folder appears whole or not at all."""
    platform, sdk, _ = manifest.RUNTIME
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    root, repository = part / "root", part / "repo"
    part.mkdir(parents=True)
    make_skeleton(root)
    subprocess.run(["ostree", "init", "--mode=bare-user-only", f"--repo={repository}"], check=True)

    apt.update()
    names = packages("platform", suite)
    everything = sorted({*names, *packages("sdk", suite)})
    first, second = apt.closure(names), apt.closure(everything)
    step(f"lists of {suite}: {len(first)} packages in the Platform, {len(second)} in the Sdk")
    apt.download(everything)
    step("packages downloaded")
    for kind, files in ((platform, first), (sdk, second.keys() - first.keys())):
        apt.unpack(files, root)
        if kind == sdk:
            wrap_compose(root)
        finish(root)
        export(root, repository, kind, arch)
        step(f"{kind} made")
    subprocess.run(["flatpak", "build-update-repo", repository], check=True, capture_output=True, text=True)
    shutil.rmtree(root)
    part.rename(folder)
