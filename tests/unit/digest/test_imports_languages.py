import pytest

from tests.support.reaching import follow, unreached

CASES = {
    "java import": {
        "src/main/java/a/Main.java": "package a;\nimport a.b.Shelf;\nimport static a.b.Tools.round;\n",
        "src/main/java/a/b/Shelf.java": "",
        "src/main/java/a/b/Tools.java": "",
        "src/main/java/a/b/Dead.java": "",
    },
    "java same package": {
        "src/main/java/a/Main.java": "class Main { Shelf shelf; }",
        "src/main/java/a/Shelf.java": "class Shelf { }",
        "src/main/java/a/Dead.java": "class Dead { Main main; }",
    },
    "java star across modules": {
        "app/src/main/java/a/Main.java": "import a.b.*;\nclass Main { Shelf shelf; }",
        "core/src/main/java/a/b/Shelf.java": "",
        "core/src/main/java/a/b/Dead.java": "",
    },
    "java static star and inner class": {
        "src/Main.java": "import static a.Tools.*;\nimport a.Shelf.Row;\n",
        "src/a/Tools.java": "",
        "src/a/Shelf.java": "",
        "src/a/Dead.java": "",
    },
    "kotlin function": {
        "src/main/kotlin/a/Main.kt": "import a.b.rounded\n",
        "src/main/kotlin/a/b/Extensions.kt": "fun Double.rounded(): Int = 1\n",
        "src/main/kotlin/a/b/Dead.kt": "fun other() = 1\n",
    },
    "scala group": {
        "src/main/scala/a/Main.scala": "import a.b.{Shelf, Row => R}\n",
        "src/main/scala/a/b/Shelf.scala": "",
        "src/main/scala/a/b/Row.scala": "",
        "src/main/scala/a/b/Dead.scala": "",
    },
    "go": {
        "go.mod": "module example.org/shelf\n",
        "main.go": 'package main\nimport (\n\t"fmt"\n\tstore "example.org/shelf/internal/store"\n)\nfunc main() {}\n',
        "internal/store/a.go": "package store\n",
        "internal/store/b.go": "package store\n",
        "internal/dead/a.go": "package dead\n",
        "internal/fmt/dead.go": "package fmt\n",
    },
    "go without its module": {
        "main.go": 'package main\nimport "example.org/shelf/internal/store"\n',
        "internal/store/a.go": "",
        "internal/dead/a.go": "",
    },
    "go embed": {"main.go": "package main\n//go:embed page.html\nvar page string\n", "page.html": "", "dead.html": ""},
    "rust": {
        "src/main.rs": "mod shelf;\npub(crate) mod rows;\nuse crate::shelf::Shelf;\n",
        "src/shelf.rs": "mod inner;\n",
        "src/shelf/inner.rs": '#[path = "odd_name.rs"] mod odd;\n',
        "src/shelf/odd_name.rs": "",
        "src/rows/mod.rs": "use super::shelf;\n",
        "src/dead.rs": "",
    },
    "rust workspace": {
        "Cargo.toml": "",
        "app/Cargo.toml": '[package]\nname = "app"\n',
        "app/src/main.rs": "use shelf_core::rows::{Row, Column};\n",
        "core/Cargo.toml": '[package]\nname = "shelf-core"\n',
        "core/src/lib.rs": "pub mod rows;\n",
        "core/src/rows.rs": "",
        "core/src/dead.rs": "",
    },
    "c": {
        "src/main.c": '#include <stdio.h>\n#include "shelf.h"\n#  include "util/row.h"\n// #include "dead.h"\n',
        "include/shelf.h": "",
        "src/shelf.c": '#include "shelf.h"\n',
        "src/util/row.h": "",
        "src/util/row.c": "",
        "src/dead.h": "",
        "src/dead.c": "",
    },
    "csharp": {
        "src/Program.cs": "var shelf = new Shelf();\nbuilder.AddRows();\n",
        "src/Shelf.cs": "",
        "src/Models.cs": "namespace A\n{\n    public sealed class Row { }\n}\n",
        "src/Setup.cs": "static class Setup { public static void AddRows<T>(this Builder b) => new Row(); }\n",
        "src/Dead.cs": "class Dead { Program p; }\n",
    },
    "php": {
        "index.php": "<?php\nuse App\\Shelf\\Row;\nuse App\\{Cart, Page as P};\n"
        "require_once __DIR__ . '/inc/tools.php';\n\\App\\Late::x();\n",
        "src/Shelf/Row.php": "<?php class Row { public Column $c; }",
        "src/Shelf/Column.php": "",
        "src/Cart.php": "",
        "src/Page.php": "",
        "src/App/Late.php": "",
        "inc/tools.php": "",
        "src/Dead.php": "",
    },
    "ruby": {
        "bin/run.rb": "require 'json'\nrequire_relative '../lib/shelf'\n",
        "lib/shelf.rb": "require 'shelf/row'\nautoload :Column, 'shelf/column'\nBookLoan.new\n"
        "Dir['lib/rules/*.rb'].each { |f| load f }\n",
        "lib/shelf/row.rb": "",
        "lib/shelf/column.rb": "",
        "lib/book_loan.rb": "",
        "lib/rules/one.rb": "",
        "lib/dead.rb": "",
    },
    "swift": {"Sources/App/main.swift": "", "Sources/App/Shelf.swift": "", "Dead/Row.swift": ""},
    "dart": {
        "pubspec.yaml": "name: shelf\n",
        "lib/main.dart": "import 'package:shelf/src/row.dart';\nimport 'page.dart';\n",
        "lib/src/row.dart": "part 'row.g.dart';\n",
        "lib/src/row.g.dart": "",
        "lib/page.dart": "",
        "lib/dead.dart": "",
    },
    "elixir": {"lib/main.ex": "Shelf.Row.new()\n", "lib/shelf/row.ex": "", "lib/dead.ex": ""},
    "shell": {
        "run.sh": "source ./lib/log.sh\npython tools/seed.py\n",
        "lib/log.sh": "",
        "tools/seed.py": "",
        "lib/dead.sh": "",
    },
    "sql": {"main.sql": "\\i tables/books.sql\n", "tables/books.sql": "", "tables/dead.sql": ""},
    "haskell": {"app/Main.hs": "import qualified Data.Shelf as S\n", "src/Data/Shelf.hs": "", "src/Data/Dead.hs": ""},
    "perl": {"bin/run.pl": "use Shelf::Row;\n", "lib/Shelf/Row.pm": "", "lib/Shelf/Dead.pm": ""},
    "lua": {"main.lua": "local row = require('shelf.row')\n", "shelf/row.lua": "", "shelf/dead.lua": ""},
    "clojure": {
        "src/a/core.clj": "(ns a.core (:require [a.book-row :as row]))",
        "src/a/book_row.clj": "",
        "src/a/dead.clj": "",
    },
    "solidity": {"Main.sol": 'import {Row} from "./lib/Row.sol";\n', "lib/Row.sol": "", "lib/Dead.sol": ""},
    "zig": {"src/main.zig": 'const row = @import("row.zig");\n', "src/row.zig": "", "src/dead.zig": ""},
    "proto": {"api/main.proto": 'import "api/row.proto";\n', "api/row.proto": "", "api/dead.proto": ""},
    "r": {"app.R": "source('R/row.R')\n", "R/row.R": "", "R/dead.R": ""},
    "julia": {"src/Main.jl": 'include("row.jl")\n', "src/row.jl": "", "src/dead.jl": ""},
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_language_imports_is_reached_and_the_rest_is_not(name: str) -> None:
    files = CASES[name]

    missing = unreached(files, next(path for path in files if not path.endswith(("go.mod", "Cargo.toml", ".yaml"))))

    assert missing == {path for path in files if "dead" in path.lower()}


@pytest.mark.parametrize(
    ("path", "statement", "found"),
    [
        ("main.rb", "require_all 'shelf'", "lib/shelf/row.rb"),
        ("main.rb", "require 'shelf/row.rb'", "lib/shelf/row.rb"),
        ("src/main.rs", "use shelf_core;", "shelf-core/src/lib.rs"),
        ("src/main.rs", 'const PAGE: &str = include_str!("page.html");', "src/page.html"),
        ("src/main.rs", "mod far;", "src/far/mod.rs"),
        ("main.c", '#include "Row.hpp"', "deep/inner/Row.hpp"),
        ("main.go", 'import "example.org/gone"', "main.go"),
        ("index.php", "<?php include 'page.inc.php';", "page.inc.php"),
        ("a/Main.java", "import a.Shelf.Row.Cell;", "a/Shelf.java"),
    ],
)
def test_an_import_leads_to_one_file(path: str, statement: str, found: str) -> None:
    files = {path: f"{statement}\n", found: "" if found != path else f"{statement}\n"}

    assert follow(files, path).reached == {path, found}


def test_the_nearest_of_several_files_of_a_name_is_meant() -> None:
    files = {
        "src/one/main.c": '#include "shelf.h"\n',
        "src/one/include/shelf.h": "",
        "src/two/include/shelf.h": "",
    }

    assert unreached(files, "src/one/main.c") == {"src/two/include/shelf.h"}


def test_a_header_leads_to_the_sources_that_include_it_where_none_has_its_name() -> None:
    files = {
        "src/main.c": '#include "api.h"\n',
        "src/api.h": "",
        "src/engine.c": '#include "api.h"\n',
        "src/dead.c": '#include "own.h"\n',
    }

    assert unreached(files, "src/main.c") == {"src/dead.c"}


def test_a_test_of_a_go_package_is_not_part_of_it() -> None:
    files = {"main.go": "package main\n", "more.go": "package main\n", "main_test.go": "package main\n"}

    assert follow(files, "main.go").reached == {"main.go", "more.go"}


def test_a_rust_file_of_another_folder_counts_as_imported_by_each_use() -> None:
    files = {
        "src/lib.rs": "mod a;\nmod b;\nmod core;\n",
        "src/a.rs": "use crate::core::Row;\n",
        "src/b.rs": "use crate::core::{Row, Column};\n",
        "src/core.rs": "",
    }

    assert follow(files, "src/lib.rs").importers["src/core.rs"] == 3
