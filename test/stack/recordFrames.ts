/** Records what the data sources answer to the panel's questions, in a form that is the same in every run. */
import type { Answered, LokiQuestion, TempoQuestion } from '../../grafana-plugin/src/data/ask.ts';
import type { Frame } from '../../grafana-plugin/src/data/frame.ts';

export interface Recorded {
  readonly question: LokiQuestion | TempoQuestion;
  readonly frames: readonly Frame[];
}

export class Recording {
  readonly answers: Recorded[] = [];

  readonly hear = (question: LokiQuestion | TempoQuestion, { frames }: Answered): void => {
    if (frames.length === 0) return;
    this.answers.push({ question, frames: frames.toSorted((a, b) => (spell(a) < spell(b) ? -1 : 1)) });
  };

  /** @param changing Texts that differ from run to run, and what stands for each. */
  toText(changing: Readonly<Record<string, string>>): string {
    const sorted = this.answers.toSorted((a, b) => (spell(a.question) < spell(b.question) ? -1 : 1));
    const text = `[\n${sorted.map(spell).join(',\n')}\n]\n`;
    return Object.entries(changing).reduce((all, [from, to]) => all.replaceAll(from, to), text);
  }
}

/** With the members of objects in order: Loki gives labels in any. */
function spell(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
