/** A part of a page under one heading. */
export interface Passage {
  /** Title of the page. */
  readonly page: string;
  /** Address of the page, for a link. */
  readonly url: string;
  /** Headings above it, outermost first, without the title. */
  readonly headings: readonly string[];
  /** Markdown, without raw HTML. */
  readonly text: string;
}

export interface MarkdownPage {
  readonly title: string;
  readonly url: string;
  /** Front matter `summary` or `description`: searched, not quoted. */
  readonly summary: string;
  readonly passages: readonly Passage[];
}

/**
 * Splits a Markdown page into passages by its headings. Front matter `title`, `url` and `summary` are optional: the title is else
 * the first heading, else the file's name; the address is else `/` and the file's name without its ending.
 */
export function readMarkdownPage(fileName: string, source: string): MarkdownPage {
  const { fields, body } = takeFrontMatter(source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'));
  const name = fileName.replace(/\.md$/i, '');
  const sections = splitSections(dropHtml(body));
  const first = sections.find((section) => section.level === 1);
  const title = fields.get('title') ?? first?.heading ?? titleOf(name);
  const url = safeUrl(fields.get('url')) ?? (name === 'index' ? '/' : `/${encodeURIComponent(name)}`);
  const open: Section[] = [];
  const passages: Passage[] = [];
  for (const section of sections) {
    while ((open.at(-1)?.level ?? 0) >= section.level && open.length > 0) open.pop();
    if (section.level > 0) open.push(section);
    const headings = open.map((above) => above.heading).filter((heading) => heading !== title);
    const text = section.lines.join('\n').trim();
    if (text !== '') passages.push({ page: title, url, headings, text });
  }
  return { title, url, summary: fields.get('summary') ?? fields.get('description') ?? '', passages };
}

interface Section {
  readonly level: number;
  readonly heading: string;
  readonly lines: string[];
}

function splitSections(body: string): Section[] {
  let current: Section = { level: 0, heading: '', lines: [] };
  const sections = [current];
  let isCode = false;
  for (const line of body.split('\n')) {
    if (/^\s*(?:```|~~~)/.test(line)) isCode = !isCode;
    const match = isCode ? null : /^(#{1,6})\s+(.+?)\s*#*\s*$/.exec(line);
    if (match) {
      current = { level: match[1]?.length ?? 1, heading: plain(match[2] ?? ''), lines: [] };
      sections.push(current);
    } else current.lines.push(line);
  }
  return sections;
}

function takeFrontMatter(source: string): { readonly fields: ReadonlyMap<string, string>; readonly body: string } {
  const match = /^---\n([\s\S]*?)\n---(?:\n|$)/.exec(source);
  const fields = new Map<string, string>();
  for (const line of match?.[1]?.split('\n') ?? []) {
    const [, key, value] = /^(\w+):\s*["']?(.*?)["']?\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && value !== '') fields.set(key, value);
  }
  return { fields, body: match ? source.slice(match[0].length) : source };
}

/** A page's raw HTML is neither searched nor shown. */
function dropHtml(body: string): string {
  return body
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replace(/<\/?[a-z][^<>\n]*>/gi, '');
}

function safeUrl(url: string | undefined): string | undefined {
  return url !== undefined && /^(?:https?:\/\/|\/(?!\/)|[\w.-]+$)[^\s()<>]*$/i.test(url) ? url : undefined;
}

/** A line of Markdown without its marks: links become their words. */
export function plain(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '')
    .trim();
}

function titleOf(name: string): string {
  const words = name.replace(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
