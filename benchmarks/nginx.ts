import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { listen } from './loopback.ts'

const program = '/usr/sbin/nginx'
const startAttempts = 100
const attemptMs = 50

/** nginx with one worker and connections that are kept, before an upstream. */
export class Nginx {
  readonly port: number
  readonly #folder: string
  readonly #child: ChildProcess

  private constructor(options: { port: number; folder: string; child: ChildProcess }) {
    this.port = options.port
    this.#folder = options.folder
    this.#child = options.child
  }

  static isInstalled(): boolean {
    return existsSync(program)
  }

  static async start(upstreamPort: number): Promise<Nginx> {
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'interline-nginx-'))
    const file = join(folder, 'nginx.conf')
    writeFileSync(file, configuration({ port, upstreamPort, folder }))
    const child = spawn(program, ['-p', folder, '-c', file], { stdio: 'inherit' })
    const nginx = new Nginx({ port, folder, child })
    await nginx.#answering()
    return nginx
  }

  /** The process that serves; the one that was started only watches it. */
  get workerPid(): number {
    const { pid } = this.#child
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return Number(children.trim().split(' ')[0])
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.kill()
    await exited
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #answering(): Promise<void> {
    for (let attempt = 0; attempt < startAttempts; attempt += 1) {
      const isUp = await fetch(`http://127.0.0.1:${this.port}/`).then(
        (response) => response.ok,
        () => false,
      )
      if (isUp) return
      await delay(attemptMs)
    }
    await this.stop()
    throw new Error('nginx does not answer')
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

function configuration(options: { port: number; upstreamPort: number; folder: string }): string {
  const { port, upstreamPort, folder } = options
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((each) => `${each}_temp_path ${folder};`)
    .join('\n  ')
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  ${scratch}
  upstream orders {
    server 127.0.0.1:${upstreamPort};
    keepalive 256;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://orders;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`
}
