/**
 * How a proxy becomes the one that shims talk to: it binds their socket, and where a collector has it, asks for it. The
 * collector closes the socket, gives what it has seen to its archive and ends; the shims wait for that.
 */
import { connect, type Server, type Socket } from 'node:net';
import type { UnixMicros } from '../observation/frame.ts';
import { claimSocket } from './claim.ts';
import { ANSWERS, createAnswerReader, encodeFrame, GREETING } from './wire.ts';

export type Claim =
  | {
      readonly kind: 'ours';
      readonly server: Server;
      /** Resolves when the one before has given back archive and port, or takes too long. */
      readonly freed: Promise<void>;
    }
  /** Another proxy has it, or nobody says who. */
  | { readonly kind: 'theirs' }
  | { readonly kind: 'other_version'; readonly greeting: string };

const ATTEMPTS = 3;
/** A collector that was just started answers when it is ready. */
const ANSWER_MS = 10_000;
/** What it may take to deliver its last batches and end. */
const END_MS = 10_000;
/** On Windows the name of a pipe is free only when everybody has let it go. */
const BIND_TRIES = 20;
const BIND_EVERY_MS = 50;

/** @throws what stands in the way of binding, other than another owner. */
export async function takeSocket(path: string, nowUs: () => UnixMicros): Promise<Claim> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const server = await claimSocket(path);
    if (server) return { kind: 'ours', server, freed: Promise.resolve() };
    const { socket, answer } = await ask(path, nowUs);
    if (answer.startsWith(`${ANSWERS.refused} `)) {
      socket.destroy();
      return { kind: 'other_version', greeting: answer.slice(ANSWERS.refused.length + 1) };
    }
    if (answer === ANSWERS.yours) {
      const freed = endOf(socket);
      const bound = await bind(path);
      if (bound) {
        say(socket, 'bound', nowUs);
        return { kind: 'ours', server: bound, freed };
      }
    }
    socket.destroy();
    if (answer === ANSWERS.mine || answer === '') return { kind: 'theirs' };
  }
  return { kind: 'theirs' };
}

/** The owner's word; `gone` when it left without one, and nothing when it says nothing. */
function ask(
  path: string,
  nowUs: () => UnixMicros,
): Promise<{ readonly socket: Socket; readonly answer: string }> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const giveUp = setTimeout(() => resolve({ socket, answer: '' }), ANSWER_MS);
    const take = (answer: string): void => {
      clearTimeout(giveUp);
      resolve({ socket, answer });
    };
    socket.on('connect', () => {
      socket.write(`${GREETING}\n`);
      say(socket, 'take_over', nowUs);
    });
    socket.on(
      'data',
      createAnswerReader((line) => {
        if (!/^\d+$/.test(line)) take(line);
      }),
    );
    socket.on('error', () => {});
    socket.on('close', () => take('gone'));
  });
}

function say(socket: Socket, kind: 'take_over' | 'bound', nowUs: () => UnixMicros): void {
  for (const bytes of encodeFrame({ kind, atUs: nowUs() })) socket.write(bytes);
}

/** Somebody else may have been faster: undefined then. */
async function bind(path: string): Promise<Server | undefined> {
  for (let attempt = 0; attempt < BIND_TRIES; attempt++) {
    const server = await claimSocket(path);
    if (server || process.platform !== 'win32') return server;
    await new Promise((resolve) => setTimeout(resolve, BIND_EVERY_MS));
  }
  return undefined;
}

function endOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => {
      socket.destroy();
      resolve();
    }, END_MS);
    socket.on('close', () => {
      clearTimeout(giveUp);
      resolve();
    });
  });
}
