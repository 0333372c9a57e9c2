import { tool, type ToolSet } from 'ai';
import { z } from 'zod';
import type { InstanceMemory } from './agent.ts';
import type { PageIndex } from './pages/page-index.ts';

const MAX_FACT_CHARACTERS = 500;

/** Lets the model keep one fact about this visitor, in this instance's memory and nowhere else. */
export function rememberTool(memory: InstanceMemory): ToolSet {
  return {
    remember: tool({
      description: 'Keep one durable fact that the visitor told about themselves, as one short sentence.',
      inputSchema: z.object({ fact: z.string().trim().min(1).max(MAX_FACT_CHARACTERS) }),
      execute: async ({ fact }) => {
        // A failed store is told as that: what an error says would go to the model's provider.
        const isKept = await memory.remember(fact).then(
          () => true,
          () => false,
        );
        return { remembered: isKept };
      },
    }),
  };
}

/** Lets the model search the site's own pages. */
export function searchPagesTool(index: PageIndex): ToolSet {
  return {
    search_pages: tool({
      description: "Search this site's pages. Answer from what it finds and link to the page.",
      inputSchema: z.object({ query: z.string().max(1_000) }),
      execute: async ({ query }) => {
        const passages = await index.search(query, 4);
        return { passages, ...(passages.length === 0 ? { topics: await index.topics() } : {}) };
      },
    }),
  };
}
