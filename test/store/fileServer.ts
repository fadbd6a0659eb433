import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a server does with the n-th request (from 1) for a path. */
export type Answer = (request: IncomingMessage, response: ServerResponse, n: number) => void;

export interface FileServer {
  /** Without a slash at the end. */
  url: string;
  /** Paths with the range that was asked for, in order. */
  requests: { path: string; range?: string; ifRange?: string }[];
  /** Answers by path; others are 404. May be changed while it runs. */
  answers: Record<string, Answer>;
  close(): Promise<void>;
}

/** A real server on this machine, on any free port unless one is given. */
export async function fileServer(answers: Record<string, Answer> = {}, port = 0): Promise<FileServer> {
  const requests: FileServer["requests"] = [];
  const counts = new Map<string, number>();
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "";
    const { range, "if-range": ifRange } = request.headers;
    requests.push({ path, ...(range && { range }), ...(typeof ifRange === "string" && { ifRange }) });
    const n = (counts.get(path) ?? 0) + 1;
    counts.set(path, n);
    const answer = served.answers[path];
    if (answer) answer(request, response, n);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const served: FileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return served;
}

export interface SendOptions {
  etag?: string;
  modified?: string;
  /** Whether it can begin anywhere; true when absent. */
  ranges?: boolean;
  /** Cut the connection after so many bytes of the answer. */
  cutAfter?: number;
  /** Send nothing more after so many bytes. */
  silentAfter?: number;
  /** Milliseconds between pieces of 1000 bytes. */
  slow?: number;
  /** Don't say how long it is. */
  chunked?: boolean;
}

/** Sends a file as servers do: whole, or from where it is asked for if the validator still holds. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  options: SendOptions = {},
): void {
  const { etag, modified, ranges = true, chunked = false } = options;
  const { range, "if-range": ifRange } = request.headers;
  const same = ifRange === undefined || ifRange === (etag ?? modified);
  const asked = ranges && same ? /^bytes=(\d+)-$/.exec(range ?? "") : null;
  const start = asked ? Number(asked[1]) : 0;
  const headers = { ...(etag && { etag }), ...(modified && { "last-modified": modified }) };
  if (asked && start >= bytes.length)
    return void response.writeHead(416, { ...headers, "content-range": `bytes */${bytes.length}` }).end();
  const rest = bytes.subarray(start);
  response.writeHead(asked ? 206 : 200, {
    ...headers,
    ...(!chunked && { "content-length": rest.length }),
    ...(asked && { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
  });
  void sendBody(response, rest, options);
}

async function sendBody(response: ServerResponse, rest: Uint8Array, options: SendOptions): Promise<void> {
  const { cutAfter, silentAfter, slow } = options;
  if (cutAfter !== undefined && cutAfter < rest.length) {
    // What was sent and not yet read would be lost with the connection.
    response.write(rest.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 100));
    return;
  }
  if (silentAfter !== undefined && silentAfter < rest.length) {
    response.write(rest.subarray(0, silentAfter));
    return;
  }
  if (slow === undefined) return void response.end(rest);
  for (let at = 0; at < rest.length && !response.destroyed; at += 1000) {
    response.write(rest.subarray(at, at + 1000));
    await new Promise((resolve) => setTimeout(resolve, slow));
  }
  response.end();
}
