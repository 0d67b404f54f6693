// The part of `@azure/functions-core` that the library calls; its own types are the reference:
// https://github.com/Azure/azure-functions-nodejs-worker/tree/v4.x/types-core

/** A value on its way between host and library, by the names of FunctionRpc's TypedData. */
export interface RpcTypedData {
  string?: string | null
  json?: string | null
  bytes?: Uint8Array | null
  int?: unknown
  double?: unknown
  http?: RpcHttp | null
  collectionString?: { string: readonly string[] } | null
  collectionBytes?: { bytes: readonly Uint8Array[] } | null
}

export interface RpcHttp {
  method?: string
  url?: string
  statusCode?: string
  headers?: Record<string, string>
  nullableHeaders?: Record<string, { value: string }>
  nullableQuery?: Record<string, { value: string }>
  nullableParams?: Record<string, { value: string }>
  body?: RpcTypedData | null
  cookies?: readonly unknown[]
}

export interface RpcBindingInfo {
  readonly type: string
  readonly direction?: string
}

export interface FunctionMetadata {
  readonly name: string
  readonly functionId?: string
  readonly bindings: Readonly<Record<string, RpcBindingInfo>>
  readonly rawBindings?: readonly string[]
  readonly retryOptions?: unknown
}

export interface InvocationRequest {
  readonly invocationId: string
  readonly functionId: string
  readonly inputData: readonly { readonly name: string; readonly data: RpcTypedData }[]
  readonly triggerMetadata: Readonly<Record<string, RpcTypedData>>
  readonly traceContext: { readonly traceParent: string }
  readonly retryContext?:
    | {
        readonly retryCount: number
        readonly maxRetryCount: number
        readonly exception?: { readonly message: string }
      }
    | undefined
}

export interface InvocationResponse {
  readonly outputData?: readonly { readonly name: string; readonly data: RpcTypedData }[]
  readonly returnValue?: RpcTypedData | null
}

export type UserFunction = (...inputs: unknown[]) => unknown

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>
  invokeFunction(context: unknown, inputs: unknown[], callback: UserFunction): Promise<unknown>
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>
}

export interface ProgrammingModel {
  readonly name: string
  readonly version: string
  getInvocationModel(context: object): InvocationModel
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>
}
