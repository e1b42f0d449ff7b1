/** Nothing has passed yet: where to point a client, with text to copy for the clients people have. */
import { useState } from 'react';
import { clientConfigs } from '../../model/clientConfig.ts';
import type { About } from '../../model/source.ts';
import { Button } from '../Button.tsx';
import { CopyButton } from '../CopyButton.tsx';
import { Text } from '../Text.tsx';

export function FirstVisit({ about }: { readonly about: About | undefined }) {
  const [chosen, setChosen] = useState(0);
  const servers = about?.servers ?? [];
  const configs = clientConfigs(servers);
  const config = configs[chosen] ?? configs[0];
  if (servers.length === 0 || config === undefined) {
    return (
      <div role="status" className="sl-state">
        <h2>Nothing has passed yet</h2>
        <p>Point an MCP client at the proxy: its address stands in the terminal where it was started.</p>
      </div>
    );
  }
  return (
    <div className="sl-state sl-first">
      <h2>Nothing has passed yet</h2>
      <p>
        {about?.demo
          ? 'The bundled demo is about to begin. To see your own traffic, point an MCP client here instead of at its server:'
          : 'Point an MCP client here instead of at its server, and what it does appears on this page:'}
      </p>
      <ul className="sl-first__addresses">
        {servers.map(({ name, clientUrl }) => (
          <li key={name}>
            <span className="sl-muted">
              <Text value={name} />
            </span>
            <code className="sl-mono">
              <Text value={clientUrl} />
            </code>
            <CopyButton name={`Copy the address of ${name}`} words="Copy" text={() => clientUrl} />
          </li>
        ))}
      </ul>
      <div className="sl-first__clients" role="group" aria-label="Configuration for">
        {configs.map(({ id, client }, index) => (
          <Button key={id} small aria-pressed={index === chosen} onClick={() => setChosen(index)}>
            {client}
          </Button>
        ))}
      </div>
      <figure className="sl-first__config">
        <figcaption>
          <span className="sl-muted">{config.where}</span>
          <CopyButton
            name={`Copy the configuration for ${config.client}`}
            words="Copy"
            text={() => config.text}
          />
        </figcaption>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
        <pre className="sl-mono" tabIndex={0}>
          {config.text}
        </pre>
      </figure>
    </div>
  );
}
