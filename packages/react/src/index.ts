/** Nothing yet: hooks and components come in a later release. See the README. */
export {};
