/**
 * Runs once before the rest of docker-compose.yml: gives each volume to the user that writes into it (an image
 * without a shell cannot do it for itself), and makes Grafana's password unless one is given. Plain JavaScript,
 * because it runs in the proxy's image, which has no source of ours but the built proxy.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, writeFileSync } from 'node:fs';

/** As `folder=uid:gid folder=uid:gid …`. */
for (const entry of (process.env.VOLUMES ?? '').split(/\s+/).filter((text) => text !== '')) {
  const [, folder, uid, gid] = /^(\/[^=]+)=(\d+):(\d+)$/.exec(entry) ?? [];
  if (folder === undefined) throw new Error(`VOLUMES: '${entry}' is not /folder=uid:gid`);
  chownSync(folder, Number(uid), Number(gid));
  chmodSync(folder, 0o700);
}

const file = process.env.PASSWORD_FILE;
const given = process.env.GRAFANA_PASSWORD ?? '';
if (file !== undefined && (given !== '' || !existsSync(file))) {
  const password = given === '' ? randomBytes(18).toString('base64url') : given;
  writeFileSync(file, password, { mode: 0o444 });
  // Shown once, because there is nobody else to ask; a password of the user's own is not repeated.
  if (given === '') console.log(`Grafana: user admin, password ${password} (kept in the volume 'secrets')`);
}
