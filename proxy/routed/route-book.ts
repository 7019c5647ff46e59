import type { Named } from '../../domain/prices/rules.ts';
import { type CompiledRoute, compileRoute, type Route, type RouteTarget } from '../../domain/routing/route.ts';
import type { PublishedRoute } from '../../domain/snapshot.ts';

/** The virtual models by the names that apps ask for. */
export interface RouteBook {
  find(name: string): CompiledRoute | null;
  /** PROVIDER/MODEL of all that may be called, once each. */
  targets(): ReadonlySet<string>;
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

  function pageNow(): Page {
    const now = published();
    if (now !== read) {
      read = now;
      page = pageOf(now.filter(({ id }) => !ids.has(id)));
    }
    return page;
  }

  return {
    find: (name) => file.get(name) ?? pageNow().get(name) ?? null,
    targets() {
      // The file's last, since they win.
      const routes = [...new Map([...pageNow(), ...file]).values()];
      return new Set(routes.flatMap(targetsOf).map(({ model }) => model));
    },
  };
}

function targetsOf({ targets, rules }: CompiledRoute): readonly RouteTarget[] {
  return [...targets, ...rules.flatMap((rule) => rule.targets)];
}

/** Of two with one name the first stands. */
function pageOf(routes: readonly PublishedRoute[]): Page {
  return new Map(routes.toReversed().map(({ id, value }) => [value.name, compileRoute(id, value)]));
}
