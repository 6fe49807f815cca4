"""The command line."""

import argparse
import csv
import json
import sys

from hours.report import BadEntry, lines, totals


def parser():
    made = argparse.ArgumentParser(prog="hours", description="Adds up time entries per client.")
    made.add_argument("sheet", help="CSV file with the columns client and minutes")
    made.add_argument("--client", help="keep only the entries of this client")
    made.add_argument("--json", action="store_true", help="print JSON")
    made.add_argument("--top", type=int, help="keep only so many clients, the largest")
    made.add_argument("--bare", action="store_true", help="leave out the line with the sum")
    return made


def read(path):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        sys.exit(f"hours: cannot read {path}: {error.strerror}")


def main():
    options = parser().parse_args()
    try:
        found = dict(list(totals(read(options.sheet), client=options.client).items())[: options.top])
    except BadEntry as error:
        sys.exit(f"hours: {options.sheet}, {error}")
    shown = lines(found)[:-1] if options.bare else lines(found)
    print(json.dumps(found) if options.json else "\n".join(shown))
