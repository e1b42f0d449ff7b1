/** How a server is started: its command, and what of our own environment it gets to see. */

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Besides what it inherits. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Ours alone: the page's token, and what our exporter shows to its collector. */
const OURS = /^(?:SIGHTLINE_|OTEL_EXPORTER_OTLP_(?:[A-Z]+_)?HEADERS$)/;

/** What a server inherits, and what its entry adds. */
export function environmentOf(
  launch: Launch,
  inherited: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && !OURS.test(name)) env[name] = value;
  }
  return { ...env, ...launch.env };
}

/** Why it could not be started, in words; the arguments may hold secrets, so they are not among them. */
export function explainFailure({ command, cwd }: Launch, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') {
    const folder = cwd === undefined ? '' : ', and whether its cwd exists';
    return `'${command}' was not found (ENOENT): look whether it is installed and on the PATH${folder}`;
  }
  if (code === 'EACCES') return `'${command}' may not be executed (EACCES)`;
  return `'${command}' could not be started (${code || 'unknown'})`;
}
