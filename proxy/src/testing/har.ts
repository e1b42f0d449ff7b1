/** HAR 1.2 by its schemas. */
import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import { Ajv } from 'ajv';

/** What the schemas of `har-schema` find wrong; their one foreign keyword (`optional`) means nothing to a check. */
export function harFaults(har: unknown): unknown {
  const formats = {
    'date-time': true,
    uri: URL.canParse,
    ipv4: (text: string) => isIP(text) === 4,
    ipv6: (text: string) => isIP(text) === 6,
  } as const;
  const ajv = new Ajv({ strict: false, formats });
  const require = createRequire(import.meta.url);
  ajv.addMetaSchema(require('ajv/dist/refs/json-schema-draft-06.json') as object);
  const schemas = require('har-schema') as Readonly<Record<string, object>>;
  const { har: top, ...parts } = schemas;
  for (const schema of Object.values(parts)) ajv.addSchema(schema);
  const check = ajv.compile(top ?? {});
  check(har);
  return check.errors ?? [];
}
