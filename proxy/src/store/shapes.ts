/**
 * Objects without their keys: `{"a":1,"b":[2]}` becomes `[7,1,[0,2]]`, where shape 7 is the keys a and b in this
 * order, written down once. An event's JSON is then a third as long. Lossless for every JSON-able value, key order
 * included, because a record delivered again must be the same to the byte.
 */

/** What stands first in the place of an object: 0 in an array, -1 before keys that are written out. */
const ARRAY = 0;
const PLAIN = -1;
/** Which attributes are present is partly up to peers; past this many combinations, keys are written out. */
const SHAPES_MAX = 4096;

interface Node {
  readonly next: Map<string, Node>;
  id?: number;
}

export class ShapeWriter {
  readonly #root: Node = { next: new Map() };
  readonly #onNew: (id: number, keys: string) => void;
  #count = 0;

  /** @param known Shapes of the file by id. @param onNew Told of each new one, its keys as a JSON array. */
  constructor(known: ReadonlyMap<number, readonly string[]>, onNew: (id: number, keys: string) => void) {
    this.#onNew = onNew;
    for (const [id, keys] of known) {
      let node = this.#root;
      for (const key of keys) node = step(node, key);
      node.id = id;
      this.#count = Math.max(this.#count, id);
    }
  }

  write(value: unknown): string {
    return JSON.stringify(this.#encode(value));
  }

  #encode(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return [ARRAY, ...value.map((item) => this.#encode(item))];
    const members = value as Readonly<Record<string, unknown>>;
    const coded: unknown[] = [PLAIN];
    let node = this.#root;
    for (const key in members) {
      const member = members[key];
      if (member === undefined) continue;
      node = step(node, key);
      coded.push(typeof member === 'object' ? this.#encode(member) : member);
    }
    if (node.id === undefined) {
      if (this.#count >= SHAPES_MAX) return [PLAIN, present(members), ...coded.slice(1)];
      node.id = this.#name(members);
    }
    coded[0] = node.id;
    return coded;
  }

  #name(members: Readonly<Record<string, unknown>>): number {
    this.#count += 1;
    this.#onNew(this.#count, JSON.stringify(present(members)));
    return this.#count;
  }
}

export class ShapeReader {
  readonly #load: () => ReadonlyMap<number, readonly string[]>;
  #known: ReadonlyMap<number, readonly string[]> = new Map();

  /** @param load Reads every shape of the file; called again when one is met that was not there. */
  constructor(load: () => ReadonlyMap<number, readonly string[]>) {
    this.#load = load;
  }

  /** @throws when it is no text of a `ShapeWriter` of the same file. */
  read(text: string): unknown {
    return this.#decode(JSON.parse(text));
  }

  #decode(value: unknown): unknown {
    if (!Array.isArray(value)) return value;
    const id: unknown = value[0];
    if (id === ARRAY) return value.slice(1).map((item) => this.#decode(item));
    const plain = id === PLAIN;
    const keys = plain ? (value[1] as readonly string[]) : this.#keysOf(id as number);
    const from = plain ? 2 : 1;
    const members: Record<string, unknown> = {};
    for (let i = 0; i < keys.length; i++) {
      const item: unknown = value[from + i];
      members[keys[i] ?? ''] = typeof item === 'object' ? this.#decode(item) : item;
    }
    return members;
  }

  #keysOf(id: number): readonly string[] {
    const known = this.#known.get(id);
    if (known) return known;
    this.#known = this.#load();
    const keys = this.#known.get(id);
    if (!keys) throw new Error(`the archive has no shape ${id}`);
    return keys;
  }
}

function step(node: Node, key: string): Node {
  let next = node.next.get(key);
  if (!next) {
    next = { next: new Map() };
    node.next.set(key, next);
  }
  return next;
}

function present(members: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(members).filter((key) => members[key] !== undefined);
}
