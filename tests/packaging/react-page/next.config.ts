/** Where dependencies are found. An application that has its own in its folder needs neither line. */
const root = process.env['DEPENDENCIES_ROOT'] ?? '';

export default {
  turbopack: { root },
  outputFileTracingRoot: root,
  // Types are checked with those of all tests.
  typescript: { ignoreBuildErrors: true },
};
