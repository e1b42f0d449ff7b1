/** Pictures for the catalogue: read as Chromium writes them, and written so that what is rare but meant stays. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readPng, writePng } from './pictures.ts';

const [WIDTH, HEIGHT] = [64, 32];
const GREEN = 0x1c7a45;

/** Greys with noise, as smoothed text makes them, and one green dot. */
function pixels(): Uint32Array {
  const found = Uint32Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const grey = (at * 37) % 200;
    return (grey << 16) | (((grey + (at % 5)) & 255) << 8) | ((grey + (at % 3)) & 255);
  });
  found[WIDTH + 1] = GREEN;
  return found;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const ends = [data.length, crc32(body)].map((value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  });
  return Buffer.concat([ends[0] ?? Buffer.alloc(0), body, ends[1] ?? Buffer.alloc(0)]);
}

/** With alpha, each row told as its difference from the one above. */
function asChromium(of: Uint32Array): Buffer {
  const rows = Array.from({ length: HEIGHT }, (_, y) => {
    const row = (at: number) =>
      Array.from({ length: WIDTH }, (_unused, x) => [...channels(of[at * WIDTH + x] ?? 0), 255]).flat();
    const above = y === 0 ? [] : row(y - 1);
    return [2, ...row(y).map((value, x) => (value - (above[x] ?? 0)) & 255)];
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(WIDTH, 0);
  head.writeUInt32BE(HEIGHT, 4);
  head.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const channels = (pixel: number): readonly number[] => [pixel >> 16, (pixel >> 8) & 255, pixel & 255];

/** The colours and the places of a picture with a palette. */
function readBack(file: Buffer): { readonly palette: Buffer; readonly rows: Buffer } {
  const parts = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    expect(file.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    parts.set(body.toString('latin1', 0, 4), body.subarray(4));
    at += length + 12;
  }
  return {
    palette: parts.get('PLTE') ?? Buffer.alloc(0),
    rows: inflateSync(parts.get('IDAT') ?? Buffer.alloc(0)),
  };
}

it('a picture of Chromium is read pixel by pixel', () => {
  expect(readPng(asChromium(pixels()))).toEqual({ width: WIDTH, height: HEIGHT, pixels: pixels() });
});

it('at most 256 colours are left, near to what they were, and the rare one is among them', () => {
  const given = pixels();
  expect(new Set(given).size).toBeGreaterThan(256);
  const { palette, rows } = readBack(writePng({ width: WIDTH, height: HEIGHT, pixels: given }));
  expect(palette.length).toBeLessThanOrEqual(256 * 3);
  const colourAt = (x: number, y: number) => {
    const place = rows[y * (WIDTH + 1) + 1 + x] ?? 0;
    return [...palette.subarray(place * 3, place * 3 + 3)];
  };
  expect(colourAt(1, 1)).toEqual(channels(GREEN));
  for (let at = 0; at < given.length; at += 1) {
    const far = colourAt(at % WIDTH, Math.floor(at / WIDTH)).map((value, which) =>
      Math.abs(value - (channels(given[at] ?? 0)[which] ?? 0)),
    );
    expect(Math.max(...far)).toBeLessThan(8);
  }
});
