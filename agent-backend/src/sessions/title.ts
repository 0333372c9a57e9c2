const LONGEST = 60;
const SHORTEST = 30;

/** A title from a first message: its first 60 characters, on one line, cut between words where one ends near enough. */
export function makeTitle(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  // Code points, so that no character outside the BMP is cut in two.
  const characters = Array.from(line.slice(0, LONGEST * 4));
  if (characters.length <= LONGEST) return characters.join('');
  const cut = characters.slice(0, LONGEST - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${space >= SHORTEST ? cut.slice(0, space) : cut}…`;
}
