/** Clears every setting of ours, so that the tests of a person with a configured shell can never reach a real app. */
for (const name of Object.keys(process.env)) {
  if (/^(AGORA_|EASEMOB_)/.test(name)) delete process.env[name];
}
