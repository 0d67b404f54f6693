import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { isJsonObject, objectMember, parseJson, stringMember } from '../../../src/base/json.ts'
import type { JsonObject, JsonValue } from '../../../src/base/json.ts'

/** No test waits longer for the page. */
const waitMs = 15_000

/** Where a Chromium may be; `CHROMIUM` names another place. */
const browserPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const browserPath = process.env['CHROMIUM'] ?? browserPaths.find((path) => existsSync(path))

/**
 * Why tests of pages cannot run on this machine, or `false`. A build server has to bring a browser; a person who
 * has none still gets to run everything else.
 */
export const browserMissing =
  browserPath === undefined && process.env['CI'] === undefined
    ? 'no Chromium on this machine: install one, or name it in CHROMIUM'
    : false

const chromiumFlags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--remote-debugging-pipe',
]

/**
 * A real Chromium, driven over the pipe of the DevTools protocol, so that nothing has to be installed for it
 * but the browser itself: https://chromedevtools.github.io/devtools-protocol/
 */
export class Browser {
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #input: Writable
  readonly #waiting = new Map<number, (answer: JsonObject) => void>()
  readonly #complaints: string[] = []
  #lastId = 0
  #session: string | undefined

  /** Opens a browser with an empty profile and one empty page. */
  static async open(): Promise<Browser> {
    const browser = new Browser()
    const target = await browser.#send('Target.createTarget', { url: 'about:blank' })
    const targetId = stringMember(target, 'targetId') ?? ''
    const attached = await browser.#send('Target.attachToTarget', { targetId, flatten: true })
    browser.#session = stringMember(attached, 'sessionId')
    for (const domain of ['Page', 'Runtime', 'Log']) await browser.#send(`${domain}.enable`)
    return browser
  }

  private constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'console-browser-'))
    assert(browserPath, 'a Chromium is needed')
    this.#process = spawn(browserPath, [...chromiumFlags, `--user-data-dir=${this.#folder}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    })
    const [, , , input, output] = this.#process.stdio
    assert(input instanceof Writable && output instanceof Readable)
    this.#input = input
    this.#read(output)
  }

  /** What the page wrote as an error: exceptions, blocked requests, violations of its security policy. */
  get complaints(): readonly string[] {
    return this.#complaints
  }

  async show(options: { width: number; height: number; dark?: boolean }): Promise<void> {
    const { width, height, dark = false } = options
    await this.#send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    })
    await this.#send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    })
  }

  async navigate(url: string): Promise<void> {
    await this.#send('Page.navigate', { url })
  }

  /** The value of an expression in the page; a promise is awaited. */
  async evaluate(expression: string): Promise<JsonValue | undefined> {
    const answer = await this.#send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })
    assert(!('exceptionDetails' in answer), JSON.stringify(answer['exceptionDetails']))
    return objectMember(answer, 'result')['value']
  }

  /** The same for an expression that is a text. */
  async text(expression: string): Promise<string> {
    const value = await this.evaluate(expression)
    assert(typeof value === 'string', `${expression} is not a text`)
    return value
  }

  /** Waits until an expression in the page is true. */
  async until(expression: string): Promise<void> {
    const endMs = performance.now() + waitMs
    while (performance.now() < endMs) {
      if ((await this.evaluate(`Boolean(${expression})`)) === true) return
      await this.evaluate('new Promise(requestAnimationFrame)')
    }
    assert.fail(`the page never came to: ${expression}`)
  }

  async press(key: string): Promise<void> {
    const text = key === 'Enter' ? { text: '\r' } : {}
    await this.#send('Input.dispatchKeyEvent', { type: 'keyDown', key, ...text })
    await this.#send('Input.dispatchKeyEvent', { type: 'keyUp', key })
  }

  /** The page as a PNG. */
  async screenshot(): Promise<Buffer> {
    const answer = await this.#send('Page.captureScreenshot', { captureBeyondViewport: false })
    return Buffer.from(stringMember(answer, 'data') ?? '', 'base64')
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    // It ends its children first; killed, they would still write into the profile.
    this.#session = undefined
    void this.#send('Browser.close')
    await ended
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #send(method: string, params: JsonObject = {}): Promise<JsonObject> {
    this.#lastId += 1
    const id = this.#lastId
    const sessionId = this.#session === undefined ? {} : { sessionId: this.#session }
    this.#input.write(`${JSON.stringify({ id, method, params, ...sessionId })}\0`)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (answer) => {
        if ('error' in answer) reject(new Error(`${method}: ${JSON.stringify(answer['error'])}`))
        else resolve(objectMember(answer, 'result'))
      })
    })
  }

  #read(output: Readable): void {
    let rest = ''
    output.setEncoding('utf8').on('data', (text: string) => {
      const messages = (rest + text).split('\0')
      rest = messages.pop() ?? ''
      for (const message of messages) this.#take(parseJson(message))
    })
  }

  #take(message: JsonValue): void {
    if (!isJsonObject(message)) return
    const id = Number(message['id'])
    this.#waiting.get(id)?.(message)
    this.#waiting.delete(id)
    const { exceptionDetails, entry } = objectMember(message, 'params')
    const failed = stringMember(entry, 'level') === 'error' ? entry : exceptionDetails
    if (failed !== undefined) this.#complaints.push(JSON.stringify(failed))
  }
}
