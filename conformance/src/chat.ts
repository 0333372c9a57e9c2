import { expect, type Locator, type Page } from '@playwright/test';

/** The widget as a visitor handles it. Playwright's locators see through its open shadow root. */
export class Chat {
  readonly page: Page;
  readonly launcher: Locator;
  readonly panel: Locator;
  readonly composer: Locator;
  readonly answers: Locator;
  readonly said: Locator;
  /** The words that the panel shows when something is wrong. */
  readonly trouble: Locator;

  constructor(page: Page) {
    this.page = page;
    this.launcher = page.locator('[part~="launcher"]');
    this.panel = page.locator('[part~="panel"]');
    this.composer = this.panel.getByRole('textbox');
    this.answers = this.panel.locator('[part~="answer"]');
    this.said = this.panel.locator('[part~="user-message"]');
    this.trouble = this.panel.locator('[part~="trouble"]');
  }

  /** Opens the panel if it is not open. */
  async show(): Promise<void> {
    await expect(this.launcher.or(this.panel).filter({ visible: true }).first()).toBeVisible({ timeout: 10_000 });
    if (!(await this.panel.isVisible())) await this.launcher.click();
    await expect(this.panel).toBeVisible();
  }

  /** Opens the panel if it is not open, and waits until it can be typed into. */
  async open(): Promise<void> {
    await this.show();
    await expect(this.composer).toBeEditable({ timeout: 10_000 });
  }

  /** Sends a message and waits for the whole answer. Returns its text. */
  async ask(text: string): Promise<string> {
    await this.open();
    // While earlier messages come in, or an answer runs, there is nothing to count.
    await expect(this.panel.locator('[part~="activity"]')).toHaveCount(0, { timeout: 15_000 });
    const before = await this.answers.count();
    await this.send(text);
    await expect(this.answers).toHaveCount(before + 1, { timeout: 15_000 });
    const answer = this.answers.last();
    await expect(answer).toHaveAttribute('data-state', 'complete', { timeout: 20_000 });
    return answer.innerText();
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }
}
