/**
 * Redaction and caps: what a text may show once it leaves the process or reaches disk. By key, by pattern of known
 * token formats, by JSON path; embedded JSON (a tool's text block that is itself JSON) is looked into. Text that
 * holds nothing to hide stays exactly as it stood on the wire. When in doubt (broken JSON), more is hidden.
 */
import type { PayloadPart } from '../contract/index.ts';
import { isArray, isObject, type Json } from '../mcp/jsonrpc.ts';
import type { Payload } from './event.ts';
import { matchesPath, type PathStep, parsePath } from './redactPath.ts';
import type { PayloadMode, RedactionRules } from './settings.ts';

/** Strings inside strings inside strings: how deep embedded JSON is looked into. */
const EMBEDDED_DEPTH_MAX = 3;
/** Nesting to which values are walked; what lies deeper is hidden whole. */
const WALK_DEPTH_MAX = 1_000;

interface Count {
  redacted: number;
}

export class Redactor {
  readonly #mode: PayloadMode;
  readonly #bytesMax: number;
  readonly #key: RegExp;
  readonly #keyInText: RegExp;
  readonly #keyInBrokenJson: RegExp;
  readonly #keyAssigned: RegExp;
  readonly #pattern: RegExp | undefined;
  readonly #patternNames: readonly string[];
  readonly #paths: readonly { readonly text: string; readonly steps: readonly PathStep[] }[];

