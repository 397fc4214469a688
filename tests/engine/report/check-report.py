#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a report as another program does: check-report.py REPORT WHAT

WHAT is "whole" (the session that test-report.c writes), "hostile" (names that would be markup) or "empty".
"""

import csv
import html.parser
import json
import re
import sys
import xml.etree.ElementTree

VOID = {'meta'}
REFERRING = {'src', 'href', 'srcset', 'action', 'data', 'poster', 'background', 'cite', 'formaction', 'ping', 'xlink:href'}
ACTIVE = {'script', 'link', 'iframe', 'object', 'embed', 'img', 'image', 'use', 'base', 'form', 'audio', 'video'}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        assert tag not in ACTIVE, tag
        for name, value in attributes:
            assert name not in REFERRING and not name.startswith('on'), (tag, name, value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        if self.open[-1:] != ['style']:
            self.text.append(data)


def read_page(text):
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == [], page.open
    xml.etree.ElementTree.fromstring(text.replace('<!DOCTYPE html>', ''))
    style = text.split('<style>')[1].split('</style>')[0]
    assert 'url(' not in style and '@import' not in style
    assert '://' not in text
    assert 'prefers-color-scheme:dark' in style and '@media print' in style
    return page


def check_html(text, what):
    page = read_page(text)
    words = ' '.join(' '.join(page.text).split())
    if what == 'hostile':
        assert '<script>alert(1)</script>' in words, words[:400]
        return
    if what == 'empty':
        assert 'Not judged' in words and 'nothing was measured' in words
        return
    charts = [attributes for tag, attributes in page.tags if tag == 'svg']
    assert len(charts) >= 3 and all(chart['role'] == 'img' for chart in charts)
    identifiers = [attributes['id'] for tag, attributes in page.tags if 'id' in attributes]
    assert len(identifiers) == len(set(identifiers))
    for chart in charts:
        assert chart['aria-labelledby'] in identifiers and chart['aria-describedby'] in identifiers
    svg = re.search(r'<svg.*?</svg>', text, re.DOTALL).group()
    assert 'Ranking latency, ranker' in svg and 'limit 10 ms' in svg and '1 gap' in svg, svg[:600]
    # Text is text, and not outlines.
    assert re.search(r'<text [^>]*>20 ms</text>', svg), svg
    for said in ('Failed', 'Over budget for', 'only 0 % within 10 ms', 'thompson.ini', '/batch/rank', '33.3 %', '1.95 % on average, 2.1 % at most',
                 'SHA-256', 'test.headroom', 'still active', 'Lost: the program ended', '20 ms', '5 ms'):
        assert said in words, (said, words)


def check_json(text, what):
    report = json.loads(text)
    assert report['schema'] == 'headroom.report' and report['schema_version'] == 1
    if what == 'empty':
        assert report['outcome'] is None and report['contract'] is None and report['metrics'] == []
    if what != 'whole':
        return
    assert report['outcome'] == 'breach', report['outcome']
    budgets = {budget['budget']: budget for budget in report['budgets']}
    assert budgets['thompson mean']['limit'] == 10 and budgets['thompson mean']['worst'] == 20
    assert budgets['frames']['outcome'] == 'no-data' and budgets['frames']['worst'] is None, budgets['frames']
    metrics = {metric['name']: metric for metric in report['metrics']}
    latency = metrics['thompson_duration_ms']
    assert latency['min'] == 5 and latency['max'] == 20 and abs(latency['p50'] / 5 - 1) < 0.008 and abs(latency['p99'] / 20 - 1) < 0.008
    assert abs(report['overhead']['mean'] - 0.0195) < 1e-12 and report['lost_marked'] == 4
    assert len(report['contract']['sha256']) == 64 and report['runs'][0]['host']


def check_csv(path, what):
    with open(path, newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file, strict=True))
    if what != 'whole':
        return
    budgets = {row['budget']: row for row in rows if row['record'] == 'budget'}
    assert float(budgets['thompson mean']['worst']) == 20 and budgets['frames']['worst'] == ''
    metrics = {row['metric']: row for row in rows if row['record'] == 'metric'}
    assert float(metrics['thompson_duration_ms']['mean']) == float(metrics['/batch']['mean']) and metrics['/batch']['self'] != ''


def main(path, what):
    if path.endswith('.csv'):
        check_csv(path, what)
        return
    with open(path, encoding='utf-8') as file:
        text = file.read()
    if path.endswith('.html'):
        check_html(text, what)
    else:
        check_json(text, what)


main(*sys.argv[1:])
