import { type AddressInfo, createServer, type Socket } from "node:net";

/** A camera of the tests: an RTSP server (RFC 2326) that sends H.264 in RTP (RFC 6184) over the same connection. */
export interface RtspServer {
  url: string;
  port: number;
  /** Frames sent to all clients together. */
  sent(): number;
  /** How many clients have come. */
  clients(): number;
  /** Keeps the connections that there are and sends nothing more over them. */
  hush(): void;
  /** Resets the connections that there are. */
  cut(): void;
  /** Ends without a word: connections are reset and the port is closed. */
  die(): Promise<void>;
}

export interface RtspOptions {
  /** A port that was free before; any when absent. */
  port?: number;
  /** Frames as their NAL units; the first must stand alone. They are sent round and round. */
  frames: readonly (readonly Buffer[])[];
  frameRate?: number;
  /** Demands the password "secret" of the user "marey" (Basic, RFC 2617). */
  secret?: boolean;
  /** Accepts connections and never says a word. */
  mute?: boolean;
}

/** Starts serving on loopback. */
export async function startRtsp(options: RtspOptions): Promise<RtspServer> {
  const sockets = new Set<Socket>();
  const state = { sent: 0, clients: 0, hushed: 0 };
  const server = createServer((socket) => {
    sockets.add(socket);
    const client = ++state.clients;
    let timer: NodeJS.Timeout | undefined;
    socket.on("error", () => {});
    socket.on("close", () => {
      clearInterval(timer);
      sockets.delete(socket);
    });
    if (options.mute) return void socket.resume();
    readRequests(socket, (request) => {
      socket.write(answer(request, options, (server.address() as AddressInfo).port));
      if (request.method === "PLAY")
        timer = play(socket, options, () => client > state.hushed && ++state.sent > 0);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const cut = () => sockets.forEach((socket) => void socket.resetAndDestroy());
  return {
    url: `rtsp://127.0.0.1:${port}/live`,
    port,
    sent: () => state.sent,
    clients: () => state.clients,
    hush: () => void (state.hushed = state.clients),
    cut,
    die: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

interface Request {
  method: string;
  headers: Map<string, string>;
}

/** Splits what a client sends into requests; its RTCP packets, which begin with `$`, are skipped. */
function readRequests(socket: Socket, onRequest: (request: Request) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on("data", (data) => {
    pending = Buffer.concat([pending, data]);
    for (;;) {
      if (pending[0] === 0x24) {
        if (pending.length < 4 || pending.length < 4 + pending.readUInt16BE(2)) return;
        pending = pending.subarray(4 + pending.readUInt16BE(2));
        continue;
      }
      const end = pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [first = "", ...lines] = pending.toString("latin1", 0, end).split("\r\n");
      pending = pending.subarray(end + 4);
      const headers = lines.map((line): [string, string] => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      });
      onRequest({ method: first.split(" ")[0] ?? "", headers: new Map(headers) });
    }
  });
}

function answer({ method, headers }: Request, { secret }: RtspOptions, port: number): string {
  const head = (status: string, lines: string[], body = "") =>
    [`RTSP/1.0 ${status}`, `CSeq: ${headers.get("cseq")}`, ...lines, "", body].join("\r\n");
  const password = `Basic ${Buffer.from("marey:secret").toString("base64")}`;
  if (secret && method !== "OPTIONS" && headers.get("authorization") !== password)
    return head("401 Unauthorized", ['WWW-Authenticate: Basic realm="camera"']);
  switch (method) {
    case "OPTIONS":
      return head("200 OK", ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"]);
    case "DESCRIBE": {
      const sdp = [
        ...["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=test", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*"],
        ...["m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "a=fmtp:96 packetization-mode=1"],
        ...["a=control:track0", ""],
      ].join("\r\n");
      const base = `Content-Base: rtsp://127.0.0.1:${port}/live/`;
      return head("200 OK", ["Content-Type: application/sdp", base, `Content-Length: ${sdp.length}`], sdp);
    }
    case "SETUP":
      return headers.get("transport")?.includes("TCP")
        ? head("200 OK", ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 7;timeout=60"])
        : head("461 Unsupported Transport", []);
    default:
      return head("200 OK", ["Session: 7", "Range: npt=0.000-"]);
  }
}

function play(
  socket: Socket,
  { frames, frameRate = 25 }: RtspOptions,
  maySend: () => boolean,
): NodeJS.Timeout {
  let frame = 0;
  let sequence = 0;
  return setInterval(() => {
    if (socket.destroyed || !maySend()) return;
    const units = frames[frame % frames.length]!;
    const time = Math.round((frame++ * 90000) / frameRate);
    for (const [i, unit] of units.entries())
      for (const packet of packetise(unit, i === units.length - 1))
        socket.write(interleaved(packet.payload, packet.last, sequence++, time));
  }, 1000 / frameRate);
}

/** A NAL unit as RTP payloads: itself, or fragments where it is long (FU-A, RFC 6184 §5.8). */
function packetise(unit: Buffer, last: boolean): { payload: Buffer; last: boolean }[] {
  const most = 1300;
  if (unit.length <= most) return [{ payload: unit, last }];
  const out: { payload: Buffer; last: boolean }[] = [];
  const kind = unit[0]!;
  for (let at = 1; at < unit.length; at += most) {
    const end = at + most >= unit.length;
    const edge = (at === 1 ? 0x80 : 0) | (end ? 0x40 : 0);
    const header = Buffer.from([(kind & 0xe0) | 28, edge | (kind & 0x1f)]);
    out.push({ payload: Buffer.concat([header, unit.subarray(at, at + most)]), last: last && end });
  }
  return out;
}

/** An RTP packet in the RTSP connection (RFC 3550 §5.1, RFC 2326 §10.12). */
function interleaved(payload: Buffer, marker: boolean, sequence: number, time: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt8(0x24, 0);
  head.writeUInt16BE(12 + payload.length, 2);
  head.writeUInt8(0x80, 4);
  head.writeUInt8(96 | (marker ? 0x80 : 0), 5);
  head.writeUInt16BE(sequence & 0xffff, 6);
  head.writeUInt32BE(time >>> 0, 8);
  head.writeUInt32BE(0x4d415245, 12);
  return Buffer.concat([head, payload]);
}

/** Splits a raw H.264 file, whose frames begin with access unit delimiters, into frames and NAL units. */
export function accessUnits(file: Buffer): Buffer[][] {
  const frames: Buffer[][] = [];
  const starts: number[] = [];
  for (
    let at = file.indexOf("\0\0\x01", 0, "latin1");
    at >= 0;
    at = file.indexOf("\0\0\x01", at + 3, "latin1")
  )
    starts.push(at);
  for (const [i, start] of starts.entries()) {
    let end = starts[i + 1] ?? file.length;
    while (file[end - 1] === 0) end--; // a start code may have a fourth byte
    const unit = file.subarray(start + 3, end);
    if ((unit[0]! & 0x1f) === 9) frames.push([]);
    else frames.at(-1)!.push(unit);
  }
  return frames;
}
