#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the query of ARCHITECTURE.md on a session as a stranger would: test-documented-query.py ARCHITECTURE.md SESSION"""

import re
import sqlite3
import sys

documented, session = sys.argv[1:]
query = re.search(r"```sql\n(.*?)```", open(documented, encoding="utf-8").read(), re.DOTALL).group(1)
with sqlite3.connect(f"file:{session}?mode=ro&immutable=1", uri=True) as database:
    rows = database.execute(query).fetchall()

# 70 snapshots in one chunk: a gauge of one item each; an event in every 37th from the sixth on.
found = {(source, metric): (unit, chunks, items) for source, metric, unit, chunks, items in rows}
assert found[("ranker", "load")] == ("ratio", 1, 70), found
assert found[("ranker", "miss")] == ("count", 1, 2), found
assert set(found) == {("ranker", name) for name in ("load", "job", "jobs", "miss")}, found