  constructor(rules: RedactionRules, mode: PayloadMode, bytesMax: number) {
    this.#mode = mode;
    this.#bytesMax = bytesMax;
    const keys = rules.keys.map(keySource).join('|') || '(?!)';
    this.#key = new RegExp(`^(?:${keys})$`, 'i');
    // Begins with the quote: `progressToken` ends like a secret's key, and stands in most calls.
    this.#keyInText = new RegExp(`"(?:${keys})\\\\*"\\s*:`, 'i');
    this.#keyInBrokenJson = new RegExp(
      `(\\\\*"(${keys})\\\\*"\\s*:\\s*)(?:\\\\*"(?:[^"\\\\]|\\\\.)*"?|[[{][\\s\\S]*|[^,}\\]\\s]+)`,
      'gi',
    );
    this.#keyAssigned = new RegExp(`\\b(${keys})=[^&\\s"'<>,;]+`, 'gi');
    this.#patternNames = rules.patterns.map((pattern) => pattern.name);
    this.#pattern =
      rules.patterns.length > 0
        ? new RegExp(rules.patterns.map((pattern) => `(${nonCapturing(pattern.source)})`).join('|'), 'gi')
        : undefined;
    this.#paths = rules.paths.flatMap((text) => {
      const steps = parsePath(text);
      return steps ? [{ text, steps }] : [];
    });
  }

  /** One part of an operation, redacted and then capped. `size` is its true size in bytes. */
  payload(part: PayloadPart, text: string, size: number): Payload {
    if (this.#mode === 'off') return { part, text: '', size, truncated: false, redacted: 0 };
    const count = { redacted: 0 };
    const shown = this.#mode === 'full' ? text : this.#redactBody(text, count);
    const cut = cutBytes(shown, this.#bytesMax);
    return { part, text: cut, size, truncated: cut.length < shown.length, redacted: count.redacted };
  }

  /** One line of prose (error message, server log, URI, path), redacted, without control characters, capped. */
  line(text: string, bytesMax: number): string {
    // Ten times the cap is enough to redact a token that begins inside it; the rest is never shown.
    const head = text.length > bytesMax * 10 ? text.slice(0, bytesMax * 10) : text;
    const plain = this.#redactString(head, { redacted: 0 }, 0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    return cutBytes(plain.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim(), bytesMax);
  }

  #redactBody(text: string, count: Count): string {
    if (!this.#isSuspect(text)) return text;
    let value: Json;
    try {
      value = JSON.parse(text);
    } catch {
      return this.#redactBroken(text, count);
    }
    const redacted = this.#redactValue(value, [], count, 0);
    return count.redacted === 0 ? text : JSON.stringify(redacted);
  }

  #isSuspect(text: string): boolean {
    if (this.#paths.length > 0 || this.#keyInText.test(text) || this.#assigns(text)) return true;
    // A key may be spelled with escapes of plain letters; then only parsing tells.
    return text.includes('\\u00') || this.#matchesPattern(text);
  }

  #matchesPattern(text: string): boolean {
    if (!this.#pattern) return false;
    this.#pattern.lastIndex = 0;
    return this.#pattern.test(text);
  }

  #assigns(text: string): boolean {
    if (!text.includes('=')) return false;
    this.#keyAssigned.lastIndex = 0;
    return this.#keyAssigned.test(text);
  }

  #redactValue(value: Json, path: readonly (string | number)[], count: Count, embedded: number): Json {
    if (path.length > WALK_DEPTH_MAX) return hide(count, 'depth', String(WALK_DEPTH_MAX));
    if (embedded === 0 && this.#paths.length > 0) {
      const rule = this.#paths.find(({ steps }) => matchesPath(steps, path));
      if (rule) return hide(count, 'path', rule.text);
    }
    if (typeof value === 'string') return this.#redactString(value, count, embedded);
    if (isArray(value)) {
      return value.map((element, index) => this.#redactValue(element, [...path, index], count, embedded));
    }
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(([key, member]): [string, Json] => {
      if (member !== null && member !== '' && this.#key.test(key)) return [key, hide(count, 'key', key)];
      return [key, this.#redactValue(member ?? null, [...path, key], count, embedded)];
    });
    // fromEntries defines, it does not assign: a key `__proto__` stays a key.
    return Object.fromEntries(entries);
  }

  #redactString(text: string, count: Count, embedded: number): string {
    const first = text.trimStart()[0];
    if ((first === '{' || first === '[') && embedded < EMBEDDED_DEPTH_MAX) {
      const inner = this.#redactEmbedded(text, count, embedded);
      if (inner !== undefined) return inner;
    }
    return this.#redactProse(text, count);
  }

  /** JSON inside a string; undefined when it is none. */
  #redactEmbedded(text: string, count: Count, embedded: number): string | undefined {
    let value: Json;
    try {
      value = JSON.parse(text);
    } catch {
      return this.#redactBroken(text, count);
    }
    const before = count.redacted;
    const redacted = this.#redactValue(value, [], count, embedded + 1);
    return count.redacted === before ? text : JSON.stringify(redacted);
  }

  /** Text that should be JSON and is not: by key and pattern on the text itself, hiding rather too much. */
  #redactBroken(text: string, count: Count): string {
    // A key may hide behind escapes of plain letters; nothing here has to stay valid.
    const spelled = text.replace(/\\u00([2-7][0-9a-f])/gi, (spelling, hex: string) => {
      const letter = String.fromCharCode(Number.parseInt(hex, 16));
      return /[\w-]/.test(letter) ? letter : spelling;
    });
    const byKey = spelled.replace(this.#keyInBrokenJson, (_match, before: string, key: string) => {
      return `${before}"${hide(count, 'key', key)}"`;
    });
    return this.#redactProse(byKey, count);
  }

  #redactProse(text: string, count: Count): string {
    const assigned = this.#assigns(text)
      ? text.replace(this.#keyAssigned, (_match, key: string) => `${key}=${hide(count, 'key', key)}`)
      : text;
    if (!this.#pattern || !this.#matchesPattern(assigned)) return assigned;
    return assigned.replace(this.#pattern, (...match: unknown[]) => {
      const group = this.#patternNames.findIndex((_name, index) => match[index + 1] !== undefined);
      return hide(count, 'pattern', this.#patternNames[group] ?? '');
    });
  }
}

/** What stands in place of a hidden value; it names the rule, so that a view can say who hid it. */
function hide(count: Count, rule: 'key' | 'pattern' | 'path' | 'depth', name: string): string {
  count.redacted += 1;
  return `[redacted: ${rule} ${name}]`;
}

/** `access_token` also stands for `accessToken`, `access-token` and `Access Token`-less spellings. */
function keySource(key: string): string {
  return key
    .split(/[-_]/)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[-_]?');
}

/** Groups of a user's own pattern must not shift ours. */
function nonCapturing(source: string): string {
  return source.replace(/(^|[^\\])\((?!\?)/g, '$1(?:');
}

/** The longest beginning of a text that fits `bytesMax` bytes of UTF-8, cut between characters. */
export function cutBytes(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax || Buffer.byteLength(text) <= bytesMax) return text;
  const bytes = Buffer.from(text.slice(0, bytesMax));
  let end = Math.min(bytesMax, bytes.length);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString();
}
