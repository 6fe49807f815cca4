"""Small projects, each another one: a README with promises, a program, a test and a manifest."""

from pathlib import Path

_README = """\
# Shelf {n}

Keeps track of the books of library {n}.

## Features

- Adds a book with its title and its year
- Lists all books, the oldest first
- Finds books by a word of their title

## Usage

```
python shelf.py add "A title" 1999
python shelf.py list
```
"""
_PROGRAM = '''\
"""Keep track of the books of library {n}."""

import json
import sys
from pathlib import Path

STORE = Path("books-{n}.json")


def load_books_{n}():
    if not STORE.exists():
        return []
    return json.loads(STORE.read_text(encoding="utf-8"))


def add_book(title, year):
    if not title.strip():
        raise SystemExit("a book needs a title")
    books = load_books_{n}() + [{{"title": title, "year": int(year)}}]
    STORE.write_text(json.dumps(books, ensure_ascii=False), encoding="utf-8")


def list_books():
    return sorted(load_books_{n}(), key=lambda book: book["year"])


def find_books(word):
    return [book for book in list_books() if word.lower() in book["title"].lower()]


def main(arguments):
    if arguments[:1] == ["add"] and len(arguments) == 3:
        add_book(arguments[1], arguments[2])
    elif arguments[:1] == ["find"] and len(arguments) == 2:
        print(*(book["title"] for book in find_books(arguments[1])), sep="\\n")
    elif arguments == ["list"]:
        print(*(book["title"] for book in list_books()), sep="\\n")
    else:
        raise SystemExit("usage: shelf.py add TITLE YEAR | list | find WORD")


if __name__ == "__main__":
    main(sys.argv[1:])
'''
_TEST = """\
import shelf


def test_books_are_listed_by_year(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf, "STORE", tmp_path / "books-{n}.json")
    shelf.add_book("Second book {n}", 2001)
    shelf.add_book("First book {n}", 1999)
    assert [book["year"] for book in shelf.list_books()] == [1999, 2001]
    assert shelf.find_books("second")[0]["title"] == "Second book {n}"
"""
_MANIFEST = """\
[project]
name = "shelf-{n}"
version = "1.0.{n}"
requires-python = ">=3.11"
license = "MIT"
"""
_FILES = {"README.md": _README, "shelf.py": _PROGRAM, "test_shelf.py": _TEST, "pyproject.toml": _MANIFEST}


def write(folder: Path, numbers: range) -> list[Path]:
    """Return the folders of one project for each number, written below *folder*."""
    made = []
    for n in numbers:
        project = folder / f"shelf-{n}"
        project.mkdir(parents=True)
        for name, text in _FILES.items():
            (project / name).write_text(text.format(n=n), encoding="utf-8")
        made.append(project)
    return made
