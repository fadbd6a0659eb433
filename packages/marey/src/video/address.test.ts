import { expect, test } from "vitest";
import { fileAddress, inputOf, streamAddress, withoutPassword } from "./address.js";

test.each([
  ["walk.mp4", { kind: "path", path: "walk.mp4" }],
  ["./camera", { kind: "path", path: "./camera" }],
  ["./@list.txt", { kind: "path", path: "./@list.txt" }],
  ["C:\\video\\walk.mp4", { kind: "path", path: "C:\\video\\walk.mp4" }],
  ["@", { kind: "path", path: "@" }],
  ["camera.mp4", { kind: "path", path: "camera.mp4" }],
  ["file:///a%20b.mp4", { kind: "path", path: "/a b.mp4" }],
  ["-", { kind: "list" }],
  ["@list.txt", { kind: "list", path: "list.txt" }],
  ["camera", { kind: "camera", which: 0 }],
  ["camera:", { kind: "camera", which: 0 }],
  ["camera:2", { kind: "camera", which: 2 }],
  ["camera:FaceTime", { kind: "camera", which: "FaceTime" }],
  ["/dev/video1", { kind: "camera", which: "/dev/video1" }],
  ["rtsp://user:pw@cam/1", { kind: "stream", url: "rtsp://user:pw@cam/1" }],
  ["https://example.org/walk.mp4", { kind: "stream", url: "https://example.org/walk.mp4" }],
  ["udp://0.0.0.0:5000", { kind: "stream", url: "udp://0.0.0.0:5000" }],
])("%s", (text, input) => expect(inputOf(text)).toEqual(input));

test("no protocol is left without a limit that it understands", () => {
  for (const protocol of ["http", "https", "rtsp", "rtsps", "tcp", "udp"])
    expect(streamAddress(`${protocol}://h/x`, 2.5).options.timeout).toBe("2500000");
  // FFmpeg's rtmp would listen for a publisher if it were given one.
  expect(streamAddress("rtmp://h/x", 2.5).options).not.toHaveProperty("timeout");
  expect(streamAddress("rtmp://h/x", 2.5).options.rw_timeout).toBe("2500000");
});

test("files can't make FFmpeg open addresses; passwords aren't shown", () => {
  expect(fileAddress("a.m3u8").options).toEqual({ protocol_whitelist: "file" });
  expect(withoutPassword("rtsp://me:p@ss@cam:554/x?y=1")).toBe("rtsp://me:***@cam:554/x?***");
  expect(withoutPassword("http://cam/live?token=p@ss#here")).toBe("http://cam/live?***");
  expect(withoutPassword("why?.mp4")).toBe("why?.mp4");
  expect(withoutPassword("rtsp://me@cam/x")).toBe("rtsp://me@cam/x");
  expect(withoutPassword("http://cam:80/a:b@c")).toBe("http://cam:80/a:b@c");
  expect(streamAddress("rtsp://me:pw@cam/1", 1).name).toBe("rtsp://me:***@cam/1");
});
