/** What Lighthouse's other three categories look at and needs no Lighthouse: axe-core's rules, and a list of faults. */
import type { Browser } from 'playwright-core';
import { violationsOf } from '../browser/support/axe-violations.ts';
import type { Row } from './row.ts';
import { PHONE } from './slow-phone.ts';

export async function auditRow(browser: Browser, name: string, url: string): Promise<Row> {
  const context = await browser.newContext(PHONE);
  try {
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
    });
    const answer = await page.goto(url, { waitUntil: 'networkidle' });
    if (answer?.headers()['content-security-policy'] === undefined) faults.push('no Content-Security-Policy');
    faults.push(...(await page.evaluate<string[]>(FAULTS)), ...(await violationsOf(page)));
    return {
      what: `${name}: accessibility (axe-core), best practices and SEO`,
      measured: faults.length === 0 ? 'no fault' : faults.join('; '),
      mark: 'no fault',
      isMet: faults.length === 0,
    };
  } finally {
    await context.close();
  }
}

/** Runs in the page. A finger needs 24 px (WCAG 2.2, 2.5.8); links in running text are exempt. */
const FAULTS = `(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const has = (selector) => document.querySelector(selector) !== null;
  const isShown = (element) => element.getClientRects().length > 0 && element.getBoundingClientRect().height > 1;
  const small = ({ width, height }) => width < 24 || height < 24;
  return [
    [!document.doctype, 'no doctype'],
    [document.characterSet !== 'UTF-8', 'no UTF-8'],
    [document.title === '', 'no title'],
    [document.documentElement.lang === '', 'no language'],
    [!has('meta[name=viewport][content*="width=device-width"]'), 'no viewport'],
    [has('meta[name=viewport][content*="user-scalable=no"], meta[name=viewport][content*="maximum-scale"]'), 'cannot be zoomed'],
    [!has('meta[name=description][content]'), 'no description'],
    [!has('link[rel=canonical][href^="http"]'), 'no canonical address'],
    [has('meta[name=robots][content*=noindex]'), 'not to be indexed'],
    ...all('a').map((a) => [!/^(https?:|\\/|#)/.test(a.getAttribute('href') ?? ''), 'a link that leads nowhere: ' + a.outerHTML]),
    ...all('a').map((a) => [(a.textContent.trim() || a.ariaLabel || '') === '', 'a link without words: ' + a.outerHTML]),
    ...all('a, button, input, select').filter(isShown).map((target) =>
      [small(target.getBoundingClientRect()) && getComputedStyle(target).display !== 'inline', 'too small for a finger: ' + target.outerHTML]),
    ...all('img').map((img) => [!img.hasAttribute('alt'), 'an image without alt: ' + img.currentSrc]),
    ...all('img').filter((img) => img.naturalWidth > 0).map((img) => [
      Math.abs(img.width / img.height - img.naturalWidth / img.naturalHeight) > 0.05 && getComputedStyle(img).objectFit === 'fill',
      'an image out of shape: ' + img.currentSrc]),
  ].filter(([isFault]) => isFault).map(([, words]) => words);
})()`;
