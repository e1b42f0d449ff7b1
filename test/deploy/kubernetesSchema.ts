/**
 * The API of Kubernetes as it describes itself, made strict: what no field is called is refused, as the API server
 * does for who asks it to validate, and as it silently drops for everybody else.
 */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { Manifest } from './manifests.ts';

interface Definition {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly format?: string;
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

/** Gives what is wrong with an object, in words with its path; nothing when it is as the API says. */
export type Judge = (manifest: Manifest) => readonly string[];

/** @param file OpenAPI 2.0, as `/openapi/v2` of an API server answers. */
export function readApi(file: string): Judge {
  const { definitions } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly definitions: Readonly<Record<string, Definition>>;
  };
  const strict = Object.fromEntries(Object.entries(definitions).map(([name, one]) => [name, tighten(one)]));
  // Its formats are Go's types (int32, byte); its keywords of its own begin with x-.
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ $id: 'api', definitions: strict });
  const names = new Map(
    Object.entries(definitions).flatMap(([name, one]) =>
      (one['x-kubernetes-group-version-kind'] ?? []).map(({ group, version, kind }): [string, string] => [
        `${group === '' ? version : `${group}/${version}`} ${kind}`,
        name,
      ]),
    ),
  );
  return (manifest) => {
    const name = names.get(`${manifest.apiVersion} ${manifest.kind}`);
    if (name === undefined) return [`${manifest.apiVersion} has no ${manifest.kind}`];
    const validate = ajv.getSchema(`api#/definitions/${name}`);
    if (validate === undefined) throw new Error(`no definition ${name}`);
    if (validate(manifest)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}

function tighten(definition: Definition): object {
  if (definition.format === 'int-or-string') return { ...definition, type: ['string', 'integer'] };
  return definition.properties === undefined ? definition : { ...definition, additionalProperties: false };
}
