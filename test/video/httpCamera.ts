import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server of the tests that can die and come back on its port. */
export interface HttpCamera {
  url: string;
  port: number;
  die(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts serving on loopback. */
export async function startHttp(handler: Handler, port = 0): Promise<HttpCamera> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}/live`,
    port: bound,
    die: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends JPEGs round and round as webcams do, without times. */
export function mjpeg(pictures: readonly Buffer[], frameRate = 25): Handler {
  return (_, response) => {
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=next" });
    paced(response, frameRate, (i) => {
      const picture = pictures[i % pictures.length]!;
      const head = `--next\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`;
      return Buffer.concat([Buffer.from(head), picture, Buffer.from("\r\n")]);
    });
  };
}

/** Sends a transport stream in pieces at about its own pace, with no length, and then ends or begins anew. */
export function transportStream(file: Buffer, seconds: number, piecesPerSecond = 25): Handler {
  const pieces = Math.round(seconds * piecesPerSecond);
  return (_, response) => {
    response.writeHead(200, { "content-type": "video/mp2t" });
    paced(response, piecesPerSecond, (i) => {
      const cut = (k: number) => Math.floor(((file.length / 188) * k) / pieces) * 188;
      return i < pieces ? file.subarray(cut(i), cut(i + 1)) : undefined;
    });
  };
}

function paced(response: ServerResponse, rate: number, piece: (i: number) => Buffer | undefined): void {
  let i = 0;
  const timer = setInterval(() => {
    const data = piece(i++);
    if (data) response.write(data);
    else response.end();
    if (!data) clearInterval(timer);
  }, 1000 / rate);
  response.on("close", () => clearInterval(timer));
  response.on("error", () => {});
}

/**
 * Serves a file with its length and in ranges, as any web server does.
 *
 * @param breaks How many of the first transfers break off at the file's middle.
 */
export function wholeFile(path: string, breaks = 0): Handler {
  let transfers = 0;
  return (request, response) => {
    const { size } = statSync(path);
    const broken = transfers++ < breaks;
    const [, from = "0", to = ""] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "") ?? [];
    const [start, end] = [Number(from), to === "" ? size - 1 : Number(to)];
    response.writeHead(request.headers.range ? 206 : 200, {
      "content-length": end - start + 1,
      "accept-ranges": "bytes",
      "content-range": `bytes ${start}-${end}/${size}`,
      "content-type": "video/mp4",
    });
    const stream = createReadStream(path, { start, end: broken ? size >> 1 : end });
    stream.on("error", () => response.destroy()).pipe(response, { end: !broken });
    if (broken) stream.on("end", () => setTimeout(() => response.destroy(), 100));
  };
}
