/** A country as a flag and a name. The flag is two letters that a font draws as one picture. */

/** The emoji flag of an ISO 3166-1 alpha-2 code; undefined for anything else. */
export function flagOf(code: string): string | undefined {
  if (!/^[a-z]{2}$/i.test(code)) return undefined;
  return String.fromCodePoint(
    ...[...code.toUpperCase()].map((letter) => 0x1f1e6 + letter.charCodeAt(0) - 65),
  );
}

const NAMES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });

export function countryName(code: string): string {
  return /^[a-z]{2}$/i.test(code) ? (NAMES.of(code.toUpperCase()) ?? code) : code;
}
