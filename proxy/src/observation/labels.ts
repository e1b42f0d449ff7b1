/**
 * Metric label values, bounded whatever peers send: a value past its cap, and a tool that the server's own
 * list lacks, becomes `_other`. First come, first kept: a value that has its label keeps it.
 */
import { OTHER } from '../contract/index.ts';
import { methodRow } from '../mcp/methods.ts';
import type { ToolDefinition } from '../mcp/result.ts';
import { BOUNDS } from './bounds.ts';

/** Error types fold into the conventions' own fallback value. */
const OTHER_ERROR = '_OTHER';

class LabelBudget {
  readonly #known = new Set<string>();
  readonly #max: number;
  readonly #other: string;

  constructor(max: number, other: string) {
    this.#max = max;
    this.#other = other;
  }

  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.#max) return this.#other;
    this.#known.add(value);
    return value;
  }
}

/** What one server advertises, over all the lists it ever showed to anybody. */
interface Catalogue {
  readonly advertised: Set<string>;
  /** First and last page were seen: from then on a name that is missing is known to be missing. */
  first: boolean;
  last: boolean;
  readonly labels: LabelBudget;
}

export class LabelBook {
  readonly #methods = new LabelBudget(BOUNDS.methodLabelsMax, OTHER);
  readonly #clients = new LabelBudget(BOUNDS.clientLabelsMax, OTHER);
  readonly #errorTypes = new LabelBudget(BOUNDS.errorTypeLabelsMax, OTHER_ERROR);
  readonly #catalogues = new Map<string, Catalogue>();

  method(method: string): string {
    return methodRow(method) ? method : this.#methods.of(method);
  }

  client(name: string): string {
    return this.#clients.of(name);
  }

  errorType(type: string): string {
    return this.#errorTypes.of(type);
  }

  tool(server: string, tool: string): string {
    const catalogue = this.#catalogue(server);
    if (catalogue.first && catalogue.last && !catalogue.advertised.has(tool)) return OTHER;
    return catalogue.labels.of(tool);
  }

  /** Takes in one page of a `tools/list` answer. Lists differ by caller, so nothing is ever taken out. */
  advertise(
    server: string,
    tools: readonly ToolDefinition[],
    page: { readonly first: boolean; readonly last: boolean },
  ): void {
    const catalogue = this.#catalogue(server);
    for (const { name } of tools) {
      if (catalogue.advertised.size >= BOUNDS.advertisedToolsPerServerMax) break;
      catalogue.advertised.add(name);
    }
    catalogue.first ||= page.first;
    // A last page whose predecessors passed before we looked says nothing of what is missing.
    catalogue.last ||= catalogue.first && page.last;
  }

  #catalogue(server: string): Catalogue {
    let catalogue = this.#catalogues.get(server);
    if (!catalogue) {
      catalogue = {
        advertised: new Set(),
        first: false,
        last: false,
        labels: new LabelBudget(BOUNDS.toolLabelsPerServerMax, OTHER),
      };
      this.#catalogues.set(server, catalogue);
    }
    return catalogue;
  }
}
