import type { ClientRequest } from 'node:http';
import { HttpConnection } from '@elastic/elasticsearch';
import { tlsOptions } from '../../../../shared/config/tls.ts';
import type { ElasticsearchConfig } from '../../elasticsearch-config.ts';

type Params = Parameters<HttpConnection['request']>[0];
type Options = Parameters<HttpConnection['request']>[1];

/**
 * Returns a class of the driver's connections that send the login and the certificates of now: their files may have
 * changed. `authority` returns the certificate of an authority that was found by its fingerprint.
 */
export function connections({ login, tls = {} }: ElasticsearchConfig, authority: () => string | undefined) {
  return class Connection extends HttpConnection {
    #made: ClientRequest | undefined;

    constructor(options: ConstructorParameters<typeof HttpConnection>[0]) {
      super(options);
      const make = this.makeRequest as (args: object) => ClientRequest;
      this.makeRequest = ((args: object) => {
        this.#made = make(args);
        return this.#made;
      }) as typeof this.makeRequest;
    }

    override buildRequestObject(params: Params, options: Options) {
      const request = super.buildRequestObject(params, options);
      const { headers } = request;
      return {
        ...request,
        headers: login ? { ...headers, authorization: login.authorization() } : headers,
        ...(this.url.protocol === 'https:' && { ca: authority(), ...tlsOptions(tls) }),
      };
    }

    /** Throws the driver's errors with their causes, which it leaves out: they have codes, and it only has a message. */
    // biome-ignore lint/suspicious/noExplicitAny: One body for both of the driver's overloads.
    override async request(params: Params, options: Options): Promise<any> {
      const response = super.request(params, options);
      let cause: Error | undefined;
      // The request is made by now. The driver listens before, but it is heard of only after this.
      this.#made?.once('error', (error) => {
        cause = error;
      });
      try {
        return await response;
      } catch (error) {
        if (error instanceof Error && cause && error !== cause) error.cause ??= cause;
        throw error;
      }
    }
  };
}
