import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCountries } from './country.ts';

describe('the country of an address', () => {
  it('comes from the bundled database, IPv4 and IPv6, and is absent for private addresses', async () => {
    const countryOf = await loadCountries(undefined, (code) => expect.fail(code));
    expect(countryOf('8.8.8.8')).toMatch(/^[A-Z]{2}$/);
    expect(countryOf('2001:4860:4860::8888')).toMatch(/^[A-Z]{2}$/);
    for (const address of ['127.0.0.1', '10.1.2.3', '192.168.0.1', '::1', 'fe80::1', '', 'nonsense']) {
      expect(countryOf(address)).toBe(undefined);
      expect(countryOf(address)).toBe(undefined);
    }
  });

  it('is unknown, and the fault told, when the configured database is missing or broken', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'country-'));
    const broken = join(folder, 'broken.mmdb');
    await writeFile(broken, 'no database');
    for (const path of [join(folder, 'missing.mmdb'), broken]) {
      const faults: string[] = [];
      const countryOf = await loadCountries(path, (code) => faults.push(code));
      expect(countryOf('8.8.8.8')).toBe(undefined);
      expect(faults).toEqual(['country_database']);
    }
    await rm(folder, { recursive: true });
  });
});
