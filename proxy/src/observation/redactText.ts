/**
 * Secrets in text that is no JSON, or not any more: prose, URIs, dumps, broken JSON. By key (`key=value`,
 * `"key": value`, a dumped HTTP header) and by the look of known tokens. Every search is linear in the text's length
 * whatever a peer sends; when it is not clear where a secret ends, more is hidden.
 */
import type { RedactionRules } from './settings.ts';

/** How many values were hidden so far. */
export interface Count {
  redacted: number;
}

export class TextRedactor {
  readonly #keys: ReadonlySet<string>;
  readonly #stated: RegExp;
  readonly #assigned: RegExp;
  readonly #pattern: RegExp | undefined;
  readonly #patternInJson: RegExp | undefined;
  readonly #patternNames: readonly string[];

  constructor(rules: Pick<RedactionRules, 'keys' | 'patterns'>) {
    this.#keys = new Set(rules.keys.map(plainKey).filter((key) => key !== ''));
    const keys = [...this.#keys].map(keySource).join('|') || '(?!)';
    // Begins with the quote: `progressToken` ends like a secret's key, and stands in most calls.
    this.#stated = new RegExp(`["'](${keys})\\\\*["']\\s*:\\s*`, 'gi');
    // A colon alone is prose (`invalid token: expected …`); before a quote it states a value.
    this.#assigned = new RegExp(`\\b(${keys})(?:=|\\s*[:=]\\s*(?=\\\\*["']))`, 'gi');
    this.#patternNames = rules.patterns.map(({ name }) => name);
    const sources = rules.patterns.map(({ source }) => source);
    this.#pattern = alternatives(sources);
    this.#patternInJson = alternatives(sources.map(anchoredByQuotes));
  }

  /** Whether a key's values are secrets by name: compared without case, `-` and `_`. */
  isSecretKey(key: string): boolean {
    return this.#keys.has(plainKey(key));
  }

  /**
   * Whether a JSON text may hold something to hide. Exact only without escapes: those hide letters, and where a word
   * begins (`\n` before a token), so a text with any is always worth parsing.
   */
  isSuspect(json: string): boolean {
    return (
      json.includes('\\') ||
      finds(this.#stated, json) ||
      finds(this.#assigned, json) ||
      finds(HEADER, json) ||
      (this.#patternInJson !== undefined && finds(this.#patternInJson, json))
    );
  }

  /** The text with what it must not show replaced; the very same text when that is nothing. */
  hide(text: string, count: Count): string {
    const stated = /["']/.test(text) ? this.#hideStated(text, count) : text;
    const assigned = this.#hideAssigned(stated, count);
    const header = assigned.replace(HEADER, (line, key: string) =>
      this.isSecretKey(key) ? `${key}: ${hidden(count, 'key', key)}` : line,
    );
    return this.hidePatterns(header, count);
  }

  /** Text that should be JSON and is not. */
  hideBroken(text: string, count: Count): string {
    const before = count.redacted;
    // A key may hide behind escapes of plain letters; nothing here has to stay valid.
    const spelled = text.replace(/\\u00([2-7][0-9a-f])/gi, (spelling, hex: string) => {
      const letter = String.fromCharCode(Number.parseInt(hex, 16));
      return /[\w-]/.test(letter) ? letter : spelling;
    });
    const shown = this.hide(spelled, count);
    return count.redacted === before ? text : shown;
  }

  #hideStated(text: string, count: Count): string {
    return replaceValues(text, this.#stated, (start, key) => {
      const end = endOfJsonValue(text, start);
      const value = text.slice(start, end);
      const nothing = value === '' || value === 'null' || /^\\*(?:""|'')$/.test(value);
      return nothing ? undefined : { end, instead: `"${hidden(count, 'key', key)}"` };
    });
  }

  #hideAssigned(text: string, count: Count): string {
    return replaceValues(text, this.#assigned, (start, key) => {
      const end = endOfQuoted(text, start) ?? endOfWord(text, start);
      return end === start ? undefined : { end, instead: hidden(count, 'key', key) };
    });
  }

  /** By the look of known tokens only. */
  hidePatterns(text: string, count: Count): string {
    if (!this.#pattern || !finds(this.#pattern, text)) return text;
    return text.replace(this.#pattern, (...match: unknown[]) => {
      const groups = match.at(-1) as Readonly<Record<string, string | undefined>>;
      const rule = this.#patternNames.findIndex((_name, index) => groups[groupOf(index)] !== undefined);
      return hidden(count, 'pattern', this.#patternNames[rule] ?? '');
    });
  }
}

/** What stands in place of a hidden value; it names the rule, so that a view can say who hid it. */
export function hidden(count: Count, rule: 'key' | 'pattern' | 'path' | 'depth', name: string): string {
  count.redacted += 1;
  return `[redacted: ${rule} ${name}]`;
}

/** Credentials in a dumped HTTP head: there the value has no quotes and runs to the end of its line. */
const HEADER = /\b(authorization|(?:set-)?cookie):[ \t]*(?!["'[\s])[^\r\n]+/gi;

function finds(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

function plainKey(key: string): string {
  return key.replace(/[-_]/g, '').toLowerCase();
}

/** A plain key as it may be spelled: any case, `-` and `_` anywhere. */
function keySource(plain: string): string {
  return [...plain].map((letter) => letter.replace(/[.*+?^${}()|[\]\\/]/, '\\$&')).join('[-_]*');
}

/** Calls `decide` behind every match; what it gives takes the place of the text from there to `end`. */
function replaceValues(
  text: string,
  pattern: RegExp,
  decide: (start: number, key: string) => { end: number; instead: string } | undefined,
): string {
  let shown = '';
  let from = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const decision = decide(pattern.lastIndex, match[1] ?? '');
    if (!decision) continue;
    shown += text.slice(from, pattern.lastIndex) + decision.instead;
    from = decision.end;
    pattern.lastIndex = from;
  }
  return from === 0 ? text : shown + text.slice(from);
}

/** Index behind the JSON value that begins at `start`; a list or object is not measured but taken to reach the end. */
function endOfJsonValue(text: string, start: number): number {
  const quoted = endOfQuoted(text, start);
  if (quoted !== undefined) return quoted;
  if (text[start] === '[' || text[start] === '{') return text.length;
  return skipWhile(text, start, (letter) => !/[,}\]\s]/.test(letter));
}

function endOfWord(text: string, start: number): number {
  return skipWhile(text, start, (letter) => !/[&\s"'<>,;]/.test(letter));
}

function skipWhile(text: string, start: number, goesOn: (letter: string) => boolean): number {
  let at = start;
  while (at < text.length && goesOn(text[at] ?? '')) at++;
  return at;
}

/**
 * Index behind the quoted text that begins at `start`, the text's length when it never ends; undefined when none
 * begins there. Inside embedded JSON a quote carries n = 1, 3, 7, … backslashes, and only one with n more than a
 * multiple of 2(n + 1) ends what it began.
 */
function endOfQuoted(text: string, start: number): number | undefined {
  let at = skipWhile(text, start, (letter) => letter === '\\');
  const quote = text[at];
  if (quote !== '"' && quote !== "'") return undefined;
  const depth = at - start;
  let backslashes = 0;
  for (at++; at < text.length; at++) {
    if (text[at] === '\\') {
      backslashes++;
      continue;
    }
    if (text[at] === quote && backslashes % (2 * (depth + 1)) === depth) return at + 1;
    backslashes = 0;
  }
  return text.length;
}

/** A user's pattern may have groups, so ours are told by name. */
function groupOf(index: number): string {
  return `_rule${index}`;
}

/** An escape, a character class, or an anchor: the parts of a pattern's source that must be told apart here. */
const PARTS = /\\(?:([1-9]\d*)|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|[\^$]/g;

/** One expression for all patterns; of two that match at the same place, the first names itself. */
function alternatives(sources: readonly string[]): RegExp | undefined {
  if (sources.length === 0) return undefined;
  let groups = 0;
  const parts = sources.map((source, index) => {
    const before = groups + 1;
    groups += new RegExp(`${source}|`).exec('')?.length ?? 1;
    const shifted = source.replace(PARTS, (part, back?: string) =>
      back === undefined ? part : `\\${Number(back) + before}`,
    );
    return `(?<${groupOf(index)}>${shifted})`;
  });
  return new RegExp(parts.join('|'), 'gi');
}

/** A pattern for a string's beginning or end, as it looks while the string still has its quotes. */
function anchoredByQuotes(source: string): string {
  return source.replace(PARTS, (part) => {
    if (part === '^') return '(?<![^"])';
    return part === '$' ? '(?![^"])' : part;
  });
}
