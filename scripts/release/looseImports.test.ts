/** A package that a bundle forgot is found in its text, however it is asked for; what every Node has is not. */
import { expect, it } from 'vitest';
import { findLooseImports } from './looseImports.ts';

it.each([
  ['import express from "express";', 'express'],
  ['import { a,\n  b } from "@scope/name/part";', '@scope/name/part'],
  ['import "side-effect";', 'side-effect'],
  ['const late = await import("late");', 'late'],
  ['\tconst { x } = __require("dynamic");', 'dynamic'],
])('%s', (code, name) => expect(findLooseImports(code)).toEqual([name]));

it.each([
  'import fs from "node:fs";\nimport path from "path";\nimport { x } from "./chunk.js";',
  'const url = __require("url"), timers = await import("node:timers/promises");',
  'try { __require("supports-color") } catch {}',
  'const text = "install it: import x from the-docs";',
])('%s', (code) => expect(findLooseImports(code)).toEqual([]));
