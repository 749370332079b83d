/** A lock outlives the payment: a buyer whose time is nearly over is not overtaken while the bank is thinking. */
export const paymentWindowMs = 120_000;
