import { ServiceError, SourceError } from '../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { RuntimeQuestion } from '../../languages/bicep/frame.ts'

/** What answers the questions of a deployment. */
export interface Respondent {
  get(id: string): Promise<JsonObject | undefined>
  act(id: string, action: string, body: JsonObject): Promise<JsonValue>
}

/** What the expressions of one deployment have learnt of deployed resources so far. */
export class Answers {
  readonly #respondent: Respondent
  readonly #known = new Map<string, Map<string, JsonValue>>()

  constructor(respondent: Respondent) {
    this.#respondent = respondent
  }

  find(question: RuntimeQuestion): JsonValue | undefined {
    if (question.kind === 'module') return undefined
    return this.#known.get(question.id.toLowerCase())?.get(keyOf(question))
  }

  async learn(question: RuntimeQuestion): Promise<void> {
    if (question.kind === 'module') return
    const answer = await this.#ask(question)
    const id = question.id.toLowerCase()
    const known = this.#known.get(id) ?? new Map<string, JsonValue>()
    known.set(keyOf(question), answer)
    this.#known.set(id, known)
  }

  /** Forgets what was known of a resource that was put meanwhile. */
  forget(id: string): void {
    this.#known.delete(id.toLowerCase())
  }

  async #ask(question: Exclude<RuntimeQuestion, { kind: 'module' }>): Promise<JsonValue> {
    const { id, at } = question
    try {
      if (question.kind === 'action') {
        return await this.#respondent.act(id, question.action, question.body)
      }
      const body = await this.#respondent.get(id)
      if (body) return body
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      throw new SourceError(error.code, error.message, at)
    }
    throw new SourceError('ResourceNotFound', `The Resource '${id}' was not found.`, at)
  }
}

function keyOf(question: Exclude<RuntimeQuestion, { kind: 'module' }>): string {
  if (question.kind === 'resource') return 'resource'
  return `${question.action.toLowerCase()} ${JSON.stringify(question.body)}`
}
