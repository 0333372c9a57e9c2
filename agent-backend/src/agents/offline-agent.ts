import type { Agent } from './agent.ts';
import type { AgentTools } from './agent-tool.ts';
import { modelAgent } from './model-agent.ts';
import { offlineModel, type OfflineModelOptions } from './offline-model.ts';
import { loadPages } from './pages/page-index.ts';

export interface OfflineAgentOptions extends Omit<OfflineModelOptions, 'index'> {
  /** Folder of the site's Markdown pages. Looked at before every answer, so a new page counts without a restart. */
  readonly pagesDir: string;
  /** Default "offline demo, no language model". */
  readonly badge?: string;
  /** The site's own. One is called when the visitor's words name it, and only if its input has no required member. */
  readonly tools?: AgentTools;
}

/** The default agent: no key, no network, no language model, and it says so. */
export function offlineAgent({ pagesDir, badge, tools, ...options }: OfflineAgentOptions): Agent {
  const index = loadPages(pagesDir);
  return modelAgent({
    model: offlineModel({ ...options, index }),
    instructions: 'Answer from the pages of this site. Remember what the visitor tells about themselves.',
    pages: index,
    ...(tools === undefined ? {} : { tools }),
    badge: badge ?? 'offline demo, no language model',
    maxRetries: 0,
  });
}
