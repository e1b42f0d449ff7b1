/**
 * The yardstick: express 5 with http-proxy-middleware 4, forwarding alone, in its best settings (keep-alive agent,
 * no X-Forwarded-*, default plugins ejected). A baseline that is slower than it need be would flatter every ratio.
 * Arguments: its port and the upstream's origin; ends when its parent goes.
 */
import { Agent } from 'node:http';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const [port, target = ''] = process.argv.slice(2);

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.use(
  createProxyMiddleware({
    target,
    agent: new Agent({ keepAlive: true }),
    changeOrigin: true,
    xfwd: false,
    ejectPlugins: true,
    // Ejecting leaves errors without a listener: one broken connection would end the process.
    plugins: [(server) => void server.on('error', () => undefined)],
  }),
);
app.listen(Number(port), '127.0.0.1');
process.on('disconnect', () => process.exit(0));
// An end in order, without which the profiler writes nothing.
process.on('SIGTERM', () => process.exit(0));
