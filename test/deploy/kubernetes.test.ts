/**
 * `deploy/kubernetes/` without a cluster: what Kustomize makes of every overlay is what the API of Kubernetes takes, and
 * fits together: selectors select, ports lead somewhere, settings are settings, and nothing has a right too many.
 */
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPTIONS } from '../../proxy/src/config/options.ts';
import { parseConfig } from '../../proxy/src/config/parse.ts';
import { createGuard } from '../../proxy/src/guard/guard.ts';
import { readEnvironment } from '../../proxy/src/telemetry/environment.ts';
import { type Binaries, findPrograms } from '../../scripts/stack/build.ts';
import { KUSTOMIZE, PROGRAMS } from '../../scripts/stack/programs.ts';
import { read, readCompose, readVariables, withDefaults } from '../stack/composeFile.ts';
import { type Judge, readApi } from './kubernetesSchema.ts';
import {
  buildOverlay,
  type Container,
  dataOf,
  environmentOf,
  type Manifest,
  OVERLAYS,
  type Peer,
  type Selector,
  selects,
  type Workload,
  workloadsOf,
} from './manifests.ts';

const found = findPrograms([KUSTOMIZE]);
const why = typeof found === 'string' ? found : undefined;
const PROXY = withDefaults(readCompose().services['proxy']?.image ?? '');
const binaries: Binaries = typeof found === 'string' ? {} : found;

