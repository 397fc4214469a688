#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the Flatpak's manifest to its rules (flatpak/manifest.py), and the rules to manifests that break one each."""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "flatpak"), str(ROOT / "tests/emulators")]

import tap  # noqa: E402

try:
    import manifest
    import yaml
except ImportError:
    manifest = None


def text_of_manifest():
    if manifest is None:
        raise unittest.SkipTest("python3-yaml is not installed")
    return manifest.PATH.read_text(encoding="utf-8")


def expect(complaint, *changes):
    """Of the manifest with pieces of its text replaced, exactly one thing is to be wrong."""
    text = text_of_manifest()
    for old, new in changes:
        assert old in text, f"{old} is not in the manifest"
        text = text.replace(old, new, 1)
    found = list(manifest.complaints(yaml.safe_load(text), text))
    assert len(found) == 1 and complaint in found[0], found


def test_keeps_to_its_rules():
    text = text_of_manifest()
    found = list(manifest.complaints(yaml.safe_load(text), text))
    assert not found, "\n".join(found)


def test_ids_agree():
    text_of_manifest()
    found = list(manifest.complaints_about_ids(ROOT))
    assert not found, "\n".join(found)


def test_id():
    expect("the id is", ("id: io.github.headroom.Headroom", "id: io.github.headroom.headroom"))


def test_runtime():
    expect("the runtime is", ("runtime-version: '51'", "runtime-version: '49'"))


def test_sum_that_is_cut_off():
    expect("not pinned", ("7624c1b9b2da8c", "7624c1b9b2da8"))


def test_source_without_encryption():
    expect("over https", ("https://download.gnome.org", "http://download.gnome.org"))


def test_source_from_a_branch():
    expect("not of type git", ("- type: archive", "- type: git"))


def test_reason_that_is_missing():
    expect("no reason", ("  # GTK draws through the graphics driver.\n", ""))


def test_module_without_origin():
    expect("protobuf-c: nothing above it", ("  # The wire between agent and desktop. Debian's source package has the same archive.\n", ""))


def test_permission_that_is_missing():
    expect("--device=dri is missing", ("  # GTK draws through the graphics driver.\n  - --device=dri\n", ""))


def test_files_of_the_host():
    expect("--filesystem=host is forbidden", ("  - --device=dri\n", "  - --device=dri\n  # Files.\n  - --filesystem=host\n"))


def test_all_devices():
    expect("--device=all is forbidden", ("  - --device=dri\n", "  - --device=dri\n  # Phones.\n  - --device=all\n"))


def test_session_bus():
    expect("--socket=session-bus is forbidden", ("  - --device=dri\n", "  - --device=dri\n  # Names.\n  - --socket=session-bus\n"))


def test_permission_that_nobody_knows():
    expect("none of the permissions", ("  - --device=dri\n", "  - --device=dri\n  # Sound.\n  - --socket=pulseaudio\n"))


def test_network_while_building():
    expect("asks for a network", ("      no-debuginfo: true\n", "      no-debuginfo: true\n      build-args:\n        - --share=network\n"))


def test_module_that_is_not_known():
    expect("the modules are", ("  - name: libgtop\n", "  - name: libgtop2\n"))


if __name__ == "__main__":
    sys.exit(tap.run(globals(), "flatpak/manifest"))
