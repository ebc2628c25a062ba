import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { SamIAmError } from '../core/errors.js';

/*
 * Task data is written by users: an address in it must not make the backend ask machines that only it can reach. Names are
 * checked when the connection is made, on the very addresses that are connected to, so that a second look-up cannot differ.
 */

const reservedSubnets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['::ffff:0:0:0', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
  ['5f00::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const reserved = new BlockList();
for (const [network, prefix, family] of reservedSubnets) reserved.addSubnet(network, prefix, family);

/** Whether an IP address (any spelling that Node knows) is loopback, private, link-local or otherwise not on the internet. */
export function isReservedAddress(address: string): boolean {
  const family = isIP(address);
  return family === 0 || reserved.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');
linkLocal.addAddress('fd00:ec2::254', 'ipv6');

/** Whether an IP address is one at which clouds tell machines their secrets: not even Label Studio is there. */
export function isLinkLocalAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && linkLocal.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Tells addresses that must not be connected to. */
export type IsRefused = (address: string) => boolean;

/** Refuses an address whose host is such an IP literal; names are left to {@link createGuardedLookup}. */
export function assertAllowedHost(url: URL, isRefused: IsRefused): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isRefused(host)) throw refusal(url.hostname);
}

/** Whether `ALLOWED_IMAGE_HOSTS` names this address's host, with or without its port. */
export function isAllowedHost(url: URL, allowedHosts: readonly string[]): boolean {
  return allowedHosts.includes(url.hostname) || allowedHosts.includes(url.host);
}

type LookupCallback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;
/** Looks up all addresses of a name, as `dns.lookup` does. */
export type ResolveAll = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: Error | null, addresses: LookupAddress[] | undefined) => void,
) => void;

/** A `lookup` for `net.connect` that fails for names with a refused address among theirs. */
export function createGuardedLookup(resolve: ResolveAll = systemLookup, isRefused: IsRefused = isReservedAddress) {
  return (hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0];
      if (error !== null || addresses === undefined || first === undefined) {
        callback(error ?? new Error(`${hostname} has no address`), []);
      } else if (addresses.some(({ address }) => isRefused(address))) callback(refusal(hostname), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function refusal(host: string): SamIAmError {
  return new SamIAmError('image.forbidden', `${host} is an address on this machine or a private network`, {
    hint: `Add ${host} to ALLOWED_IMAGE_HOSTS if images may be fetched from it, or set LABEL_STUDIO_URL if it is Label Studio.`,
  });
}
