import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { VIEW_FILE } from '../support/view-file.ts';

let page = '';
beforeAll(async () => {
  page = await readFile(VIEW_FILE, 'utf8');
});

describe('the file of the view', () => {
  it('has at most 15,000 bytes, in both languages', () => {
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(15_000);
    expect(page).toContain('This cannot be undone.');
    expect(page).toContain('无法撤销');
  });

  it.each([
    ['an address', /https?:|\/\/[a-z]/i],
    ['a request of its own', /\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import\(/],
    ['a reference to another file', /\b(?:src|href)=|@import|url\(/],
    ['markup made from text', /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc/],
    ['code made from text', /\beval\(|new Function|setTimeout\(["'`]|javascript:/],
    ['an inline handler', /<[^>]+\son\w+=/],
    ['storage', /localStorage|sessionStorage|indexedDB|document\.cookie/],
  ])('holds no %s', (_what, pattern) => {
    expect(page).not.toMatch(pattern);
  });

  it.each(['view.md', 'view.zh-CN.md'])('says what docs/%s quotes of it', async (name) => {
    const words = await readFile(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');
    const quoted = [...words.matchAll(/^\| ([^|*]+?) +\|/gm)].flatMap(([, cell]) => cell ?? []).slice(1);
    expect(quoted).toHaveLength(4);
    for (const text of quoted) expect(page).toContain(text);
  });

  it('is one style and one script in a page with a language and a title', () => {
    expect(page.match(/<style>|<script>/g)).toEqual(['<style>', '<script>']);
    expect(page).toMatch(/^<!doctype html><html lang="en"><head>.*<title>[^<]+<\/title>/);
  });
});
