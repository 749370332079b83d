import { type RequestOptions, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { textOf } from '../../../../shared/config/environment.ts';
import { tlsOptions } from '../../../../shared/config/tls.ts';
import type { ConnectAccess } from '../../connect-config.ts';

const deadlineMs = 20_000;

/**
 * Sends a request to an address below Kafka Connect’s. Not by `fetch`: each runtime’s takes certificates in a way of
 * its own, and tells less of why TLS failed.
 */
export function send(
  { tls, login }: ConnectAccess,
  method: string,
  url: string,
  body?: object,
): Promise<{ code: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number; text: string }>();
  const text = body ? JSON.stringify(body) : '';
  const options: RequestOptions = {
    method,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...(login && { authorization: headerOf(login) }),
    },
  };
  const isTls = url.startsWith('https:');
  const sent = isTls ? requestTls(url, { ...options, ...tlsOptions(tls) }) : requestPlain(url, options);
  const late = setTimeout(() => sent.destroy(new Error(`no answer in ${deadlineMs / 1000} s`)), deadlineMs);
  sent.once('error', reject);
  sent.once('response', (response) => {
    let said = '';
    response.setEncoding('utf8').on('data', (part) => {
      said += part;
    });
    response.once('error', reject).once('end', () => resolve({ code: response.statusCode ?? 0, text: said }));
  });
  sent.end(text);
  return promise.finally(() => clearTimeout(late));
}

function headerOf(login: NonNullable<ConnectAccess['login']>): string {
  if ('token' in login) return `Bearer ${textOf(login.token).trim()}`;
  return `Basic ${Buffer.from(`${textOf(login.username)}:${textOf(login.password)}`).toString('base64')}`;
}
