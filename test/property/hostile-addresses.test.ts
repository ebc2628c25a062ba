import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFetchTaskImage } from '../../src/label-studio/fetch-task-image.js';
import { isReservedAddress, type ResolveAll } from '../../src/label-studio/host-guard.js';
import { createHttpClient } from '../../src/label-studio/http-client.js';
import { jwt } from '../support/jwt.js';

/*
 * Task data is user input. Every address here tries to make the backend ask a server on this machine, or to carry a token of
 * Label Studio elsewhere; a canary listens on all of this machine's addresses and keeps what reaches it.
 */

interface Seen {
  readonly line: string;
  readonly headers: string;
  readonly body: string;
}

async function listen(onRequest: (request: IncomingMessage, path: string) => string | undefined) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const line = `${request.method ?? ''} ${request.url ?? ''}`;
      seen.push({ line, headers: JSON.stringify(request.rawHeaders), body: Buffer.concat(chunks).toString() });
      const location = onRequest(request, request.url ?? '');
      if (location === undefined) response.end('pixels');
      else if (location.startsWith('{')) response.end(location);
      else response.writeHead(Number(/^\d{3}/.exec(location)?.[0]), { location: location.slice(4) }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return { server, seen, port: (server.address() as AddressInfo).port };
}

const legacy = '0123456789abcdef0123456789abcdef01234567';
const personal = jwt({ token_type: 'refresh', exp: 9_999_999_999 });
const access = jwt({ token_type: 'access', exp: 9_999_999_999 });

let canary: { server: Server; seen: Seen[]; port: number };
let labelStudio: { server: Server; seen: Seen[]; port: number };
/** Where Label Studio redirects to, by the path that it is asked for. */
const redirects = new Map<string, string>();
beforeAll(async () => {
  canary = await listen(() => undefined);
  labelStudio = await listen((_request, path) =>
    path === '/api/token/refresh' ? JSON.stringify({ access }) : redirects.get(path),
  );
});
afterAll(() => {
  for (const { server } of [canary, labelStudio]) {
    server.closeAllConnections();
    server.close();
  }
});

/** Every way to write an IPv4 address that some client somewhere understands. */
function spellings(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (n: number, width = 0) => n.toString(16).padStart(width, '0');
  const octal = (n: number, width = 0) => `0${n.toString(8).padStart(width, '0')}`;
  const wide = (text: string) =>
    Array.from(text)
      .map((ch) => (ch === '.' ? '．' : String.fromCodePoint(ch.charCodeAt(0) + 0xfee0)))
      .join('');
  const circled = (text: string) =>
    Array.from(text)
      .map((ch) => (ch === '0' || ch === '.' ? ch : String.fromCodePoint(0x245f + Number(ch))))
      .join('');
  const mapped = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
  return [
    ...[address, `${address}.`, `${a}.${b}.${c * 256 + d}`, `${a}.${(b * 256 + c) * 256 + d}`, String(whole)],
    ...[`0x${hex(whole)}`, `0X${hex(whole, 8).toUpperCase()}`, octal(whole), octal(whole, 14)],
    ...[
      `0x${hex(a)}.0x${hex(b)}.0x${hex(c)}.0x${hex(d)}`,
      `0x${hex(a)}.${b}.${c}.${d}`,
      `${octal(a)}.${b}.${c}.${octal(d, 4)}`,
    ],
    ...[
      `${octal(a, 5)}.${octal(b)}.${octal(c)}.${octal(d)}`,
      `0x${hex(a, 6)}.${(b * 256 + c) * 256 + d}`,
      address.replaceAll('.', '%2e'),
    ],
    ...[address.replaceAll('.', '。'), address.replaceAll('.', '｡'), wide(address), circled(address)],
    ...Array.from(address).map(
      (_, i) => `${address.slice(0, i)}%${address.charCodeAt(i).toString(16)}${address.slice(i + 1)}`,
    ),
    ...[
      `[::ffff:${address}]`,
      `[::ffff:${mapped}]`,
      `[0:0:0:0:0:ffff:${mapped}]`,
      `[::${address}]`,
      `[::ffff:0:${mapped}]`,
    ],
    ...[`[64:ff9b::${mapped}]`, `[64:ff9b:1::${mapped}]`, `[2002:${mapped}::1]`, `[2001:0:${mapped}::1]`],
  ];
}

