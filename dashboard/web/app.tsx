import { QueryClientProvider } from '@tanstack/react-query';
import { Tooltip } from 'radix-ui';
import { createBrowserRouter, RouterProvider } from 'react-router';
import { createCache } from './api/cache.ts';
import { CachePage } from './cache/cache-page.tsx';
import { ComparePage } from './compare/compare-page.tsx';
import { EditExperimentPage, NewExperimentPage } from './experiments/edit-page.tsx';
import { ExperimentsPage } from './experiments/experiments-page.tsx';
import { ExperimentPage } from './experiments/results-page.tsx';
import { Frame } from './frame/frame.tsx';
import { PricesPage } from './money/prices-page.tsx';
import { ReconciliationPage } from './money/reconciliation-page.tsx';
import { BreakdownPage } from './pages/breakdown.tsx';
import { CrashPage } from './pages/crash.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { PropertiesPage } from './pages/properties.tsx';
import { RequestsPage } from './pages/requests.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { PropertyValuePage, ValuePage } from './pages/value.tsx';
import { RoutesPage } from './routes/routes-page.tsx';
import { places } from './state/places.ts';

const router = createBrowserRouter([
  { path: '/sign-in', Component: SignInPage },
  {
    path: '/',
    Component: Frame,
    ErrorBoundary: CrashPage,
    children: [
      {
        // Within the frame, so that the other pages stay in reach of one that breaks.
        ErrorBoundary: CrashPage,
        children: [
          { index: true, Component: OverviewPage },
          { path: 'requests', Component: RequestsPage },
          ...places.flatMap((place) => [
            { path: place.list.slice(1), element: <BreakdownPage key={place.dimension} place={place} /> },
            { path: place.one.slice(1), element: <ValuePage key={place.dimension} place={place} /> },
          ]),
          { path: 'models/compare', Component: ComparePage },
          { path: 'properties', Component: PropertiesPage },
          { path: 'property', Component: PropertyValuePage },
          { path: 'experiments', Component: ExperimentsPage },
          { path: 'experiments/new', Component: NewExperimentPage },
          { path: 'experiments/:id', Component: ExperimentPage },
          { path: 'experiments/:id/edit', Component: EditExperimentPage },
          { path: 'routes', Component: RoutesPage },
          { path: 'cache', Component: CachePage },
          { path: 'prices', Component: PricesPage },
          { path: 'reconciliation', Component: ReconciliationPage },
          { path: '*', Component: CrashPage },
        ],
      },
    ],
  },
]);

function toSignIn(): void {
  if (location.pathname === '/sign-in') return;
  const back = `${location.pathname}${location.search}`;
  void router.navigate(back === '/' ? '/sign-in' : `/sign-in?back=${encodeURIComponent(back)}`, { replace: true });
}

const cache = createCache(toSignIn);

export function App() {
  return (
    <QueryClientProvider client={cache}>
      <Tooltip.Provider delayDuration={350}>
        <RouterProvider router={router} />
      </Tooltip.Provider>
    </QueryClientProvider>
  );
}
