/**
 * The demo MCP server's content as one server instance: tools, resources and prompts of a small tea shop.
 * One shop serves both protocol eras; how a message crosses the wire is no business of this file.
 */
import { McpServer } from '@modelcontextprotocol/server';
import type { ShopMemory } from './shopMemory.ts';
import { addShopPages } from './shopPages.ts';
import { addOddTools, addPaymentTools, addReportTools } from './shopTools.ts';

/** A new instance of the shop's server. */
export function openShop(memory: ShopMemory): McpServer {
  const server = new McpServer(
    { name: 'payments', version: '3.2.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { listChanged: true },
        prompts: {},
        logging: {},
      },
      instructions: 'Search products, pay orders, refund them, and read invoices of the tea shop.',
    },
  );
  addPaymentTools(server, memory);
  addReportTools(server, memory);
  addOddTools(server);
  addShopPages(server);
  return server;
}
