// A small static server for the browser tests: the paths and headers of `nearshelf demo`, on loopback only.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".pack": "application/octet-stream",
};

export const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:";

/**
 * Serves `page` at /, `pkg` at /nearshelf/, and each entry of `files` (path to bytes or text) as it is; takes private reports
 * at /reports. `policy` replaces the Content-Security-Policy. Resolves to `{ origin, requests, reports, close }`.
 */
export async function serve({ page, pkg, files = {}, policy = POLICY }) {
  const requests = [];
  /** Bytes of each report that came, in order. */
  const reports = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    requests.push({ method: request.method, path });
    if (request.method === "POST" && path === "/reports") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      reports.push(Buffer.concat(chunks));
      response.writeHead(204).end();
      return;
    }
    const body = request.method === "GET" ? await find(path) : undefined;
    const type = TYPES[extname(path) || (path.endsWith("/") ? ".html" : "")] ?? "application/octet-stream";
    response.writeHead(body === undefined ? 404 : 200, {
      "Content-Type": body === undefined ? "text/plain" : type,
      "Content-Security-Policy": policy,
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
    });
    response.end(body ?? "not found");
  });

  async function find(path) {
    if (Object.hasOwn(files, path)) return files[path];
    const [root, rest] = path.startsWith("/nearshelf/") ? [pkg, path.slice("/nearshelf/".length)] : [page, path.slice(1)];
    const file = normalize(join(root, rest.endsWith("/") || rest === "" ? `${rest}index.html` : rest));
    if (!file.startsWith(normalize(root) + sep)) return undefined;
    return readFile(file).catch(() => undefined);
  }

  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    requests, reports,
    close: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
  };
}
