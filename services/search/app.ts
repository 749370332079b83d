import type { Identities } from '../../shared/auth/identities.ts';
import { createRoutes } from '../../shared/http/routes.ts';
import { createShell, type ShellDeps } from '../../shared/http/shell.ts';
import { indexAge } from './domain/index/index-age.ts';
import { type SearchEventsDeps, searchEvents } from './domain/query/search-events.ts';
import { suggest } from './domain/query/suggest.ts';
import { about } from './http/about.ts';
import { explainers } from './http/explainers.ts';
import { searchRoutes } from './http/search.ts';
import { writePage } from './http/search-page.ts';
import { suggestRoutes, writeSuggestions } from './http/suggestions.ts';

export type SearchDeps = ShellDeps &
  SearchEventsDeps & {
    role: Role;
    /** Left out: no tokens are checked. */
    identities?: Identities | undefined;
  };

/** `api` serves searches, `cdc` keeps the index in step with the database, `all` does both. */
export type Role = 'all' | 'api' | 'cdc';

/** The search service over its ports. In the role `cdc` it has no routes but those of its operation. */
export function createSearchApp(deps: SearchDeps) {
  const countCache = deps.metrics.labelled('cache_reads_total', 'Reads of the search cache by outcome', 'outcome');
  const prepare = searchEvents({ ...deps, observeCache: (outcome) => countCache(outcome) }, writePage);
  const age = () => indexAge(deps.index.freshness(), deps.clock.now());
  const names = suggest({ ...deps, observeCache: (outcome) => countCache(outcome) }, writeSuggestions);
  const isAsked = deps.role !== 'cdc';
  const mayExplain = explainers(deps.identities, deps.log);
  const asked = () =>
    createRoutes()
      .route('/', searchRoutes(prepare, age, mayExplain))
      .route('/', suggestRoutes(names, age));
  return createShell(
    about,
    deps,
    (app) => app.route('/', isAsked ? asked() : (createRoutes() as ReturnType<typeof asked>)),
    async () => (isAsked ? { events: '/api/v1/search/events' } : {}),
  );
}

/** The type of the app, from which `hc` makes a client's. */
export type SearchApp = ReturnType<typeof createSearchApp>;
