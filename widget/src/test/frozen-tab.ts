/** Takes a Web Lock, as a tab does that is frozen in the middle of its turn. Returns what lets it go. */
export async function freezeIn(name: string): Promise<() => void> {
  return new Promise((held) => {
    void navigator.locks.request(`familiar:${name}`, async () => new Promise<void>((thaw) => held(thaw)));
  });
}
