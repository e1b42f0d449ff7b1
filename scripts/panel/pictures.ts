/**
 * Makes the pictures that a catalogue shows of the panel, `grafana-plugin/src/img`, out of those that
 * `test/panel/looks.test.ts` has taken: with at most 256 colours, which is a third of the bytes and the same to the eye.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const TAKEN = 'test-results/screenshots';
const KEPT = path.join(import.meta.dirname, '../../grafana-plugin/src/img');
/** By the name that each is given, the photograph of the suite. */
const PICTURES = {
  sessions: 'panel-session-expanded-dark-1440',
  'event-log': 'panel-event-log-light-1440',
  'event-details': 'panel-event-details-dark-1440',
} as const;
const COLOURS = 256;
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

interface Picture {
  readonly width: number;
  readonly height: number;
  /** 0xrrggbb, row by row. */
  readonly pixels: Uint32Array;
}

/** A picture of eight bits a channel, as Chromium writes it. @throws for any other. */
export function readPng(file: Buffer): Picture {
  const parts: Buffer[] = [];
  let [width, height, channels] = [0, 0, 0];
  for (let at = SIGNATURE.length; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const data = file.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') {
      [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
      channels = { 2: 3, 6: 4 }[data[9] ?? 0] ?? 0;
      if (data[8] !== 8 || channels === 0 || data[12] !== 0) throw new Error('not a PNG of Chromium');
    }
    if (type === 'IDAT') parts.push(data);
    at += length + 12;
  }
  const bytes = unfilter(inflateSync(Buffer.concat(parts)), width * channels, height, channels);
  const pixels = Uint32Array.from({ length: width * height }, (_, at) => bytes.readUIntBE(at * channels, 3));
  return { width, height, pixels };
}

/** Takes back what each row says of the one before and of its own left. */
function unfilter(raw: Buffer, row: number, height: number, channels: number): Buffer {
  const out = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (row + 1)] ?? 0;
    for (let x = 0; x < row; x += 1) {
      const left = x < channels ? 0 : (out[y * row + x - channels] ?? 0);
      const up = y === 0 ? 0 : (out[(y - 1) * row + x] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (out[(y - 1) * row + x - channels] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[y * row + x] = ((raw[y * (row + 1) + 1 + x] ?? 0) + guess) & 255;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(estimate - one)) as [number, number, number];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** In colours of a palette, each pixel as the nearest of them. */
export function writePng({ width, height, pixels }: Picture): Buffer {
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = paletteOf([...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour]) => colour));
  const places = new Map<number, number>();
  for (const colour of counts.keys()) places.set(colour, nearest(palette, colour));
  const rows = Buffer.alloc((width + 1) * height);
  for (let at = 0; at < pixels.length; at += 1)
    rows[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = places.get(pixels[at] ?? 0) ?? 0;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const parts = [
    chunk('IHDR', head),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...parts]);
}

/**
 * The most frequent colours of which no two are nearer than need be: so a rare one, as the green of a dot, is among them.
 * @param colours The most frequent first.
 */
function paletteOf(colours: readonly number[]): readonly number[] {
  for (let apart = 0; ; apart += 8) {
    const palette: number[] = [];
    for (const colour of colours) {
      if (palette.every((other) => distance(colour, other) > apart)) palette.push(colour);
      if (palette.length > COLOURS) break;
    }
    if (palette.length <= COLOURS) return palette;
  }
}

function nearest(palette: readonly number[], colour: number): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const [at, other] of palette.entries()) {
    const far = distance(colour, other);
    if (far < least) [best, least] = [at, far];
  }
  return best;
}

/** The square of it, over the three channels. */
function distance(a: number, b: number): number {
  const [red, green, blue] = [
    (a >> 16) - (b >> 16),
    ((a >> 8) & 255) - ((b >> 8) & 255),
    (a & 255) - (b & 255),
  ];
  return red * red + green * green + blue * blue;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

if (import.meta.main) {
  for (const [name, taken] of Object.entries(PICTURES)) {
    const picture = writePng(readPng(readFileSync(path.join(TAKEN, `${taken}.png`))));
    writeFileSync(path.join(KEPT, `${name}.png`), picture);
    console.log(`${name}.png: ${Math.round(picture.length / 1024)} KB`);
  }
}
