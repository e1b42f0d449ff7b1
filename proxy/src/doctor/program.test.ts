import { describe, expect, it } from 'vitest';
import { checkProgram } from './program.ts';

describe('the version of Node', () => {
  it.each([
    { node: '22.15.0', mark: 'ok' },
    { node: '24.1.0', mark: 'ok' },
    { node: '22.14.9', mark: 'problem' },
    { node: '20.20.0', mark: 'problem' },
    // Numbers, not texts: 9 is before 15.
    { node: '22.9.0', mark: 'problem' },
    { node: '100.0.0', mark: 'ok' },
  ])('$node is $mark where 22.15 is needed', ({ node, mark }) => {
    const [found] = checkProgram({ version: '0.1.0', node, wanted: '>=22.15', sqlite: '3.53.0' });
    expect(found).toMatchObject({ check: 'Node', mark });
    expect(found?.advice?.includes('22.15') ?? false).toBe(mark === 'problem');
  });
});
