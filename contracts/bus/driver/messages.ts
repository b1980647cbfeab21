import type { BusRecord, NewRecord } from '../port.ts'

/** The parts of an error that reach another process or worker. Its class doesn't. */
export interface SerializedError {
  readonly message: string
  readonly code: string | undefined
}

/** A request to a driver. The caller numbers buses and subscriptions; the driver numbers deliveries. */
export type Call =
  | { readonly do: 'connect'; readonly bus: number }
  | { readonly do: 'publish'; readonly bus: number; topic: string; readonly record: NewRecord }
  | {
      readonly do: 'subscribe'
      readonly bus: number
      readonly subscription: number
      readonly topic: string
      readonly group: string
      /** Whether to wrap the handler in the example's own `withDeadLetters`. */
      readonly deadLetters: boolean
    }
  | { readonly do: 'stop'; readonly subscription: number }
  | { readonly do: 'close'; readonly bus: number }
  | { readonly do: 'commit'; readonly delivery: number }

export type DriverCommand =
  | { readonly type: 'call'; readonly id: number; readonly call: Call }
  /** The handler has returned, or has rejected with this error. */
  | {
      readonly type: 'handled'
      readonly delivery: number
      readonly error: SerializedError | undefined
    }

/** The outcome of the call or request with this ID. */
export interface Result {
  readonly type: 'result'
  readonly id: number
  readonly value?: unknown
  readonly error?: SerializedError
}

export type DriverMessage =
  | Result
  | {
      readonly type: 'record'
      readonly subscription: number
      readonly delivery: number
      readonly record: BusRecord
    }
  | {
      readonly type: 'ended'
      readonly subscription: number
      readonly error: SerializedError | undefined
    }

export function serializeError(error: unknown): SerializedError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  return { message: error instanceof Error ? error.message : String(error), code }
}

export function deserializeError({ message, code }: SerializedError): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}
