import { useQuery } from '@tanstack/react-query';
import { routeTraffic } from '../../../domain/routes-api.ts';
import type { View } from '../../../domain/view.ts';
import { get } from '../api/client.ts';
import { LIVE } from '../api/queries.ts';

export function useRouteTraffic(kind: View['kind']) {
  return useQuery({
    queryKey: [LIVE, 'route-traffic', kind],
    queryFn: ({ signal }) => get(`/api/routes/traffic?kind=${kind}`, routeTraffic, signal),
  });
}
