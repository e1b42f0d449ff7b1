/** A release with two versions in it, or one that nobody wrote about, is refused. */
import { expect, it } from 'vitest';
import { findVersionFaults, type VersionFacts } from './versions.ts';

const whole: VersionFacts = {
  manifests: { 'package.json': '1.2.3', 'proxy/package.json': '1.2.3' },
  changelog: '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-21\n\n### Added\n\n- All of it.\n',
  pluginChangelog: '# Changelog\n\n## 1.2.3\n\nAll of it.\n',
  upgrading: '# Upgrading\n\n## To 1.2.3\n\nNothing to do.\n',
  containers: ['SIGHTLINE_VERSION=1.2.3\n', 'image: proxy:${SIGHTLINE_VERSION:-1.2.3}\n'],
};

it('has no fault when every place says the same', () => {
  expect(findVersionFaults('1.2.3', whole)).toEqual([]);
  const early = JSON.parse(JSON.stringify(whole).replaceAll('1.2.3', '1.2.3-rc.1')) as VersionFacts;
  expect(findVersionFaults('1.2.3-rc.1', early)).toEqual([]);
});

it.each<[string, Partial<VersionFacts>, string]>([
  ['a manifest left behind', { manifests: { 'test/package.json': '1.2.2' } }, 'test/package.json says 1.2.2'],
  ['no entry', { changelog: '## [1.2.2] - 2026-01-01\n\nx\n' }, 'CHANGELOG.md'],
  ['an entry without a date', { changelog: '## [1.2.3]\n\nx\n' }, 'CHANGELOG.md'],
  [
    'an entry without a word',
    { changelog: '## [1.2.3] - 2026-01-01\n\n## [1.2.2] - 2025-01-01\n' },
    'CHANGELOG.md',
  ],
  ['the version of another', { changelog: '## [1x2y3] - 2026-01-01\n\nx\n' }, 'CHANGELOG.md'],
  ['no entry of the panel', { pluginChangelog: '## 1.2.30\n\nx\n' }, 'grafana-plugin/CHANGELOG.md'],
  ['no word to who upgrades', { upgrading: '## To 1.2.2\n\nx\n' }, 'docs/upgrading.md'],
  ['an image of another', { containers: ['SIGHTLINE_VERSION=1.2.2\n'] }, 'the containers say 1.2.2'],
  ['a cluster of another', { containers: ['image: sightline-proxy:1.2.2\n'] }, 'the containers say 1.2.2'],
  ['an image of none', { containers: ['nothing\n'] }, 'the containers say no version'],
])('finds %s', (_why, part, said) => {
  const faults = findVersionFaults('1.2.3', { ...whole, ...part });
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(said);
});

it.each(['1.2', 'v1.2.3', '01.2.3', '1.2.3+build', 'latest'])('%s is no version to release', (version) => {
  expect(findVersionFaults(version, whole)[0]).toContain('no semantic version');
});
