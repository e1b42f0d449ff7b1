/** A menu has its values at once, from the sessions that are known. */
import { expect, it } from 'vitest';
import { aSession } from '../testing/events.ts';
import { knownValues } from './knownValues.ts';

const tool = (name: string, calls: number) => ({ name, calls, errors: 0 });
const SESSIONS = [
  aSession({
    serverName: 'shop',
    clientName: 'desk',
    sessionCalls: 3,
    tools: [tool('pay', 1), tool('find', 2)],
  }),
  aSession({ serverName: 'files', clientName: 'desk', sessionCalls: 9, tools: [tool('read', 9)] }),
  aSession({ serverName: 'shop', sessionCalls: 4, tools: [tool('pay', 4), tool('_more', 70)] }),
].map((item, at) => (at === 2 ? { ...item, clientName: undefined } : item)) as ReturnType<typeof aSession>[];

it('has them by how many calls they had', () => {
  expect(knownValues(SESSIONS, 'server')).toEqual(['files', 'shop']);
  expect(knownValues(SESSIONS, 'client')).toEqual(['desk']);
  expect(knownValues(SESSIONS, 'tool')).toEqual(['read', 'pay', 'find']);
});

it('has only those of the servers chosen', () => {
  expect(knownValues(SESSIONS, 'tool', ['shop'])).toEqual(['pay', 'find']);
});

it('has none where sessions say nothing', () => {
  for (const field of ['method', 'outcome', 'httpStatus', 'type'] as const)
    expect(knownValues(SESSIONS, field)).toEqual([]);
});
