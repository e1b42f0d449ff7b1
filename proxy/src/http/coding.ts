/**
 * Takes content codings off for inspection only: the bytes on the wire are never touched. Bounded against bombs,
 * and done on zlib's own threads, so that a large body cannot hold up the loop that moves bytes.
 */
import { isUtf8 } from 'node:buffer';
import {
  brotliDecompress,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  gunzip,
  inflate,
} from 'node:zlib';
import type { BodySighting } from '../observation/frame.ts';

export type Coding = 'identity' | 'gzip' | 'deflate' | 'br' | 'unknown';

/** A `Content-Encoding` value (RFC 9110 §8.4). A list of several codings is not looked into. */
export function readCoding(value: string | undefined): Coding {
  if (value === undefined) return 'identity';
  const name = value.trim().toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  return name === 'deflate' || name === 'br' ? name : 'unknown';
}

/** Text of a complete body without coding. */
export function sightText(bytes: Buffer): BodySighting {
  if (!isUtf8(bytes)) return { bytes: bytes.length, problem: 'not_utf8' };
  return { text: bytes.toString('utf8'), bytes: bytes.length };
}

/** Text of a complete coded body. Calls back once, later. */
export function sightCoded(
  bytes: Buffer,
  coding: 'gzip' | 'deflate' | 'br',
  bytesMax: number,
  done: (body: BodySighting) => void,
): void {
  const options = { maxOutputLength: Math.max(1, bytesMax) };
  const finish = (error: Error | null, decoded: Buffer) => {
    if (!error) return done(sightText(decoded));
    const tooLarge = 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    done({ bytes: bytes.length, problem: tooLarge ? 'oversized' : 'coding' });
  };
  if (coding === 'gzip') gunzip(bytes, options, finish);
  else if (coding === 'br') brotliDecompress(bytes, options, finish);
  else inflate(bytes, options, finish);
}

/** Decodes a stream as it comes, chunk in, chunks out. */
export interface StreamDecoder {
  write(chunk: Buffer): void;
  /** No more input; `done` runs once, after the last output or after the first error. */
  end(done: () => void): void;
}

/** Output beyond this many bytes per byte of input is a bomb, not a stream of events. */
const EXPANSION_MAX = 1_100;

export function createStreamDecoder(
  coding: 'gzip' | 'deflate' | 'br',
  onData: (chunk: Buffer) => void,
): StreamDecoder {
  // A sync flush makes each chunk decodable at once: a stream's events must not wait for its end.
  const decoder =
    coding === 'gzip'
      ? createGunzip({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH })
      : coding === 'br'
        ? createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH })
        : createInflate({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH });
  let received = 0;
  let produced = 0;
  let finished = false;
  let whenDone: (() => void) | undefined;
  const finish = () => {
    finished = true;
    const done = whenDone;
    whenDone = undefined;
    done?.();
  };
  decoder.on('data', (chunk: Buffer) => {
    produced += chunk.length;
    if (produced > 65_536 + received * EXPANSION_MAX) decoder.destroy();
    else onData(chunk);
  });
  decoder.on('error', finish);
  decoder.on('close', finish);
  return {
    write(chunk) {
      received += chunk.length;
      // A decoder that cannot keep up with its stream stops, instead of queueing the stream in memory.
      if (decoder.writableLength > 16 * 1024 * 1024) decoder.destroy();
      if (!finished && !decoder.destroyed) decoder.write(chunk);
    },
    end(done) {
      if (finished) return done();
      whenDone = done;
      decoder.end();
    },
  };
}
