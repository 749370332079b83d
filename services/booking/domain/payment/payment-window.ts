/** A lock outlives the payment: a buyer whose time is nearly over keeps the seat while the bank decides. */
export const paymentWindowMs = 120_000;
