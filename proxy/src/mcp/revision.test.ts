import { describe, expect, it } from 'vitest';
import { FIRST_MODERN_REVISION, isModernRevision } from './revision.ts';

describe('isModernRevision', () => {
  const sheet = [
    { version: '2024-10-07', modern: false, why: 'pre-release' },
    { version: '2024-11-05', modern: false, why: '' },
    { version: '2025-03-26', modern: false, why: '' },
    { version: '2025-06-18', modern: false, why: '' },
    { version: '2025-11-25', modern: false, why: 'the last with a handshake' },
    { version: '2026-07-27', modern: false, why: '' },
    { version: '2026-07-28', modern: true, why: 'the first without' },
    { version: '2027-01-01', modern: true, why: 'later revisions' },
    { version: 'DRAFT-2026-v1', modern: false, why: 'no date: nothing is assumed' },
    { version: '2026-07-28x', modern: false, why: '' },
    { version: ' 2026-07-28', modern: false, why: '' },
    { version: '9', modern: false, why: 'compares high as text, but is no revision' },
    { version: '', modern: false, why: '' },
    { version: undefined, modern: false, why: '' },
  ];
  it.each(sheet)('$version: $modern', ({ version, modern }) =>
    expect(isModernRevision(version)).toBe(modern),
  );

  it('pins the revision that decides', () => expect(FIRST_MODERN_REVISION).toBe('2026-07-28'));
});
