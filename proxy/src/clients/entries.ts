/** The servers of a configuration file, and what each is: started by a command, reached at an address, or ours already. */
import { shimWords } from '../config/shimWords.ts';
import { type Node, propertiesOf, propertyOf } from './tree.ts';

export interface Entry {
  readonly name: string;
  /** The project that it is for, where a file keeps several projects apart. */
  readonly project?: string;
  /** Where it stands, the same in every version of the file. */
  readonly path: string;
  readonly node: Node;
  readonly kind: EntryKind;
}

export type EntryKind =
  | { readonly is: 'command'; readonly command: Node; readonly args: Node | undefined }
  | { readonly is: 'wrapped'; readonly command: Node; readonly args: Node; readonly words: number }
  | { readonly is: 'remote' }
  /** Neither; `why` completes "name …". */
  | { readonly is: 'odd'; readonly why: string };

/** Every server of the file, in its order. */
export function entriesOf(root: Node | undefined): readonly Entry[] {
  const entries = sectionsOf(root).flatMap(({ node, path, project }) =>
    propertiesOf(node).map(({ key, value }) => ({
      name: key,
      path: JSON.stringify([...path, key]),
      node: value,
      kind: kindOf(value),
      ...(project === undefined ? {} : { project }),
    })),
  );
  // Of a name given twice, clients see the last.
  return [...new Map(entries.map((entry) => [entry.path, entry])).values()];
}

interface Section {
  readonly node: Node;
  readonly path: readonly string[];
  readonly project?: string;
}

/**
 * `mcpServers` of most clients; `servers` of VS Code, in its settings `mcp.servers`; `projects.<path>.mcpServers` of
 * Claude Code.
 */
function sectionsOf(root: Node | undefined): readonly Section[] {
  const at = (...path: readonly string[]): readonly Section[] => {
    const node = path.reduce<Node | undefined>((from, key) => propertyOf(from, key)?.value, root);
    return node ? [{ node, path }] : [];
  };
  const projects = propertiesOf(propertyOf(root, 'projects')?.value);
  return [
    ...at('mcpServers'),
    ...at('servers'),
    ...at('mcp', 'servers'),
    ...projects.flatMap(({ key }) =>
      at('projects', key, 'mcpServers').map((section) => ({ ...section, project: key })),
    ),
  ];
}

function kindOf(node: Node): EntryKind {
  if (node.type !== 'object') return { is: 'odd', why: 'is no object' };
  const command = propertyOf(node, 'command')?.value;
  const args = propertyOf(node, 'args')?.value;
  if (!command) {
    const isRemote = ['url', 'serverUrl', 'httpUrl'].some((key) => propertyOf(node, key));
    return isRemote ? { is: 'remote' } : { is: 'odd', why: 'has neither a command nor a url' };
  }
  if (command.type !== 'string' || command.value === '')
    return { is: 'odd', why: 'has a command that is no text' };
  if (args && args.type !== 'array') return { is: 'odd', why: 'has args that are no list' };
  const words = args
    ? shimWords([command, ...(args.children ?? [])].map(({ value }) => value as unknown))
    : 0;
  return args && words > 0 ? { is: 'wrapped', command, args, words } : { is: 'command', command, args };
}
