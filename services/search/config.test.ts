import { describe, expect, test } from 'bun:test';
import { readConfig } from '../../shared/config/environment.ts';
import { refusal } from '../../shared/testing/refusal.ts';
import { elasticsearchConfig, elasticsearchVariables } from './config.ts';

const elasticsearch = (env: Record<string, string>) => elasticsearchConfig(readConfig(elasticsearchVariables, env));

test('Elasticsearch: none, or its nodes and an index', () => {
  expect(elasticsearch({})).toBeUndefined();
  const nodes = ['https://me:hush@a:1', 'https://me:hush@b:2'];
  expect(elasticsearch({ ELASTICSEARCH_ADDR: nodes.join(), ELASTICSEARCH_INDEX: 'mine' })).toEqual({
    nodes,
    index: 'mine',
  });
});

describe('ELASTICSEARCH_ADDR', () => {
  test.each([
    'http://a:1',
    'https://me:hu%2Fsh@a:1,https://me:hu%2Fsh@b:2',
    'http://[::1]:9200',
    'https://a/behind/a/proxy',
  ])('%s is taken as it is', (text) => {
    expect(readConfig(elasticsearchVariables, { ELASTICSEARCH_ADDR: text }).ELASTICSEARCH_ADDR).toEqual(
      text.split(','),
    );
  });

  test.each([
    ['a:9200', 'must be http://host:port or https://host:port'],
    ['ftp://a:1', 'must be http://host:port or https://host:port'],
    ['http://me@a:1', 'both a user and a password'],
    ['http://me:hush@a:1,http://b:2', 'must have the same user and password in each address'],
    ['http://me:hush@a:1,http://you:hush@b:2', 'must have the same user and password in each address'],
    ['https://me:hush@a:1,http://me:hush@b:2', 'must have the same protocol'],
    ['http://me:hu/hush@a:1', 'as %2F %3F %23 %2C %40'],
    ['http://me:1/hush@a:1', 'must have no / in its user and password'],
    ['http://a:1?key=hush', 'nothing behind ?'],
    ['http://a:1#hush', 'nothing behind #'],
    ['http://a:0', 'a port from 1 to 65535'],
    ['http://a:1\\hush@127.0.0.1:2', 'must have no \\ in it; in a user or password write %5C'],
    ['http://me:hu\\hush@a:1', 'must have no \\ in it; in a user or password write %5C'],
    ['http://me:hush@2130706433:1', 'an IP address in full'],
    ['http://0x7f.1:1', 'an IP address in full'],
    ['http://10.1:1', 'an IP address in full'],
    ['http://xn--a:1', 'a host’s name or IP address'],
    ['http://a:1;hush', 'must be host:port'],
    ['http://a:1,hush', 'address 2 of 2 must be http://host:port'],
  ])('%s is refused', (text, why) => {
    expect(refusal(elasticsearchVariables, 'ELASTICSEARCH_ADDR', text)).toContain(why);
  });
});
