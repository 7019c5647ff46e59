import type { Named } from '../../domain/prices/rules.ts';
import { type CompiledRoute, compileRoute, type Route } from '../../domain/routing/route.ts';
import type { PublishedRoute } from '../../domain/snapshot.ts';

/** The virtual models by the names that apps ask for. */
export interface RouteBook {
  find(name: string): CompiledRoute | null;
}

type Page = ReadonlyMap<string, CompiledRoute>;

/** `published` are the dashboard's, which may change at any time; the file's win over them, by id and by name. */
export function createRouteBook(
  declared: readonly Named<Route>[],
  published: () => readonly PublishedRoute[],
): RouteBook {
  const file = pageOf(declared);
  const ids = new Set(declared.map(({ id }) => id));
  let read: ReturnType<typeof published> = [];
  let page: Page = new Map();

  return {
    find(name) {
      const own = file.get(name);
      if (own) return own;
      const now = published();
      if (now !== read) {
        read = now;
        page = pageOf(now.filter(({ id }) => !ids.has(id)));
      }
      return page.get(name) ?? null;
    },
  };
}

/** Of two with one name the first stands. */
function pageOf(routes: readonly PublishedRoute[]): Page {
  return new Map(routes.toReversed().map(({ id, value }) => [value.name, compileRoute(id, value)]));
}
