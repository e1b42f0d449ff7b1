/** The native stack as a whole: started, each part stopped and started again by a test, and stopped. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { PROGRAMS, type ProgramName } from './programs.ts';
import { type Service, startService } from './service.ts';
import { type Addresses, addressesOf, linkPrometheus, type Settings, specOf } from './specs.ts';

export interface Stack {
  readonly addresses: Addresses;
  readonly settings: Settings;
  /** Starts a part that was stopped, and waits until it is ready. */
  start(name: ProgramName): Promise<void>;
  /** Ends a part in order, or kills it; its directory stays. */
  stop(name: ProgramName, signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Ends everything that was started; the first to end is who sends. */
  stopAll(): Promise<void>;
  /** Process number of a part. @throws when it does not run. */
  pid(name: ProgramName): number;
  /** Those that have ended though nobody stopped them. */
  fallen(): readonly ProgramName[];
}

const STORES: readonly ProgramName[] = ['tempo', 'loki', 'prometheus'];

/** Starts everything and waits until it is ready; when a part fails, all are stopped and the error says which. */
export async function startStack(settings: Settings): Promise<Stack> {
  for (const { name } of PROGRAMS) mkdirSync(path.join(settings.folder, name), { recursive: true });
  linkPrometheus(settings);
  const services = new Map<ProgramName, Service>();
  const start = async (name: ProgramName): Promise<void> => {
    if (services.get(name)?.running()) return;
    const service = startService(specOf(name, settings));
    services.set(name, service);
    await service.ready();
  };
  const stop: Stack['stop'] = async (name, signal) => {
    await services.get(name)?.stop(signal);
    services.delete(name);
  };
  const stopAll = async (): Promise<void> => {
    await stop('collector');
    await Promise.all(STORES.map((name) => stop(name)));
  };
  const begun = await Promise.allSettled([...STORES, 'collector' as const].map(start));
  const failed = begun.find((one) => one.status === 'rejected');
  if (failed) {
    await stopAll();
    throw failed.reason;
  }
  return {
    addresses: addressesOf(settings.ports),
    settings,
    start,
    stop,
    stopAll,
    pid: (name) => {
      const service = services.get(name);
      if (!service?.running()) throw new Error(`${name} does not run`);
      return service.pid;
    },
    fallen: () => [...services].filter(([, service]) => !service.running()).map(([name]) => name),
  };
}
