// Prints, as a JSON array, the URLs of all modules but Node's own that importing the given URL loads.
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';

// Hooks run in a thread of their own, so what they see comes over a port.
const hooks = `
  let port;
  export function initialize(data) {
    port = data.port;
  }
  export async function load(url, context, next) {
    port.postMessage(url);
    return next(url, context);
  }
`;
const { port1, port2 } = new MessageChannel();
register(`data:text/javascript,${encodeURIComponent(hooks)}`, { data: { port: port2 }, transferList: [port2] });

await import(process.argv[2]);

// What CommonJS modules require of each other passes no hook on Node 20, but stays in their cache.
const required = Object.keys(createRequire(import.meta.url).cache).map((path) => pathToFileURL(path).href);
const imported = [];
for (let message = receiveMessageOnPort(port1); message !== undefined; message = receiveMessageOnPort(port1)) {
  imported.push(message.message);
}
console.log(JSON.stringify([...new Set([...imported, ...required])].filter((url) => !url.startsWith('node:'))));
process.exit(0);
