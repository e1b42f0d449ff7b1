/**
 * The observing thread's hold on the archive: opens it at the start or, where that cannot be, later, and tells
 * operator and page how it is. What is wrong with it never stops anything.
 */
import type { Archive, ArchiveTrouble } from '../observation/archive.ts';
import type { ArchivePlace, ArchiveState } from './protocol.ts';

/** Why there is no archive, for a person. */
export interface Problem {
  readonly trouble: ArchiveTrouble;
  readonly reason: string;
  readonly advice: string;
}

export type Opening =
  | {
      readonly ok: true;
      readonly archive: Archive;
      readonly instanceId: string;
      readonly setAside?: string;
    }
  | { readonly ok: false; readonly problem: Problem };

export interface KeeperPorts {
  /** Absent: nothing is to be kept. */
  readonly place: ArchivePlace | undefined;
  /** Never throws. `late`: the run has begun, and goes on under the instance that it is. */
  readonly open: (place: ArchivePlace, late: boolean) => Opening;
  /** An error of the archive in words. */
  readonly problemOf: (error: unknown, path: string) => Problem;
  /** Hears how the archive is, at the start and whenever that changes. */
  readonly onState: (state: ArchiveState) => void;
  /** One line for the operator. */
  readonly log: (line: string) => void;
}

/** What comes after the advice. */
const START_AGAIN = 'start Sightline again';
const BY_ITSELF = 'writing is tried again by itself';

export class Keeper {
  readonly #ports: KeeperPorts;
  #archive: Archive | undefined;
  #instanceId: string | undefined;
  #state!: ArchiveState;
  /** Why it cannot be opened; undefined where it could be, or is not wanted. */
  #shut: Problem | undefined;

  /** Opens the archive, and tells how that went. */
  constructor(ports: KeeperPorts) {
    this.#ports = ports;
    const { place } = ports;
    if (place === undefined) {
      const advice = 'start Sightline without --no-archive to keep what passes';
      this.#tell({ state: 'off', reason: 'nothing is kept (--no-archive)', advice, wanted: true });
    } else this.#take(place, ports.open(place, false));
  }

  get archive(): Archive | undefined {
    return this.#archive;
  }

  /** Of the file; undefined without one. */
  get instanceId(): string | undefined {
    return this.#instanceId;
  }

  get state(): ArchiveState {
    return this.#state;
  }

  /**
   * Tries to open what could not be opened before: quick, because whoever has it is not waited for. A file of a newer
   * version does not grow older.
   */
  readonly openLate = (): Archive | undefined => {
    const { place, open, log } = this.#ports;
    if (place === undefined || this.#archive !== undefined || this.#shut?.trouble === 'newer')
      return undefined;
    this.#take(place, open(place, true));
    if (this.#archive) log(`the archive is open now: events are kept from here on, in ${place.path}`);
    return this.#archive;
  };

  failing(error: unknown): void {
    const { place, problemOf } = this.#ports;
    if (place === undefined) return;
    const problem = problemOf(error, place.path);
    // A damaged file does not mend itself: it is set aside at the next start.
    this.#tellOff(problem, problem.trouble === 'damaged' ? START_AGAIN : BY_ITSELF);
  }

  recovered(): void {
    const { place, log } = this.#ports;
    log('the archive works again');
    if (place) this.#tell({ state: 'ok', path: place.path });
  }

  #take(place: ArchivePlace, opened: Opening): void {
    if (!opened.ok) {
      // Said again only when it is another reason.
      if (opened.problem.trouble === this.#shut?.trouble) return;
      this.#shut = opened.problem;
      const isFinal = opened.problem.trouble === 'newer';
      this.#tellOff(opened.problem, isFinal ? START_AGAIN : 'opening is tried again by itself');
      return;
    }
    if (opened.setAside !== undefined) {
      this.#ports.log(`the archive was damaged and is now ${opened.setAside}; a new one begins`);
    }
    this.#shut = undefined;
    this.#archive = opened.archive;
    this.#instanceId = opened.instanceId;
    this.#tell({ state: 'ok', path: place.path });
  }

  /** `next`: what comes after the advice. */
  #tellOff({ trouble, reason, advice: first }: Problem, next: string): void {
    const advice = `${first}; ${next === START_AGAIN ? 'then ' : ''}${next}`;
    const going = 'nothing is kept, traffic and export go on';
    this.#ports.log(`archive_${trouble}: ${reason}; ${going}. What to do: ${advice}`);
    this.#tell({ state: 'off', reason, advice });
  }

  #tell(state: ArchiveState): void {
    this.#state = state;
    this.#ports.onState(state);
  }
}
