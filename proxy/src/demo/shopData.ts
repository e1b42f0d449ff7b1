/**
 * What the demo shop sells and has sold. Plain data and pure look-ups, so that a reader can tell from the
 * page which call must give which answer. It refuses to remember anything.
 */

export interface Product {
  readonly sku: string;
  readonly title: string;
  readonly priceCents: number;
}

export interface Invoice {
  readonly id: string;
  readonly orderId: string;
  readonly totalCents: number;
  readonly status: 'open' | 'paid';
}

export const products: readonly Product[] = [
  { sku: 'tea-001', title: 'Darjeeling first flush, 100 g', priceCents: 1490 },
  { sku: 'tea-002', title: 'Sencha, 100 g', priceCents: 990 },
  { sku: 'mug-010', title: 'Stoneware mug, blue', priceCents: 1850 },
  { sku: 'mug-011', title: 'Travel mug, steel', priceCents: 2700 },
  { sku: 'pot-003', title: 'Cast iron tea pot', priceCents: 6400 },
];

export const invoices: readonly Invoice[] = [
  { id: 'INV-2041', orderId: 'ord-1041', totalCents: 3340, status: 'paid' },
  { id: 'INV-2042', orderId: 'ord-1042', totalCents: 6400, status: 'open' },
];

/** Products whose title contains the words, whatever their case. */
export function findProducts(query: string): readonly Product[] {
  const wanted = query.toLowerCase();
  return products.filter((product) => product.title.toLowerCase().includes(wanted));
}

export function findInvoice(id: string): Invoice | undefined {
  return invoices.find((invoice) => invoice.id === id);
}

/** A year of orders as CSV: about 130 KB, so that one result is far beyond what a reader would scroll. */
export function writeOrderExport(): string {
  const rows = Array.from({ length: 2400 }, (_, index) => {
    const product = products[index % products.length];
    return `ord-${1000 + index},2026-${String((index % 12) + 1).padStart(2, '0')}-15,${product?.sku},${product?.priceCents},"Rue du Marché ${index % 90}, Genève"`;
  });
  return ['order,date,sku,cents,address', ...rows].join('\n');
}

/**
 * What the bank says to the nth try of paying an order: undefined means it agrees. Orders beginning with
 * `ord-7` recover on the third try, those beginning with `ord-9` never do, all others are paid at once.
 */
export function findPaymentFailure(orderId: string, attempt: number): string | undefined {
  if (orderId.startsWith('ord-9')) return 'card declined by the issuer';
  if (!orderId.startsWith('ord-7')) return undefined;
  return ['upstream timeout', 'rate limited'][attempt - 1];
}
