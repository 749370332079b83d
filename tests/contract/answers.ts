/** A response of a service: its request, status, headers and media type, and its text, if that is JSON. */
export type Answer = {
  method: string;
  url: string;
  status: number;
  headers: Headers;
  type: string;
  json?: Promise<string>;
};

/** Keeps every response that `fetch` brings to this process between `start` and `stop`. */
export function recordAnswers() {
  const answers: Answer[] = [];
  const original = globalThis.fetch;

  async function recording(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const response = await original(input, init);
    const [type = ''] = response.headers.get('content-type')?.split(';') ?? [];
    answers.push({
      method: init?.method ?? 'GET',
      url: String(input),
      status: response.status,
      headers: response.headers,
      type,
      ...(/^application\/(problem\+)?json$/.test(type) && { json: response.clone().text() }),
    });
    return response;
  }

  return {
    answers,
    start() {
      globalThis.fetch = Object.assign(recording, { preconnect: original.preconnect });
    },
    stop() {
      globalThis.fetch = original;
    },
  };
}
