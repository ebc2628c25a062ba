import { describe, expect, test } from '@jest/globals';
import {
  imageAddressesOf,
  imageNameOf,
  isOnLabelStudio,
  locateImage,
} from '../../../src/label-studio/image-address.js';

const labelStudio = { url: 'http://label-studio:8080', hostname: 'http://localhost:8080', token: 't' };
const image = { name: 'image', valueKey: 'picture', isList: false };

describe('imageAddressesOf', () => {
  test('takes the value that the label config names', () => {
    expect(imageAddressesOf({ data: { picture: ' /a.png ', image: '/b.png' } }, image)).toEqual(['/a.png']);
  });

  test('takes an upload without a named value', () => {
    expect(imageAddressesOf({ data: { $undefined$: '/a.png' } }, image)).toEqual(['/a.png']);
  });

  test('takes the pages of a list, and values inside of objects', () => {
    const pages = { ...image, isList: true };
    expect(imageAddressesOf({ data: { picture: ['/a.png', '/b.png'] } }, pages)).toEqual(['/a.png', '/b.png']);
    expect(imageAddressesOf({ data: { picture: '/a.png' } }, pages)).toEqual(['/a.png']);
    expect(imageAddressesOf({ data: { scan: { left: '/a.png' } } }, { ...image, valueKey: 'scan.left' })).toEqual([
      '/a.png',
    ]);
    expect(() => imageAddressesOf({ data: { picture: ['/a.png', ''] } }, pages)).toThrow('no address');
    expect(() => imageAddressesOf({ data: { picture: [] } }, pages)).toThrow('has none');
  });

  test.each([{}, { image: '/other.png' }, { picture: '' }, { picture: null }, { picture: ['/a.png'] }, { picture: 3 }])(
    '%j has no image',
    (data) => {
      expect(() => imageAddressesOf({ data }, image)).toThrow(
        expect.objectContaining({ code: 'image.missing', hint: expect.stringContaining('"picture"') }),
      );
    },
  );
});

describe('below the path of Label Studio', () => {
  const access = { url: 'http://host/studio', token: 'secret' };
  const neighbours = [
    '/../x',
    '/a/../../x',
    '/%2e%2e/x',
    '/%2E./x',
    '/..%2fx',
    '/..%2Fx',
    '/a/..%2f..%2fx',
    '/..\\x',
    '/..%5cx',
    '/%252e%252e/x',
    '/..%252fx',
    '/.%252e%255cx',
  ];

  test.each(neighbours)('%s leads out of it, and is refused', (path) => {
    expect(() => locateImage(path, access)).toThrow(expect.objectContaining({ code: 'image.forbidden' }));
  });

  test.each(neighbours)('http://host/studio%s is a stranger that gets no token', (path) => {
    expect(isOnLabelStudio(new URL(`http://host/studio${path}`), access)).toBe(false);
  });

  test.each(['/data/a..b.png', '/data/100%25.png', '/data/a%2Fb.png', '/data/x/../a.png', '/data/%E2%82%AC.png'])(
    '%s stays in it',
    (path) => {
      expect(locateImage(path, access)).toMatchObject({ own: true });
    },
  );
});

describe('locateImage', () => {
  const at = (address: string, access = labelStudio as Parameters<typeof locateImage>[1]) => {
    const location = locateImage(address, access);
    return location.kind === 'http' ? [location.url.href, location.own] : location.kind;
  };

  test.each([
    ['/data/upload/1/a.png', 'http://label-studio:8080/data/upload/1/a.png', true],
    ['/data/local-files/?d=x%2Fa.png', 'http://label-studio:8080/data/local-files/?d=x%2Fa.png', true],
    ['http://label-studio:8080/data/upload/1/a.png', 'http://label-studio:8080/data/upload/1/a.png', true],
    ['http://localhost:8080/data/local-files/?d=a.png', 'http://label-studio:8080/data/local-files/?d=a.png', true],
    ['http://localhost:8081/a.png', 'http://localhost:8081/a.png', false],
    ['https://label-studio:8080/a.png', 'https://label-studio:8080/a.png', false],
    ['http://label-studio.evil.com:8080/a.png', 'http://label-studio.evil.com:8080/a.png', false],
    ['http://label-studio:8080@evil.com/a.png', 'http://label-studio:8080@evil.com/a.png', false],
    ['HTTPS://Images.Example/a.png', 'https://images.example/a.png', false],
    ['//evil.com/a.png', 'http://label-studio:8080//evil.com/a.png', true],
    ['/\\evil.com/a.png', 'http://label-studio:8080//evil.com/a.png', true],
  ])('%s is at %s, on Label Studio: %s', (address, href, own) => {
    expect(at(address)).toEqual([href, own]);
  });

  test('a path before Label Studio is kept, and not doubled', () => {
    const below = { url: 'https://host/studio', hostname: 'https://public/ls', token: undefined };
    expect(at('/data/upload/1/a.png', below)).toEqual(['https://host/studio/data/upload/1/a.png', true]);
    expect(at('/studio/data/upload/1/a.png', below)).toEqual(['https://host/studio/data/upload/1/a.png', true]);
    expect(at('https://public/ls/data/upload/1/a.png', below)).toEqual([
      'https://host/studio/data/upload/1/a.png',
      true,
    ]);
  });

  test('data URIs are inline', () => expect(at('data:image/png;base64,AAAA')).toBe('inline'));

  test.each([
    'file:///etc/passwd',
    'gopher://a/',
    'ftp://a/b.png',
    's3://bucket/a.png',
    'a.png',
    'C:\\a.png',
    'javascript:alert(1)',
  ])('%s is refused', (address) => {
    expect(() => at(address)).toThrow(expect.objectContaining({ code: 'image.not_found' }));
  });

  test.each(['s3://bucket/films/a b.png', 'gs://bucket/a.png', 'azure-blob://container/a.png'])(
    '%s is opened by Label Studio, which has the keys',
    (address) => {
      const location = locateImage(address, { ...labelStudio, taskId: 7 });
      const url = location.kind === 'http' && location.own ? location.url : undefined;
      expect(url?.pathname).toBe('/tasks/7/resolve/');
      expect(Buffer.from(url?.searchParams.get('fileuri') ?? '', 'base64url').toString()).toBe(address);
      expect(imageNameOf(location)).toBe(address.split('/').at(-1));
    },
  );

  test("the origin alone does not make an address Label Studio's where it lives below a path", () => {
    const below = { url: 'https://host/studio', token: 't' };
    expect(at('https://host/other/a.png', below)).toEqual(['https://host/other/a.png', false]);
    expect(at('https://host/studio-2/a.png', below)).toEqual(['https://host/studio-2/a.png', false]);
    expect(at('https://host/studio/data/a.png', below)).toEqual(['https://host/studio/data/a.png', true]);
  });

  test('a path needs an address of Label Studio', () => {
    expect(() => at('/data/upload/1/a.png', { url: undefined, token: undefined })).toThrow(
      expect.objectContaining({ code: 'label_studio.unreachable', hint: expect.stringContaining('LABEL_STUDIO_URL') }),
    );
  });
});

test.each([
  ['/data/upload/1/52f03bc8-em%20a.png', '52f03bc8-em a.png'],
  ['/data/local-files/?d=films%2Fb.tiff', 'b.tiff'],
  ['https://images.example/', 'images.example'],
  ['https://images.example/100%.png', '100%.png'],
  ['data:image/png;base64,AAAA', 'inline image'],
])('the name of %s is %s', (address, name) => {
  expect(imageNameOf(locateImage(address, labelStudio))).toBe(name);
});
