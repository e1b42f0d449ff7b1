/**
 * Builds the local page: scripts and one style under hashed names, which the proxy serves from its `dist/page`.
 * No inline script (the page's content security policy forbids it) and no source map (it would ship every comment).
 */
import path from 'node:path';
import { defineConfig } from 'vite';
import { listPackages } from '../scripts/release/bundledPackages.ts';

const HERE = import.meta.dirname;

export default defineConfig({
  root: path.join(HERE, 'src/local'),
  // Relative, because the page may stand behind a path of somebody's reverse proxy.
  base: './',
  logLevel: 'warn',
  plugins: [listPackages(path.join(HERE, '../proxy/dist/page.packages.json'))],
  build: {
    outDir: path.join(HERE, '../proxy/dist/page'),
    emptyOutDir: true,
    sourcemap: false,
    modulePreload: false,
    // Nothing becomes a data: address: the policy allows only files of the page itself.
    assetsInlineLimit: 0,
    target: ['chrome125', 'firefox128', 'safari17.5'],
    cssTarget: ['chrome125', 'firefox128', 'safari17.5'],
    // One style, also for what is loaded later.
    cssCodeSplit: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
