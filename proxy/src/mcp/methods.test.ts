import { describe, expect, it } from 'vitest';
import type { JsonObject } from './jsonrpc.ts';
import { cutText, implementationOf, METHODS, methodRow, targetOf, textOf } from './methods.ts';

/** schema/2026-07-28, schema/2025-11-25 and ext-tasks, written out: a method that is missing here was forgotten there. */
const SPECIFIED = [
  'completion/complete',
  'elicitation/create',
  'initialize',
  'logging/setLevel',
  'notifications/cancelled',
  'notifications/elicitation/complete',
  'notifications/initialized',
  'notifications/message',
  'notifications/progress',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/roots/list_changed',
  'notifications/subscriptions/acknowledged',
  'notifications/tasks',
  'notifications/tasks/status',
  'notifications/tools/list_changed',
  'ping',
  'prompts/get',
  'prompts/list',
  'resources/list',
  'resources/read',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'roots/list',
  'sampling/createMessage',
  'server/discover',
  'subscriptions/listen',
  'tasks/cancel',
  'tasks/get',
  'tasks/list',
  'tasks/result',
  'tasks/update',
  'tools/call',
  'tools/list',
];

describe('the method table', () => {
  it('holds every method of every revision and no other', () => {
    expect(Object.keys(METHODS).sort()).toEqual([...SPECIFIED].sort());
  });

  it('knows one method that stays open for as long as the client likes', () => {
    expect(SPECIFIED.filter((method) => methodRow(method)?.longLived)).toEqual(['subscriptions/listen']);
  });

  it.each(['constructor', '__proto__', 'toString', '', 'Tools/Call', 'vendor/x'])(
    'does not know %j',
    (method) => {
      expect(methodRow(method)).toBeUndefined();
    },
  );
});

describe('targetOf', () => {
  const both: JsonObject = {
    name: 'n',
    uri: 'file:///u',
    taskId: 't',
    ref: { type: 'ref/prompt', name: 'r' },
  };
  const named: Record<string, object> = {
    'tools/call': { tool: 'n' },
    'prompts/get': { prompt: 'n' },
    'resources/read': { resource: 'file:///u' },
    'resources/subscribe': { resource: 'file:///u' },
    'resources/unsubscribe': { resource: 'file:///u' },
    'notifications/resources/updated': { resource: 'file:///u' },
  };
  it.each(SPECIFIED)('%s', (method) => expect(targetOf(method, both)).toEqual(named[method] ?? {}));

  const sheet: { cell: string; method: string; params: JsonObject; expected: object }[] = [
    { cell: 'no name', method: 'tools/call', params: {}, expected: {} },
    { cell: 'a name that is no text', method: 'tools/call', params: { name: 7 }, expected: {} },
    { cell: 'an empty name is a name', method: 'tools/call', params: { name: '' }, expected: { tool: '' } },
    { cell: 'a vendor method', method: 'vendor/call', params: { name: 'x' }, expected: {} },
    {
      cell: 'a very long name',
      method: 'tools/call',
      params: { name: 'x'.repeat(9000) },
      expected: { tool: `${'x'.repeat(511)}…` },
    },
    { cell: 'a uri that is a list', method: 'resources/read', params: { uri: ['a'] }, expected: {} },
  ];
  it.each(sheet)('$cell', ({ method, params, expected }) =>
    expect(targetOf(method, params)).toEqual(expected),
  );
});

describe('texts that peers choose', () => {
  it('are cut, and are only texts', () => {
    expect([textOf('a'), textOf(''), textOf(7), textOf(null), textOf(undefined)]).toEqual([
      'a',
      '',
      undefined,
      undefined,
      undefined,
    ]);
    expect(textOf('é'.repeat(512))).toBe('é'.repeat(512));
    expect(textOf('é'.repeat(513))).toBe(`${'é'.repeat(511)}…`);
    expect(textOf(`${'x'.repeat(510)}🚀xx`)).toBe(`${'x'.repeat(510)}…`);
    expect(cutText('abc', 3)).toBe('abc');
    expect(cutText('abcd', 3)).toBe('abc');
  });

  it('name an implementation by what is there', () => {
    expect(implementationOf({ name: 'a', version: '1' })).toEqual({ name: 'a', version: '1' });
    expect(implementationOf({ name: 1, version: null })).toEqual({});
    expect(implementationOf('a')).toEqual({});
    expect(implementationOf(undefined)).toEqual({});
  });
});
