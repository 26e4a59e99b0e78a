/** Clears all our settings, so that tests run from a configured shell never reach a real app. */
for (const name of Object.keys(process.env)) {
  if (/^(AGORA_|EASEMOB_)/.test(name)) delete process.env[name];
}
