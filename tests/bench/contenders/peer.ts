/**
 * Imports a peer by name. Peers are installed on the first run of a benchmark that needs them, so the compiler cannot
 * rely on their types being there: `Api` states the part that is used.
 */
export async function importPeer<Api>(name: string): Promise<Api> {
  // The specifier is computed so that neither the compiler nor the bundler looks for the package.
  return (await import(name)) as Api;
}
