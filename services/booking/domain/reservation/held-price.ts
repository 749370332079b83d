/** The price of a ticket when it was held, as its lock has it; in minor units of `currency`. */
export type HeldPrice = { price: number; currency: string };

export const writePrice = ({ price, currency }: HeldPrice) => `${price} ${currency}`;

export function readPrice(note: string | undefined): HeldPrice | undefined {
  const [, price, currency] = /^(\d{1,15}) ([A-Z]{3})$/.exec(note ?? '') ?? [];
  return price && currency ? { price: Number(price), currency } : undefined;
}
