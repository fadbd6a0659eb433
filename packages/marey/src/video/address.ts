import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** What FFmpeg is asked to open. */
export interface Address {
  /** As people are told it: without a password. */
  name: string;
  url: string;
  /** FFmpeg's input format where the data doesn't tell, such as `v4l2`. */
  format?: string;
  /** Options of FFmpeg's formats and protocols. */
  options: Record<string, string>;
  /** Reading it may wait for a network, so that it must be interrupted. */
  remote: boolean;
  /** Reading it returns at once where nothing has come yet, as cameras allow. */
  polled?: boolean;
}

/** What the text given for an input means. */
export type Input =
  | { kind: "path"; path: string }
  | { kind: "stream"; url: string }
  /** `which`: the number of a camera, or a part of its name or path. */
  | { kind: "camera"; which: number | string }
  /** `path` undefined: the list comes on standard input. */
  | { kind: "list"; path?: string };

/**
 * Tells inputs apart by how they are written: `camera`, `camera:1`, `camera:NAME`, `/dev/video0`, an address with
 * `://`, `-` for a list of pictures on standard input, `@FILE` for a list in a file, and anything else is a path. A file
 * whose name begins so is reached as `./camera` or `./@list.txt`.
 */
export function inputOf(text: string): Input {
  if (text === "-") return { kind: "list" };
  if (text.startsWith("@") && text.length > 1) return { kind: "list", path: text.slice(1) };
  const camera = /^camera(?::(.*))?$/i.exec(text);
  if (camera) return { kind: "camera", which: numberOr(camera[1] || "0") };
  if (/^\/dev\/(video\d|v4l\/)/.test(text)) return { kind: "camera", which: text };
  if (/^file:\/\//i.test(text)) return { kind: "path", path: pathOf(text) };
  return isAddress(text) ? { kind: "stream", url: text } : { kind: "path", path: text };
}

/** What is no proper address is left as it is, and so told to be missing. */
function pathOf(text: string): string {
  try {
    return fileURLToPath(text);
  } catch {
    return text;
  }
}

const numberOr = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);
const isAddress = (text: string) => /^[a-z][a-z0-9+.-]+:\/\//i.test(text);

/** A file of this machine. A playlist in it must not make FFmpeg open addresses. */
export function fileAddress(path: string): Address {
  const options = { protocol_whitelist: "file" };
  return { name: path, url: `file:${resolve(path)}`, options, remote: false };
}

/**
 * A stream's address with the options that its protocol needs, so that no read waits longer than `stall` seconds: each
 * protocol names that option in its own way, and where it has none the reader's own watch interrupts it.
 */
export function streamAddress(url: string, stall: number): Address {
  const limit = String(Math.round(stall * 1e6)); // microseconds
  const protocol = url.slice(0, url.indexOf(":")).toLowerCase();
  const options = protocolOptions[protocol]?.(limit) ?? {};
  // The frame rate is guessed from less than FFmpeg's five seconds: a camera should be seen at once.
  const common = { rw_timeout: limit, analyzeduration: "1500000" };
  return { name: withoutPassword(url), url, options: { ...common, ...options }, remote: true };
}

const overHttp = (limit: string) => ({
  timeout: limit,
  // A file whose transfer breaks goes on at the byte where it broke; an endless stream isn't concerned.
  reconnect: "1",
  reconnect_delay_max: "4",
});
/** UDP loses packets in most networks, which tears pictures; TCP is tried first. */
const overRtsp = (limit: string) => ({
  timeout: limit,
  rtsp_flags: "prefer_tcp",
  allowed_media_types: "video",
});

// rtmp has none: its `timeout` makes it a server that waits for a publisher.
const protocolOptions: Record<string, (limit: string) => Record<string, string>> = {
  http: overHttp,
  https: overHttp,
  rtsp: overRtsp,
  rtsps: overRtsp,
  tcp: (limit) => ({ timeout: limit }),
  udp: (limit) => ({ timeout: limit, overrun_nonfatal: "1" }),
};

/** An address as it may be shown, without the password and what follows a question mark: `rtsp://user:***@camera/1?***`. */
export function withoutPassword(url: string): string {
  if (!isAddress(url)) return url;
  return url.replace(/^([^:]*:\/\/[^/:@]*):[^/]*@/, "$1:***@").replace(/\?.+$/s, "?***");
}
