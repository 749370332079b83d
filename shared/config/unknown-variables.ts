import { closest, distance } from 'fastest-levenshtein';
import type { Env, Variables } from './environment.ts';
import { elsewhere, isForeign } from './foreign-variables.ts';
import { isServiceLink, namesOf } from './sources.ts';

/**
 * Returns a line for each variable of the environment that has a name like those of `variables` and is never read, such
 * as a misspelt one, and for each that counts as not set. The lines contain no secret.
 */
export function remarksOn(variables: Variables, env: Env): string[] {
  const names = Object.entries(variables).flatMap(([own, variable]) => namesOf(own, variable));
  const prefixes = new Set(names.map(prefixOf).filter((prefix) => !anybodys.has(prefix)));
  const isOurs = (name: string) =>
    names.includes(name.toUpperCase()) ||
    prefixes.has(prefixOf(name)) ||
    names.some((one) => beginAlike(name.toUpperCase(), one)) ||
    (isLong(name) && near(name, names) <= 2);
  return Object.keys(env)
    .filter((name) => env[name])
    .flatMap((name) => {
      if (names.includes(name)) return isServiceLink(name, env) ? [linkRemark(name, env)] : [];
      if (!isOurs(name) || isForeign(name, env)) return [];
      const meant = meantBy(name, [...names, ...elsewhere]);
      return [`${name} is read by nothing${meant ? `: did you mean ${meant}?` : '; `config` shows what is read'}`];
    });
}

const linkRemark = (name: string, env: Env) =>
  `${name}=${env[name]} is Kubernetes’ link to a service of that name, and counts as not set: set it, or enableServiceLinks: false`;

const prefixOf = (name: string) => name.split('_', 1)[0]!;

/** First words of ours that other programs' variables begin with, too. */
const anybodys = new Set(['DATABASE', 'LOG', 'MAX', 'ROLE']);

/**
 * Returns whether a name is a cut version of one of ours, or has its first two words: MAX_TICKETS, MAX_TICKETS_EACH.
 */
function beginAlike(name: string, ours: string): boolean {
  const [first, second, third] = ours.split('_');
  return third !== undefined && `${name}_`.startsWith(`${first}_${second}_`);
}

/** In a short name, two letters make another word. */
const isLong = (name: string) => name.length >= 8;

const near = (name: string, names: string[]) => distance(name, closest(name, names));

/** Returns the known name that was most likely meant: an address has many names, and others are cut short. */
function meantBy(name: string, known: string[]): string | undefined {
  const upper = name.toUpperCase();
  const nearest = closest(upper, known);
  if (distance(upper, nearest) <= 1) return nearest;
  const alike = known.filter((one) => prefixOf(one) === prefixOf(upper)).sort((a, b) => a.length - b.length);
  const place = places.test(upper) ? alike.find((one) => /_(ADDR|HOST|LISTENERS)$/.test(one)) : undefined;
  // Of those that it begins with, the longest: REDIS_TLS_CA_FILE is REDIS_TLS_CA.
  const longer = alike.find((one) => one.startsWith(upper)) ?? alike.findLast((one) => upper.startsWith(`${one}_`));
  return (
    place ??
    longer ??
    known.find((one) => anybodys.has(prefixOf(one)) && beginAlike(upper, one)) ??
    (distance(upper, nearest) <= likelySlips(upper) ? nearest : undefined)
  );
}

/** Half of a word is another word. */
const likelySlips = (name: string) => Math.min(3, (name.length - prefixOf(name).length - 1) / 2);

const places = /_(UR[LI]S?|DSN|ADDR(ESS(ES)?)?|HOST(S|NAME)?|PORT|SERVERS?|BROKERS?|NODES?|ENDPOINTS?)$/;
