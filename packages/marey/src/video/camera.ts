import { MareyError } from "@marey/core";
import type { Address } from "./address.js";
import { type Library, library } from "./library.js";

/** A camera of this machine, as its system lists it. */
export interface CameraDevice {
  /** What the system calls it: a path on Linux, an identifier on macOS. */
  name: string;
  /** What people call it. */
  description: string;
}

/** A size and rate that a camera offers. */
export interface CameraMode {
  width: number;
  height: number;
  /** Hz. */
  minFrameRate: number;
  maxFrameRate: number;
}

/** What is asked of a camera; it gives what comes nearest. */
export interface CameraWish {
  width?: number;
  height?: number;
  /** Hz. */
  frameRate?: number;
}

/** FFmpeg's names for the systems' interfaces to cameras. */
const interfaces: Partial<Record<NodeJS.Platform, "v4l2" | "avfoundation" | "dshow">> = {
  linux: "v4l2",
  darwin: "avfoundation",
  win32: "dshow",
};

/**
 * Finds a camera among those listed.
 *
 * @param which Its number, its name, or a part of its description in any case; on Linux also a path, which need not be
 *   listed.
 * @throws MareyError `WEBCAM_MISSING`, which lists those there are.
 */
export function chooseCamera(
  devices: readonly CameraDevice[],
  which: number | string,
  platform: NodeJS.Platform,
): CameraDevice {
  const wanted = String(which).toLowerCase();
  const found =
    typeof which === "number"
      ? devices[which]
      : (devices.find(({ name }) => name === which) ??
        devices.find(({ description }) => description.toLowerCase().includes(wanted)));
  if (found) return found;
  if (platform === "linux" && wanted.startsWith("/dev/"))
    return { name: String(which), description: String(which) };
  const listed = devices.map(({ name, description }, i) => `camera:${i} is ${description} (${name})`);
  throw new MareyError(
    "WEBCAM_MISSING",
    typeof which === "number" ? `camera:${which}` : `camera "${which}"`,
    listed.length > 0 ? `there is none such; ${listed.join(", ")}` : "this machine has no camera",
    listed.length > 0
      ? "Choose one of these"
      : "Plug one in and let this program use it; in a container, pass its device on",
  );
}

/** The offered mode nearest to the wish: first by size, then by rate. The usual wish is 1280×720 at 30 Hz. */
export function chooseMode(modes: readonly CameraMode[], wish: CameraWish = {}): CameraMode | undefined {
  const { width = 1280, height = 720, frameRate = 30 } = wish;
  const distance = (mode: CameraMode) => {
    const size = Math.abs(Math.log(mode.width / width)) + Math.abs(Math.log(mode.height / height));
    const rate = Math.min(mode.maxFrameRate, Math.max(mode.minFrameRate, frameRate));
    return 1000 * size + Math.abs(rate - frameRate);
  };
  return modes.reduce<CameraMode | undefined>(
    (best, mode) => (!best || distance(mode) < distance(best) ? mode : best),
    undefined,
  );
}

/**
 * How FFmpeg is asked for a camera, in the order to try: with the mode, then with less. On Linux compressed pictures
 * come first, since over USB 2 uncompressed 1280×720 reaches 10 Hz only.
 */
export function cameraAddresses(
  { name, description }: CameraDevice,
  platform: NodeJS.Platform,
  mode: CameraMode | undefined,
  wish: CameraWish = {},
): Address[] {
  const format = interfaces[platform];
  if (!format)
    throw new MareyError(
      "WEBCAM_MISSING",
      description,
      `cameras aren't read on ${platform}`,
      "Give a stream's address",
    );
  const { frameRate = 30 } = wish;
  const asked = mode && {
    video_size: `${mode.width}x${mode.height}`,
    framerate: String(Math.min(mode.maxFrameRate, Math.max(mode.minFrameRate, frameRate))),
  };
  const variants: Record<string, string>[] = {
    v4l2: [{ ...asked, input_format: "mjpeg" }, { ...asked }, {}],
    avfoundation: [
      { ...asked, pixel_format: "nv12" },
      { framerate: "30", pixel_format: "nv12" },
      { framerate: "30" },
    ],
    dshow: [{ ...asked, vcodec: "mjpeg" }, { ...asked }, {}],
  }[format];
  // AVFoundation knows cameras by what people call them; after the colon stands the microphone.
  const url = { v4l2: name, avfoundation: `${description}:none`, dshow: `video=${name}` }[format];
  return variants.map((options) => ({ name: description, url, format, options, remote: true, polled: true }));
}

/**
 * The camera's addresses to try on this machine.
 *
 * @throws MareyError `WEBCAM_MISSING`.
 */
export async function findCamera(which: number | string, wish?: CameraWish): Promise<Address[]> {
  const lib = await library();
  const device = chooseCamera(await listCameras(lib), which, process.platform);
  // A camera that doesn't tell its modes is asked for its own.
  const modes: CameraMode[] = await lib.Device.modes(device.name).catch(() => []);
  return cameraAddresses(device, process.platform, chooseMode(modes, wish), wish);
}

async function listCameras(lib: Library): Promise<CameraDevice[]> {
  const devices = await lib.Device.list().catch(() => []);
  return devices.filter(({ type }) => type === "video");
}
