/**
 * A process that writes to an archive until it is killed, saying on its standard output what it has committed.
 * Started by `kill.test.ts` with the path of the file.
 */
import { writeSync } from 'node:fs';
import { aCall, aPayload, aSummary } from '../../testing/events.ts';
import { openArchive } from '../openArchive.ts';
import { START } from './archives.ts';

const [path = ''] = process.argv.slice(2);
const opened = openArchive({ path, nowMs: START, ageMs: 0, bytesMax: 3_000_000 });
if (!opened.ok) throw new Error(opened.problem.reason);
const { archive } = opened;

for (;;) {
  const next = archive.latest() + 1;
  const events = Array.from({ length: 1 + (next % 40) }, (_, index) => {
    const sequence = next + index;
    if (sequence % 10 === 0) return aSummary(`s${sequence % 30}`, { atMs: sequence });
    return aCall({
      atMs: sequence,
      attributes: { 'jsonrpc.request.id': String(sequence), 'sightline.error.message': `e${sequence}` },
      payloads: [aPayload('request', `${sequence} ${Math.random()} `.repeat(40))],
    });
  });
  archive.append(events);
  writeSync(1, `${archive.latest()}\n`);
  if (next % 5 === 0) archive.retain(START);
}
