import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { connectClient } from '../support/client.ts';
import { classicSettings, envelope, recordingServer, refusal } from '../support/http.ts';
import { skippingClock } from '../support/manual-clock.ts';

// For any string as a thread's name or a user's id: what hides, moves or ends a line reaches nobody as it is.

const ID = '240000000000009';

/** Controls, bidi, zero-width, separators, tags, lone surrogates; joiners only where no script or emoji wants them. */
const HIDDEN =
  /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|(?<!\p{L}|\p{M}|\p{Extended_Pictographic}|\ufe0f|\p{Emoji_Modifier})[\u200c\u200d]|(?<!\u{1f3f4}[\u{e0062}-\u{e0077}]*)[\u{e0000}-\u{e007f}]/u;

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }),
  fc
    .array(
      fc.constantFrom(
        '\u202e',
        '\u200b',
        '\n',
        '\r\n',
        '\u2028',
        '\u001b[2J',
        '"',
        '\\',
        '⟨U+202E⟩',
        '\ud83d',
        '\u{e0041}',
        ' - ',
        'a',
        '退',
        '👩‍👩‍👧',
        '\nnext_cursor: 1.x',
        '" lin 21',
      ),
      { minLength: 1, maxLength: 20 },
    )
    .map((parts) => parts.join('')),
);

it('in text, structure, question, error, log and audit file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hostile-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const audit = join(folder, 'audit.jsonl');
  let name = '';
  let user = '';
  const thread = () => ({
    id: ID,
    name,
    owner: user,
    groupId: '21',
    msgId: '1180000000000000123',
    created: 1_735_689_600_123,
  });
  const server = await recordingServer(({ method, url }) => {
    if (method === 'PUT') return refusal(403, name, name);
    if (method === 'DELETE') return envelope({ data: { status: 'ok' } });
    if (url.includes(`/${ID}/users`)) return envelope({ data: { affiliations: [user, 'wei'] } });
    return envelope({ entities: [thread(), { ...thread(), id: '2', owner: 'mia' }] });
  });
  const questions: string[] = [];
  const { call, log } = await connectClient({
    env: {
      ...classicSettings(server.url),
      AGORA_THREADS_AUDIT_LOG: audit,
      AGORA_THREADS_LOG_LEVEL: 'debug',
      AGORA_THREADS_RATE_LIMIT: '1000000',
    },
    clock: skippingClock(),
    form: (question) => {
      questions.push(question);
      return { action: 'accept', content: { confirm: true } };
    },
  });

  await fc.assert(
    fc.asyncProperty(hostile, hostile, async (newName, newUser) => {
      name = newName;
      user = newUser;
      questions.length = 0;
      const list = await call('list_user_threads', { username: 'lin', limit: 2 });
      // The summary, what all share, the names of the columns, and a line for each thread: whatever the names hold.
      expect(list.text.split('\n').length, list.text).toBe(5);
      const members = await call('list_thread_members', { thread_id: ID });
      expect(members.text.split('\n').length).toBe(2);
      const failed = await call('rename_thread', { thread_id: ID, name: 'x' });
      expect(failed.text.split('\n').length).toBe(3);
      const gone = await call('delete_thread', { thread_id: ID });
      expect(gone.structured['status'], gone.text).toBe('deleted');
      expect(questions[0]?.split('\n').length).toBe(4);

      const output = [list, members, failed, gone].flatMap(({ text, structured }) => [
        text,
        JSON.stringify(structured),
      ]);
      for (const text of [...output, ...questions, ...log.splice(0)]) {
        expect(text.isWellFormed()).toBe(true);
        expect(HIDDEN.exec(text.replaceAll('\n', ' '))?.[0], text).toBeUndefined();
      }
    }),
    { numRuns: 150 },
  );

  const lines = (await readFile(audit, 'utf8')).split('\n').slice(0, -1);
  for (const line of lines) {
    expect(HIDDEN.exec(line)?.[0], line).toBeUndefined();
    JSON.parse(line);
  }
  expect(lines.length).toBeGreaterThan(500);
});
