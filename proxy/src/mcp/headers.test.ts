import { describe, expect, it } from 'vitest';
import { decodeHeaderValue, mismatchedHeaders, missingHeaders } from './headers.ts';
import type { JsonObject } from './jsonrpc.ts';

describe('decodeHeaderValue', () => {
  const sheet = [
    { cell: 'plain', input: 'brew', expected: 'brew', why: '' },
    {
      cell: 'white space around it',
      input: ' \tbrew \t',
      expected: 'brew',
      why: 'RFC 9110 §5.6.3: no part of it',
    },
    { cell: 'coded', input: '=?base64?Z3LDvG50ZWU=?=', expected: 'grüntee', why: 'base64 of UTF-8' },
    { cell: 'coded space', input: '=?base64?IGEg?=', expected: ' a ', why: 'what is coded is not trimmed' },
    {
      cell: 'coded byte order mark',
      input: '=?base64?77u/YQ==?=',
      expected: '\ufeffa',
      why: 'it is part of the name',
    },
    { cell: 'coded nothing', input: '=?base64??=', expected: '', why: '' },
    {
      cell: 'a literal that looks coded',
      input: '=?base64?PT9iYXNlNjQ/WD89?=',
      expected: '=?base64?X?=',
      why: 'senders code such names',
    },
    {
      cell: 'invalid UTF-8',
      input: '=?base64?/w==?=',
      expected: '=?base64?/w==?=',
      why: 'as it stands: nothing is guessed',
    },
    {
      cell: 'other case',
      input: '=?BASE64?YQ==?=',
      expected: '=?BASE64?YQ==?=',
      why: 'markers are case-sensitive',
    },
    { cell: 'not base64', input: '=?base64?a*b?=', expected: '=?base64?a*b?=', why: '' },
    {
      cell: 'something behind',
      input: '=?base64?YQ==?=x',
      expected: '=?base64?YQ==?=x',
      why: 'the whole value or nothing',
    },
    { cell: 'no-break space', input: '\u00a0a', expected: '\u00a0a', why: 'HTTP knows space and tab only' },
  ];
  it.each(sheet)('$cell', ({ input, expected }) => expect(decodeHeaderValue(input)).toBe(expected));
});

describe('mismatchedHeaders', () => {
  const V = '2026-07-28';
  const sheet: {
    cell: string;
    headers: Record<string, string>;
    method: string;
    params: JsonObject;
    expected: string[];
    why: string;
  }[] = [
    {
      cell: 'all agree',
      headers: { 'mcp-protocol-version': V, 'mcp-method': 'tools/call', 'mcp-name': 'brew' },
      method: 'tools/call',
      params: { name: 'brew' },
      expected: [],
      why: '',
    },
    {
      cell: 'none is sent',
      headers: {},
      method: 'tools/call',
      params: { name: 'brew' },
      expected: [],
      why: 'absence contradicts nothing',
    },
    {
      cell: 'all differ',
      headers: { 'mcp-protocol-version': '2025-11-25', 'mcp-method': 'tools/list', 'mcp-name': 'stir' },
      method: 'tools/call',
      params: { name: 'brew' },
      expected: ['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name'],
      why: 'spelled as the specification does',
    },
    ...(
      [
        ['tools/call', 'name'],
        ['prompts/get', 'name'],
        ['resources/read', 'uri'],
        ['tasks/get', 'taskId'],
        ['tasks/update', 'taskId'],
        ['tasks/cancel', 'taskId'],
      ] as const
    ).flatMap(([method, key]) => [
      {
        cell: `${method} names params.${key}`,
        headers: { 'mcp-name': 'right' },
        method,
        params: { [key]: 'right' },
        expected: [],
        why: '',
      },
      {
        cell: `${method} contradicts params.${key}`,
        headers: { 'mcp-name': 'wrong' },
        method,
        params: { [key]: 'right' },
        expected: ['Mcp-Name'],
        why: '',
      },
    ]),
    {
      cell: 'a method without a name',
      headers: { 'mcp-name': 'x' },
      method: 'tools/list',
      params: {},
      expected: [],
      why: 'nothing to compare with',
    },
    {
      cell: 'a vendor method called like an inherited member',
      headers: { 'mcp-name': 'x' },
      method: 'constructor',
      params: {},
      expected: [],
      why: '',
    },
    {
      cell: 'coded name',
      headers: { 'mcp-name': '=?base64?Z3LDvG50ZWU=?=' },
      method: 'tools/call',
      params: { name: 'grüntee' },
      expected: [],
      why: '',
    },
    {
      cell: 'coded method',
      headers: { 'mcp-method': '=?base64?dG9vbHMvbGlzdA==?=' },
      method: 'tools/list',
      params: {},
      expected: [],
      why: '',
    },
    {
      cell: 'a body whose name is no text',
      headers: { 'mcp-name': '7' },
      method: 'tools/call',
      params: { name: 7 },
      expected: ['Mcp-Name'],
      why: '',
    },
    {
      cell: 'a header sent twice',
      headers: { 'mcp-method': 'tools/list, tools/list' },
      method: 'tools/list',
      params: {},
      expected: ['Mcp-Method'],
      why: 'joined, it says something else',
    },
    {
      cell: 'method in another case',
      headers: { 'mcp-method': 'Tools/List' },
      method: 'tools/list',
      params: {},
      expected: ['Mcp-Method'],
      why: 'values are case-sensitive',
    },
  ];
  it.each(sheet)('$cell', ({ headers, method, params, expected }) => {
    expect(mismatchedHeaders(headers, { method, params, protocolVersion: V })).toEqual(expected);
  });
});

describe('missingHeaders', () => {
  const all = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'brew' };
  it.each([
    { cell: 'all there', headers: all, method: 'tools/call', params: { name: 'brew' }, missing: [] },
    {
      cell: 'none there',
      headers: {},
      method: 'resources/read',
      params: { uri: 'tea://1' },
      missing: ['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name'],
    },
    {
      cell: 'a method without a name',
      headers: {},
      method: 'tools/list',
      params: {},
      missing: ['MCP-Protocol-Version', 'Mcp-Method'],
    },
    {
      cell: 'a body without its name',
      headers: {},
      method: 'tools/call',
      params: {},
      missing: ['MCP-Protocol-Version', 'Mcp-Method'],
    },
  ])('$cell', ({ headers, method, params, missing }) => {
    expect(missingHeaders(headers, { method, params })).toEqual(missing);
  });
});