const privateAddresses = [
  '127.0.0.1',
  '127.1.2.3',
  '127.255.255.254',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
];
const privateHosts = [
  ...privateAddresses.flatMap(spellings),
  ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[fec0::1]', '[ff02::1]'],
  ...[
    'localhost',
    'LOCALHOST',
    'localhost.',
    'ｌocalhost',
    'loc%61lhost',
    'rebind.example',
    'mixed.example',
    'six.example',
  ],
];

/** Names that an attacker's name server answers with what it likes. */
const resolve: ResolveAll = (hostname, _options, callback) => {
  const ipv6 = (address: string) => ({ address, family: 6 });
  const ipv4 = (address: string) => ({ address, family: 4 });
  const name = hostname.replace(/\.$/, '');
  if (name === 'mixed.example') callback(null, [ipv4('8.8.8.8'), ipv4('127.0.0.1')]);
  else if (name === 'six.example') callback(null, [ipv6('::ffff:127.0.0.1')]);
  else callback(null, [ipv4('127.0.0.1')]);
};

function hostileAddresses(port: number): string[] {
  const forms = [
    (host: string) => `http://${host}:${port}/a.png`,
    (host: string) => `http://user:pass@${host}:${port}/a.png`,
    (host: string) => `HTTP:\\\\${host}:${port}\\a.png`,
    (host: string) => `http:/${host}:${port}/a.png`,
    (host: string) => `  http://images.example@${host}:${port}/a.png#@images.example `,
  ];
  return privateHosts.flatMap((host) => forms.map((form) => form(host)));
}

