/**
 * Attributes under their names in the API: made from the attribute keys by `apiNameOf`, by the places of the contract's
 * table, so that nothing is named twice.
 */
import { ATTRIBUTES, type Attributes, apiNameOf, type Place } from '../contract/index.ts';

export type Members = Record<string, unknown>;

/** Names in the API of what travels on a place, by attribute key. */
export function namesOn(place: Place): ReadonlyMap<string, string> {
  const rows = ATTRIBUTES.filter((row) => (row.on as readonly Place[]).includes(place));
  return new Map(rows.map(({ key }) => [key, apiNameOf(key)]));
}

const ON_SESSION = namesOn('session');

/** Adds what has a name; everything else is left out. */
export function addNamed(target: Members, attributes: Attributes, names: ReadonlyMap<string, string>): void {
  for (const [key, value] of Object.entries(attributes)) {
    const name = value === undefined ? undefined : names.get(key);
    if (name !== undefined) target[name] = value;
  }
}

/** A session's attributes under their names in the API. */
export function sessionMembers(attributes: Attributes): Members {
  const members: Members = {};
  addNamed(members, attributes, ON_SESSION);
  return members;
}
