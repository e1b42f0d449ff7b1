/**
 * What a marketplace's validator would look at and can be looked at without it: the built plugin as it would be packed.
 * Each fault names the analyzer of `@grafana/plugin-validator` that would find it. Run by itself it looks at
 * `grafana-plugin/dist`.
 */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const ID = 'sightline-mcpsessions-panel';
const TYPES = new Set(['panel', 'datasource', 'app']);
/** Elements and attributes by which a picture could do something. */
const ACTIVE_SVG =
  /<(?:script|foreignObject|iframe|use|image|a)\b|\son\w+\s*=|(?:href|src)\s*=|javascript:|<!ENTITY/i;
/** Words of the scaffold's own texts, and what tells a reader how to develop instead of how to use. */
const TEMPLATE =
  /This is a template|Getting started with panels|Starter guide|npm (?:run|install)|yarn |docker compose/i;
const TRACKING = /google-analytics|googletagmanager|segment\.(?:io|com)|hotjar|fullstory|mixpanel/i;

/** With what every PNG begins. */
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
/** Bytes of a picture: whoever installs the plugin downloads it too. */
const PICTURE_MAX = 100_000;

interface PluginJson {
  readonly id?: string;
  readonly type?: string;
  readonly name?: string;
  readonly info?: {
    readonly description?: string;
    readonly version?: string;
    readonly updated?: string;
    readonly keywords?: readonly string[];
    readonly author?: { readonly name?: string };
    readonly logos?: { readonly small?: string; readonly large?: string };
    readonly links?: readonly { readonly name?: string; readonly url?: string }[];
    readonly screenshots?: readonly { readonly name?: string; readonly path?: string }[];
  };
  readonly dependencies?: { readonly grafanaDependency?: string };
}

/** Every fault of a built plugin, as `analyzer: what is wrong`. */
export function findFaults(dist: string, manifest: { readonly version: string }): readonly string[] {
  const faults: string[] = [];
  const expectThat = (analyzer: string, holds: boolean, wrong: string) => {
    if (!holds) faults.push(`${analyzer}: ${wrong}`);
  };
  const text = (name: string) => {
    const file = path.join(dist, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  const plugin = JSON.parse(text('plugin.json') || '{}') as PluginJson;
  const { info = {}, dependencies = {} } = plugin;

  for (const name of ['module.js', 'plugin.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE'])
    expectThat('archive', text(name) !== '', `${name} is missing or empty`);
  expectThat('metadatavalid', plugin.id === ID && TYPES.has(plugin.type ?? ''), 'id or type is not ours');
  expectThat(
    'typesuffix',
    plugin.id?.endsWith(`-${plugin.type}`) ?? false,
    'the id does not end in the type',
  );
  expectThat('metadatavalid', /^\d{4}-\d\d-\d\d$/.test(info.updated ?? ''), 'updated is no date');
  expectThat(
    'metadatavalid',
    (plugin.name ?? '') !== '' && (info.author?.name ?? '') !== '',
    'no name or author',
  );
  expectThat(
    'packagejson',
    info.version === manifest.version,
    `version ${info.version} is not ${manifest.version}`,
  );
  expectThat('discoverability', (info.description ?? '').length >= 40, 'the description says too little');
  expectThat('discoverability', (info.keywords ?? []).length >= 3, 'fewer than three keywords');
  expectThat(
    'grafanadependency',
    dependencies.grafanaDependency === '>=12.3.0',
    'not for Grafana 12.3 and newer',
  );

  for (const logo of new Set([info.logos?.small ?? '', info.logos?.large ?? ''])) {
    expectThat('logos', /^img\/[\w-]+\.svg$/.test(logo) && text(logo).includes('<svg'), `${logo} is no logo`);
    expectThat('unsafesvg', !ACTIVE_SVG.test(text(logo)), `${logo} holds more than a picture`);
  }
  expectThat('screenshots', (info.screenshots ?? []).length > 0, 'no picture shows what the panel is');
  for (const { name = '', path: picture = '' } of info.screenshots ?? []) {
    const file = path.join(dist, picture);
    const there = /^img\/[\w-]+\.png$/.test(picture) && existsSync(file);
    expectThat('screenshots', there, `${picture} is missing`);
    expectThat('screenshots', name !== '', `${picture} has no name`);
    if (!there) continue;
    const bytes = readFileSync(file);
    expectThat('screenshots', bytes.subarray(0, 8).equals(PNG), `${picture} is no PNG`);
    expectThat('screenshots', bytes.length <= PICTURE_MAX, `${picture} has more than ${PICTURE_MAX} bytes`);
  }

  expectThat('readme', text('README.md').length > 1_000, 'the README says too little');
  expectThat(
    'templatereadme',
    !TEMPLATE.test(text('README.md')),
    'the README speaks of development or of a template',
  );
  expectThat(
    'changelog',
    text('CHANGELOG.md').includes(`## ${manifest.version}`),
    `no entry for ${manifest.version}`,
  );
  expectThat(
    'license',
    /Apache License\s+Version 2\.0/.test(text('LICENSE')),
    'the licence is not Apache 2.0',
  );
  expectThat(
    'packagejson',
    !/%(?:VERSION|TODAY|PLUGIN_ID)%/.test(text('plugin.json') + text('README.md')),
    'a mark of the template was not replaced',
  );
  for (const wanted of ['License', 'Model Context Protocol'])
    expectThat(
      'metadatavalid',
      (info.links ?? []).some(({ name }) => name === wanted),
      `no link "${wanted}"`,
    );
  for (const { url = '' } of info.links ?? [])
    expectThat('safelinks', url.startsWith('https://'), `${url} is not https`);
  for (const [, url = ''] of text('README.md').matchAll(/\]\(([^)]+)\)/g))
    expectThat('brokenlinks', url.startsWith('https://'), `${url} leads nowhere from a catalogue`);

  const scripts = globSync('**/*.js', { cwd: dist });
  for (const script of scripts) {
    expectThat('jsMap', existsSync(path.join(dist, `${script}.map`)), `${script} has no source map`);
    expectThat('trackingscripts', !TRACKING.test(text(script)), `${script} tracks`);
  }
  expectThat(
    'buildtools',
    /\[create-plugin\] version: \d/.test(text('module.js')),
    'not built by the scaffold',
  );
  const shared =
    /^define\(\[([^\]]*)\]/.exec(text('module.js').replace(/^(?:\/\*[\s\S]*?\*\/\s*)*/, ''))?.[1] ?? '';
  const asked = [...shared.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
  expectThat(
    'sourcecode',
    ['@grafana/data', '@grafana/runtime', 'react', 'react/jsx-runtime', 'rxjs'].every((name) =>
      asked.includes(name),
    ),
    `asks Grafana for ${asked.join(', ')}`,
  );
  for (const file of globSync('**/*', { cwd: dist, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const { mode } = statSync(path.join(file.parentPath, file.name));
    expectThat('archive', (mode & 0o111) === 0, `${file.name} is executable`);
    expectThat(
      'archive',
      /\.(?:js|map|json|md|svg|png)$|^(?:LICENSE|NOTICE|MANIFEST\.txt)$/.test(file.name),
      `${file.name} does not belong`,
    );
  }
  return faults;
}

if (import.meta.main) {
  const plugin = path.join(import.meta.dirname, '../../grafana-plugin');
  const manifest = JSON.parse(readFileSync(path.join(plugin, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const faults = findFaults(path.join(plugin, 'dist'), manifest);
  for (const fault of faults) console.error(fault);
  console.log(`plugin: ${faults.length} faults`);
  if (faults.length > 0) process.exitCode = 1;
}
