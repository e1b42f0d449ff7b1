#!/usr/bin/env node
// In words that any Node understands, however old: the program itself would fail there with the name of what is missing.
const [NEEDED_MAJOR, NEEDED_MINOR] = [22, 15];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > NEEDED_MAJOR || (major === NEEDED_MAJOR && minor >= NEEDED_MINOR)) {
  // Node 22 says at every start that SQLite is new in it, to somebody who asked for neither.
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (!String(warning).startsWith('SQLite is an experimental')) emitWarning.call(process, warning, ...rest);
  };
  import('../dist/sightline.js');
} else {
  process.stderr.write(
    `sightline: Node ${NEEDED_MAJOR}.${NEEDED_MINOR} or newer is needed, and this is Node ${process.versions.node}. ` +
      'The current one is on https://nodejs.org.\n',
  );
  process.exitCode = 2;
}
