import { startPostgres } from '../agent-backend/test/postgres.ts';
import { expect, test } from '@playwright/test';
import { Chat } from './chat.ts';
import { startDemo } from './processes.ts';

test('on PostgreSQL the demo remembers over a crash, too', async ({ page }) => {
  test.setTimeout(120_000);
  const postgres = await startPostgres();
  const demo = await startDemo({ DATABASE_URL: await postgres.createDatabase() });
  try {
    await page.goto(demo.site);
    await new Chat(page).ask('My name is Sunniva');
    await demo.stop('SIGKILL');
    await demo.start();
    await page.reload();
    expect(await new Chat(page).ask('What is my name?')).toContain('Sunniva');
  } finally {
    await demo.remove();
    await postgres.stop();
  }
});
