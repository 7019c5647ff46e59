import { BlockList, isIP } from 'node:net';

type Subnet = readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'];

interface Range {
  readonly kind: string;
  /** True where `targets.allowPrivate` lets it through. */
  readonly isPrivate: boolean;
  readonly subnets: readonly Subnet[];
}

/**
 * First match wins: where clouds keep their credentials comes before the private ranges that it lies in.
 * https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const ranges: readonly Range[] = [
  {
    kind: 'a metadata service',
    isPrivate: false,
    subnets: [
      ['100.100.100.200', 32, 'ipv4'],
      ['168.63.129.16', 32, 'ipv4'],
      ['192.0.0.192', 32, 'ipv4'],
      ['fd00:ec2::254', 128, 'ipv6'],
      ['fd20:ce::254', 128, 'ipv6'],
    ],
  },
  {
    kind: 'loopback',
    isPrivate: true,
    subnets: [
      ['127.0.0.0', 8, 'ipv4'],
      ['::1', 128, 'ipv6'],
    ],
  },
  {
    kind: 'private',
    isPrivate: true,
    subnets: [
      ['10.0.0.0', 8, 'ipv4'],
      ['172.16.0.0', 12, 'ipv4'],
      ['192.168.0.0', 16, 'ipv4'],
      ['192.0.0.0', 24, 'ipv4'],
      ['100.64.0.0', 10, 'ipv4'],
      ['fc00::', 7, 'ipv6'],
    ],
  },
  {
    kind: 'link-local',
    isPrivate: false,
    subnets: [
      ['169.254.0.0', 16, 'ipv4'],
      ['fe80::', 10, 'ipv6'],
      ['fec0::', 10, 'ipv6'],
    ],
  },
  {
    kind: 'no single host',
    isPrivate: false,
    subnets: [
      ['0.0.0.0', 8, 'ipv4'],
      ['192.0.2.0', 24, 'ipv4'],
      ['192.88.99.0', 24, 'ipv4'],
      ['198.18.0.0', 15, 'ipv4'],
      ['198.51.100.0', 24, 'ipv4'],
      ['203.0.113.0', 24, 'ipv4'],
      ['224.0.0.0', 4, 'ipv4'],
      ['240.0.0.0', 4, 'ipv4'],
      ['100::', 64, 'ipv6'],
      ['2001:db8::', 32, 'ipv6'],
      ['3fff::', 20, 'ipv6'],
      ['5f00::', 16, 'ipv6'],
      ['ff00::', 8, 'ipv6'],
    ],
  },
  {
    // Whoever translates it decides what it reaches: NAT64, 6to4, Teredo, SIIT, and the oldest form of all.
    kind: 'an IPv4 address in the clothes of IPv6',
    isPrivate: false,
    subnets: [
      ['64:ff9b::', 96, 'ipv6'],
      ['64:ff9b:1::', 48, 'ipv6'],
      ['2002::', 16, 'ipv6'],
      ['2001::', 32, 'ipv6'],
      ['::ffff:0:0:0', 96, 'ipv6'],
      ['::', 96, 'ipv6'],
    ],
  },
];

const lists = ranges.map(({ kind, isPrivate, subnets }) => {
  const list = new BlockList();
  for (const [network, prefix, family] of subnets) list.addSubnet(network, prefix, family);
  return { kind, isPrivate, list };
});

/**
 * '' where a caller's own target may be at `address` (as a socket or a resolver names it), else what kind it is.
 * An IPv4 address mapped into IPv6 counts as what it is.
 */
export function faultInAddress(address: string, allowPrivate: boolean): string {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 0) return 'not an address';
  const found = lists.find(({ list }) => list.check(plain, family === 4 ? 'ipv4' : 'ipv6'));
  return found === undefined || (found.isPrivate && allowPrivate) ? '' : found.kind;
}
