import { describe, expect, it } from 'vitest';
import type { Json, ResponseMessage } from './jsonrpc.ts';
import {
  isToolError,
  resultTypeOf,
  roundAskedBy,
  roundEchoedBy,
  taskOf,
  toolDefinitionsOf,
  toolErrorText,
} from './result.ts';

function response(result: Json, error?: ResponseMessage['error']): ResponseMessage {
  return { shape: 'response', id: 1, text: '', bytes: 0, ...(error ? { error } : { result }) };
}

describe('resultTypeOf', () => {
  const sheet: { cell: string; input: ResponseMessage; expected: string; why: string }[] = [
    {
      cell: 'no resultType',
      input: response({ content: [] }),
      expected: 'complete',
      why: 'every revision before 2026-07-28',
    },
    { cell: 'complete', input: response({ resultType: 'complete' }), expected: 'complete', why: '' },
    {
      cell: 'input_required',
      input: response({ resultType: 'input_required' }),
      expected: 'input_required',
      why: '',
    },
    {
      cell: 'task, 2026-07-28',
      input: response({ resultType: 'task', taskId: 't' }),
      expected: 'task',
      why: '',
    },
    {
      cell: 'task, 2025-11-25',
      input: response({ task: { taskId: 't', status: 'working' } }),
      expected: 'task',
      why: 'CreateTaskResult has no resultType',
    },
    {
      cell: 'a task without id',
      input: response({ task: { status: 'working' } }),
      expected: 'complete',
      why: 'nobody could ever poll it',
    },
    {
      cell: 'a completed result that carries a task',
      input: response({ resultType: 'complete', task: { taskId: 't' } }),
      expected: 'complete',
      why: 'what is said beats what looks like it',
    },
    {
      cell: 'unknown resultType',
      input: response({ resultType: 'stream' }),
      expected: 'complete',
      why: 'recorded, and ends nothing else',
    },
    { cell: 'result that is no object', input: response([1]), expected: 'complete', why: '' },
    { cell: 'result null', input: response(null), expected: 'complete', why: '' },
    {
      cell: 'URL elicitation',
      input: response(null, { code: -32042, message: 'open it' }),
      expected: 'input_required',
      why: '2025-11-25: not an error but another round',
    },
    {
      cell: 'any other error',
      input: response(null, { code: -32603, message: 'x' }),
      expected: 'complete',
      why: '',
    },
  ];
  it.each(sheet)('$cell', ({ input, expected }) => expect(resultTypeOf(input)).toBe(expected));
});

describe('taskOf', () => {
  const sheet: { cell: string; input: Json; expected: object | undefined; why: string }[] = [
    {
      cell: '2025-11-25 CreateTaskResult',
      input: { task: { taskId: 't', status: 'working' } },
      expected: { taskId: 't', status: 'working' },
      why: '',
    },
    {
      cell: '2025-11-25 tasks/get and status notification',
      input: { taskId: 't', status: 'completed', ttl: 1 },
      expected: { taskId: 't', status: 'completed' },
      why: '',
    },
    {
      cell: '2026-07-28 completed with its result',
      input: { taskId: 't', status: 'completed', result: { isError: true } },
      expected: { taskId: 't', status: 'completed', result: { isError: true } },
      why: '',
    },
    {
      cell: '2026-07-28 failed with its error',
      input: { taskId: 't', status: 'failed', error: { code: 1 } },
      expected: { taskId: 't', status: 'failed', error: { code: 1 } },
      why: '',
    },
    {
      cell: 'an unknown status',
      input: { taskId: 't', status: 'paused' },
      expected: { taskId: 't' },
      why: 'it ends nothing',
    },
    { cell: 'status that is no text', input: { taskId: 't', status: 7 }, expected: { taskId: 't' }, why: '' },
    {
      cell: 'an inherited name as status',
      input: { taskId: 't', status: 'constructor' },
      expected: { taskId: 't' },
      why: '',
    },
    {
      cell: 'error that is no object',
      input: { taskId: 't', error: 'x' },
      expected: { taskId: 't' },
      why: '',
    },
    { cell: 'no id', input: { status: 'working' }, expected: undefined, why: '' },
    { cell: 'id that is no text', input: { taskId: 7 }, expected: undefined, why: '' },
    { cell: 'no object', input: 'task', expected: undefined, why: '' },
  ];
  it.each(sheet)('$cell', ({ input, expected }) => expect(taskOf(input)).toEqual(expected));

  it.each(['working', 'input_required', 'completed', 'failed', 'cancelled'])(
    'knows the status %s',
    (status) => {
      expect(taskOf({ taskId: 't', status })).toEqual({ taskId: 't', status });
    },
  );
});

describe('a failed tool', () => {
  it('is one whose isError is true, and nothing else', () => {
    expect(
      [{ isError: true }, { isError: 'true' }, { isError: 1 }, { isError: false }, {}, null, 'x'].map(
        (value) => isToolError(value as Json),
      ),
    ).toEqual([true, false, false, false, false, false, false]);
    expect(isToolError(undefined)).toBe(false);
  });

  it('says what went wrong in its first text block', () => {
    const image = { type: 'image', data: '', mimeType: 'image/png' };
    expect(
      toolErrorText({ content: [image, { type: 'text', text: 'no water' }, { type: 'text', text: 'b' }] }),
    ).toBe('no water');
    expect(toolErrorText({ content: [image, { type: 'text', text: 7 }] })).toBeUndefined();
    expect(toolErrorText({ content: 'no water' })).toBeUndefined();
    expect(toolErrorText(undefined)).toBeUndefined();
  });
});

describe('rounds', () => {
  it('are asked for by state and by the keys of what is asked', () => {
    const inputRequests = { b: { method: 'roots/list' }, a: { method: 'elicitation/create' } };
    expect(roundAskedBy({ resultType: 'input_required', inputRequests, requestState: 's' })).toEqual({
      state: 's',
      keys: ['a', 'b'],
    });
    expect(roundAskedBy({ inputRequests: [], requestState: 7 })).toEqual({ keys: [] });
    expect(roundAskedBy('x')).toEqual({ keys: [] });
  });

  it('are echoed by state, by keys, by both, and the empty state is a state', () => {
    expect(roundEchoedBy({ requestState: '' })).toEqual({ state: '', keys: [] });
    expect(roundEchoedBy({ inputResponses: { b: {}, a: {} } })).toEqual({ keys: ['a', 'b'] });
    expect(roundEchoedBy({ requestState: 's', inputResponses: { a: {} } })).toEqual({
      state: 's',
      keys: ['a'],
    });
    expect(roundEchoedBy({ name: 'brew' })).toBeUndefined();
    expect(roundEchoedBy({ requestState: 7, inputResponses: [] })).toBeUndefined();
  });
});

describe('toolDefinitionsOf', () => {
  it('gives names and bytes of the definitions as JSON, and whether more follow', () => {
    const result = {
      tools: [{ name: 'brew', description: 'grün' }, { name: 7 }, 'x', { name: '' }],
      nextCursor: 'p2',
    };
    expect(toolDefinitionsOf(result)).toEqual({
      tools: [
        { name: 'brew', bytes: 37 },
        { name: '', bytes: 11 },
      ],
      more: true,
    });
  });

  it('tells an empty list from no list', () => {
    expect(toolDefinitionsOf({ tools: [] })).toEqual({ tools: [], more: false });
    for (const none of [{}, { tools: 'x' }, null, 7, undefined])
      expect(toolDefinitionsOf(none)).toBeUndefined();
  });
});