describe.skipIf(why !== undefined)(`the manifests${why === undefined ? '' : ` (${why})`}`, () => {
  let judge: Judge;
  const built = new Map<string, readonly Manifest[]>();
  beforeAll(() => {
    judge = readApi(binaries['kubernetes-1.27.json'] ?? '');
    for (const overlay of OVERLAYS) built.set(overlay, buildOverlay(binaries, overlay));
  });

  describe.each(OVERLAYS)('of %s', (overlay) => {
    const manifests = (): readonly Manifest[] => built.get(overlay) ?? [];
    const workloads = (): readonly Workload[] => workloadsOf(manifests());
    const of = (kind: string): readonly Manifest[] => manifests().filter((one) => one.kind === kind);
    const containers = (
      image: string,
    ): readonly { readonly workload: Workload; readonly container: Container }[] =>
      workloads().flatMap((workload) =>
        workload.pod.containers
          .filter((container) => container.image === image)
          .map((container) => ({ workload, container })),
      );
    const selected = (selector: Selector, namespace: string | undefined): readonly Workload[] =>
      workloads().filter((one) => one.namespace === namespace && selects(selector, one.labels));

    it('are what the API takes, field by field', () => {
      expect(manifests().length).toBeGreaterThan(0);
      for (const manifest of manifests())
        expect(judge(manifest), `${manifest.kind} ${manifest.metadata.name}`).toEqual([]);
    });

    it('have each object once, all in one namespace', () => {
      const names = manifests().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      expect(new Set(names).size).toBe(names.length);
      const namespaces = manifests().flatMap((one) =>
        one.kind === 'Namespace' ? one.metadata.name : one.metadata.namespace,
      );
      expect(new Set(namespaces).size).toBe(1);
    });

    it('every controller and every Service selects pods, and every port of a Service is one of them', () => {
      for (const { manifest, labels } of workloads())
        expect(selects(manifest.spec?.selector ?? {}, labels), manifest.metadata.name).toBe(true);
      for (const { metadata, spec } of of('Service')) {
        const behind = selected(
          { matchLabels: { ...spec?.selector } as Record<string, string> },
          metadata.namespace,
        );
        expect(behind, metadata.name).toHaveLength(1);
        const names = behind.flatMap(({ pod }) =>
          pod.containers.flatMap(({ ports = [] }) => ports.map((port) => port.name)),
        );
        for (const { targetPort } of spec?.ports ?? []) expect(names, metadata.name).toContain(targetPort);
      }
      for (const { manifest, namespace } of workloads().filter(
        (one) => one.manifest.kind === 'StatefulSet',
      )) {
        const governing = of('Service').find(({ metadata }) => metadata.name === manifest.spec?.serviceName);
        expect(governing?.spec?.clusterIP, manifest.metadata.name).toBe('None');
        expect(governing?.metadata.namespace).toBe(namespace);
      }
    });

    it('several replicas of each stand, and at most one is taken at a time', () => {
      for (const { manifest, namespace } of workloads()) {
        expect(manifest.spec?.replicas, manifest.metadata.name).toBeGreaterThan(1);
        const budgets = of('PodDisruptionBudget').filter(
          ({ metadata, spec }) =>
            metadata.namespace === namespace &&
            selected(spec?.selector ?? {}, namespace).some((one) => one.manifest === manifest),
        );
        expect(
          budgets.map(({ spec }) => spec?.maxUnavailable),
          manifest.metadata.name,
        ).toEqual([1]);
      }
    });

    it('every policy is for pods that are there, and names ports and pods that are there', () => {
      for (const { metadata, spec } of of('NetworkPolicy')) {
        const mine = selected(spec?.podSelector ?? {}, metadata.namespace);
        expect(mine.length, metadata.name).toBeGreaterThan(0);
        for (const { ports = [] } of spec?.ingress ?? []) {
          for (const { port } of ports)
            expect(mine.flatMap(portNumbers), `${metadata.name}: ${port}`).toContain(port);
        }
        for (const { to = [], ports = [] } of spec?.egress ?? []) {
          const here = to.filter((peer: Peer) => peer.namespaceSelector === undefined);
          for (const { podSelector = {} } of here) {
            const peers = selected(podSelector, metadata.namespace);
            expect(peers.length, metadata.name).toBeGreaterThan(0);
            for (const { port } of ports) expect(peers.flatMap(portNumbers), metadata.name).toContain(port);
          }
        }
      }
    });

    it('no container has a right that it does not need', () => {
      for (const { pod, manifest } of workloads()) {
        expect(pod.automountServiceAccountToken, manifest.metadata.name).toBe(false);
        for (const { name, securityContext = {}, image } of pod.containers) {
          const rights = { ...pod.securityContext, ...securityContext };
          expect(rights, name).toMatchObject({
            runAsNonRoot: true,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          });
          expect(rights.capabilities).not.toHaveProperty('add');
          expect(image, name).toMatch(/:\d+\.\d+\.\d+$/);
        }
      }
      for (const { serviceAccountName, name } of workloads().flatMap(({ pod }) => ({
        ...pod,
        name: pod.serviceAccountName,
      })))
        if (name !== undefined)
          expect(of('ServiceAccount').map(({ metadata }) => metadata.name)).toContain(serviceAccountName);
    });

    it('every map that a pod mounts or reads is there', () => {
      for (const { pod } of workloads()) {
        for (const { configMap } of pod.volumes ?? [])
          if (configMap !== undefined)
            expect(Object.keys(dataOf(configMap.name, manifests())).length).toBeGreaterThan(0);
        for (const container of pod.containers) environmentOf(container, manifests());
      }
    });

    it('the proxy understands all of its settings, listens where its Service’s names lead, and may finish', () => {
      const proxies = containers(PROXY);
      expect(proxies.length).toBe(overlay === 'collector' ? 0 : 1);
      for (const { workload, container } of proxies) {
        const env = environmentOf(container, manifests());
        const parsed = parseConfig({
          argv: [],
          env,
          readFile: (file) => fileIn(workload, container, file, manifests()),
        });
        if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed));
        expect(readEnvironment(env).problems).toEqual([]);
        const { values, upstreams } = parsed.config;
        expect(upstreams.length).toBeGreaterThan(0);
        // The page is for whoever may forward a port into the pod.
        expect(values['page-listen'].host).toBe('127.0.0.1');
        expect(container.ports).toEqual([{ name: 'mcp', containerPort: values.listen.port }]);
        for (const probe of [container.readinessProbe, container.livenessProbe])
          expect(probe?.tcpSocket).toEqual({ port: 'mcp' });
        const guard = createGuard({
          allowedHosts: values['allowed-hosts'],
          allowedOrigins: values['allowed-origins'],
        });
        const services = of('Service').filter(({ spec }) => spec?.clusterIP !== 'None');
        const fronts = services.filter(({ spec }) => spec?.ports?.some((one) => one.targetPort === 'mcp'));
        expect(fronts.length).toBeGreaterThan(0);
        for (const { metadata } of fronts)
          for (const below of ['', '.NS', '.NS.svc', '.NS.svc.cluster.local']) {
            const host = `${metadata.name}${below.replace('NS', workload.namespace)}`;
            expect(guard(`${host}:7600`, undefined)).toBeUndefined();
            expect(guard(host, undefined)).toBeUndefined();
          }
        const mount = container.volumeMounts?.find(({ mountPath }) =>
          values['state-dir']?.startsWith(mountPath),
        );
        expect(mount, 'state').toBeDefined();
        expect(container.volumeMounts?.map(({ mountPath }) => mountPath)).toContain('/tmp');
        const [, , wait = ''] = container.lifecycle?.preStop.exec.command ?? [];
        const waitMs = Number(/\d+/.exec(wait)?.[0]);
        // The last frames and the last batches have a second and five of their own.
        const neededMs = waitMs + values['drain-time'] + 6_000;
        expect(workload.pod.terminationGracePeriodSeconds).toBeGreaterThan(neededMs / 1_000);
        const limit = bytesOf(container.resources?.limits?.['memory'] ?? '');
        expect(limit).toBeGreaterThanOrEqual(bytesOf('384Mi'));
        const claim = workload.manifest.spec?.volumeClaimTemplates?.find(
          ({ metadata }) => metadata.name === mount?.name,
        );
        if (claim !== undefined)
          expect(bytesOf(claim.spec.resources.requests.storage)).toBeGreaterThanOrEqual(
            values['archive-max'] * 2,
          );
      }
    });

    it('what is exported reaches a Service of the collector', () => {
      for (const { container, workload } of containers(PROXY)) {
        const { logs, traces, metrics } = readEnvironment(environmentOf(container, manifests())).settings;
        const collector = built
          .get('collector')
          ?.find((one) => one.kind === 'Service' && one.metadata.name === 'collector');
        for (const endpoint of [logs, traces, metrics]) {
          const { hostname, port } = new URL(endpoint?.url ?? '');
          const [name, namespace = workload.namespace] = hostname.split('.');
          expect([name, namespace]).toEqual([collector?.metadata.name, collector?.metadata.namespace]);
          expect(collector?.spec?.ports?.map((one) => String(one.port))).toContain(port);
        }
        const policy = built
          .get('collector')
          ?.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'collector');
        const peers = policy?.spec?.ingress?.flatMap(({ from = [] }) => from) ?? [];
        expect(peers.some(({ podSelector = {} }) => selects(podSelector, workload.labels))).toBe(true);
      }
    });
  });

  it('the collector is the one that is tested, with the configuration that is tested', () => {
    const manifests = built.get('collector') ?? [];
    const [workload] = workloadsOf(manifests);
    const [container] = workload?.pod.containers ?? [];
    if (workload === undefined || container === undefined) throw new Error('no collector');
    const program = PROGRAMS.find(({ name }) => name === 'collector');
    expect(container.image).toBe(`${program?.image}:${program?.tag}`);
    const [arg = ''] = container.args ?? [];
    const file = fileIn(workload, container, arg.replace('--config=', ''), manifests);
    expect(file).toEqual({ text: read('deploy/collector/collector.yaml') });
    const variables = readVariables(read('deploy/collector/collector.yaml').replaceAll('${env:', '${'));
    const env = environmentOf(container, manifests);
    const compose = readCompose().services['collector']?.environment ?? {};
    // The same ones as in a container, in other places.
    expect(Object.keys(env).toSorted()).toEqual(Object.keys(compose).toSorted());
    expect(env['GOMEMLIMIT']).toBe(withDefaults(String(compose['GOMEMLIMIT'])));
    for (const [name, port] of [
      ['COLLECTOR_OTLP_GRPC', 'otlp-grpc'],
      ['COLLECTOR_OTLP_HTTP', 'otlp-http'],
      ['COLLECTOR_HEALTH', 'health'],
    ] as const) {
      const { containerPort } = container.ports?.find((one) => one.name === port) ?? {};
      expect(env[name]).toBe(`0.0.0.0:${containerPort}`);
    }
    for (const probe of [container.readinessProbe, container.livenessProbe])
      expect(probe?.httpGet).toEqual({ path: '/', port: 'health' });
    const queue = Number(variables.get('COLLECTOR_QUEUE_BYTES')?.[0]);
    const [claim] = workload.manifest.spec?.volumeClaimTemplates ?? [];
    expect(bytesOf(claim?.spec.resources.requests.storage ?? '')).toBeGreaterThan(3 * queue);
  });

  it.each(['deny-all', 'allow-names'])('%s is for every pod of the namespace', (name) => {
    for (const overlay of ['collector', 'gateway']) {
      const policy = built.get(overlay)?.find((one) => one.metadata.name === name);
      expect(policy?.spec?.podSelector).toEqual({});
    }
    const denied = built.get('gateway')?.find((one) => one.metadata.name === 'deny-all')?.spec;
    expect([denied?.policyTypes, denied?.ingress, denied?.egress]).toEqual([
      ['Ingress', 'Egress'],
      undefined,
      undefined,
    ]);
  });

  it('the schema refuses what is no field, of another type, or missing', () => {
    const service = built.get('gateway')?.find(({ kind }) => kind === 'Service');
    const policy = built.get('gateway')?.find(({ kind }) => kind === 'NetworkPolicy');
    if (service === undefined || policy === undefined) throw new Error('nothing to break');
    const broken: readonly unknown[] = [
      { ...service, spec: { ...service.spec, selectors: {} } },
      { ...service, spec: { ...service.spec, ports: [{ port: '7600' }] } },
      { ...service, spec: { ...service.spec, ports: [{ name: 'mcp' }] } },
      { ...service, spec: { ...service.spec, sessionAffinity: 'Sticky' } },
      { ...policy, spec: {} },
      { ...policy, apiVersion: 'networking.k8s.io/v2' },
    ];
    for (const one of broken) expect(judge(one as Manifest), JSON.stringify(one)).not.toEqual([]);
  });

  it('the drain time that these rest on is the option’s own', () => {
    expect(OPTIONS['drain-time'].fallback).toBe('10s');
    expect(existsSync(binaries['kustomize'] ?? '')).toBe(true);
  });
});

/** Not their names, which not every network knows in a policy. */
function portNumbers({ pod }: Workload): readonly number[] {
  return pod.containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
}

/** A file as the container sees it. */
function fileIn(
  { pod }: Workload,
  { volumeMounts = [] }: Container,
  file: string,
  manifests: readonly Manifest[],
): { readonly text: string } | { readonly wrong: string } {
  const mount = volumeMounts.find(({ mountPath }) => file.startsWith(`${mountPath}/`));
  const volume = pod.volumes?.find(({ name }) => name === mount?.name);
  if (mount === undefined || volume?.configMap === undefined) return { wrong: `${file} is not mounted` };
  const text = dataOf(volume.configMap.name, manifests)[file.slice(mount.mountPath.length + 1)];
  return text === undefined ? { wrong: `${file} is not in ${volume.configMap.name}` } : { text };
}

function bytesOf(quantity: string): number {
  const [, number = '', unit = ''] = /^(\d+)(Ki|Mi|Gi)$/.exec(quantity) ?? [];
  return Number(number) * 1024 ** (['Ki', 'Mi', 'Gi'].indexOf(unit) + 1);
}
