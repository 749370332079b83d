import { invalid } from './failure.ts';

/** A form's fields: texts, and nested forms in brackets. */
export type Form = { [name: string]: string | Form };

/** Reads `a=1&b[c]=2&d[]=3&d[]=4` and `d[0]=3`; a list is a form too, with its places as names. */
export function parseForm(text: string): Form {
  const form: Form = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const names = key.replaceAll(']', '').split('[');
    let inner = form;
    for (const [place, part] of names.entries()) {
      const name = part || String(Object.keys(inner).length);
      if (place === names.length - 1) inner[name] = value;
      else if (typeof inner[name] === 'object') inner = inner[name];
      else {
        const next: Form = {};
        inner[name] = next;
        inner = next;
      }
    }
  }
  return form;
}

/** Unknown parameters are refused, as by Stripe: none is ignored silently. */
export function checkNames(form: Form, names: readonly string[]): void {
  const strange = Object.keys(form).find((name) => !names.includes(name));
  if (strange !== undefined) throw invalid(`Unknown parameter: ${strange}`, strange, 'parameter_unknown');
}

export function textOf(form: Form, name: string): string | undefined {
  const value = form[name];
  if (value === '') throw invalid(`${name} must not be empty`, name, 'parameter_invalid_empty');
  if (typeof value === 'object') throw invalid(`${name} must be a string`, name);
  return value;
}

export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw invalid(`Missing required param: ${name}`, name, 'parameter_missing');
  return value;
}

export function integerOf(form: Form, name: string): number | undefined {
  const text = textOf(form, name);
  if (text !== undefined && !/^\d{1,15}$/.test(text)) {
    throw invalid(`Invalid integer: ${text}`, name, 'parameter_invalid_integer');
  }
  return text === undefined ? undefined : Number(text);
}

export function oneOf<const O extends string>(form: Form, name: string, options: readonly O[]): O | undefined {
  const text = textOf(form, name);
  if (text !== undefined && !options.includes(text as O)) {
    throw invalid(`${name} must be one of ${options.join(', ')}`, name);
  }
  return text as O | undefined;
}

export const flagOf = (form: Form, name: string): boolean => oneOf(form, name, ['true', 'false']) === 'true';

export function listOf(form: Form, name: string): string[] | undefined {
  const value = form[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string') throw invalid('Invalid array', name);
  return Object.keys(value).map((place) => required(textOf(value, place), name));
}

const limits = { keys: 50, keyLength: 40, valueLength: 500 };

export function metadataOf(form: Form): Record<string, string> {
  const given = form.metadata ?? {};
  if (typeof given === 'string') throw invalid('Invalid object', 'metadata');
  const pairs = Object.keys(given).map((key) => [key, required(textOf(given, key), key)] as const);
  const fits = ([key, value]: (typeof pairs)[number]) =>
    key.length <= limits.keyLength && value.length <= limits.valueLength;
  if (pairs.length > limits.keys || !pairs.every(fits)) {
    throw invalid('Metadata has at most 50 keys of up to 40 characters, with values of up to 500', 'metadata');
  }
  return Object.fromEntries(pairs);
}
