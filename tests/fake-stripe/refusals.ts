import { type ErrorBody, Failure } from './failure.ts';
import type { Operation } from './faults.ts';

// The codes that Stripe documents for the endpoints of the fake, https://docs.stripe.com/error-codes. Some refusals
// have no code; their names here begin with "no code".

const codes = (text: string) => text.split(/[ \n]+/).filter(Boolean);

const noCode: Record<string, { status: number; param?: string }> = {
  'no code: wrong key': { status: 401 },
  'no code: key without permission': { status: 403 },
  'no code: unknown currency': { status: 400, param: 'currency' },
  'no code: invalid request': { status: 400 },
};

const statuses: [status: number, codes: string[]][] = [
  [401, codes('api_key_expired platform_api_key_expired')],
  [403, codes('secret_key_required not_allowed_on_standard_account')],
  [404, codes('resource_missing')],
  [409, codes('idempotency_key_in_use')],
  [429, codes('rate_limit lock_timeout payment_intent_rate_limit_exceeded')],
  [
    402,
    codes(
      `card_declined insufficient_funds expired_card incorrect_cvc incorrect_number incorrect_zip incorrect_address invalid_cvc
      invalid_expiry_month invalid_expiry_year invalid_number processing_error authentication_required
      card_decline_rate_limit_exceeded approval_required`,
    ),
  ],
];

/** Refusals of every request. */
const anywhere = [
  ...['no code: wrong key', 'no code: key without permission', 'no code: invalid request'],
  ...codes(
    `api_key_expired platform_api_key_expired secret_key_required not_allowed_on_standard_account platform_account_required
    account_invalid livemode_mismatch testmode_charges_only tls_version_unsupported request_blocked action_blocked
    rate_limit lock_timeout resource_missing
    parameter_invalid_empty parameter_invalid_integer parameter_invalid_string_blank parameter_missing parameter_unknown
    parameters_exclusive a_code_of_tomorrow`,
  ),
];

/** Refusals of requests that change something. */
const changing = [...anywhere, ...codes('idempotency_key_in_use capability_not_active country_unsupported')];

const states = codes('payment_intent_unexpected_state intent_invalid_state');
const amounts = codes('amount_too_small amount_too_large invalid_charge_amount charge_exceeds_transaction_limit');

/** The possible refusals by operation: each is a `code` of a `refused` fault. */
export const refusalCodes: Record<Operation, readonly string[]> = {
  get: anywhere,
  list: anywhere,
  create: [...changing, ...amounts, 'no code: unknown currency', ...codes('payment_intent_invalid_parameter')],
  confirm: [
    ...changing,
    ...states,
    ...amounts,
    ...statuses.find(([status]) => status === 402)![1],
    ...codes(
      `charge_exceeds_source_limit payment_intent_incompatible_payment_method payment_intent_payment_attempt_failed
      payment_intent_payment_attempt_expired payment_intent_rate_limit_exceeded payment_intent_invalid_parameter
      payment_intent_authentication_failure payment_method_unactivated payment_method_unexpected_state
      payment_method_not_available payment_method_restricted payment_method_currency_mismatch payment_method_unsupported_type
      payment_method_invalid_parameter payment_method_provider_decline payment_method_provider_timeout
      expired_payment_method token_already_used invalid_characters postal_code_invalid`,
    ),
  ],
  capture: [
    ...changing,
    ...states,
    ...codes(
      `amount_too_small amount_too_large invalid_charge_amount charge_already_captured charge_already_refunded charge_disputed
      charge_expired_for_capture capture_charge_authorization_expired capture_unauthorized_payment charge_invalid_parameter
      card_declined processing_error`,
    ),
  ],
  cancel: [...changing, ...states, ...codes('charge_already_captured charge_already_refunded charge_not_refundable')],
  refund: [
    ...changing,
    ...states,
    ...codes(
      `amount_too_small amount_too_large invalid_charge_amount charge_already_refunded charge_disputed refund_disputed_payment
      charge_not_refundable charge_invalid_parameter balance_insufficient insufficient_funds anomalous_money_movement_request
      return_intent_already_processed`,
    ),
  ],
};

/** Returns the refusal with a code. An idempotency key keeps those of the work itself. */
export function refusalOf(code: string): Failure {
  const message = `Refused by the test: ${code}`;
  const without = noCode[code];
  if (without) {
    return new Failure(without.status, { type: 'invalid_request_error', message, param: without.param });
  }
  const status = statuses.find(([, all]) => all.includes(code))?.[0] ?? 400;
  const type: ErrorBody['type'] = status === 402 ? 'card_error' : 'invalid_request_error';
  return new Failure(status, { type, code, message }, status === 400 || status === 402);
}
