#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What software centres ask of metadata beyond its being valid: check-metainfo.py METAINFO SCREENSHOTS

Short names, a sentence that is one line, notes for every release, colours for both styles, and pictures of just the size that they are said to
have, each with a caption and none too large to be shown as it is.
"""

import pathlib
import struct
import sys
import xml.etree.ElementTree as ElementTree

NAME_LIMIT = 15
SUMMARY_LENGTHS = range(10, 26)
CAPTION_LIMIT = 100
WIDEST, TALLEST = 1000, 700


def size_of(png):
    """Width and height, from the header of a PNG file."""
    return struct.unpack(">II", png.read_bytes()[16:24])


def findings(root, pictures):
    name, summary = root.findtext("name"), root.findtext("summary")
    if len(name) >= NAME_LIMIT:
        yield f"the name has {len(name)} letters"
    if len(summary) not in SUMMARY_LENGTHS or summary.endswith("."):
        yield f"the summary has {len(summary)} letters, or ends as a sentence"
    if {colour.get("scheme_preference") for colour in root.iterfind("branding/color")} != {"light", "dark"}:
        yield "a colour of the brand is missing"
    if root.findtext("developer/name") != root.findtext("developer_name"):
        yield "old and new centres are told of different developers"
    for release in root.iterfind("releases/release"):
        if not release.findall("description/"):
            yield f"release {release.get('version')} has no notes"
    shots = root.findall("screenshots/screenshot")
    if [shot.get("type") for shot in shots].count("default") != 1:
        yield "one screenshot has to be the default one"
    for shot in shots:
        image = shot.find("image")
        picture = pictures / image.text.rpartition("/")[2]
        if not 0 < len(shot.findtext("caption") or "") <= CAPTION_LIMIT:
            yield f"{picture.name} has no caption, or a long one"
        told = int(image.get("width")), int(image.get("height"))
        if not picture.exists() or size_of(picture) != told:
            yield f"{picture.name} is not there, or not {told[0]} x {told[1]}"
        if told[0] > WIDEST or told[1] > TALLEST:
            yield f"{picture.name} is larger than {WIDEST} x {TALLEST}"


def main(metainfo, pictures):
    found = list(findings(ElementTree.parse(metainfo).getroot(), pathlib.Path(pictures)))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
