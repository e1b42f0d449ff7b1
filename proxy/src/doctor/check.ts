/** What every check gives, and the bound on how long one may take. */
import type { Finding } from '../terminal/findings.ts';

export type Findings = readonly Finding[];

export function good(check: string, found: string): Finding {
  return { check, mark: 'ok', found };
}

export function warn(check: string, found: string, advice: string): Finding {
  return { check, mark: 'warning', found, advice };
}

export function bad(check: string, found: string, advice: string): Finding {
  return { check, mark: 'problem', found, advice };
}

/** The findings of a check, or one that says that it came to no end in time or failed by itself. Never rejects. */
export async function withLimit(
  check: string,
  limitMs: number,
  act: () => Findings | Promise<Findings>,
): Promise<Findings> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Findings>((resolve) => {
    const found = `came to no end within ${limitMs / 1_000} s`;
    const onLate = () => resolve([warn(check, found, 'look at what it needs: a disk or network that hangs')]);
    timer = setTimeout(onLate, limitMs);
  });
  try {
    return await Promise.race([act(), late]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      warn(check, `could not be looked at: ${reason}`, 'this is a fault of Sightline; the rest stands'),
    ];
  } finally {
    clearTimeout(timer);
  }
}
