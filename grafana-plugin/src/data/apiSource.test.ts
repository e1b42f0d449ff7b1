/** Questions become addresses, and whatever comes back becomes an answer or a sentence. */
import { describe, expect, it } from 'vitest';
import { apiSource, exportPath, type Get, problemSentence, spellQuery } from './apiSource.ts';

const signal = new AbortController().signal;

function answering(body: unknown, status = 200): { readonly get: Get; readonly asked: string[] } {
  const asked: string[] = [];
  const get: Get = async (path) => {
    asked.push(path);
    return { ok: status < 400, status, json: async () => body };
  };
  return { get, asked };
}

describe('questions', () => {
  it('repeat a name for alternatives, and leave out what is not asked', () => {
    expect(spellQuery({ tool: ['a b', 'c&d'], q: undefined, limit: 5 })).toBe('?tool=a+b&tool=c%26d&limit=5');
    expect(spellQuery({})).toBe('');
  });

  it('escape ids, so that no id leads elsewhere', async () => {
    const { get, asked } = answering({ sessionId: 'x', items: [], payloads: [] });
    const source = apiSource(get);
    await source.session('../about?x=1', signal);
    await source.sessionEvents('a/b', { limit: 10 }, signal);
    expect(asked).toEqual([
      './api/v1/sessions/..%2Fabout%3Fx%3D1',
      './api/v1/sessions/a%2Fb/events?limit=10',
    ]);
  });

  it('say the direction with the sort', async () => {
    const { get, asked } = answering({ items: [] });
    await apiSource(get).sessions({ sort: 'errors', descending: true }, signal);
    await apiSource(get).sessions({ sort: 'started' }, signal);
    expect(asked).toEqual(['./api/v1/sessions?sort=-errors', './api/v1/sessions?sort=started']);
  });

  it('become downloads', () => {
    expect(exportPath({ from: 1, tool: ['x'] }, 'har')).toBe('./api/v1/export?format=har&from=1&tool=x');
  });
});

describe('answers', () => {
  const ask = (body: unknown, status?: number) => apiSource(answering(body, status).get).events({}, signal);

  it('a problem document is its detail as a sentence', async () => {
    const problem = { type: 'about:blank', title: 'Busy', status: 503, detail: 'the archive is locked' };
    await expect(ask(problem, 503)).rejects.toThrow('The archive is locked.');
    expect(problemSentence(400, { ...problem, detail: 'Say it again!' })).toBe('Say it again!');
    expect(problemSentence(502, '<html>')).toBe('The proxy refused with HTTP status 502.');
  });

  it.each([null, 'text', {}, { items: 7 }])('%j is not taken for an answer', async (body) =>
    expect(ask(body)).rejects.toThrow('not the read API'),
  );

  it('a proxy that is gone is said to be gone', async () => {
    const source = apiSource(() => Promise.reject(new TypeError('fetch failed')));
    await expect(source.totals({ from: 0, to: 1 }, signal)).rejects.toThrow('The proxy does not answer');
  });

  it('a question that was given up rejects as it was given up', async () => {
    const ending = new AbortController();
    ending.abort();
    const source = apiSource(() => Promise.reject(ending.signal.reason));
    await expect(source.totals({ from: 0, to: 1 }, ending.signal)).rejects.toBe(ending.signal.reason);
  });
});
