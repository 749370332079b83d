import { expect, test } from 'bun:test';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config/environment.ts';
import { tracingConfig, tracingVariables } from './config.ts';

const at = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
const read = (env: Record<string, string>) => tracingConfig(readConfig(tracingVariables, env), 'booking');

test.each([{}, { ...at, OTEL_SDK_DISABLED: 'true' }, { ...at, OTEL_TRACES_EXPORTER: 'none' }])(
  'no traces are made with %j',
  (env) => {
    expect(read(env)).toBeUndefined();
  },
);

test.each([
  [at, 'http://collector:4318/v1/traces'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/otlp/' }, 'https://collector/otlp/v1/traces'],
  [{ ...at, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other/spans' }, 'http://other/spans'],
])('spans of %j go to %s', (env, url) => {
  expect(read(env)?.url).toBe(url);
});

test.each([
  ['parentbased_always_on', '1', true, 1],
  ['parentbased_traceidratio', '0.01', true, 0.01],
  ['traceidratio', '0.5', false, 0.5],
  ['parentbased_always_off', '1', true, 0],
  ['always_off', '1', false, 0],
])('OTEL_TRACES_SAMPLER=%s with %s asks callers: %j, and takes %d of the rest', (sampler, arg, parentBased, ratio) => {
  const env = { ...at, OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: arg };
  expect(read(env)?.sampling).toEqual({ parentBased, ratio });
});

test('headers are percent-decoded pairs, and follow the file that has them', () => {
  expect(read({ ...at, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b, y=c=d' })?.headers()).toEqual({
    'x-key': 'a b',
    y: 'c=d',
  });
  const file = join(mkdtempSync(join(tmpdir(), 'onsale-headers-')), 'headers');
  writeFileSync(file, 'x-key=file\n');
  expect(read({ ...at, OTEL_EXPORTER_OTLP_HEADERS_FILE: file })?.headers()).toEqual({ 'x-key': 'file' });
});

test('what is for traces alone goes before what is for all signals', () => {
  const env = { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=all', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-key=traces' };
  expect(read({ ...at, ...env })?.headers()).toEqual({ 'x-key': 'traces' });
});

test('the service is named by OTEL_SERVICE_NAME, by its resource, or by itself', () => {
  const OTEL_RESOURCE_ATTRIBUTES = 'service.name=theirs,deployment.environment.name=test';
  expect(read(at)?.resource).toEqual({ 'service.name': 'onsale-booking' });
  expect(read({ ...at, OTEL_RESOURCE_ATTRIBUTES })?.resource).toEqual({
    'service.name': 'theirs',
    'deployment.environment.name': 'test',
  });
  expect(read({ ...at, OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME: 'ours' })?.resource['service.name']).toBe('ours');
});

test.each([
  [{ OTEL_EXPORTER_OTLP_HEADERS: 'secret' }, 'OTEL_EXPORTER_OTLP_HEADERS: must be name=value, several with commas'],
  [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=%zz' }, 'OTEL_EXPORTER_OTLP_HEADERS: a value is wrongly percent-encoded'],
  [{ OTEL_RESOURCE_ATTRIBUTES: '=x' }, 'OTEL_RESOURCE_ATTRIBUTES: must be name=value, several with commas'],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL=grpc: must be http/json'],
  [{ OTEL_TRACES_SAMPLER_ARG: '1.5' }, 'OTEL_TRACES_SAMPLER_ARG=1.5: must be a number from 0 to 1'],
])('%j is refused', (env, sentence) => {
  expect(() => read({ ...at, ...env })).toThrow(sentence);
});
