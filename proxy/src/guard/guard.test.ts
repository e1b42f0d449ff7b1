/** Who may call, by `Host` and `Origin`: each row twice, because verdicts are remembered. */
import { describe, expect, it } from 'vitest';
import { authorityToOpen, createGuard } from './guard.ts';

describe('the guard', () => {
  const guard = createGuard({
    allowedHosts: ['proxy.example', '*.corp.example', 'ported.example:8443', '[2001:db8::5]'],
    allowedOrigins: ['https://app.example', 'null'],
  });
  it.each([
    ['localhost:7600', undefined],
    ['LOCALHOST', undefined],
    ['tea.localhost:1', undefined],
    ['127.0.0.1:9', undefined],
    ['127.8.8.8', undefined],
    ['[::1]:7600', undefined],
    ['[0:0:0:0:0:0:0:1]', undefined],
    ['[::ffff:127.0.0.1]', undefined],
    ['localhost.', undefined],
    ['proxy.example:1', undefined],
    ['a.corp.example', undefined],
    ['a.b.CORP.example:8443', undefined],
    ['localhost:7600', 'https://a.corp.example'],
    ['ported.example:8443', undefined],
    ['[2001:db8::5]:7600', undefined],
    ['localhost:7600', 'http://localhost:3000'],
    ['localhost:7600', 'http://127.0.0.1:6274'],
    ['localhost:7600', 'http://[::1]:1'],
    ['localhost:7600', 'https://app.example'],
    ['localhost:7600', 'https://proxy.example'],
    ['localhost:7600', 'null'],
  ])('lets pass Host %s with Origin %s', (host, origin) => {
    expect(guard(host, origin)).toBe(undefined);
    expect(guard(host, origin)).toBe(undefined);
  });

  it.each([
    ['evil.example', undefined],
    ['localhost.evil.example', undefined],
    ['evillocalhost', undefined],
    ['127.0.0.1.evil.example', undefined],
    ['ported.example:1', undefined],
    ['corp.example', undefined],
    ['evilcorp.example', undefined],
    ['a.corp.example.evil', undefined],
    ['[::2]', undefined],
    ['', undefined],
    ['localhost@evil.example', undefined],
    [undefined, undefined],
    ['localhost', 'http://evil.example'],
    ['localhost', 'http://localhost.evil.example'],
    ['localhost', 'http://localhost@evil.example'],
    ['localhost', 'https://app.example.evil'],
    ['localhost', ''],
    ['localhost', 'file://'],
  ])('refuses Host %s with Origin %s', (host, origin) => {
    expect(guard(host, origin)).toMatch(/Host|Origin/);
    expect(guard(host, origin)).toMatch(/Host|Origin/);
  });

  it('lets everyone pass with `*`', () => {
    const open = createGuard({ allowedHosts: ['*'], allowedOrigins: [] });
    expect(open('anything', 'https://anything.example')).toBe(undefined);
  });

  it('lets only the listed origins pass where `*` stands for hosts alone', () => {
    const listed = createGuard({ allowedHosts: ['*'], allowedOrigins: ['https://app.example.com'] });
    expect(listed('anything', undefined)).toBe(undefined);
    expect(listed('anything', 'https://app.example.com')).toBe(undefined);
    expect(listed('anything', 'http://localhost:3000')).toBe(undefined);
    expect(listed('anything', 'https://evil.example')).toMatch(/Origin/);
    const open = createGuard({ allowedHosts: ['*'], allowedOrigins: ['https://app.example.com', '*'] });
    expect(open('anything', 'https://evil.example')).toBe(undefined);
  });
});

it.each([
  ['0.0.0.0', ['mcp.example.com'], 'localhost:80'],
  ['::1', [], '[::1]:80'],
  ['10.0.0.5', ['*'], '10.0.0.5:80'],
  ['10.0.0.5', ['mcp.example.com', '10.0.0.5:80'], '10.0.0.5:80'],
  ['10.0.0.5', ['other.example.com:443', 'mcp.example.com'], 'mcp.example.com:80'],
  ['10.0.0.5', ['*.example.com', 'mcp.example.com:443'], 'mcp.example.com:80'],
  ['10.0.0.5', ['*.example.org', 'mcp.example.com:443'], '10.0.0.5:80'],
])('what listens on %s and allows %j is opened as %s', (host, allowed, authority) => {
  expect(authorityToOpen(host, 80, allowed)).toBe(authority);
});
