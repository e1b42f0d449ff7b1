import { describe, expect, it } from 'vitest';
import { readEnvironment } from './given.ts';

describe('variables that Kubernetes makes of a Service called sightline…', () => {
  it('are no settings, and no mistakes', () => {
    const env = {
      SIGHTLINE_SERVICE_HOST: '10.0.0.7',
      SIGHTLINE_SERVICE_PORT: '7600',
      SIGHTLINE_SERVICE_PORT_MCP: '7600',
      SIGHTLINE_PORT: 'tcp://10.0.0.7:7600',
      SIGHTLINE_PORT_7600_TCP: 'tcp://10.0.0.7:7600',
      SIGHTLINE_PORT_7600_TCP_PROTO: 'tcp',
      SIGHTLINE_PORT_7600_TCP_PORT: '7600',
      SIGHTLINE_PORT_7600_TCP_ADDR: '10.0.0.7',
      SIGHTLINE_GATEWAY_SERVICE_HOST: '10.0.0.8',
      SIGHTLINE_GATEWAY_PORT: 'tcp://10.0.0.8:7600',
    };
    expect(readEnvironment(env)).toEqual({ given: [], problems: [] });
  });

  it.each(['SIGHTLINE_PORT', 'SIGHTLINE_HOST', 'SIGHTLINE_LISTEN_PORT'])(
    '%s of a person is a mistake',
    (key) => {
      expect(readEnvironment({ [key]: '8080' }).problems).toMatchObject([{ key }]);
    },
  );
});
