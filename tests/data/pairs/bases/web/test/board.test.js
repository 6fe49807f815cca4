import assert from "node:assert/strict";
import test from "node:test";
import { Board } from "../src/board.js";

test("the newest notice comes first", () => {
  const board = new Board();
  board.add({ title: "first" });
  board.add({ title: "second" });

  assert.deepEqual(board.newestFirst().map((notice) => notice.title), ["second", "first"]);
});
