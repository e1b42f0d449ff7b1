/** JSON as a tree that opens piece by piece, with search, and copies of a value or its path. */
import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useState } from 'react';
import { formatBytes, formatCount } from '../model/format.ts';
import {
  type Json,
  keyOfPath,
  openAtFirst,
  redactionOf,
  searchJson,
  spellPath,
  summaryOf,
} from '../model/json.ts';
import { type JsonLine, linesOf, type Opened, openTo, showMore } from '../model/jsonLines.ts';
import { Button } from './Button.tsx';
import { CopyButton } from './CopyButton.tsx';
import { Icon } from './Icon.tsx';
import { Text } from './Text.tsx';

const LINES = 1_000;
const MATCHES = 1_000;
const TEXT_SHOWN = 400;

export interface JsonTreeProps {
  readonly value: Json;
  readonly query: string;
  readonly label: string;
}

export function JsonTree({ value, query, label }: JsonTreeProps) {
  const [opened, setOpened] = useState<Opened>(() => ({ open: openAtFirst(value, 40), slices: new Map() }));
  const [limit, setLimit] = useState(LINES);
  const [active, setActive] = useState(0);
  const [hit, setHit] = useState(0);
  const tree = useRef<HTMLDivElement>(null);
  const found = useMemo(() => searchJson(value, query, MATCHES), [value, query]);
  const hits = useMemo(() => new Set(found.paths.map(keyOfPath)), [found]);
  const { lines, more } = useMemo(() => linesOf(value, opened, limit), [value, opened, limit]);

  const goTo = (index: number) => {
    const path = found.paths[index];
    if (path === undefined) return;
    setHit(index);
    setOpened((before) => openTo(value, path, before));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new search starts at its first match
  useEffect(() => goTo(0), [found]);
  const hitId = found.paths[hit] === undefined ? undefined : keyOfPath(found.paths[hit] ?? []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line may only exist after the lines were drawn anew
  useEffect(() => {
    if (hitId !== undefined) {
      tree.current?.querySelector(`[data-line="${CSS.escape(hitId)}"]`)?.scrollIntoView({ block: 'nearest' });
    }
  }, [hitId, lines]);

  const toggle = (line: JsonLine) => {
    if (line.kind === 'rest') {
      setOpened((before) => showMore(before, line));
      return;
    }
    setOpened((before) => {
      const open = new Set(before.open);
      if (!open.delete(line.id)) open.add(line.id);
      return { ...before, open };
    });
  };
  const current = Math.min(active, lines.length - 1);
  const focusLine = (index: number) => {
    const next = Math.max(0, Math.min(lines.length - 1, index));
    setActive(next);
    const line = lines[next];
    if (line) tree.current?.querySelector<HTMLElement>(`[data-line="${CSS.escape(line.id)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const line = lines[current];
    if (
      line === undefined ||
      !(event.target instanceof HTMLElement) ||
      event.target.dataset['line'] === undefined
    )
      return;
    if (event.key === 'ArrowDown') focusLine(current + 1);
    else if (event.key === 'ArrowUp') focusLine(current - 1);
    else if (event.key === 'Home') focusLine(0);
    else if (event.key === 'End') focusLine(lines.length - 1);
    else if (event.key === 'ArrowRight' && line.kind === 'branch' && !line.open) toggle(line);
    else if (event.key === 'ArrowRight') focusLine(current + 1);
    else if (event.key === 'ArrowLeft' && line.kind === 'branch' && line.open) toggle(line);
    else if (event.key === 'ArrowLeft') focusLine(parentOf(lines, current));
    else if (event.key === 'Enter' || event.key === ' ') toggle(line);
    else return;
    event.preventDefault();
  };

  return (
    <>
      {query !== '' && (
        <div className="sl-json__hits" role="status">
          {found.paths.length === 0
            ? 'No match'
            : `${formatCount(hit + 1)} of ${formatCount(found.paths.length)}${found.more ? ' or more' : ''}`}
          <Button
            icon="arrowUp"
            name="Match before"
            small
            disabled={hit === 0}
            onClick={() => goTo(hit - 1)}
          />
          <Button
            icon="arrowDown"
            name="Next match"
            small
            disabled={hit >= found.paths.length - 1}
            onClick={() => goTo(hit + 1)}
          />
        </div>
      )}
      <div ref={tree} role="tree" aria-label={label} className="sl-json" onKeyDown={onKeyDown}>
        {lines.map((line, index) => (
          <Line
            key={line.id}
            line={line}
            index={index}
            active={index === current}
            hit={hits.has(line.id) ? (line.id === hitId ? 'current' : 'other') : undefined}
            query={query}
            onActive={setActive}
            onToggle={toggle}
          />
        ))}
      </div>
      {more && (
        <Button look="framed" small onClick={() => setLimit(limit + LINES)}>
          Show {formatCount(LINES)} more lines
        </Button>
      )}
    </>
  );
}

interface LineProps {
  readonly line: JsonLine;
  readonly index: number;
  readonly active: boolean;
  readonly hit: 'current' | 'other' | undefined;
  readonly query: string;
  onActive(index: number): void;
  onToggle(line: JsonLine): void;
}

const Line = memo(
  function Line({ line, index, active, hit, query, onActive, onToggle }: LineProps) {
    const foldable = line.kind !== 'leaf' || isLong(line.value);
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the tree holds the keys
      <div
        role="treeitem"
        aria-level={line.depth + 1}
        aria-expanded={line.kind === 'branch' ? line.open : undefined}
        aria-selected={active}
        tabIndex={active ? 0 : -1}
        data-line={line.id}
        data-hit={hit}
        className="sl-json__line"
        style={{ paddingInlineStart: 4 + Math.min(line.depth, 30) * 14 }}
        onFocus={() => onActive(index)}
        onClick={(event) => {
          if (event.target instanceof Element && event.target.closest('button') !== null) return;
          onActive(index);
          if (foldable && event.currentTarget.ownerDocument.getSelection()?.isCollapsed !== false)
            onToggle(line);
        }}
      >
        <span className="sl-json__fold">
          {line.kind === 'branch' && <Icon name={line.open ? 'chevronDown' : 'chevronRight'} />}
        </span>
        {line.kind === 'rest' ? (
          <span className="sl-link">
            {formatCount(line.left)} {line.side === 'after' ? 'more…' : 'before…'}
          </span>
        ) : (
          <>
            {line.path.length > 0 && (
              <span className="sl-json__key">
                <Text value={String(line.path.at(-1))} query={query} />
                <span className="sl-muted">: </span>
              </span>
            )}
            {line.kind === 'branch' ? (
              <span className="sl-muted">{summaryOf(line.value)}</span>
            ) : (
              <Value value={line.value} open={line.open} query={query} />
            )}
            {active && (
              <span className="sl-json__tools">
                <CopyButton name="Copy this value" words="value" text={() => copyText(line.value)} />
                <CopyButton
                  name="Copy the path of this value"
                  words="path"
                  text={() => spellPath(line.path)}
                />
              </span>
            )}
          </>
        )}
      </div>
    );
  },
  (before, after) =>
    before.line === after.line &&
    before.active === after.active &&
    before.hit === after.hit &&
    before.query === after.query &&
    before.index === after.index,
);

function Value({
  value,
  open,
  query,
}: {
  readonly value: Json;
  readonly open: boolean;
  readonly query: string;
}) {
  const redacted = redactionOf(value);
  if (redacted !== undefined) {
    return (
      <span className="sl-badge" title={`hidden before it was kept, by the rule: ${redacted}`}>
        redacted: <Text value={redacted} />
      </span>
    );
  }
  if (typeof value !== 'string') return <span data-json={typeof value}>{String(value)}</span>;
  const long = isLong(value);
  const shown = long && !open ? value.slice(0, TEXT_SHOWN) : value.slice(0, 100_000);
  return (
    <span data-json="string">
      "<Text value={shown} query={query} />"
      {long && <span className="sl-link">{open ? ' less' : ` … ${formatBytes(value.length)} in all`}</span>}
    </span>
  );
}

function isLong(value: Json): boolean {
  return typeof value === 'string' && value.length > TEXT_SHOWN;
}

function copyText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

function parentOf(lines: readonly JsonLine[], index: number): number {
  const depth = lines[index]?.depth ?? 0;
  for (let above = index - 1; above >= 0; above -= 1) if ((lines[above]?.depth ?? 0) < depth) return above;
  return index;
}
