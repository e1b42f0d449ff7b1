/**
 * Retry chains of one session: the same tool called again with the same arguments after an attempt that was not
 * ok, or with other arguments directly after an error of that tool. Knows nothing of messages; it is told when
 * an attempt begins and how it ended.
 */
import { BoundedMap } from '../session/boundedMap.ts';
import { BOUNDS } from './bounds.ts';
import type { UnixMicros } from './frame.ts';

export interface Attempt {
  readonly tool: string;
  readonly argumentsKey: string;
  readonly startUs: UnixMicros;
  readonly operationId: string;
  /** 1 when it is the first. */
  readonly number: number;
  /** From the second on: the operation that began the chain. */
  readonly firstOperationId?: string;
  /** The chain went on with other arguments. */
  readonly argumentsChanged: boolean;
}

/** A chain that ended, in success or not. */
export interface ChainEnd {
  readonly tool: string;
  readonly firstOperationId: string;
  /** Attempts made. */
  readonly number: number;
  readonly wastedUs: number;
  readonly wastedBytes: number;
}

interface Chain {
  argumentsKey: string;
  readonly firstOperationId: string;
  readonly firstStartUs: UnixMicros;
  number: number;
  /** Attempts that have not ended yet. */
  running: number;
  lastEndUs: UnixMicros;
  wastedBytes: number;
}

interface ToolChains {
  readonly tool: string;
  readonly byArguments: BoundedMap<string, Chain>;
  /** The chain whose failure was the last thing that happened to this tool. */
  justFailed?: Chain | undefined;
}

export class Chains {
  readonly #windowUs: number;
  readonly #onEvict: () => void;
  readonly #tools: BoundedMap<string, ToolChains>;

  constructor(windowUs: number, onEvict: () => void) {
    this.#windowUs = windowUs;
    this.#onEvict = onEvict;
    this.#tools = new BoundedMap(BOUNDS.chainToolsPerSessionMax, onEvict);
  }

  begin(tool: string, argumentsKey: string, startUs: UnixMicros, operationId: string): Attempt {
    const chains = this.#tools.get(tool);
    const same = this.#fresh(chains?.byArguments.get(argumentsKey), startUs);
    const chain = same ?? this.#fresh(chains?.justFailed, startUs);
    if (chains) chains.justFailed = undefined;
    const attempt = { tool, argumentsKey, startUs, operationId };
    if (!chains || !chain) return { ...attempt, number: 1, argumentsChanged: false };
    chain.number++;
    chain.running++;
    if (!same) {
      chains.byArguments.delete(chain.argumentsKey);
      chain.argumentsKey = argumentsKey;
      chains.byArguments.set(argumentsKey, chain);
    }
    return {
      ...attempt,
      number: chain.number,
      firstOperationId: chain.firstOperationId,
      argumentsChanged: !same,
    };
  }

  /** Tells that an attempt ended well; the answer is what its chain cost, if it continued one. */
  succeed(attempt: Attempt): ChainEnd | undefined {
    const chains = this.#tools.peek(attempt.tool);
    const chain = this.#chainOf(attempt);
    if (chains) chains.justFailed = undefined;
    if (!chains || !chain) return undefined;
    chains.byArguments.delete(chain.argumentsKey);
    return {
      tool: attempt.tool,
      firstOperationId: chain.firstOperationId,
      number: attempt.number,
      wastedUs: attempt.startUs - chain.firstStartUs,
      wastedBytes: chain.wastedBytes,
    };
  }

  /**
   * Tells that an attempt ended, and not well. After a `cancelled` one only the very same call is another try: that
   * somebody stopped it does not say that it went wrong.
   */
  fail(attempt: Attempt, endUs: UnixMicros, bytes: number, cancelled = false): void {
    let chains = this.#tools.get(attempt.tool);
    if (!chains) {
      chains = { tool: attempt.tool, byArguments: new BoundedMap(BOUNDS.chainsPerToolMax, this.#onEvict) };
      this.#tools.set(attempt.tool, chains);
    }
    let chain = this.#chainOf(attempt);
    if (chain) chain.running--;
    // The same call made twice at once: the other one's failure began the chain already.
    else chain = chains.byArguments.get(attempt.argumentsKey);
    if (!chain) {
      chain = {
        argumentsKey: attempt.argumentsKey,
        firstOperationId: attempt.operationId,
        firstStartUs: attempt.startUs,
        number: 1,
        running: 0,
        lastEndUs: endUs,
        wastedBytes: 0,
      };
      chains.byArguments.set(attempt.argumentsKey, chain);
    }
    chain.lastEndUs = endUs;
    chain.wastedBytes += bytes;
    chains.justFailed = cancelled ? undefined : chain;
  }

  /** Chains whose window has passed without success (all of them with `now` absent); single failures are none. */
  gaveUp(now?: UnixMicros): ChainEnd[] {
    const ends: ChainEnd[] = [];
    for (const chains of this.#tools.values()) {
      for (const chain of chains.byArguments.values()) {
        const over = now === undefined || (chain.running === 0 && now - chain.lastEndUs > this.#windowUs);
        if (!over) continue;
        chains.byArguments.delete(chain.argumentsKey);
        if (chain.number < 2) continue;
        ends.push({
          tool: chains.tool,
          firstOperationId: chain.firstOperationId,
          number: chain.number,
          wastedUs: chain.lastEndUs - chain.firstStartUs,
          wastedBytes: chain.wastedBytes,
        });
      }
      if (chains.byArguments.size === 0) this.#tools.delete(chains.tool);
    }
    return ends;
  }

  #chainOf(attempt: Attempt): Chain | undefined {
    if (attempt.firstOperationId === undefined) return undefined;
    // Not by arguments: a later attempt may have led the chain on to others while this one ran.
    for (const chain of this.#tools.peek(attempt.tool)?.byArguments.values() ?? []) {
      if (chain.firstOperationId === attempt.firstOperationId) return chain;
    }
    return undefined;
  }

  #fresh(chain: Chain | undefined, startUs: UnixMicros): Chain | undefined {
    return chain && startUs - chain.lastEndUs <= this.#windowUs ? chain : undefined;
  }
}
