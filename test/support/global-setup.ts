/** Builds the binary once before any test, so that no test can pass against an old one. */
export default async function setup(): Promise<void> {
  const { buildServer } = await import('../../scripts/build.mjs');
  await buildServer();
}
