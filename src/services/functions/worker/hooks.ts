/** What an app may register with `app.hook.*`: https://learn.microsoft.com/azure/azure-functions/functions-reference-node#hooks */
const hookNames = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'] as const

export type HookName = (typeof hookNames)[number]
export type HookCallback = (context: object) => unknown

/** The hooks of an app in the order of their registration. */
export class Hooks {
  readonly #callbacks: Record<HookName, HookCallback[]> = {
    preInvocation: [],
    postInvocation: [],
    appStart: [],
    appTerminate: [],
    log: [],
  }
  readonly appHookData: Record<string, unknown> = {}

  /** Registers a hook and returns the function that takes it back; an unknown name is an error. */
  add(name: string, callback: HookCallback): () => void {
    const known = hookNames.find((candidate) => candidate === name)
    if (!known) throw new RangeError(`Unrecognized hook "${name}"`)
    this.#callbacks[known].push(callback)
    return () => {
      this.#callbacks[known] = this.#callbacks[known].filter((other) => other !== callback)
    }
  }

  has(name: HookName): boolean {
    return this.#callbacks[name].length > 0
  }

  /** Whether any hook runs before or after a call. */
  get surroundInvocations(): boolean {
    return this.has('preInvocation') || this.has('postInvocation')
  }

  async run(name: HookName, context: object): Promise<void> {
    for (const callback of this.#callbacks[name]) await callback(context)
  }

  /** Log hooks are synchronous: the line they may change is written right after. */
  runLog(context: object): void {
    for (const callback of this.#callbacks.log) callback(context)
  }
}
