/** The words that, as first argument, ask for something else than forwarding. */

export interface CommandRow {
  readonly usage: string;
  readonly means: string;
  readonly takesFile: boolean;
  /** Flags of its own, which take a moment in time. */
  readonly times: readonly string[];
}

export const COMMAND_WORDS = {
  export: {
    usage: 'export [--from T] [--to T]',
    means:
      'send what the archive holds to OTEL_EXPORTER_OTLP_ENDPOINT, its spans marked as replayed, also while a Sightline runs; T is a day, a time (2026-11-20T10:00:00Z) or how long ago (2h)',
    takesFile: false,
    times: ['from', 'to'],
  },
  import: {
    usage: 'import FILE [--at T]',
    means: 'observe recorded traffic (a wire.jsonl as in test/stories) and keep it in the archive',
    takesFile: true,
    times: ['at'],
  },
  replay: {
    usage: 'replay FILE [--at T]',
    means: 'observe recorded traffic and print its lines; keep and send nothing',
    takesFile: true,
    times: ['at'],
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

/** Other programs than the proxy, each with a process of its own; they take the same options. */
export const PROGRAM_WORDS = {
  stdio: {
    usage: 'stdio [options] -- COMMAND …',
    means:
      "start a stdio server and pass its bytes through, in place of its command in a client's configuration; what passes is shown by the proxy that runs, or else by the one collector of this machine, which it starts",
  },
  collect: {
    usage: 'collect [options]',
    means:
      'be that collector: archive, page and export for stdio servers, until a proxy is started or none of them has run for collector-idle',
  },
  wrap: {
    usage: 'wrap CLIENT|FILE [SERVER…]',
    means:
      "put `stdio --` in front of the commands in a client's configuration: of the servers named, or of all that are started by a command; shows the difference and keeps a backup beside the file (wrap --help lists the clients)",
  },
  unwrap: {
    usage: 'unwrap CLIENT|FILE [SERVER…]',
    means:
      'take that back: the file becomes what it was byte for byte, or loses only what wrap put there where somebody has edited it since',
  },
  doctor: {
    usage: 'doctor [options] [--json]',
    means:
      'look at everything that a start with these options needs (ports, directory, archive, servers, collector, clock, versions), and say what to do; changes nothing, ends with 1 when there is a problem',
  },
} as const;

/** Words that change a client's file. */
export type WrapWord = 'wrap' | 'unwrap';

/** What they can be told besides. */
export const WRAP_SWITCHES = {
  'dry-run': 'show what would change, and write nothing',
} as const satisfies Readonly<Record<string, string>>;

export type CommandWord = keyof typeof COMMAND_WORDS;

export function isCommandWord(word: string | undefined): word is CommandWord {
  return word !== undefined && Object.hasOwn(COMMAND_WORDS, word);
}
