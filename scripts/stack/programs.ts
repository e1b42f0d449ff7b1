/**
 * The programs of the stack: where each comes from, at which version. One table for the build, for the images of
 * docker-compose.yml and for the tests that hold the two together.
 */
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

export type ProgramName = 'collector' | 'tempo' | 'loki' | 'prometheus';

/** Something that is built from Go modules, once, into the cache. */
export interface GoProgram {
  readonly name: string;
  /** What a reader knows it by: the version of its releases and of its image. */
  readonly version: string;
  /** The Go module that `test/stack/{name}/go.mod` pins, and its version there. */
  readonly module: string;
  readonly moduleVersion: string;
  /** Each executable, by the Go package that it is built from; the first is the program itself. */
  readonly binaries: Readonly<Record<string, string>>;
  /** The Go variable that its own `--version` prints; without it the program calls itself unknown. */
  readonly versionVariable?: string;
  /** Build tags that leave out what nobody here uses. */
  readonly tags?: string;
  /** A manifest of the OpenTelemetry collector builder, beside the go.mod, instead of a package to compile. */
  readonly manifest?: string;
  /** Files of modules that it needs anyway, kept beside it: their names there, and where they come from. */
  readonly files?: Readonly<Record<string, { readonly module: string; readonly path: string }>>;
}

/** A part of the stack. */
export interface Program extends GoProgram {
  readonly name: ProgramName;
  /** The image of docker-compose.yml, without its tag. */
  readonly image: string;
  /** The image's tag. */
  readonly tag: string;
}

export const PROGRAMS: readonly Program[] = [
  {
    name: 'collector',
    version: '0.159.0',
    image: 'otel/opentelemetry-collector-contrib',
    tag: '0.159.0',
    module: 'go.opentelemetry.io/collector/cmd/builder',
    moduleVersion: 'v0.159.0',
    binaries: { otelcol: 'go.opentelemetry.io/collector/cmd/builder' },
    manifest: 'builder.yaml',
  },
  {
    name: 'tempo',
    version: '2.9.0',
    image: 'grafana/tempo',
    tag: '2.9.0',
    module: 'github.com/grafana/tempo',
    moduleVersion: 'v1.5.1-0.20251008140505-607c7fb69662',
    binaries: { tempo: 'github.com/grafana/tempo/cmd/tempo' },
    versionVariable: 'main.Version',
  },
  {
    name: 'loki',
    version: '3.7.8',
    image: 'grafana/loki',
    tag: '3.7.8',
    module: 'github.com/grafana/loki/v3',
    moduleVersion: 'v3.7.8',
    binaries: { loki: 'github.com/grafana/loki/v3/cmd/loki' },
    versionVariable: 'github.com/grafana/loki/v3/pkg/util/build.Version',
  },
  {
    name: 'prometheus',
    version: '3.15.0',
    image: 'prom/prometheus',
    tag: 'v3.15.0',
    module: 'github.com/prometheus/prometheus',
    moduleVersion: 'v0.315.0',
    binaries: {
      prometheus: 'github.com/prometheus/prometheus/cmd/prometheus',
      promtool: 'github.com/prometheus/prometheus/cmd/promtool',
    },
    versionVariable: 'github.com/prometheus/common/version.Version',
    // The libraries of every cloud, by which it could discover what to scrape, are half of its compilation.
    tags: 'remove_all_sd',
  },
];

/** What `deploy/kubernetes/` is held to: who puts it together, and the API of the oldest Kubernetes that it is for. */
export const KUSTOMIZE: GoProgram = {
  name: 'kustomize',
  version: '5.8.2',
  module: 'sigs.k8s.io/kustomize/kustomize/v5',
  moduleVersion: 'v5.8.2',
  binaries: { kustomize: 'sigs.k8s.io/kustomize/kustomize/v5' },
  versionVariable: 'sigs.k8s.io/kustomize/api/provenance.version',
  files: {
    'kubernetes-1.27.json': { module: 'k8s.io/kube-openapi', path: 'pkg/schemaconv/testdata/swagger.json' },
  },
};

/** Where a program's go.mod, go.sum and manifest are. */
export function sourceFolder(program: GoProgram): string {
  return path.join(ROOT, 'test/stack', program.name);
}
