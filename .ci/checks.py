"""Checks as tables: a row is a command line, what it must print, and its exit code; each says what it saw."""

import json
import pathlib
import re
import shlex
import time
import typing

from brokers import Failed, run

SEEN_CHARS_MAX = 110


class Row(typing.NamedTuple):
    words: str
    # A text: all of standard output but a table's header, blanks squeezed. A pattern: found in either stream. A dictionary: a part of the
    # JSON document on standard output; a list: of its JSON lines. A function of standard output: says what it saw, or raises Failed.
    expected: typing.Any
    code: int = 0
    stdin: str = ""


HEADER = re.compile(r"([A-Z]+(-[A-Z]+)* *)+\n")


def squeezed(text):
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


def without_header(text):
    match = HEADER.match(text)
    return text[match.end():] if match else text


def lacks(expected, actual, path=""):
    """Where `actual` lacks a part of `expected`; None when it is all there. Lists are as long as expected."""
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return f"{path or 'document'} is {actual!r}"
        found = (lacks(part, actual.get(name), f"{path}.{name}") for name, part in expected.items())
    elif isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            return f"{path or 'document'} is {actual!r}, not {len(expected)} long"
        found = (lacks(part, of, f"{path}[{index}]") for index, (part, of) in enumerate(zip(expected, actual)))
    else:
        return None if expected == actual else f"{path} is {actual!r}, not {expected!r}"
    return next((miss for miss in found if miss), None)


def judge(expected, done):
    """What was seen of `expected` in a finished run."""
    if callable(expected):
        return expected(done.stdout)
    if isinstance(expected, re.Pattern):
        match = expected.search(done.stdout + done.stderr)
        if not match:
            raise Failed(f"no {expected.pattern!r} in {done.stdout[-1500:]}{done.stderr[-1500:]}")
        return match.group(0)
    if isinstance(expected, str):
        if squeezed(without_header(done.stdout)) != squeezed(expected):
            raise Failed(f"printed\n{done.stdout[-1500:]}instead of\n{expected}\n{done.stderr[-500:]}")
        return squeezed(expected) or "nothing"
    lines = isinstance(expected, list)
    miss = lacks(expected, [json.loads(line) for line in done.stdout.splitlines()] if lines else json.loads(done.stdout))
    if miss:
        raise Failed(f"{miss}, in {done.stdout[-1500:]}")
    return json.dumps(expected)


class Checks:
    """Counts and reports checks; one that fails does not keep the next ones from running."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, see):
        """`see()` says what it saw, or raises."""
        began = time.monotonic()
        try:
            seen = see()
        except Exception as failure:  # whatever happened, it is this check's finding
            self.failed += 1
            print(f"FAIL {name}: {failure}", flush=True)
            return
        self.passed += 1
        seen = seen.replace("\n", "; ")
        seen = seen if len(seen) <= SEEN_CHARS_MAX else seen[:SEEN_CHARS_MAX] + "…"
        print(f"PASS {name}: {seen} ({time.monotonic() - began:.1f} s)", flush=True)

    def table(self, program, rows):
        """Runs each row's words behind those of `program`."""
        for row in rows:
            self.check(f"{pathlib.Path(program[-1]).name} {row.words}", lambda: self.run_row(program, row))

    @staticmethod
    def run_row(program, row):
        done = run(*program, *shlex.split(row.words), stdin=row.stdin, check=False)
        if done.returncode != row.code:
            raise Failed(f"exit {done.returncode}, not {row.code}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
        return judge(row.expected, done)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0
