/** One version for everything that is released, in each place that has to repeat it. Texts in, faults out. */

export interface VersionFacts {
  /** `version` of each manifest, by its file. */
  readonly manifests: Readonly<Record<string, string>>;
  readonly changelog: string;
  readonly pluginChangelog: string;
  readonly upgrading: string;
  /** Texts that name our image, each by one version. */
  readonly containers: readonly string[];
}

/** https://semver.org, without build metadata, which npm drops. */
const SEMVER = /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** What does not agree with the version of the package, in words. */
export function findVersionFaults(version: string, facts: VersionFacts): readonly string[] {
  const faults: string[] = [];
  if (!SEMVER.test(version)) faults.push(`'${version}' is no semantic version`);
  for (const [file, other] of Object.entries(facts.manifests))
    if (other !== version) faults.push(`${file} says ${other}, not ${version}`);
  const quoted = version.replaceAll('.', '\\.');
  const entry = new RegExp(`^## \\[${quoted}\\] - \\d{4}-\\d\\d-\\d\\d\\n+(?!## )\\S`, 'm');
  if (!entry.test(facts.changelog)) faults.push(`CHANGELOG.md has no dated entry for ${version}`);
  if (!new RegExp(`^## ${quoted}\\n+(?!## )\\S`, 'm').test(facts.pluginChangelog))
    faults.push(`grafana-plugin/CHANGELOG.md has no entry for ${version}`);
  if (!new RegExp(`^## To ${quoted}\\n+(?!## )\\S`, 'm').test(facts.upgrading))
    faults.push(`docs/upgrading.md does not say what ${version} asks of who upgrades`);
  for (const text of facts.containers) {
    const said = [...text.matchAll(/(?:SIGHTLINE_VERSION(?::-|=)|\bsightline-proxy:(?=\d))([^}\s]+)/g)].map(
      ([, other]) => other,
    );
    if (said.length === 0 || said.some((other) => other !== version))
      faults.push(`the containers say ${said.join(', ') || 'no version'}, not ${version}`);
  }
  return faults;
}
