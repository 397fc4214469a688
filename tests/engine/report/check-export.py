#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares an export with what was written, bit for bit: check-export.py EXPORT EXPECTED

A line of EXPECTED is SNAPSHOT, METRIC, PART and the bits of a double in hexadecimal, with tabs between. EXPORT ends in .csv, .json or .ndjson.
"""

import csv
import json
import struct
import sys


def bits(number):
    return struct.pack('>d', float(number)).hex()


def from_csv(path):
    with open(path, newline='', encoding='utf-8') as file:
        names, *rows = csv.reader(file, strict=True)
    assert names[:5] == ['time', 'source', 'interval_ms', 'lost', 'catch_up'], names
    for number, row in enumerate(rows):
        assert len(row) == len(names)
        assert row[0].endswith('Z') and len(row[0]) == len('2026-03-01T12:00:00.000000Z'), row[0]
        for name, cell in zip(names[5:], row[5:]):
            metric, part = name.rsplit('.', 1)
            if cell != '' and part not in ('mean', 'p50', 'p99'):
                yield number, metric, part.split('_')[0], cell
            elif cell != '' and part == 'mean':
                yield number, metric, part, cell


def from_snapshots(snapshots):
    for number, snapshot in enumerate(snapshots):
        for sample in snapshot['samples']:
            for part in ('count', 'sum', 'min', 'max', 'last'):
                yield number, sample['metric'], part, sample[part]


def read(path):
    if path.endswith('.csv'):
        return from_csv(path)
    with open(path, encoding='utf-8') as file:
        if path.endswith('.ndjson'):
            lines = [json.loads(line) for line in file]
            assert all((line['schema'], line['schema_version']) == ('headroom.snapshot', 1) for line in lines)
            return from_snapshots(lines)
        document = json.load(file)
    assert document['schema'] == 'headroom.session' and document['schema_version'] == 1
    assert [source['name'] for source in document['sources']] == ['ranker', 'a "quoted", name']
    assert document['sources'][0]['metrics'][0]['better'] == 'lower'
    return from_snapshots(document['snapshots'])


def main(export, expected):
    found = {(number, metric, part): bits(value) for number, metric, part, value in read(export)}
    parts = {key[1:] for key in found}
    written = set()
    for line in open(expected, encoding='utf-8'):
        number, metric, part, value = line.rstrip('\n').split('\t')
        # A format has not all of them.
        if (metric, part) not in parts:
            continue
        assert found[int(number), metric, part] == value, (line, found[int(number), metric, part])
        written.add((int(number), metric, part))
    # Nothing is there that nobody measured.
    assert set(found) == written, sorted(set(found) - written)[:5]
    assert len(written) > 1000, len(written)
    print(len(written), 'values are the same to the last bit')


main(*sys.argv[1:])
