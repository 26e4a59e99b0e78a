/** Builds the binary once before all tests, so that no test runs an old one. */
export default async function setup(): Promise<void> {
  const { buildServer } = await import('../../scripts/build.mjs');
  await buildServer();
}
