import { describe, expect, it } from 'vitest';
import { findChromium } from './chromium.ts';

const machine = (there: readonly string[], env: Readonly<Record<string, string>> = {}) => ({
  env,
  mayRun: (file: string) => there.includes(file),
});

describe('findChromium', () => {
  it('takes the one that is named, before any other', () => {
    const found = findChromium(machine(['/usr/bin/chromium', '/opt/mine'], { CHROMIUM_PATH: '/opt/mine' }));
    expect(found).toEqual({ path: '/opt/mine' });
  });

  it('replaces a wrong name by no other browser', () => {
    const found = findChromium(machine(['/usr/bin/chromium'], { CHROMIUM_PATH: '/opt/gone' }));
    expect(found).toEqual({ missing: expect.stringContaining("'/opt/gone'") });
  });

  it('looks on PATH before the usual places', () => {
    const found = findChromium(machine(['/usr/bin/chromium', '/tools/chromium'], { PATH: '/tools:/bin' }));
    expect(found).toEqual({ path: '/tools/chromium' });
  });

  it('says so when there is none', () => {
    expect(findChromium(machine([]))).toEqual({ missing: 'no Chromium on this machine' });
  });
});