describe('hostile addresses', () => {
  const fetchImage = () => {
    const http = createHttpClient({ allowedHosts: [], resolve, timeoutMs: 3000, connectTimeoutMs: 500 });
    return { http, fetch: createFetchTaskImage({ allowedHosts: [], http }) };
  };
  const access = () => ({ url: `http://127.0.0.1:${labelStudio.port}`, token: legacy });

  test('no address in a task makes the backend ask this machine', async () => {
    const { http, fetch } = fetchImage();
    const addresses = hostileAddresses(canary.port);
    expect(addresses.length).toBeGreaterThanOrEqual(1500);
    const codes = new Map<string, number>();
    for (const address of addresses) {
      const result = await fetch(address.trim(), access());
      expect({ address, ok: result.ok }).toEqual({ address, ok: false });
      const code = result.ok ? '' : result.error.code;
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect(canary.seen).toEqual([]);
    expect([...codes.keys()]).toEqual(['image.forbidden']);
    await http.close();
  }, 120_000);

  test('nor does a redirect', async () => {
    const { http, fetch } = fetchImage();
    for (const [i, host] of privateHosts.entries()) {
      const status = [301, 302, 303, 307, 308][i % 5] ?? 302;
      redirects.set(
        '/data/upload/1/r.png',
        `${status} http://${encodeURI(host).replaceAll('%25', '%').replaceAll('%5B', '[').replaceAll('%5D', ']')}:${canary.port}/`,
      );
      expect((await fetch('/data/upload/1/r.png', access())).ok).toBe(false);
    }
    expect(canary.seen).toEqual([]);
    await http.close();
  }, 120_000);

  test('public addresses are not refused', () => {
    const octet = (i: number, k: number) => ((i * 2654435761 * k) % 254) | 0;
    const first = [1, 8, 13, 23, 34, 52, 66, 81, 93, 104, 128, 142, 151, 163, 172, 185, 193, 199, 204, 212];
    const addresses = Array.from({ length: 2000 }, (_, i) => {
      const second = first[i % 20] === 172 ? 64 + (Math.abs(octet(i, 3)) % 100) : 100 + (Math.abs(octet(i, 3)) % 60);
      return `${first[i % 20] ?? 8}.${second}.${Math.abs(octet(i, 5))}.${Math.abs(octet(i, 7))}`;
    });
    const six = Array.from(
      { length: 500 },
      (_, i) => `${['2606:4700', '2a00:1450', '2400:cb00', '2001:4860'][i % 4] ?? ''}:${i.toString(16)}::1`,
    );
    const refused = [...addresses, ...six].filter(isReservedAddress);
    expect(refused.length / 2500).toBeLessThanOrEqual(0.005);
  });
});

describe('tokens', () => {
  /** Addresses that look like Label Studio's, and redirects away from it. */
  const leaks = (own: string, other: number): string[] => {
    const ownUrl = new URL(own);
    const elsewhere = `http://localhost:${other}`;
    const paths = [
      '/a.png',
      '/data/upload/1/a.png',
      '/data/local-files/?d=a.png',
      '/tasks/1/resolve/?fileuri=a',
      '/api/token/refresh',
    ];
    const redirected = [301, 302, 303, 307, 308].flatMap((status) =>
      [
        elsewhere,
        `http://127.0.0.1:${other}`,
        `//127.0.0.1:${other}`,
        `http:\\\\localhost:${other}`,
        `http://${ownUrl.host}@127.0.0.1:${other}`,
      ].map((target, i) => {
        const path = `/data/upload/${status}/${i}.png`;
        redirects.set(path, `${status} ${target}/a.png`);
        return path;
      }),
    );
    return [
      ...paths.flatMap((path) => [
        ...[
          `${elsewhere}${path}`,
          `http://127.0.0.1:${other}${path}`,
          `http://${ownUrl.host}@localhost:${other}${path}`,
        ],
        ...[`http://${ownUrl.host}%40localhost:${other}${path}`, `http://localhost:${other}\\@${ownUrl.host}${path}`],
        ...[
          `http://localhost:${other}/${own}${path}`,
          `http://localhost:${other}?${own}${path}`,
          `http://localhost:${other}#${own}${path}`,
        ],
        ...[`http://127.0.0.1.:${other}${path}`, `http://0x7f.1:${other}${path}`, `http://LOCALHOST:${other}${path}`],
        ...[
          `http://127.0.0.1:${other}\\..\\${path}`,
          `http://localhost:${other}/..${path}`,
          `//localhost:${other}${path}`,
          `/\\localhost:${other}${path}`,
        ],
      ]),
      ...redirected,
    ];
  };

  test.each([
    ['legacy', legacy],
    ['personal', personal],
    ['access', access],
  ])(
    '%s: no byte of it leaves the origin of Label Studio',
    async (_kind, token) => {
      canary.seen.length = 0;
      const own = `http://127.0.0.1:${labelStudio.port}`;
      const allowedHosts = ['localhost', '127.0.0.1', `127.0.0.1:${canary.port}`];
      const http = createHttpClient({ allowedHosts, timeoutMs: 3000, connectTimeoutMs: 500 });
      const fetch = createFetchTaskImage({ allowedHosts, http });
      const addresses = leaks(own, canary.port);
      expect(addresses.length).toBeGreaterThanOrEqual(100);
      for (const address of addresses) await fetch(address, { url: own, token, taskId: 1 });
      await http.close();
      // The canary is reached, as it may be, but with nothing in hand.
      expect(canary.seen.length).toBeGreaterThan(50);
      const secrets = [legacy, personal, access, ...[legacy, personal, access].map((text) => text.slice(8, 40))];
      for (const seen of canary.seen) for (const secret of secrets) expect(JSON.stringify(seen)).not.toContain(secret);
      expect(labelStudio.seen.some(({ headers }) => headers.includes('authorization'))).toBe(true);
    },
    120_000,
  );

  test('where Label Studio lives below a path, its neighbours on the same origin get no token', async () => {
    labelStudio.seen.length = 0;
    const own = `http://127.0.0.1:${labelStudio.port}/studio`;
    const allowedHosts = ['127.0.0.1'];
    const fetch = createFetchTaskImage({ allowedHosts, http: createHttpClient({ allowedHosts }) });
    redirects.set('/studio/data/upload/1/a.png', '302 /other/a.png');
    for (const address of ['/other/a.png', '/studio-2/a.png', '/studio/../other/a.png', '/studio/%2e%2e/other/a.png'])
      await fetch(`http://127.0.0.1:${labelStudio.port}${address}`, { url: own, token: legacy });
    await fetch('/data/upload/1/a.png', { url: own, token: legacy });
    for (const { line, headers } of labelStudio.seen)
      expect({ line, carries: headers.includes(legacy) }).toEqual({ line, carries: line.startsWith('GET /studio/') });
  });
});
