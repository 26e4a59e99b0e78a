import { expect, it } from 'vitest';
import { createAnswers } from '../../src/agora/responses.ts';

it.each([
  [{ entities: [] }, true],
  [{ entities: null }, true],
  [{ data: { entities: [] } }, true],
  [{ properties: {} }, true],
  [{ properties: null }, true],
  [{ action: 'get', timestamp: 1 }, true],
  [{ data: {} }, false],
  [{ data: { status: 'ok' } }, false],
  [{ action: 'post' }, false],
  [{ action: null, data: null }, false],
  [{ cursor: null }, false],
  [{ cursor: 'abc' }, false],
  [{ timestamp: 1 }, false],
  [{}, false],
])('%j is an empty list of threads: %s', (answer, empty) => {
  const read = () => createAnswers().threadPage(answer);
  if (empty) expect(read()).toEqual({ items: [] });
  else expect(read).toThrow('no list answer of Agora Chat');
});

it.each([
  ['acme#my_app', 'acme#my_app_lin', 'lin'],
  ['acme#my_app', 'acme#my_app_li_n', 'li_n'],
  ['acme#my_app', 'acme#other_lin', 'acme#other_lin'],
  ['acme#my_app', 'acme#my_app_', 'acme#my_app_'],
  ['acme#my_app', 'lin_my', 'lin_my'],
  [undefined, 'acme#helpdesk_li_n', 'li_n'],
  [undefined, 'acme#helpdesk_', 'acme#helpdesk_'],
  ['970ca35de60c44645bbae8a215061b33', 'acme#helpdesk_lin', 'lin'],
])('of app %s, user id %s is read as %s', (appKey, sent, read) => {
  const { memberPage, threadPage } = createAnswers(appKey);
  expect(memberPage({ data: { affiliations: [sent] } }).items).toEqual([read]);
  expect(threadPage({ entities: [{ id: '1', owner: sent }] }).items).toMatchObject([{ owner: read }]);
});
