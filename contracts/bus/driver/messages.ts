import type { BusRecord, NewRecord } from '../port.ts'

/** An error on its way to the other process: of all classes only the code arrives. */
export interface SentError {
  readonly message: string
  readonly code: string | undefined
}

/** What the runner asks of a driver. Buses, subscriptions and deliveries are known by numbers that the runner chooses. */
export type Call =
  | { readonly do: 'connect'; readonly bus: number }
  | { readonly do: 'publish'; readonly bus: number; topic: string; readonly record: NewRecord }
  | {
      readonly do: 'subscribe'
      readonly bus: number
      readonly subscription: number
      readonly topic: string
      readonly group: string
      /** Whether the example's own `withDeadLetters` lies around the handler. */
      readonly deadLetters: boolean
    }
  | { readonly do: 'stop'; readonly subscription: number }
  | { readonly do: 'close'; readonly bus: number }
  | { readonly do: 'commit'; readonly delivery: number }

/** From the runner to a driver. */
export type Order =
  | { readonly type: 'call'; readonly id: number; readonly call: Call }
  /** The handler has returned, or has rejected with this error. */
  | { readonly type: 'handled'; readonly delivery: number; readonly error: SentError | undefined }

/** From a driver to the runner. */
export type Word =
  | { readonly type: 'done'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: SentError }
  | {
      readonly type: 'record'
      readonly subscription: number
      readonly delivery: number
      readonly record: BusRecord
    }
  | {
      readonly type: 'ended'
      readonly subscription: number
      readonly error: SentError | undefined
    }

/** What of an error can be sent. */
export function toSent(error: unknown): SentError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  return { message: error instanceof Error ? error.message : String(error), code }
}

/** An error with the message and the code of one on the other side. */
export function fromSent({ message, code }: SentError): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}
