#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""po/POTFILES names exactly the files that hold something to translate."""

import pathlib
import re
import sys

CALL = re.compile(r'(?<![\w])(?:_|N_|ngettext|C_) ?\("', re.ASCII)
FOLDERS = ('app', 'engine', 'widgets', 'resources')


def speaks(path):
    text = path.read_text(encoding='utf-8')
    if path.suffix == '.ui':
        return 'translatable="yes"' in text
    return CALL.search(text) is not None


def main(root):
    found = {str(path.relative_to(root))
             for folder in FOLDERS
             for path in (root / folder).rglob('*')
             if path.suffix in ('.c', '.h', '.ui') and speaks(path)}
    found |= {str(path.relative_to(root))
              for pattern in ('*.desktop.in', '*.gschema.xml', '*.xml.in')
              for path in (root / 'data').glob(pattern)}
    listed = [line for line in (root / 'po' / 'POTFILES').read_text(encoding='utf-8').split('\n') if line]

    for name in sorted(found - set(listed)):
        print(f'{name} has text to translate and is not in po/POTFILES')
    for name in sorted(set(listed) - found):
        print(f'po/POTFILES names {name}, which has no text to translate')
    if listed != sorted(listed):
        print('po/POTFILES is not sorted')

    return 0 if set(listed) == found and listed == sorted(listed) else 1


if __name__ == '__main__':
    sys.exit(main(pathlib.Path(sys.argv[1])))
