/** What went wrong with a request, as a problem document (RFC 9457): what was found, and what to do about it. */
import type { Problem } from '../contract/index.ts';

/** A problem, with the headers that its status wants. */
export interface Refusal {
  readonly problem: Problem;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What can go wrong: the status, and what all problems of this kind have in common. */
const KINDS = {
  malformed: { status: 400, title: 'The request is malformed' },
  parameter: { status: 400, title: 'A parameter is wrong' },
  token: { status: 401, title: 'A token is needed' },
  caller: { status: 403, title: 'This caller is refused' },
  'not-found': { status: 404, title: 'There is no such thing' },
  method: { status: 405, title: 'This path is only read' },
  'head-size': { status: 431, title: 'The request is too long' },
  fault: { status: 500, title: 'Sightline could not answer' },
  'archive-off': { status: 503, title: 'Events are not being kept' },
  busy: { status: 503, title: 'Too much at once' },
} as const satisfies Readonly<Record<string, { status: number; title: string }>>;
export type ProblemKind = keyof typeof KINDS;

/** @param parameter The query parameter that is wrong. */
export function toProblem(kind: ProblemKind, detail: string, parameter?: string): Problem {
  const type = `urn:sightline:problem:${kind}`;
  return { type, ...KINDS[kind], detail, ...(parameter === undefined ? {} : { parameter }) };
}

export function refuse(
  kind: ProblemKind,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return { problem: toProblem(kind, detail), headers };
}

/** For docs/api.md. */
export function listProblems(): readonly {
  readonly kind: string;
  readonly status: number;
  readonly title: string;
}[] {
  return Object.entries(KINDS).map(([kind, row]) => ({ kind, ...row }));
}
