import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from '@jest/globals';
import {
  assertAllowedHost,
  createGuardedLookup,
  isAllowedHost,
  isLinkLocalAddress,
  isReservedAddress,
} from '../../../src/label-studio/host-guard.js';

describe('isReservedAddress', () => {
  test.each([
    ...[
      '127.0.0.1',
      '127.255.255.254',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
    ],
    ...['100.64.0.1', '224.0.0.1', '255.255.255.255', '198.18.0.1', '192.0.0.8'],
    ...['::1', '::', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::127.0.0.1', 'fe80::1', 'fc00::1', 'fd12::1', 'ff02::1'],
    ...['64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:1::', 'not an address'],
  ])('%s is reserved', (address) => expect(isReservedAddress(address)).toBe(true));

  test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '100.128.0.1'])(
    '%s is public',
    (address) => expect(isReservedAddress(address)).toBe(false),
  );
});

test.each([
  ...[
    'http://127.0.0.1/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://017700000001/',
    'http://127.1/',
    'http://[::1]/',
  ],
  ...['http://①②⑦.0.0.1/', 'http://[::ffff:7f00:1]:8080/', 'http://user@10.0.0.1/', 'http://0/'],
])('%s is refused whatever its spelling', (address) => {
  expect(() => assertAllowedHost(new URL(address), isReservedAddress)).toThrow(
    expect.objectContaining({ code: 'image.forbidden' }),
  );
});

test.each(['http://8.8.8.8/', 'http://example.com/', 'http://localhost/'])('%s is left to the look-up', (address) => {
  expect(() => assertAllowedHost(new URL(address), isReservedAddress)).not.toThrow();
});

test('not even Label Studio is where clouds tell their secrets', () => {
  for (const address of [
    'http://169.254.169.254/',
    'http://0xa9fea9fe/',
    'http://[fe80::1]/',
    'http://[::ffff:a9fe:a9fe]/',
  ])
    expect(() => assertAllowedHost(new URL(address), isLinkLocalAddress)).toThrow('private network');
  expect(() => assertAllowedHost(new URL('http://127.0.0.1:8080/'), isLinkLocalAddress)).not.toThrow();
});

describe('createGuardedLookup', () => {
  const lookUp = (addresses: readonly string[], all: boolean) =>
    new Promise((resolve, reject) => {
      const found = addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }));
      const lookup = createGuardedLookup((_host, _options, callback) => callback(null, found));
      lookup('images.example', { all }, (error, address) => (error === null ? resolve(address) : reject(error)));
    });

  test('gives public addresses, all or the first', async () => {
    expect(await lookUp(['8.8.8.8', '2606:4700::1'], true)).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ]);
    expect(await lookUp(['8.8.8.8'], false)).toBe('8.8.8.8');
  });

  test.each([
    ['a reserved address', ['127.0.0.1']],
    ['a reserved address among public ones', ['8.8.8.8', '10.0.0.1']],
  ])('refuses a name with %s', async (_, addresses) => {
    await expect(lookUp(addresses, true)).rejects.toMatchObject({
      code: 'image.forbidden',
      hint: expect.stringContaining('ALLOWED_IMAGE_HOSTS'),
    });
  });

  test('passes failures of the look-up on', async () => {
    await expect(lookUp([], true)).rejects.toThrow('images.example has no address');
  });
});

test('ALLOWED_IMAGE_HOSTS names hosts with or without a port', () => {
  const url = new URL('http://images.local:9000/a.png');
  expect(isAllowedHost(url, ['images.local'])).toBe(true);
  expect(isAllowedHost(url, ['images.local:9000'])).toBe(true);
  expect(isAllowedHost(url, ['images.local:9001', 'local'])).toBe(false);
});
