/** The smallest AMD loader: one module, whose imports are libraries that this page has already. */
import type { PanelPlugin } from '@grafana/data';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as react from 'react';
import * as jsxRuntime from 'react/jsx-runtime';
import * as reactDom from 'react-dom';
import * as rxjs from 'rxjs';

/** What Grafana shares with plugins, as far as this one asks for it. */
const SHARED: Readonly<Record<string, unknown>> = {
  '@grafana/data': grafanaData,
  '@grafana/runtime': grafanaRuntime,
  react,
  'react/jsx-runtime': jsxRuntime,
  'react-dom': reactDom,
  rxjs,
};

type Factory = (...libraries: readonly unknown[]) => unknown;

export async function loadPlugin(address: string): Promise<PanelPlugin> {
  const uri = new URL(address, location.href).href;
  let defined: unknown;
  const define = (...given: readonly unknown[]) => {
    const factory = given.at(-1) as Factory;
    const names = given.find(Array.isArray) as readonly string[] | undefined;
    defined = factory(
      ...(names ?? []).map((name) => {
        if (name === 'module') return { uri };
        if (!(name in SHARED)) throw new Error(`the plugin asks for '${name}', which Grafana does not share`);
        return SHARED[name];
      }),
    );
  };
  Reflect.set(window, 'define', Object.assign(define, { amd: {} }));
  await new Promise<void>((resolve, reject) => {
    const script = document.createElement('script');
    script.src = uri;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`${uri} cannot be loaded`));
    document.head.append(script);
  });
  // Other libraries would take this page for an AMD loader too.
  Reflect.deleteProperty(window, 'define');
  return ((await defined) as { readonly plugin: PanelPlugin }).plugin;
}
