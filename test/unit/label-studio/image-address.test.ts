import { describe, expect, test } from '@jest/globals';
import { imageAddressOf, imageNameOf, locateImage } from '../../../src/label-studio/image-address.js';

const labelStudio = { url: 'http://label-studio:8080', hostname: 'http://localhost:8080', token: 't' };
const image = { name: 'image', valueKey: 'picture' };

describe('imageAddressOf', () => {
  test('takes the value that the label config names', () => {
    expect(imageAddressOf({ data: { picture: ' /a.png ', image: '/b.png' } }, image)).toBe('/a.png');
  });

  test('takes an upload without a named value', () => {
    expect(imageAddressOf({ data: { $undefined$: '/a.png' } }, image)).toBe('/a.png');
  });

  test.each([{}, { image: '/other.png' }, { picture: '' }, { picture: null }, { picture: ['/a.png'] }, { picture: 3 }])(
    '%j has no image',
    (data) => {
      expect(() => imageAddressOf({ data }, image)).toThrow(
        expect.objectContaining({ code: 'image.missing', hint: expect.stringContaining('"picture"') }),
      );
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

  test.each(['s3://bucket/a.png', 'file:///etc/passwd', 'a.png', 'C:\\a.png', 'javascript:alert(1)'])(
    '%s is refused',
    (address) => {
      expect(() => at(address)).toThrow(expect.objectContaining({ code: 'image.not_found' }));
    },
  );

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
