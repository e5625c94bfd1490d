import { describe, expect, test } from 'vitest';
import { makeResource, NAMED_CACHING } from '../../../../shared/node/http/image-headers.ts';
import { ImageResources } from '../../../../shared/node/http/image-resources.ts';
import { memorySource } from './memory-source.ts';

const parts = {
  etag: '"e"',
  sizeBytes: 5,
  contentType: 'image/avif',
  caching: NAMED_CACHING,
  digest: { sha256: undefined },
};

function field(list: readonly string[], name: string): string | undefined {
  const at = list.indexOf(name);
  return at < 0 ? undefined : list[at + 1];
}

describe('Cache-Status (RFC 9211) names the node in the syntax of RFC 8941', () => {
  test.each([
    ['edge-1', 'edge-1'],
    ['a.b:c/d', 'a.b:c/d'],
    ['*', '*'],
    ['1edge', '"1edge"'],
    ['my edge', '"my edge"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['a;hit', '"a;hit"'],
    ['a, b', '"a, b"'],
    ['Zürich\r\nX: y', '"Z?rich??X: y"'],
    ['', '""'],
  ])('%j as %s', (name, written) => {
    const { whole, notModified } = makeResource(parts, name);
    expect(field(whole.memory, 'Cache-Status')).toBe(`${written}; hit; detail=memory`);
    expect(field(whole.swarm, 'Cache-Status')).toBe(`${written}; fwd=miss; detail=swarm`);
    expect(field(notModified, 'Cache-Status')).toBe(`${written}; hit`);
  });
});

describe('header lists', () => {
  test('are names and values in turn, without a name twice', () => {
    const { whole, notModified } = makeResource(parts, 'edge-1');
    for (const list of [...Object.values(whole), notModified]) {
      const names = list.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
      expect(list.length % 2).toBe(0);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('are made once per rendition and kind of address', () => {
    const { published } = memorySource();
    const resources = new ImageResources(published, 'edge-1');
    const named = resources.named('640.jpg')!.resource;
    const [open, sized] = ['', 'w=640'].map((query) => resources.negotiated(query, {})!.resource);
    expect(resources.named('640.jpg')!.resource).toBe(named);
    expect(resources.negotiated('x=1', { dpr: '1' })!.resource).toBe(open);
    expect(resources.negotiated('h=427', {})!.resource).toBe(sized);
    expect(new Set([named, open, sized]).size).toBe(3);
    expect(resources.named('641.avif')).toBeUndefined();
    expect(resources.named('constructor')).toBeUndefined();
  });

  test('only negotiated answers vary, and only named ones never change', () => {
    const { published } = memorySource();
    const resources = new ImageResources(published, 'edge-1');
    for (const { name, width, type, url } of published.renditions) {
      const named = resources.named(name)!.resource;
      const negotiated = resources.negotiated(`w=${width}`, { accept: type })!.resource;
      for (const list of [named.whole.disk, named.notModified]) {
        expect(field(list, 'Vary')).toBeUndefined();
        expect(field(list, 'Cache-Control')).toContain('immutable');
      }
      for (const list of [negotiated.whole.disk, negotiated.notModified]) {
        expect(field(list, 'Vary')).toBe('Accept, Save-Data');
        expect(field(list, 'Cache-Control')).not.toContain('immutable');
        expect(field(list, 'Content-Location')).toBe(url);
      }
      expect(negotiated.etag).toBe(named.etag);
    }
  });
});
