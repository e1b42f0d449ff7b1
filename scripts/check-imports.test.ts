import { describe, expect, it } from 'vitest';
import { findOffences } from './check-imports.ts';
import { ALIASES, ROOMS, type Room } from './walls.ts';

const walls = { rooms: ROOMS, aliases: ALIASES };
const offencesOf = (path: string, text: string) => findOffences([{ path, text }], walls);

describe('findOffences', () => {
  const planted = [
    {
      why: 'a file outside every room is held by no wall',
      path: 'proxy/src/helpers.ts',
      text: '',
      says: 'in no room',
    },
    {
      why: 'the core does no I/O',
      path: 'proxy/src/mcp/message.ts',
      text: "import { readFileSync } from 'node:fs';",
      says: "mcp may not import 'node:fs'",
    },
    {
      why: 'imports only point down',
      path: 'proxy/src/mcp/message.ts',
      text: "import { Observer } from '../observation/observer.ts';",
      says: 'mcp may not import observation',
    },
    {
      why: 'siblings never import each other',
      path: 'proxy/src/http/listener.ts',
      text: "import { createTelemetry } from '../telemetry/otel.ts';",
      says: 'http may not import telemetry',
    },
    {
      why: 'a type is knowledge too',
      path: 'proxy/src/terminal/line.ts',
      text: "import type { ProxySettings } from '../http/settings.ts';",
      says: 'terminal may not import http',
    },
    {
      why: 'a re-export is an import',
      path: 'proxy/src/config/parse.ts',
      text: "export * from '../http/settings.ts';",
      says: 'config may not import http',
    },
    {
      why: 'a view that reads the clock cannot be drawn elsewhere',
      path: 'grafana-plugin/src/views/EventLog.tsx',
      text: 'const now = Date.now();',
      says: 'views is handed everything and may not use the clock',
    },
    {
      why: 'a view does not know its address',
      path: 'grafana-plugin/src/views/EventLog.tsx',
      text: 'const query = window.location.search;',
      says: 'may not use the address',
    },
    {
      why: 'a view asks its source, not the network',
      path: 'grafana-plugin/src/views/EventLog.tsx',
      text: "const feed = new EventSource('/api');",
      says: 'may not use the network',
    },
    {
      why: 'only the list knows the library of virtual rows',
      path: 'grafana-plugin/src/views/EventLog.tsx',
      text: "import { useVirtualizer } from '@tanstack/react-virtual';",
      says: "may not import the package '@tanstack/react-virtual'",
    },
    {
      why: 'a dynamic import is an import',
      path: 'proxy/src/mcp/message.ts',
      text: "const child = import('node:child_process');",
      says: "may not import 'node:child_process'",
    },
    {
      why: 'an import type is an import',
      path: 'proxy/src/session/registry.ts',
      text: "type Server = import('node:http').Server;",
      says: "may not import 'node:http'",
    },
    {
      why: 'a computed target could be anything',
      path: 'proxy/src/http/listener.ts',
      text: 'const part = import(name);',
      says: 'computed',
    },
    {
      why: 'only one file may know OpenTelemetry',
      path: 'proxy/src/telemetry/spans.ts',
      text: "import { trace } from '@opentelemetry/api';",
      says: "telemetry may not import the package '@opentelemetry/api'",
    },
    {
      why: 'the session room hashes and does nothing else with node:crypto',
      path: 'proxy/src/session/identity.ts',
      text: "import { createHash, randomUUID } from 'node:crypto';",
      says: 'not randomUUID',
    },
    {
      why: 'a namespace import takes every name',
      path: 'proxy/src/session/identity.ts',
      text: "import * as crypto from 'node:crypto';",
      says: 'not everything',
    },
    {
      why: 'a bare builtin can be shadowed by a package',
      path: 'proxy/src/http/listener.ts',
      text: "import http from 'http';",
      says: "write 'node:http'",
    },
    {
      why: 'getBuiltinModule is a back door',
      path: 'proxy/src/http/listener.ts',
      text: "const fs = process.getBuiltinModule('node:fs');",
      says: "may not import 'node:fs'",
    },
    {
      why: 'test helpers do not ship',
      path: 'proxy/src/observation/observer.ts',
      text: "import { aRequest } from '../testing/frames.ts';",
      says: 'Only *.test.ts may import from testing/',
    },
    {
      why: 'the fold reads no clock',
      path: 'proxy/src/observation/observer.ts',
      text: 'const now = Date.now();',
      says: 'the clock',
    },
    {
      why: 'the fold sets no timer',
      path: 'proxy/src/observation/observer.ts',
      text: 'setTimeout(() => {}, 1);',
      says: 'a timer',
    },
    {
      why: 'the fold makes no randomness',
      path: 'proxy/src/observation/observer.ts',
      text: 'const id = crypto.randomUUID();',
      says: 'randomness',
    },
    {
      why: 'views are drawn by two shells, so they know neither',
      path: 'grafana-plugin/src/views/EventLog.tsx',
      text: "import { Button } from '@grafana/ui';",
      says: "views may not import the package '@grafana/ui'",
    },
    {
      why: 'a multi-line import is one import',
      path: 'proxy/src/mcp/message.ts',
      text: "import {\n  readFile,\n  writeFile,\n} from 'node:fs/promises';",
      says: "'node:fs/promises'",
    },
  ];
  it.each(planted)('$why', ({ path, text, says }) => {
    const offences = offencesOf(path, text);
    expect(offences).toHaveLength(1);
    expect(offences[0]).toContain(says);
    expect(offences[0]).toContain(path);
  });

  const allowed = [
    {
      why: 'down is allowed',
      path: 'proxy/src/observation/observer.ts',
      text: "import { OUTCOMES } from '../contract/index.ts';\nimport { a } from '../session/registry.ts';",
    },
    {
      why: 'the one importer of OpenTelemetry',
      path: 'proxy/src/telemetry/otel.ts',
      text: "import { trace } from '@opentelemetry/api';",
    },
    {
      why: 'hashing in the session room',
      path: 'proxy/src/session/identity.ts',
      text: "import { createHash } from 'node:crypto';",
    },
    {
      why: 'the contract by its package name',
      path: 'grafana-plugin/src/model/session.ts',
      text: "import { OUTCOMES } from 'sightline/contract';",
    },
    {
      why: 'tests import what they like',
      path: 'proxy/src/mcp/message.test.ts',
      text: "import { readFileSync } from 'node:fs';",
    },
    {
      why: 'a comment imports nothing',
      path: 'proxy/src/mcp/message.ts',
      text: "// import { x } from 'node:fs';\n/* import('node:net') */\n/**\n * Date.now() is read elsewhere.\n */",
    },
    {
      why: 'a text names what it likes',
      path: 'proxy/src/mcp/message.ts',
      text: "const a = 'Date.now() and process.env';\nconst b = `await it`;",
    },
    {
      why: 'words that only look like an import',
      path: 'proxy/src/mcp/message.ts',
      text: 'export function fromText(a: string) { return a; }',
    },
  ];
  it.each(allowed)('$why is no offence', ({ path, text }) => expect(offencesOf(path, text)).toEqual([]));

  it('names the line', () => {
    expect(offencesOf('proxy/src/mcp/a.ts', "\n\nimport 'node:fs';")[0]).toMatch(
      /^proxy\/src\/mcp\/a\.ts:3: /,
    );
  });
});

describe('the table itself', () => {
  const byName = new Map<string, Room>(ROOMS.map((room) => [room.name, room]));

  it('names every room once', () => expect(byName.size).toBe(ROOMS.length));

  it('speaks only of rooms that it has', () => {
    const named = ROOMS.flatMap((room) => [
      ...(room.rooms ?? []),
      ...Object.values(room.files ?? {}).flatMap((file) => file.rooms ?? []),
    ]);
    expect(named.filter((name) => !byName.has(name))).toEqual([]);
  });

  it('has no circle', () => {
    const reaches = (from: string, to: string): boolean =>
      (byName.get(from)?.rooms ?? []).some((next) => next === to || reaches(next, to));
    expect(ROOMS.filter((room) => reaches(room.name, room.name))).toEqual([]);
  });

  it('keeps the core pure and free of packages', () => {
    for (const name of ['contract', 'mcp', 'session', 'observation']) {
      expect(byName.get(name)).toMatchObject({ pure: true });
      expect(byName.get(name)?.packages ?? []).toEqual([]);
    }
  });
});
