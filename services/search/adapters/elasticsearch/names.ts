import { randomBytes } from 'node:crypto';
import { bodyOf, type Cluster, statusOf } from './cluster.ts';

const timeoutMs = 5000;

/** One index of an index's several: the one that is searched, one that is being built, or one that is left over. */
export type Build = { id: string; index: string; writeAlias: string };

export type Builds = { live: Build | undefined; all: Build[] };

/**
 * The names of one search index in Elasticsearch. Searches go to the alias `name`, which stands for the live one. Each
 * index, live or being built, has a write alias of its own, `name.write.<id>`: each change is written to all of them.
 */
export function createNames(cluster: Cluster, name: string) {
  const writePrefix = `${name}.write.`;
  const buildOf = (id: string): Build => ({ id, index: `${name}.${id}`, writeAlias: `${writePrefix}${id}` });

  /** Returns the builds that there are now, with each that was acknowledged before this call. */
  async function read(): Promise<Builds> {
    const answer = await aliases(`${name},${writePrefix}*`);
    const all: Build[] = [];
    let live: Build | undefined;
    for (const found of answer) {
      const writeAlias = found.find((alias) => alias.startsWith(writePrefix));
      if (!writeAlias) continue;
      const build = buildOf(writeAlias.slice(writePrefix.length));
      all.push(build);
      if (found.includes(name)) live = build;
    }
    return { live, all };
  }

  async function aliases(wanted: string): Promise<string[][]> {
    type Answer = Record<string, { aliases?: Record<string, unknown> }>;
    const answer = await cluster
      .call<Answer>({ method: 'GET', path: `/_alias/${wanted}` }, timeoutMs)
      .catch((error) => {
        // One of the names is not there; those that are come along.
        if (statusOf(error) === 404) return bodyOf(error) as Answer;
        throw error;
      });
    return Object.values(answer).flatMap((one) => (one?.aliases ? [Object.keys(one.aliases)] : []));
  }

  return {
    search: name,
    notes: `${name}.notes`,
    everyWriteAlias: `${writePrefix}*`,
    newBuild: () => buildOf(`${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`),
    read,
  };
}

export type Names = ReturnType<typeof createNames>;
