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
      "start a stdio server and pass its bytes through, in place of its command in a client's configuration; what passes is shown by the one collector of this machine, which it starts when none runs",
  },
  collect: {
    usage: 'collect [options]',
    means:
      'be that collector: archive, page and export for stdio servers, until none has run for collector-idle',
  },
} as const;

export type CommandWord = keyof typeof COMMAND_WORDS;

export function isCommandWord(word: string | undefined): word is CommandWord {
  return word !== undefined && Object.hasOwn(COMMAND_WORDS, word);
}
