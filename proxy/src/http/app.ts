/**
 * The express application that accepts every request, bare: it parses no body, adds no header, alters nothing.
 * Requests and responses are born with express's prototypes: giving them those afterwards, as express does, makes
 * every object of a request slow to use and was a tenth of the proxy's own work.
 */
import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import express from 'express';

export interface App {
  readonly listener: RequestListener;
  /** To be given to `createServer`, so that what it makes needs no change. */
  readonly serverOptions: {
    readonly IncomingMessage: typeof IncomingMessage;
    readonly ServerResponse: typeof ServerResponse<IncomingMessage>;
  };
}

export function createApp(take: (request: IncomingMessage, response: ServerResponse) => void): App {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((request, response) => take(request, response));

  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse {}
  adopt(AppRequest.prototype, app.request);
  adopt(AppResponse.prototype, app.response);
  Object.assign(app, { request: AppRequest.prototype, response: AppResponse.prototype });
  return { listener: app, serverOptions: { IncomingMessage: AppRequest, ServerResponse: AppResponse } };
}

/** `own` becomes what express made of node's prototype, so that express finds nothing left to change. */
function adopt(own: object, made: object): void {
  Object.setPrototypeOf(own, Object.getPrototypeOf(made));
  for (const key of Reflect.ownKeys(made)) {
    const property = Object.getOwnPropertyDescriptor(made, key);
    if (property) Object.defineProperty(own, key, property);
  }
}
