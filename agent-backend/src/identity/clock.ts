/** Milliseconds since 1970, as `Date.now` gives them. Comes in as an argument everywhere. */
export type Clock = () => number;
