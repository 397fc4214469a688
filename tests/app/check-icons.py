#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every icon that is named comes with the app, or with the icon theme for good: what the theme keeps for older programs alone goes sooner or later."""

import pathlib
import re
import sys

NAME = re.compile(r'["><]([a-z0-9]+(?:-[a-z0-9]+)*-symbolic)["<]')
FOLDERS = ('app', 'widgets', 'resources')
THEME = pathlib.Path('/usr/share/icons/Adwaita')
# What an earlier theme had beside its legacy folder, and a later one has no more.
GONE = {'emblem-ok-symbolic'}


def names(root):
    return {name: path.relative_to(root)
            for folder in FOLDERS
            for path in sorted((root / folder).rglob('*'))
            if path.suffix in ('.c', '.h', '.ui')
            for name in NAME.findall(path.read_text(encoding='utf-8'))}


def main(root):
    if not THEME.is_dir():
        print('The Adwaita icon theme is not installed')
        return 77
    ours = {path.stem for path in (root / 'resources' / 'icons').rglob('*.svg')}
    theirs = {path.stem for path in THEME.rglob('*-symbolic.svg') if 'legacy' not in path.parts} - GONE
    found = names(root)
    for name in sorted(set(found) - ours - theirs):
        print(f'{found[name]} names {name}, which no icon is called')
    for name in sorted(ours - set(found)):
        print(f'nobody names {name}')

    return 0 if found and set(found) <= ours | theirs and ours <= set(found) else 1


if __name__ == '__main__':
    sys.exit(main(pathlib.Path(sys.argv[1])))
