import { createServer } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import { BadNotice, Board } from "./board.js";

const port = Number(process.env.PORT ?? 3000);
const file = process.env.NOTICES ?? "notices.json";

function load() {
  try {
    return new Board(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (error.code === "ENOENT") return new Board();
    console.error(`cannot read ${file}: ${error.message}`);
    process.exit(1);
  }
}

const board = load();

async function answer(request) {
  if (request.url !== "/notices") return [404, { error: "not found" }];
  if (request.method === "GET") return [200, board.newestFirst()];
  let text = "";
  for await (const part of request) text += part;
  const notice = board.add(JSON.parse(text));
  writeFileSync(file, JSON.stringify(board.notices));
  return [201, notice];
}

createServer(async (request, response) => {
  let status, content;
  try {
    [status, content] = await answer(request);
  } catch (error) {
    const theirs = error instanceof BadNotice || error instanceof SyntaxError;
    [status, content] = [theirs ? 400 : 500, { error: error.message }];
  }
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
}).listen(port);
