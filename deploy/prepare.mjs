/**
 * Runs once before the rest of docker-compose.yml: gives each volume to the user that writes into it (an image
 * without a shell cannot do it for itself), and makes Grafana's password unless one is given. Plain JavaScript,
 * because it runs in the proxy's image, which has no source of ours but the built proxy.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

/** As `folder=uid:gid folder=uid:gid …`. */
for (const entry of (process.env.VOLUMES ?? '').split(/\s+/).filter((text) => text !== '')) {
  const [, folder, uid, gid] = /^(\/[^=]+)=(\d+):(\d+)$/.exec(entry) ?? [];
  if (folder === undefined) throw new Error(`VOLUMES: '${entry}' is not /folder=uid:gid`);
  chownSync(folder, Number(uid), Number(gid));
  chmodSync(folder, 0o700);
}

const file = process.env.PASSWORD_FILE;
const given = process.env.GRAFANA_PASSWORD ?? '';
if (file !== undefined) {
  const made = `${file}.made`;
  if (!existsSync(file)) {
    writeFileSync(file, given === '' ? randomBytes(18).toString('base64url') : given, { mode: 0o444 });
    if (given === '') writeFileSync(made, '');
  }
  const password = readFileSync(file, 'utf8');
  // Told at every start, because the log of an earlier one goes with its container; a user's own is not repeated.
  if (existsSync(made))
    console.log(`Grafana: user admin, password ${password} (kept in the volume 'secrets')`);
  if (given !== '' && given !== password) {
    console.log(
      'GRAFANA_PASSWORD is another than at the first start, after which Grafana keeps its own: change it there',
    );
  }
}
