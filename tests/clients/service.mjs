// Services under test: started on a port that is free, ended again.
import { spawn } from 'node:child_process';
import net from 'node:net';

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Resolves when the service answers; {url, stop}. */
export async function serve(program, args, folder, document = '/openapi.json') {
  const port = await freePort();
  const child = spawn(program, [...args, '--port', String(port)], { cwd: folder, stdio: 'ignore' });
  let ended = false;
  child.on('exit', () => (ended = true));
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 1200 && !ended; i++) {
    try {
      await fetch(url + document);
      return { url, stop: () => child.kill('SIGTERM') };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  child.kill('SIGKILL');
  throw new Error(`${program} does not start`);
}
