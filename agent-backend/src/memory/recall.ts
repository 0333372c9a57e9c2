import MiniSearch from 'minisearch';

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'word' });

/**
 * The texts nearest to the words of `query`, best first; equally near ones keep their order. Words are those of Unicode,
 * so that languages without spaces are found too; endings and small misspellings are forgiven.
 */
export function rankFacts(facts: readonly string[], query: string): string[] {
  const index = new MiniSearch<{ id: number; text: string }>({
    fields: ['text'],
    tokenize: splitWords,
    processTerm: (word) => word.normalize('NFKC').toLowerCase(),
  });
  index.addAll(facts.map((text, id) => ({ id, text })));
  const found = index.search(query, { prefix: (word) => word.length > 2, fuzzy: (word) => (word.length > 4 ? 0.2 : false) });
  return found.sort((a, b) => b.score - a.score || Number(a.id) - Number(b.id)).flatMap(({ id }) => facts[Number(id)] ?? []);
}

function splitWords(text: string): string[] {
  return Array.from(SEGMENTER.segment(text)).flatMap(({ segment, isWordLike }) => (isWordLike === true ? [segment] : []));
}
