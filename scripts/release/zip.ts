/**
 * ZIP archives (PKWARE APPNOTE 6.3): the same files give the same bytes at any time on any machine, which a tool that
 * writes times, owners and the order of a directory does not. Files below 4 GiB, names in UTF-8, no encryption.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** With `/` between folders; never absolute. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** 1980-01-01 00:00, the earliest that the format knows. */
const DOS_DATE = 0x0021;
const DEFLATE = 8;
const UTF8 = 0x0800;
/** Written on Unix by version 2.0, for readers of version 2.0. */
const MADE_BY = 0x0314;
const NEEDS = 20;
/** A regular file that everybody may read and its owner write: `-rw-r--r--` (0100644) in the upper half. */
const MODE = 0o100644 * 0x1_0000;
const END_BYTES = 22;

/** An archive of these files in the order of their names. */
export function writeZip(entries: readonly ZipEntry[]): Buffer {
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of sorted) {
    const encoded = Buffer.from(name, 'utf8');
    const packed = deflateRawSync(bytes, { level: 9 });
    const facts = factsOf(bytes, packed, encoded.length);
    const local = Buffer.alloc(4);
    local.writeUInt32LE(0x04034b50);
    const central = Buffer.alloc(6);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt16LE(MADE_BY, 4);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(MODE, 6);
    rest.writeUInt32LE(offset, 10);
    const head = Buffer.concat([local, facts, encoded]);
    parts.push(head, packed);
    directory.push(Buffer.concat([central, facts, rest, encoded]));
    offset += head.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(sorted.length, 8);
  end.writeUInt16LE(sorted.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}

/** The 26 bytes that both records of a file have: version, flags, method, time, date, sum, sizes, lengths. */
function factsOf(bytes: Buffer, packed: Buffer, nameBytes: number): Buffer {
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(NEEDS, 0);
  facts.writeUInt16LE(UTF8, 2);
  facts.writeUInt16LE(DEFLATE, 4);
  facts.writeUInt16LE(DOS_DATE, 8);
  facts.writeUInt32LE(crc32(bytes), 10);
  facts.writeUInt32LE(packed.length, 14);
  facts.writeUInt32LE(bytes.length, 18);
  facts.writeUInt16LE(nameBytes, 22);
  return facts;
}

/** What is in an archive, by its directory, as every reader finds it. @throws when it is none or damaged. */
export function readZip(archive: Buffer): readonly (ZipEntry & { readonly mode: number })[] {
  const end = archive.length - END_BYTES;
  if (end < 0 || archive.readUInt32LE(end) !== 0x06054b50) throw new Error('no ZIP archive');
  const found: (ZipEntry & { readonly mode: number })[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [packedBytes, nameBytes] = [archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 28)];
    const name = archive.toString('utf8', at + 46, at + 46 + nameBytes);
    const local = archive.readUInt32LE(at + 42);
    const data = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const bytes = inflateRawSync(archive.subarray(data, data + packedBytes));
    if (crc32(bytes) !== archive.readUInt32LE(at + 16)) throw new Error(`${name} is damaged`);
    found.push({ name, bytes, mode: archive.readUInt32LE(at + 38) >>> 16 });
    at += 46 + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return found;
}
