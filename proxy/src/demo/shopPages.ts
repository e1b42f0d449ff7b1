/**
 * What the shop offers to read: resources and prompts. A missing invoice and a broken prompt are here on
 * purpose: they are JSON-RPC errors, one the caller's fault and one the server's.
 */
import {
  fromJsonSchema,
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { findInvoice, products } from './shopData.ts';

const jsonType = 'application/json';

export function addShopPages(server: McpServer): void {
  server.registerResource(
    'catalog',
    'shop://catalog',
    { description: 'Everything for sale', mimeType: jsonType },
    (uri) => ({ contents: [{ uri: uri.href, mimeType: jsonType, text: JSON.stringify(products) }] }),
  );
  server.registerResource(
    'invoice',
    new ResourceTemplate('shop://invoices/{id}', { list: undefined }),
    { description: 'One invoice', mimeType: jsonType },
    (uri, { id }) => {
      const invoice = findInvoice(String(id));
      if (invoice === undefined) throw new ResourceNotFoundError(uri.href);
      return { contents: [{ uri: uri.href, mimeType: jsonType, text: JSON.stringify(invoice) }] };
    },
  );
  server.registerPrompt(
    'dunning_letter',
    {
      description: 'A polite reminder of an open invoice',
      argsSchema: fromJsonSchema<{ invoice_id: string }>({
        type: 'object',
        properties: { invoice_id: { type: 'string' } },
        required: ['invoice_id'],
      }),
    },
    ({ invoice_id }) => ({
      messages: [
        {
          role: 'user',
          content: { type: 'text', text: `Write a polite reminder of invoice ${invoice_id}.` },
        },
      ],
    }),
  );
  server.registerPrompt('season_greetings', { description: 'A prompt whose template is lost' }, () => {
    throw new ProtocolError(ProtocolErrorCode.InternalError, 'the template store does not answer');
  });
}
