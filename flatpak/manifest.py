# SPDX-License-Identifier: GPL-3.0-or-later
"""The Flatpak's manifest, and the rules that it keeps to."""

import pathlib
import re

import yaml

APP_ID = "io.github.headroom.Headroom"
PATH = pathlib.Path(__file__).resolve().parent / f"{APP_ID}.yml"

RUNTIME = ("org.gnome.Platform", "org.gnome.Sdk", "51")

# What the app may ask for; whoever adds to it says why in the manifest, and here.
PERMISSIONS = {
    "--device=dri",
    "--filesystem=xdg-run/headroom:create",
    "--share=ipc",
    "--share=network",
    "--socket=fallback-x11",
    "--socket=wayland",
    "--talk-name=org.freedesktop.Flatpak",
}

# What no manifest of ours may ask for, and why.
FORBIDDEN = (
    (r"--filesystem=(host|home|/)", "files are chosen by the user, through the portal"),
    (r"--device=(all|usb|input)", "phones are reached through usbmuxd"),
    (r"--socket=(session-bus|system-bus|x11|ssh-auth|gpg-agent)", "this takes the sandbox away"),
    (r"--(talk|own)-name=org\.freedesktop\.(secrets|Notifications|portal)", "the portals are reached without it"),
    (r"--(own|talk)-name=.*\*", "names are named"),
)

MODULES = ("libgtop", "protobuf", "protobuf-c", "libplist", "libimobiledevice-glue", "libusbmuxd", "libtatsu", "libimobiledevice", "headroom")


def load(path=PATH):
    """The manifest as a dictionary, and its text."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    return yaml.safe_load(text), text


def reasons(text):
    """Of every permission in a manifest's text, whether a comment stands right above it."""
    explained = {}
    before = ""
    for line in text.partition("\nmodules:")[0].splitlines():
        permission = re.fullmatch(r"\s+- ['\"]?(--[^'\"\s]+)['\"]?", line)
        if permission:
            explained[permission[1]] = before.lstrip().startswith("# ")
        before = line
    return explained


def complaints_about_permissions(manifest, text):
    explained = reasons(text)
    wanted = manifest.get("finish-args", [])
    for permission in wanted:
        forbidden = [why for pattern, why in FORBIDDEN if re.match(pattern, permission)]
        if forbidden:
            yield f"{permission} is forbidden: {forbidden[0]}"
        elif permission not in PERMISSIONS:
            yield f"{permission} is none of the permissions that are known"
        if not explained.get(permission):
            yield f"{permission} has no reason above it"
    for permission in PERMISSIONS.difference(wanted):
        yield f"{permission} is missing"


def complaints_about_source(module, source):
    if source.get("type") == "dir" and module == "headroom":
        return
    if source.get("type") != "archive":
        yield f"{module}: a source is an archive, not of type {source.get('type')}"
    if not str(source.get("url", "")).startswith("https://"):
        yield f"{module}: {source.get('url')} is not fetched over https"
    if not re.fullmatch(r"[0-9a-f]{64}", str(source.get("sha256", ""))):
        yield f"{module}: a source is not pinned by its sha256"


def complaints_about_modules(manifest, text):
    names = [module.get("name") for module in manifest.get("modules", [])]
    if names != list(MODULES):
        yield f"the modules are {names}, not {list(MODULES)}"
    for module in manifest.get("modules", []):
        name = module.get("name")
        for source in module.get("sources", []):
            yield from complaints_about_source(name, source)
        if not module.get("sources"):
            yield f"{name}: it has no source"
        if name != "headroom" and not re.search(rf"^  # .*\n  - name: {re.escape(str(name))}$", text, re.MULTILINE):
            yield f"{name}: nothing above it says what it is for, and where its sum is from"


def complaints_about_network(node, where="the manifest"):
    """Modules are built without a network: what they need is among their sources."""
    if isinstance(node, dict):
        for argument in node.get("build-args", []):
            if "network" in argument:
                yield f"{node.get('name', where)}: it asks for a network while it is built"
        for key, value in node.items():
            yield from complaints_about_network(value, f"{where}, {key}")
    elif isinstance(node, list):
        for value in node:
            yield from complaints_about_network(value, where)


def complaints(manifest, text):
    """What is wrong with a manifest, a sentence each."""
    if manifest.get("id") != APP_ID:
        yield f"the id is {manifest.get('id')}, not {APP_ID}"
    runtime = (manifest.get("runtime"), manifest.get("sdk"), manifest.get("runtime-version"))
    if runtime != RUNTIME:
        yield f"the runtime is {runtime}, not {RUNTIME}"
    if manifest.get("command") != "headroom":
        yield "the command is not headroom"
    yield from complaints_about_permissions(manifest, text)
    yield from complaints_about_modules(manifest, text)
    yield from complaints_about_network(manifest)


def complaints_about_ids(root):
    """Whether everything that carries the id of the app carries the manifest's."""
    data = pathlib.Path(root) / "data"
    expected = {
        f"{APP_ID}.desktop.in": rf"^Icon={re.escape(APP_ID)}$",
        f"{APP_ID}.service.in": r"^Name=@app_id@$",
        f"{APP_ID}.xml.in": rf'<icon name="{re.escape(APP_ID)}-session"/>',
        f"{APP_ID}.metainfo.xml.in": rf"<id>{re.escape(APP_ID)}</id>",
        f"{APP_ID}.gschema.xml": rf'<schema id="{re.escape(APP_ID)}"',
        "../meson.build": rf"^app_id = '{re.escape(APP_ID)}'$",
    }
    for name, pattern in expected.items():
        path = data / name
        if not path.exists() or not re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE):
            yield f"{name} does not carry the id {APP_ID}"
    metainfo = (data / f"{APP_ID}.metainfo.xml.in").read_text(encoding="utf-8")
    if f'<launchable type="desktop-id">{APP_ID}.desktop</launchable>' not in metainfo:
        yield "the metainfo starts another desktop file"
    for kind in ("", "-session", "-symbolic"):
        if not list((data / "icons").rglob(f"{APP_ID}{kind}.svg")):
            yield f"there is no icon {APP_ID}{kind}.svg"
