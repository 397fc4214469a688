#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record is compiled into the program: test-inline.py OBJDUMP ARCHIVE...

In the machine code of inline-record.c every call goes to a function of the slow path, and each kind of record has
a way from its beginning to its end that makes none."""

import re
import subprocess
import sys

SLOW = {"hr_lane_claim", "hr_lane_choose", "hr_lane_count_unplaced", "hr_lane_prepare", "hr_measure_get", "hr_span_begin_slowly",
        "hr_span_end_slowly", "clock_gettime"}

# What the way without a call passes: how often it reads the counter, and whether it adds to the sum.
KINDS = {
    "record_timed": (2, True),
    "record_duration": (1, True),
    "record_gauge": (1, True),
    "record_gauge_at": (0, True),
    "record_count": (0, True),
    "record_event": (1, True),
    "record_spans": (4, True),
    "record_scope": (2, True),
    "record_measured": (2, True),
    "record_allocated": (0, False),
}

FUNCTION = re.compile(r"^[0-9a-f]+ <(\S+)>:$")
INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\t(?:(?:bnd|notrack|rep|repz|lock|data16|cs) )*(\S+)\s*(\S*)")
RELOCATION = re.compile(r"^\s*[0-9a-f]+: R_X86_64_\S+\s+([^\s+-]+)")
TARGET = re.compile(r"^\s*[0-9a-f]+:\t.*?\s([0-9a-f]+) <")


class Instruction:
    def __init__(self, name, target):
        self.name = name.rstrip("q") if name in ("callq", "jmpq", "retq") else name
        self.target = target
        self.symbol = None

    def is_jump(self):
        return self.name.startswith("j")


def disassemble(objdump, archive):
    """Returns the functions as {name: {address: instruction}}, the addresses in their order."""
    functions = {}
    function = last = None
    text = subprocess.run([objdump, "-dr", "--no-show-raw-insn", archive], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        if match := FUNCTION.match(line):
            function = functions.setdefault(match[1], {})
        elif match := RELOCATION.match(line):
            last.symbol = match[1]
        elif match := INSTRUCTION.match(line):
            target = TARGET.match(line)
            last = Instruction(match[2], int(target[1], 16) if target else None)
            function[int(match[1], 16)] = last
    return functions


def foreign_calls(functions):
    """Returns where code goes that is neither ours nor the slow path's."""
    found = set()
    for name, code in functions.items():
        for instruction in code.values():
            own = instruction.symbol is None or instruction.symbol.startswith(".text") or instruction.symbol in functions
            if instruction.name == "call" and instruction.symbol not in SLOW:
                found.add(f"{name} calls {instruction.symbol or 'by a register'}")
            elif instruction.is_jump() and not own and instruction.symbol not in SLOW:
                found.add(f"{name} jumps to {instruction.symbol}")
    return found


def has_way_without_call(code, n_reads, adds):
    """Whether some way from the first instruction to a return makes no call, reads the counter so often, and adds to a sum where @adds."""
    addresses = list(code)
    following = dict(zip(addresses, addresses[1:]))
    todo = [(addresses[0], 0, not adds)]
    seen = set()
    while todo:
        state = todo.pop()
        address, reads, added = state
        if state in seen or address not in code:
            continue
        seen.add(state)
        instruction = code[address]
        reads = min(reads + (instruction.name in ("rdtsc", "rdtscp")), n_reads)
        added = added or instruction.name in ("addsd", "vaddsd")
        if instruction.name == "ret" and reads == n_reads and added:
            return True
        if instruction.name in ("call", "ret"):
            continue
        if instruction.is_jump() and instruction.symbol is None:
            todo.append((instruction.target, reads, added))
        if instruction.name != "jmp":
            todo.append((following.get(address), reads, added))
    return False


def main(objdump, archives):
    failed = False
    for archive in archives:
        functions = disassemble(objdump, archive)
        problems = foreign_calls(functions)
        for name, (n_reads, adds) in KINDS.items():
            if not has_way_without_call(functions[name], n_reads, adds):
                problems.add(f"{name} has no way without a call")
        # Or this test looks at nothing.
        if has_way_without_call(functions["record_count"], 1, True):
            problems.add("record_count reads the counter")
        for problem in sorted(problems):
            print(f"{archive}: {problem}")
        failed = failed or bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
