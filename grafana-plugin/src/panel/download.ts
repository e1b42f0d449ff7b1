/** A file that the browser keeps, put together from pieces of text. */
import { fileNameOf, mediaTypeOf } from '../data/exportForms.ts';
import type { PanelSource } from '../data/panelPorts.ts';
import type { Capabilities } from '../views/ViewContext.tsx';

/** Joined now and then, so that a hundred thousand short texts do not stay a hundred thousand objects. */
const PIECES_MAX = 1_000;
/** The browser has begun to read the file by then. */
const KEEP_MS = 60_000;

/** Asks for every event of a filter and gives the reader one file. Rejects with a sentence; nothing is given then. */
export function exportRunner(source: PanelSource, now: () => number): NonNullable<Capabilities['runExport']> {
  return async (filter, format, { signal, onProgress }) => {
    let parts: string[] = [];
    const blobs: Blob[] = [];
    const join = () => {
      blobs.push(new Blob(parts));
      parts = [];
    };
    const told = ({ events, share }: { readonly events: number; readonly share: number }) =>
      onProgress(events, share);
    for await (const piece of source.exportEvents(filter, format, signal, told)) {
      parts.push(piece);
      if (parts.length >= PIECES_MAX) join();
    }
    if (signal.aborted) return;
    join();
    save(new Blob(blobs, { type: mediaTypeOf(format) }), fileNameOf(format, now()));
  };
}

function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEEP_MS);
}
