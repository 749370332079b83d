import { afterAll, beforeAll, describe } from 'bun:test';
import { eventually } from '../../shared/testing/eventually.ts';
import type { Target } from '../rig/targets.ts';
import { recordAnswers } from './answers.ts';
import { badInputCases } from './cases/bad-input.ts';
import { documentedCases } from './cases/documented.ts';
import { eventCases } from './cases/events.ts';
import { offerCases } from './cases/offers.ts';
import { orderCases } from './cases/orders.ts';
import { organiserCases } from './cases/organisers.ts';
import { organisersSalesCases } from './cases/organisers-sales.ts';
import { ownEventCases } from './cases/own-events.ts';
import { problemCases } from './cases/problems.ts';
import { reservationCases } from './cases/reservations.ts';
import { saleCases } from './cases/sale.ts';
import { searchCases } from './cases/search.ts';
import { serviceCases } from './cases/service.ts';
import type { Suite } from './cases/suite.ts';
import { webCases, webVariables } from './cases/web.ts';
import { client } from './client.ts';

/** The HTTP contract, over base addresses alone: every platform must pass it unchanged. */
export function contractSuite(name: string, start: () => Promise<Target>): void {
  describe(`contract of ${name}`, () => {
    const record = recordAnswers();
    const suite = { answers: record.answers } as Suite;
    beforeAll(async () => {
      suite.target = await start();
      suite.api = client(suite.target);
      record.start();
    }, 90_000);
    afterAll(async () => {
      record.stop();
      await suite.target?.stop();
    }, 30_000);

    describe('events', () => eventCases(suite));
    describe('sale', () => saleCases(suite));
    describe('reservations', () => reservationCases(suite));
    describe('orders', () => orderCases(suite));
    describe('organisers', () => organiserCases(suite));
    describe('offers', () => offerCases(suite));
    describe('organisers’ sales', () => organisersSalesCases(suite));
    describe('search', () => searchCases(suite));
    describe('own events', () => ownEventCases(suite));
    describe('problems', () => problemCases(suite));
    describe('bad input', () => badInputCases(suite));
    describe('every service', () => serviceCases(suite));
    describe('the documents', () => documentedCases(suite));
  });
}

/** The part of the contract that variables switch on: `start` starts a platform with them. */
export function webSuite(name: string, start: (variables: Record<string, string>) => Promise<Target>): void {
  describe(`contract of ${name} for browsers and behind proxies`, () => {
    const suite = {} as Suite;
    beforeAll(async () => {
      suite.target = await start(webVariables);
      suite.api = client(suite.target);
      await eventually(async () => (await fetch(`${suite.target.search}/readyz`)).ok);
    }, 90_000);
    afterAll(() => suite.target?.stop(), 30_000);

    webCases(suite);
  });
}
