"""The command line."""

import argparse
import csv
import sys

from hours.report import BadEntry, lines, totals


def parser():
    made = argparse.ArgumentParser(prog="hours", description="Adds up time entries per client.")
    made.add_argument("sheet", help="CSV file with the columns client and minutes")
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
        found = totals(read(options.sheet))
    except BadEntry as error:
        sys.exit(f"hours: {options.sheet}, {error}")
    print("\n".join(lines(found)))
