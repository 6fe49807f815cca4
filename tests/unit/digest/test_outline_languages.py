import pytest

from tests.support.outlines import outlined

CASES = {
    "javascript": (
        "a.ts",
        """\
export default class Shelf {
  private async add<T>(a: T): Promise<void> {
  }
}
export const Row = ({
  a,
}: Props) => {
  return a
}
exports.late = function () {
}
type Id = string;
export interface Book {
  id: Id
}
""",
        [
            ("Shelf", 1, 4, 0),
            ("add", 2, 3, 1),
            ("Row", 5, 9, 0),
            ("late", 10, 11, 0),
            ("Id", 12, 12, 0),
            ("Book", 13, 15, 0),
        ],
    ),
    "java": (
        "A.java",
        """\
@Entity
public final class A extends B {

	/** A row (of many. */
	@Override
	public List<Row> rows(int a,
			int b) throws X {
		return new ArrayList<>(a);
	}

	int size() { return 1; }
}
""",
        [("A", 1, 12, 0), ("rows", 5, 9, 1), ("size", 11, 11, 1)],
    ),
    "kotlin": (
        "a.kt",
        """\
data class Row(val a: Int)
fun Row.rounded(): Int {
    return 1
}
enum class Kind { A, B }
object Shelf {
}
""",
        [("Row", 1, 1, 0), ("rounded", 2, 4, 0), ("Kind", 5, 5, 0), ("Shelf", 6, 7, 0)],
    ),
    "scala": (
        "a.scala",
        """\
trait A {
  def b: Int = 1
}
""",
        [("A", 1, 3, 0), ("b", 2, 2, 1)],
    ),
    "go": (
        "a.go",
        """\
type Shelf struct {
	Rows int
}

func (s *Shelf) Add(row int) error {
	return nil
}
""",
        [("Shelf", 1, 3, 0), ("Add", 5, 7, 0)],
    ),
    "rust": (
        "a.rs",
        """\
#[derive(Debug)]
pub struct Row(u8);
impl<T> fmt::Display for Shelf<T>
where
    T: Copy,
{
    pub(crate) async fn fmt<'a>(&'a self) -> u8 {
        1
    }
}
""",
        [("Row", 1, 2, 0), ("Shelf", 3, 10, 0), ("fmt", 7, 9, 1)],
    ),
    "c++": (
        "a.cpp",
        """\
class Shelf : public Base
{
public:
    Shelf() : rows(0) {}
    void add(int a,
             int b) const;
};

void Shelf::add(int a, int b) const
{
    call(a);
}
""",
        [("Shelf", 1, 7, 0), ("add", 5, 6, 1), ("add", 9, 12, 0)],
    ),
    "c#": (
        "a.cs",
        """\
namespace A.B;

public sealed record Row(int A);
public class Shelf
{
    public async Task<int> AddAsync(Row row)
    {
        await Save(row);
    }
}
""",
        [("A.B", 1, 1, 0), ("Row", 3, 3, 0), ("Shelf", 4, 10, 0), ("AddAsync", 6, 9, 1)],
    ),
    "php": (
        "a.php",
        """\
<?php
final class Shelf
{
    public static function add(): void
    {
    }
}
""",
        [("Shelf", 2, 7, 0), ("add", 4, 6, 1)],
    ),
    "ruby": (
        "a.rb",
        """\
module A
  class Shelf < Base
    def self.full?
      1
    rescue X
      2
    end
  end
end
""",
        [("A", 1, 9, 0), ("Shelf", 2, 8, 1), ("full?", 3, 7, 2)],
    ),
    "swift": (
        "a.swift",
        """\
public extension Shelf {
    convenience init(a: Int) {
    }
    func add() -> Int { 1 }
}
""",
        [("Shelf", 1, 5, 0), ("init", 2, 3, 1), ("add", 4, 4, 1)],
    ),
    "dart": (
        "a.dart",
        """\
class Page extends Widget {
  @override
  Widget build(BuildContext context) {
    return Row(
    );
  }
}
""",
        [("Page", 1, 7, 0), ("build", 2, 6, 1)],
    ),
    "elixir": (
        "a.ex",
        """\
defmodule A.Shelf do
  def add(a), do: a
  defp b do
  end
end
""",
        [("Shelf", 1, 5, 0), ("add", 2, 2, 1), ("b", 3, 4, 1)],
    ),
    "shell": (
        "a.sh",
        """\
#!/bin/sh
set -e
build() {
  echo x
}
function run {
  build
}
run
""",
        [("build", 3, 5, 0), ("run", 6, 8, 0)],
    ),
    "sql": (
        "a.sql",
        """\
CREATE TABLE IF NOT EXISTS shelf.books (
  id int
);
INSERT INTO books VALUES (1);
create or replace function add() returns int as $$
begin
  return 1;
end;
$$ language plpgsql;
SELECT 1;
""",
        [("books", 1, 3, 0), ("add", 5, 9, 0)],
    ),
    "lua": (
        "a.lua",
        """\
local function add(a)
  return a
end
function M.row:b()
end
""",
        [("add", 1, 3, 0), ("b", 4, 5, 0)],
    ),
    "sql without semicolons": (
        "a.sql",
        "CREATE VIEW shelf AS SELECT 1\n\nCREATE TRIGGER t AFTER INSERT ON a\nBEGIN\n  SELECT 1;\nEND;\n",
        [("shelf", 1, 1, 0), ("t", 3, 6, 0)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_language_tells_its_definitions(name: str) -> None:
    path, text, expected = CASES[name]

    assert outlined(path, text) == expected
